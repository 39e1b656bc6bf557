/** The code of an error from the operating system ("ENOENT"), zlib, undici or Node's own argument checks; else null. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

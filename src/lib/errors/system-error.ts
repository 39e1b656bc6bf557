const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left on the device'],
  ['ENAMETOOLONG', 'the name is too long for this system'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['ENOENT', 'the folder does not exist'],
  ['ELOOP', 'a link in the path leads back to itself'],
  ['EMFILE', 'too many files are open'],
  ['ERR_INVALID_ARG_VALUE', 'the path has a null character in it'],
]);

/** The code of an error from the operating system ("ENOENT"), zlib, undici or Node's own argument checks; else null. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The reason of a failed file or process operation in words, without its stack. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  return (code === null ? undefined : REASONS.get(code)) ?? code ?? 'unknown error';
}

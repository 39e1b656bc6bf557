/** Milliseconds since the epoch as a time in UTC, to the second: "2026-11-24T09:00:00Z". */
export function utcTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

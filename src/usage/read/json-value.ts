/** Recorded JSON is foreign: it is looked at through these, and by constant keys only. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function recordAt(record: JsonRecord, key: string): JsonRecord | null {
  const value = record[key];
  return isRecord(value) ? value : null;
}

export function listAt(record: JsonRecord, key: string): readonly unknown[] {
  const value = record[key];
  return isList(value) ? value : [];
}

/** No id, model or name is longer; a longer text is something else, perhaps a prompt, and is not kept. */
const NAME_LIMIT = 256;

/** A short text such as an id, a model or a name; null for anything else. */
export function nameAt(record: JsonRecord, key: string): string | null {
  const value = record[key];
  return typeof value === 'string' && value.length > 0 && value.length <= NAME_LIMIT ? value : null;
}

/** Seconds since 1970 below this bound, milliseconds above: the bound is the year 5138 and 1973. */
const SECONDS_BELOW = 100_000_000_000;

/** A time as recorded (seconds, milliseconds or ISO 8601) in milliseconds since 1970; null for anything else. */
export function recordedTime(value: unknown): number | null {
  if (typeof value === 'number' && value > 0) return value < SECONDS_BELOW ? value * 1000 : value;
  if (typeof value !== 'string' || value.length > 40) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

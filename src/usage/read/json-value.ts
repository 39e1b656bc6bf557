import { LARGEST_WHOLE_NUMBER } from '../../manifest/scalars.js';
import { count } from '../../lib/text/amount.js';

/** An object of recorded JSON. It is untrusted: only the functions of this file read it, by constant keys. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: no list, and no bytes. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Whether a value is a list; unlike Array.isArray, without the type `any`. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** A text of JSON as its value; null where it is no JSON. */
export function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** A text of JSON as an object; null where it is anything else. */
export function parseRecord(text: string): JsonRecord | null {
  const json = parseJson(text);
  return json !== null && isRecord(json.value) ? json.value : null;
}

/** The object at a key; null where there is none. */
export function recordAt(record: JsonRecord, key: string): JsonRecord | null {
  const value = record[key];
  return isRecord(value) ? value : null;
}

/** The list at a key; empty where there is none. */
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

/** A time below this number is in seconds since 1970, else in milliseconds. The number is in the year 5138 or 1973. */
const SECONDS_BELOW = 100_000_000_000;

/** A time as recorded (seconds, milliseconds or ISO 8601) in milliseconds since 1970; null for anything else. */
export function recordedTime(value: unknown): number | null {
  if (typeof value === 'number' && value > 0) return value < SECONDS_BELOW ? value * 1000 : value;
  if (typeof value !== 'string' || value.length > 40) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** What a reader of a usage object finds out beside the counts. */
export interface Findings {
  /** Why the object cannot be understood; it is then not counted. */
  readonly problems: string[];
  /** Remarks on an object that is counted. */
  readonly notes: CountNote[];
}

/** A sentence with a `#` for each amount. The amounts of equal sentences are added up over all recordings. */
export interface CountNote {
  readonly text: string;
  readonly amounts: readonly number[];
}

/** The sentence with its amounts. */
export function noteText({ text, amounts }: CountNote): string {
  let at = 0;
  return text.replaceAll('#', () => {
    at += 1;
    return count(amounts[at - 1] ?? 0);
  });
}

/** Findings to be filled in. */
export function noFindings(): Findings {
  return { problems: [], notes: [] };
}

/**
 * The value of the first key that is present and not null; 0 where none is. It must be a whole number that the manifest
 * accepts. Anything else is added to the problems.
 */
export function countAt(record: JsonRecord | null, keys: readonly string[], findings: Findings): number {
  return countOrNull(record, keys, findings) ?? 0;
}

/** The same; null where no key is there. */
export function countOrNull(record: JsonRecord | null, keys: readonly string[], findings: Findings): number | null {
  if (record === null) return null;
  for (const key of keys) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST_WHOLE_NUMBER) {
      return value;
    }
    // Only numbers are repeated: a text could be a piece of a prompt.
    const stated = typeof value === 'number' ? String(value) : `a ${typeof value}`;
    findings.problems.push(`${key} is ${stated}, expected an integer from 0 to ${count(LARGEST_WHOLE_NUMBER)}`);
    return 0;
  }
  return null;
}

/** US dollars as a number or a plain decimal text; null where it is absent. Anything else is a problem. */
export function costAt(record: JsonRecord | null, key: string, findings: Findings): number | string | null {
  const value = record?.[key];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^\d{1,12}(?:\.\d{1,30})?$/.test(value)) return value;
  const stated = typeof value === 'number' ? String(value) : `a ${typeof value}`;
  findings.problems.push(`${key} is ${stated}, expected US dollars`);
  return null;
}

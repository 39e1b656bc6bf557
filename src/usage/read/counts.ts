import { LARGEST_WHOLE_NUMBER } from '../../manifest/scalars.js';
import type { JsonRecord } from './json-value.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/** What is wrong with a usage object, collected while it is read; a row with faults is not counted. */
export type Faults = string[];

/**
 * The first key that is there (not null) as a whole number, no larger than the manifest takes; 0 where none is. Anything
 * else is a fault.
 */
export function countAt(record: JsonRecord | null, keys: readonly string[], faults: Faults): number {
  if (record === null) return 0;
  for (const key of keys) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST_WHOLE_NUMBER) {
      return value;
    }
    // Only numbers are repeated: a text could be a piece of a prompt.
    const stated = typeof value === 'number' ? String(value) : `a ${typeof value}`;
    faults.push(`${key} is ${stated}; a whole number from 0 to ${LARGEST_WHOLE_NUMBER} is due`);
    return 0;
  }
  return 0;
}

/** US dollars as a number or a plain decimal text; null where it is absent. Anything else is a fault. */
export function costAt(record: JsonRecord | null, key: string, faults: Faults): number | string | null {
  const value = record?.[key];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^\d{1,12}(?:\.\d{1,30})?$/.test(value)) return value;
  faults.push(`${key} is ${typeof value === 'number' ? String(value) : `a ${typeof value}`}; US dollars are due`);
  return null;
}

/** Faults where a part is larger than its whole: such numbers mean something else than was thought. */
export function checkParts(tokens: TokenCounts, faults: Faults): void {
  const parts: readonly (readonly [string, number, string, number])[] = [
    ['cached', tokens.cached, 'prompt', tokens.prompt],
    ['cache-written', tokens.written, 'prompt', tokens.prompt],
    ['audio', tokens.audio, 'prompt', tokens.prompt],
    ['reasoning', tokens.reasoning, 'completion', tokens.completion],
    ['image and audio output', tokens.image_output + tokens.audio_output, 'completion', tokens.completion],
  ];
  for (const [part, size, whole, total] of parts) {
    if (size > total) faults.push(`${size} ${part} tokens are more than the ${total} ${whole} tokens they are part of`);
  }
}

import { LARGEST_WHOLE_NUMBER } from '../../manifest/scalars.js';
import type { TokenCounts } from '../../manifest/token-parts.js';
import { count } from '../../lib/text/amount.js';
import type { JsonRecord } from './json-value.js';

/** What is found out while a usage object is read. */
export interface Findings {
  /** Why the object cannot be understood; it is then not counted. */
  readonly problems: string[];
  /** What a reader should know of an object that is counted. */
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

export function noFindings(): Findings {
  return { problems: [], notes: [] };
}

/**
 * The first key that is there (not null) as a whole number, no larger than the manifest takes; 0 where none is. Anything
 * else is a problem.
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

/** Lowers each part that is larger than its whole, and says so: providers count parts in ways of their own. */
export function withinWholes(tokens: TokenCounts, findings: Findings): TokenCounts {
  const { prompt, completion } = tokens;
  const fits =
    Math.max(tokens.cached, tokens.written, tokens.audio) <= prompt &&
    Math.max(tokens.reasoning, tokens.image_output + tokens.audio_output) <= completion;
  if (fits) return tokens;
  const part = (name: string, size: number, whole: string, most: number): number => {
    if (size <= most) return size;
    findings.notes.push({
      text: `# ${name} tokens are more than the # ${whole} tokens that they are part of; # were counted`,
      amounts: [size, most, most],
    });
    return most;
  };
  const image = part('image output', tokens.image_output, 'completion', completion);
  return {
    prompt,
    completion,
    cached: part('cached', tokens.cached, 'prompt', prompt),
    written: part('cache-written', tokens.written, 'prompt', prompt),
    audio: part('audio', tokens.audio, 'prompt', prompt),
    reasoning: part('reasoning', tokens.reasoning, 'completion', completion),
    image_output: image,
    audio_output: part('audio output', tokens.audio_output, 'remaining completion', completion - image),
  };
}

/** Does the same for the tokens written for an hour, which are a part of all written tokens. */
export function hourWithin(hour: number, written: number, findings: Findings): number {
  if (hour <= written) return hour;
  findings.notes.push({
    text: '# tokens written for an hour are more than the # cache-written tokens that they are part of; # were counted',
    amounts: [hour, written, written],
  });
  return written;
}

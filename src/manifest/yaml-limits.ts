import { MAX_MANIFEST_BYTES } from '../lib/inputs.js';
import { MAX_MISTAKES, quoted } from './errors.js';

/**
 * What a file may hold. Its size is checked before it is read, the rest before data is made of it. `yaml-events.ts` and
 * `yaml-scan.ts` have a bound each for the memory that the parser's own objects take.
 */

export const MAX_DEPTH = 20;
/**
 * The most items of lists and pairs of mappings. Where the file has mistakes, each takes at least 600 bytes of memory in the
 * YAML library. 5,000 calls of eight fields have 45,000, and are more than a file of the largest size can hold.
 */
export const MAX_ENTRIES = 46_000;
/** The most items or pairs of one list or mapping. It is above every limit of a check, so that the check can report the number. */
export const MAX_SIBLINGS = 6_000;

export interface OffsetMistake {
  readonly offset: number;
  readonly message: string;
}

/** Characters that YAML 1.2 does not count as printable, and a carriage return without a line feed. */
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/gu;

/** Returns the mistakes of a text that is not read at all: one of too many bytes, or with characters that are not accepted. */
export function textMistakes(text: string): readonly OffsetMistake[] {
  const size = Buffer.byteLength(text, 'utf8');
  if (size > MAX_MANIFEST_BYTES) {
    return [{ offset: 0, message: `the file has ${size} bytes; at most ${MAX_MANIFEST_BYTES} are accepted` }];
  }
  const mistakes: OffsetMistake[] = [];
  for (const { index, 0: character } of text.matchAll(UNPRINTABLE)) {
    const message = `the character ${quoted(character)} is not accepted: the file is UTF-8 text with lines ended by LF or CR LF`;
    if (mistakes.push({ offset: index, message }) >= MAX_MISTAKES) break;
  }
  return mistakes;
}

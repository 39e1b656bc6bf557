import { BytePairEncodingCore } from 'gpt-tokenizer/BytePairEncodingCore';
import vocabulary from 'gpt-tokenizer/bpeRanks/o200k_base';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';

/**
 * The o200k tokenizer of OpenAI's models since GPT-4o. This module brings 2.4 MB of vocabulary with it: import it only
 * through `loadCounter`.
 */

/** The published pattern is for Rust, whose `\s` is Unicode's white space. JavaScript's `\s` differs at U+0085 and U+FEFF. */
const PIECE = new RegExp(
  O200K_TOKEN_SPLIT_REGEX.source.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}'),
  'gu',
);

/**
 * The longest piece that is counted as a whole. The library's time grows with the square of the length. Words are far
 * shorter. The count of a longer piece (one letter repeated, base64) may differ by about one token at each cut.
 */
const LONGEST_PIECE = 512;

/** The largest number of cached words. It bounds the memory for a text in which no word occurs twice. */
const CACHED_PIECES = 100_000;
const CACHED_LENGTH = 100;
const countOf = new Map<string, number>();

// Special tokens are off: `<|endoftext|>` in a file is plain text.
const encoder = new BytePairEncodingCore({
  bytePairRankDecoder: vocabulary,
  tokenSplitRegex: PIECE,
  mergeCacheSize: 0,
});

/** Counts the tokens of a text. The time is linear in its length for any content. */
export function countTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    const known = countOf.get(piece);
    const count = known ?? countPiece(piece);
    tokens += count;
    if (known === undefined && piece.length <= CACHED_LENGTH && countOf.size < CACHED_PIECES) countOf.set(piece, count);
  }
  return tokens;
}

function countPiece(piece: string): number {
  if (piece.length <= LONGEST_PIECE) return encoder.countNative(piece);
  let tokens = 0;
  for (let start = 0; start < piece.length;) {
    const end = cutBetweenCharacters(piece, start + LONGEST_PIECE);
    tokens += encoder.countNative(piece.slice(start, end));
    start = end;
  }
  return tokens;
}

/** Returns the position, or the next one where it would split a surrogate pair. */
function cutBetweenCharacters(text: string, position: number): number {
  const code = text.charCodeAt(position);
  return code >= 0xdc00 && code <= 0xdfff ? position + 1 : position;
}

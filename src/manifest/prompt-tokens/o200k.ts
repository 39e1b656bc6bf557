import rankedTokens from 'gpt-tokenizer/bpeRanks/o200k_base';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { mergeCounter, type Ranks } from './byte-pairs.js';

/**
 * The o200k tokenizer of OpenAI's models since GPT-4o. This module brings 2.4 MB of vocabulary with it: import it only
 * through `loadCounter`.
 */

/** The published pattern means Unicode's white space, as Rust reads `\s`; JavaScript's `\s` differs at U+0085 and U+FEFF. */
const PIECE = new RegExp(
  O200K_TOKEN_SPLIT_REGEX.source.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}'),
  'gu',
);

const ONLY_ASCII = /^\p{ASCII}*$/u;

const ranks: Ranks = new Map(
  rankedTokens.map((token, rank) => [typeof token === 'string' ? bytesOf(token) : String.fromCharCode(...token), rank]),
);

const countMerged = mergeCounter(ranks);

/** Words recur; a limit keeps a text of nothing but new ones from filling the memory. */
const CACHED_PIECES = 100_000;
const CACHED_LENGTH = 100;
const countOf = new Map<string, number>();

/** Tokens of a text, special tokens (`<|endoftext|>`) taken as the plain text they are in a file. */
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
  const bytes = bytesOf(piece);
  return ranks.has(bytes) ? 1 : countMerged(bytes);
}

/** UTF-8, one character a byte. */
function bytesOf(text: string): string {
  return ONLY_ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

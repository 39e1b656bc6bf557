import { addPair, lowestRank, pairQueue, takePosition } from './pair-queue.js';

/** Every token's bytes, one character a byte (latin-1), with its rank: pairs of the lowest rank are merged first. */
export type Ranks = ReadonlyMap<string, number>;

const NONE = -1;
/** Above every rank, so that the ranks of two tokens make one number. */
const PAIR = 2 ** 24;
const REMEMBERED_PAIRS = 1_000_000;
/** Up to this length looking through all pairs is faster than keeping them in order. */
const SHORT = 128;

/**
 * Counts the tokens that byte-pair encoding leaves of a piece of text, given as one character a byte. In a long piece a
 * queue picks the next pair and a linked list joins it, so that a megabyte of one letter takes little more than n steps;
 * picking it by looking through all pairs each time would take n squared.
 */
export function mergeCounter(ranks: Ranks): (bytes: string) => number {
  const rankOfPair = new Map<number, number>();
  let space = linkedTokens(SHORT);

  return (bytes) => {
    const length = bytes.length;
    if (length > space.capacity) space = linkedTokens(length);
    const { next, previous, tokenAt, pairAt } = space;
    const queue = length > SHORT ? pairQueue() : null;

    const rankOf = (start: number, middle: number): number => {
      const key = (tokenAt[start] ?? NONE) * PAIR + (tokenAt[middle] ?? NONE);
      const known = rankOfPair.get(key);
      if (known !== undefined) return known;
      const rank = ranks.get(bytes.slice(start, next[middle])) ?? NONE;
      if (rankOfPair.size < REMEMBERED_PAIRS) rankOfPair.set(key, rank);
      return rank;
    };
    const considerPair = (start: number): void => {
      const middle = next[start] ?? length;
      const rank = middle < length ? rankOf(start, middle) : NONE;
      pairAt[start] = rank;
      if (queue !== null && rank !== NONE) addPair(queue, rank, start);
    };
    /** Where the leftmost pair of the lowest rank starts; NONE where no pair makes a token. */
    const takePair = (): number => {
      if (queue === null) return lowestPair(space, length);
      for (let rank = lowestRank(queue); rank !== undefined; rank = lowestRank(queue)) {
        const start = takePosition(queue) ?? 0;
        // A pair whose parts have been merged with others meanwhile is no pair any more.
        if (pairAt[start] === rank) return start;
      }
      return NONE;
    };

    for (let index = 0; index <= length; index += 1) {
      next[index] = Math.min(index + 1, length);
      previous[index] = index - 1;
      tokenAt[index] = ranks.get(bytes.charAt(index)) ?? NONE;
      pairAt[index] = NONE;
    }
    for (let start = 0; start < length - 1; start += 1) considerPair(start);

    let tokens = length;
    for (let start = takePair(); start !== NONE; start = takePair()) {
      const middle = next[start] ?? length;
      const after = next[middle] ?? length;
      next[start] = after;
      previous[after] = start;
      tokenAt[start] = pairAt[start] ?? NONE;
      pairAt[middle] = NONE;
      tokens -= 1;
      considerPair(start);
      const before = previous[start] ?? NONE;
      if (before !== NONE) considerPair(before);
    }
    return tokens;
  };
}

/** Tokens by the position of their first byte. */
interface LinkedTokens {
  readonly capacity: number;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** The rank of the token. */
  readonly tokenAt: Int32Array;
  /** The rank of the token that it makes with the one after it. */
  readonly pairAt: Int32Array;
}

function linkedTokens(capacity: number): LinkedTokens {
  const array = (): Int32Array => new Int32Array(capacity + 1);
  return { capacity, next: array(), previous: array(), tokenAt: array(), pairAt: array() };
}

function lowestPair({ next, pairAt }: LinkedTokens, length: number): number {
  let lowest = Infinity;
  let found = NONE;
  for (let start = 0; start < length; start = next[start] ?? length) {
    const rank = pairAt[start] ?? NONE;
    if (rank === NONE || rank >= lowest) continue;
    lowest = rank;
    found = start;
  }
  return found;
}

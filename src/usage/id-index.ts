/**
 * Finds the number that an id was given, without keeping the id: 64 bits of hash in an open-addressing table, 12 bytes
 * an entry. Among ten million ids two share a hash by chance with a probability of about 1 in 370,000.
 */
export interface IdIndex {
  /** The number of an id that is known; else gives it `next` and returns -1. */
  readonly claim: (id: string, next: number) => number;
  readonly find: (id: string) => number;
}

const FIRST_SIZE = 1 << 10;
/** A table that is fuller makes long walks. */
const FULLEST = 0.7;

export function createIdIndex(): IdIndex {
  let size = FIRST_SIZE;
  let high = new Uint32Array(size);
  let low = new Uint32Array(size);
  /** One more than the number, so that 0 is an empty slot. */
  let numbers = new Uint32Array(size);
  let count = 0;

  const slotOf = (a: number, b: number): number => {
    let slot = a & (size - 1);
    while (numbers[slot] !== 0 && (high[slot] !== a || low[slot] !== b)) slot = (slot + 1) & (size - 1);
    return slot;
  };
  const put = (slot: number, a: number, b: number, stored: number): void => {
    high[slot] = a;
    low[slot] = b;
    numbers[slot] = stored;
  };
  const grow = (): void => {
    const [oldHigh, oldLow, oldNumbers] = [high, low, numbers];
    size *= 2;
    high = new Uint32Array(size);
    low = new Uint32Array(size);
    numbers = new Uint32Array(size);
    for (let slot = 0; slot < oldNumbers.length; slot += 1) {
      const stored = oldNumbers[slot] ?? 0;
      const [a, b] = [oldHigh[slot] ?? 0, oldLow[slot] ?? 0];
      if (stored !== 0) put(slotOf(a, b), a, b, stored);
    }
  };

  return {
    claim: (id, next) => {
      if (count > size * FULLEST) grow();
      const [a, b] = hash(id);
      const slot = slotOf(a, b);
      const stored = numbers[slot] ?? 0;
      if (stored !== 0) return stored - 1;
      put(slot, a, b, next + 1);
      count += 1;
      return -1;
    },
    find: (id) => (numbers[slotOf(...hash(id))] ?? 0) - 1,
  };
}

/** Two rounds of multiplication and xor (as in MurmurHash3's finish) over the UTF-16 units, with different constants. */
function hash(id: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let at = 0; at < id.length; at += 1) {
    const unit = id.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [mix(a, 0x85ebca6b), mix(b, 0xc2b2ae35)];
}

function mix(value: number, factor: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, factor);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0x27d4eb2f);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

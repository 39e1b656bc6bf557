/**
 * Growing columns of numbers, for millions of rows: chunks of typed arrays that are made when they are first written to
 * and are as wide as their largest value needs. Growing copies nothing, and a field that is always zero costs nothing.
 */
export interface Column {
  readonly get: (row: number) => number;
  readonly set: (row: number, value: number) => void;
}

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;

type WholeChunk = Uint8Array | Uint16Array | Uint32Array;

/** Whole numbers from 0 to 2^32 - 1. */
export function wholeColumn(): Column {
  const chunks: (WholeChunk | undefined)[] = [];
  return {
    get: (row) => chunks[row >>> CHUNK_BITS]?.[row & (CHUNK - 1)] ?? 0,
    set: (row, value) => {
      const at = row >>> CHUNK_BITS;
      let chunk = chunks[at];
      if (chunk === undefined || value > largestIn(chunk)) {
        if (chunk === undefined && value === 0) return;
        chunk = widened(chunk, value);
        place(chunks, at, chunk);
      }
      chunk[row & (CHUNK - 1)] = value;
    },
  };
}

function largestIn(chunk: WholeChunk): number {
  return chunk.BYTES_PER_ELEMENT === 1 ? 0xff : chunk.BYTES_PER_ELEMENT === 2 ? 0xffff : 0xffffffff;
}

function widened(chunk: WholeChunk | undefined, value: number): WholeChunk {
  const wide = value > 0xffff ? new Uint32Array(CHUNK) : value > 0xff ? new Uint16Array(CHUNK) : new Uint8Array(CHUNK);
  if (chunk !== undefined) wide.set(chunk);
  return wide;
}

/** Most costs are a few hundred million times this, which fits 32 bits; half of what a float takes. */
const UNITS = 1e10;
const MOST_UNITS = 2 ** 32 - 1;

/** Any float of at least zero, exactly as it was set. */
export function floatColumn(): Column {
  const chunks: (Uint32Array | Float64Array | undefined)[] = [];
  return {
    get: (row) => {
      const chunk = chunks[row >>> CHUNK_BITS];
      const value = chunk?.[row & (CHUNK - 1)] ?? 0;
      return chunk instanceof Uint32Array ? value / UNITS : value;
    },
    set: (row, value) => {
      const at = row >>> CHUNK_BITS;
      let chunk = chunks[at];
      if (chunk === undefined) {
        if (value === 0) return;
        chunk = new Uint32Array(CHUNK);
        place(chunks, at, chunk);
      }
      if (chunk instanceof Uint32Array) {
        const units = Math.round(value * UNITS);
        if (units <= MOST_UNITS && units / UNITS === value) {
          chunk[row & (CHUNK - 1)] = units;
          return;
        }
        chunk = Float64Array.from(chunk, (each) => each / UNITS);
        place(chunks, at, chunk);
      }
      chunk[row & (CHUNK - 1)] = value;
    },
  };
}

function place<Chunk>(chunks: (Chunk | undefined)[], at: number, chunk: Chunk): void {
  while (chunks.length <= at) chunks.push(undefined);
  chunks[at] = chunk;
}

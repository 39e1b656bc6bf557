/**
 * A growing column of numbers, for millions of rows: chunks of typed arrays that are made when they are first written
 * to, so that growing copies nothing and a field that is always zero costs nothing.
 */
export interface Column {
  readonly get: (row: number) => number;
  readonly set: (row: number, value: number) => void;
}

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;

type Chunk = Uint32Array | Float64Array | Uint8Array;

export function wholeColumn(): Column {
  return column(() => new Uint32Array(CHUNK));
}

export function floatColumn(): Column {
  return column(() => new Float64Array(CHUNK));
}

/** Whole numbers below 256. */
export function byteColumn(): Column {
  return column(() => new Uint8Array(CHUNK));
}

function column(create: () => Chunk): Column {
  const chunks: (Chunk | undefined)[] = [];
  return {
    get: (row) => chunks[row >>> CHUNK_BITS]?.[row & (CHUNK - 1)] ?? 0,
    set: (row, value) => {
      const at = row >>> CHUNK_BITS;
      let chunk = chunks[at];
      if (chunk === undefined) {
        if (value === 0) return;
        chunk = create();
        while (chunks.length <= at) chunks.push(undefined);
        chunks[at] = chunk;
      }
      chunk[row & (CHUNK - 1)] = value;
    },
  };
}

import type { UsageRow } from './usage-row.js';

/** Rows of OpenRouter's own generations, whose exact charge can be asked for by their id. */
export interface GenerationRows {
  readonly see: (row: UsageRow) => void;
  /** By id; the last row of an id wins. */
  readonly rows: ReadonlyMap<string, UsageRow>;
}

/** The id that OpenRouter gives a request of its own; other providers' ids look otherwise. */
const GENERATION_ID = /^gen-[A-Za-z0-9_-]{1,100}$/;

/** More than a run asks for by far, and a few megabytes at most: the others are not kept. */
const MOST = 5_000;

export function createGenerationRows(): GenerationRows {
  const rows = new Map<string, UsageRow>();
  return {
    rows,
    see: (row) => {
      if (row.id === null) return;
      // In this order, since there may be millions of rows: once it is full, only a look-up is left of it.
      const isKept = rows.has(row.id) || (rows.size < MOST && GENERATION_ID.test(row.id));
      if (isKept) rows.set(row.id, row);
    },
  };
}

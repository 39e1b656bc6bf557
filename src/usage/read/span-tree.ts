import { createIdIndex } from './id-index.js';
import type { TracedSpan } from './sink.js';
import type { UsageTable } from './usage-table.js';
import { wholeColumn } from './column.js';

/**
 * Spans come in any order and over many lines, so which of them are leaves is known only at the end. A span with usage
 * that has another one beneath it, however deep, repeats what that one states.
 */
export interface SpanTree {
  readonly add: (span: TracedSpan) => void;
  /** Drops the rows of all spans that are no leaves; returns their number. */
  readonly dropSums: () => number;
}

export function createSpanTree(table: UsageTable): SpanTree {
  const index = createIdIndex();
  let count = 0;
  /** By a span's number: one more than its parent's number and than its row; 0 is none. */
  const parents = wholeColumn();
  const rows = wholeColumn();

  const rowOf = (span: number): number => rows.get(span) - 1;
  const numberOf = (trace: string, span: string | null): number => {
    const known = span === null ? -1 : index.claim(`${trace}:${span}`, count);
    if (known >= 0) return known;
    count += 1;
    return count - 1;
  };

  return {
    add: ({ trace, span, parent, row }) => {
      const number = numberOf(trace, span);
      if (parent !== null && parent !== span) parents.set(number, numberOf(trace, parent) + 1);
      const id = row?.id ?? (span === null ? null : `${trace}:${span}`);
      if (row !== null) rows.set(number, table.put({ ...row, id }) + 1);
    },
    dropSums: () => {
      const isSum = new Uint8Array(count);
      for (let span = 0; span < count; span += 1) {
        if (rows.get(span) !== 0) markAncestors(span, parents.get, isSum);
      }
      const spans = Array.from({ length: count }, (_, span) => span);
      const sums = new Set(spans.filter((span) => isSum[span] === 1 && rows.get(span) !== 0).map(rowOf));
      if (sums.size === 0) return 0;
      // A wrapper may carry the response's own id: then both spans are one row, and it stays.
      for (const span of spans) if (isSum[span] !== 1) sums.delete(rowOf(span));
      sums.forEach((row) => {
        table.drop(row);
      });
      return sums.size;
    },
  };
}

/** Stops where an earlier walk has been: traces may be deep, or go round in a circle. */
function markAncestors(span: number, parentOf: (span: number) => number, isSum: Uint8Array): void {
  let parent = parentOf(span) - 1;
  while (parent >= 0 && parent !== span && isSum[parent] !== 1) {
    isSum[parent] = 1;
    parent = parentOf(parent) - 1;
  }
}

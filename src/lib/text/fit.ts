/** Shortens a document to a length: drops rows, from the least important lists first, and states how many. */

/** A list or table whose last rows may be dropped. `lead` and `end` always stay. */
export interface Rows {
  readonly lead: string;
  readonly rows: readonly string[];
  readonly end?: string;
  /** Lists with a lower number lose their rows first. */
  readonly importance: number;
  /** The text in place of dropped rows; it says how many they are and where to find them. */
  readonly missing: (count: number) => string;
}

/** A block of Markdown. Blank lines separate blocks. */
export type Block = string | Rows;

type Measure = (text: string) => number;

const SEPARATOR = '\n\n';

/** Joins the blocks to one text of at most `limit` by `measure`, provided that everything but the rows fits. */
export function fit(blocks: readonly Block[], limit: number, measure: Measure = (text) => text.length): string {
  const whole = blocks.map((block) => (typeof block === 'string' ? block : withRows(block, block.rows.length)));
  const text = whole.join(SEPARATOR);
  return measure(text) <= limit ? text : shortened(blocks, limit, measure);
}

function shortened(blocks: readonly Block[], limit: number, measure: Measure): string {
  const bare = blocks.map((block) => (typeof block === 'string' ? block : withRows(block, 0))).join(SEPARATOR);
  let left = limit - measure(bare);
  const kept = new Map<Rows, number>();
  const lists = blocks.filter((block) => typeof block !== 'string');
  for (const list of lists.toSorted((a, b) => b.importance - a.importance)) {
    const rows = fitting(list.rows, left, measure);
    kept.set(list, rows.count);
    left -= rows.size;
  }
  return blocks
    .map((block) => (typeof block === 'string' ? block : withRows(block, kept.get(block) ?? 0)))
    .join(SEPARATOR);
}

function fitting(rows: readonly string[], left: number, measure: Measure): { count: number; size: number } {
  let size = 0;
  let count = 0;
  for (const row of rows) {
    const next = size + measure(`${row}\n`);
    if (next > left) break;
    size = next;
    count += 1;
  }
  return { count, size };
}

function withRows(block: Rows, kept: number): string {
  const missing = block.rows.length - kept;
  const rows = [block.lead, ...block.rows.slice(0, kept)].filter((line) => line !== '').join('\n');
  return [rows, missing > 0 ? block.missing(missing) : '', block.end ?? '']
    .filter((part) => part !== '')
    .join(SEPARATOR);
}

import { counted } from '../../lib/text/amount.js';
import type { LinkBase } from '../../lib/text/markdown.js';

/** The blocks of a Markdown document, and how a document is shortened to a length. */

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

/** The data that the Markdown of a report needs beside the report itself. */
export interface MarkdownContext {
  /** The repository and head's commit, which files are linked to. */
  readonly link: LinkBase;
  /** Markdown of ours that says where dropped rows are: `the job summary and the JSON report`. */
  readonly elsewhere: string;
  /** The comment folds its details; the summary leaves the tables of suites and calls open. */
  readonly isSummary: boolean;
  /** Whether the document has a section for each of several manifests. */
  readonly isOneOfSeveral: boolean;
}

/** The text in place of dropped rows. */
export function missingRows(context: MarkdownContext, one: string): (count: number) => string {
  return (count) => `_${counted(count, `more ${one}`)} not shown here: see ${context.elsewhere}._`;
}

/** The two first lines of a table. The column of a title that starts with `>` is aligned to the right. */
export function tableHead(titles: readonly string[]): string {
  const names = titles.map((title) => title.replace(/^>/, ''));
  const rules = titles.map((title) => (title.startsWith('>') ? '--:' : '---'));
  return `${tableRow(names)}\n${tableRow(rules)}`;
}

/** A row of a table. The cells are Markdown. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Keeps a sign and its figure on one line: `45 %`, `$2.38 →`, `+ no price`. */
export function keptTogether(figures: string): string {
  return figures.replace(/ (?=[%→])|(?<= \+) /gu, '&nbsp;');
}

interface Part extends Pick<Rows, 'rows' | 'importance' | 'missing'> {
  /** Text of ours, never anything untrusted. */
  readonly title: string;
  readonly lead?: string;
}

/** A part that is closed in the comment and open in the summary. */
export function folded({ title, lead, rows, importance, missing }: Part, context: MarkdownContext): Rows {
  const start = [opening(title, context), '', ...(lead === undefined ? [] : [lead])].join('\n');
  return { lead: start, rows, end: '</details>', importance, missing };
}

/** Shows the first rows and folds the others under their count, less important by 4. The summary shows all of them. */
export function firstInTheOpen(
  { rows, shown, one, importance }: { rows: readonly string[]; shown: number; one: string; importance: number },
  context: MarkdownContext,
): Block[] {
  if (rows.length === 0) return [];
  const open = context.isSummary ? rows : rows.slice(0, shown);
  const rest = rows.slice(open.length);
  const missing = missingRows(context, one);
  const title = counted(rest.length, `more ${one}`);
  return [
    { lead: '', rows: open, importance, missing },
    ...(rest.length === 0 ? [] : [folded({ title, rows: rest, importance: importance - 4, missing }, context)]),
  ];
}

/** Several blocks behind one click. */
export function foldedBlocks(title: string, blocks: readonly Block[], context: MarkdownContext): Block[] {
  return [opening(title, context), ...blocks, '</details>'];
}

function opening(title: string, { isSummary }: MarkdownContext): string {
  return `<details${isSummary ? ' open' : ''}><summary>${title}</summary>`;
}

type Measure = (text: string) => number;

const SEPARATOR = '\n\n';

/**
 * Joins the blocks to one text of at most `limit` by `measure` (UTF-16 units by default), provided that everything but the
 * rows fits. Drops rows, from the least important lists first, and states how many.
 */
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

import { counted } from '../../lib/text/amount.js';
import type { Block, Rows } from '../../lib/text/fit.js';
import type { LinkBase } from '../../lib/text/markdown.js';

/** What the Markdown of a report needs beyond the report itself. */
export interface MarkdownContext {
  /** Where files are linked to: the repository and head's commit. */
  readonly link: LinkBase;
  /** Markdown of ours that says where dropped rows are: `the job summary and the JSON report`. */
  readonly elsewhere: string;
  /** The comment folds its details; the summary leaves the tables of suites and calls open. */
  readonly isSummary: boolean;
  /** Whether the document has a section for each of several manifests. */
  readonly isOneOfSeveral: boolean;
}

/** What stands in the place of dropped rows. */
export function missingRows(context: MarkdownContext, one: string): (count: number) => string {
  return (count) => `_${counted(count, `more ${one}`)} not shown here: see ${context.elsewhere}._`;
}

/** The two first lines of a table; a title that starts with `>` stands over figures, to the right. */
export function tableHead(titles: readonly string[]): string {
  const names = titles.map((title) => title.replace(/^>/, ''));
  const rules = titles.map((title) => (title.startsWith('>') ? '--:' : '---'));
  return `${tableRow(names)}\n${tableRow(rules)}`;
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Keeps a sign and its figure on one line: `45 %`, `$2.38 →`, `+ no price`. */
export function bound(figures: string): string {
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

/** The first rows in the open and the others folded under their count, less important by 4; the summary has all in the open. */
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

import { compare, toText, type Decimal } from '../../lib/money/decimal.js';
import { count, counted, money } from '../../lib/text/amount.js';
import { columns, type Column } from '../../lib/text/columns.js';
import { logLine } from '../../lib/text/plain.js';
import { cell, inlineText, prose } from '../../lib/text/markdown.js';
import { NO_USAGE_IN_STREAM } from '../read/formats/answers.js';
import type { Totals } from './totals.js';

/** What a recorder shows at the end. */
export interface RecordSummary {
  readonly totals: Totals;
  /** US dollars; null: there was none. */
  readonly cap: Decimal | null;
  /** What was counted against the cap: the known costs, and reservations of answers without usage. */
  readonly spent: Decimal | null;
  readonly suite: string | null;
  /** The manifest's expected cost of one run of the suite; null where there is no such figure. */
  readonly expected: Decimal | null;
  /** As messages name it. */
  readonly usageFile: string;
  /** The command to type next, shown where something was recorded. */
  readonly next: string;
}

const HEADS: readonly Column[] = [
  { title: 'Model', align: 'left', isElastic: true },
  { title: 'Requests', align: 'right' },
  { title: 'Prompt', align: 'right' },
  { title: 'Completion', align: 'right' },
  { title: 'Cost', align: 'right' },
];

/** The table and the sentences below it, for a terminal of that many columns. */
export function summaryLines(summary: RecordSummary, width: number): readonly string[] {
  const { models } = summary.totals;
  const rows = tableRows(summary.totals).map((cells) => cells.map((text) => logLine(text, 100)));
  const table = models.length === 0 ? [nothingRecorded(summary.totals)] : columns(HEADS, rows, width);
  const next = models.length === 0 ? [] : [`Next: ${logLine(summary.next)}`];
  return [...table, ...sentences(summary).map((line) => logLine(line)), ...next];
}

/** The same for a job summary. */
export function summaryMarkdown(summary: RecordSummary): string {
  const rows = tableRows(summary.totals).map((cells) => `| ${cells.map((text) => cell(text)).join(' | ')} |`);
  const table = [
    `| ${HEADS.map(({ title }) => title).join(' | ')} |`,
    `| ${HEADS.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
    ...rows,
  ];
  const title = `### LLM calls of ${summary.suite === null ? 'this step' : inlineText(summary.suite)}`;
  const isEmpty = summary.totals.models.length === 0;
  const body = isEmpty ? [nothingRecorded(summary.totals)] : table;
  const lines = sentences(summary).map((line) => `- ${prose(line)}`);
  const next = isEmpty ? [] : ['', `Next: ${inlineText(summary.next, 300)}`];
  return `${[title, '', ...body, '', ...lines, ...next].join('\n').trimEnd()}\n`;
}

function nothingRecorded({ refused, not_counted: uncounted }: Totals): string {
  return refused > 0 || uncounted.size > 0 ? 'No request was recorded; the lines below say why.' : NO_CLIENT;
}

const NO_CLIENT =
  'No request was recorded: the clients of the command must take their base URL from the environment (OPENAI_BASE_URL, ANTHROPIC_BASE_URL or OPENROUTER_BASE_URL).';

function tableRows({ models, requests, cost }: Totals): string[][] {
  const sum = (of: (model: Totals['models'][number]) => number): number =>
    models.reduce((total, model) => total + of(model), 0);
  const rows = models.map((model) => [
    model.model,
    count(model.requests),
    count(model.prompt),
    count(model.completion),
    amountText(model.cost),
  ]);
  if (models.length < 2) return rows;
  const all = ['All', count(requests), count(sum(({ prompt }) => prompt)), count(sum((model) => model.completion))];
  return [...rows, [...all, amountText(cost)]];
}

function amountText(cost: Decimal | null): string {
  return cost === null ? 'not known' : money(cost);
}

function sentences({ totals, cap, spent, suite, expected, usageFile }: RecordSummary): string[] {
  const { refused, errors, without_usage: without, not_counted: uncounted, lost_rows: lost } = totals;
  const lines: string[] = [];
  if (totals.cost === null) lines.push(`The known part of the cost is ${money(totals.known_cost)}.`);
  if (expected !== null && suite !== null) {
    lines.push(`The manifest expects ${money(expected)} for a run of ${suite}.`);
  }
  if (cap !== null && spent !== null) {
    const over = compare(spent, cap) > 0 ? ', which is above it' : '';
    lines.push(`Of the cap of ${money(cap)}, ${money(spent)} is spent${over}.`);
  }
  if (refused > 0) lines.push(`${counted(refused, 'request')} ${refused === 1 ? 'was' : 'were'} refused with 402.`);
  if (errors > 0)
    lines.push(`${counted(errors, 'request')} had an error status or no answer, and count as no spending.`);
  for (const [reason, times] of without) {
    const remedy = reason === NO_USAGE_IN_STREAM ? ' Set it, so that the answer states what it used.' : '';
    lines.push(`${counted(times, 'answer')} without usage: ${reason}.${remedy}`);
  }
  for (const [what, times] of uncounted) lines.push(`Not counted: ${counted(times, 'request')} ${what}.`);
  if (lost > 0) lines.push(`${counted(lost, 'row')} could not be written to ${usageFile}.`);
  else if (totals.requests > 0) lines.push(`The rows are in ${usageFile}.`);
  return lines;
}

/** The totals as plain values, for another process: amounts are exact decimal texts. */
export function summaryDocument(summary: RecordSummary): string {
  const { totals, spent } = summary;
  return JSON.stringify({
    cost: totals.cost === null ? null : toText(totals.cost),
    known_cost: toText(totals.known_cost),
    spent: spent === null ? null : toText(spent),
    requests: totals.requests,
    refused: totals.refused,
    markdown: summaryMarkdown(summary),
    lines: summaryLines(summary, 100),
  });
}

import { add, sumOrNull, ZERO, type Decimal, compare, toText } from '../../lib/money/decimal.js';
import type { UsageRow } from '../read/exchange.js';
import { count, counted, money } from '../../lib/text/amount.js';
import { columns, type Column } from '../../lib/text/columns.js';
import { logLine } from '../../lib/text/plain.js';
import { cell, inlineText, prose } from '../../lib/text/markdown.js';
import { NO_USAGE_IN_STREAM } from '../read/formats/answers.js';

/** What a recorder adds up, and how the sums are shown at the end. */

interface ModelTotals {
  /** As answered, else as requested; "(not named)" where neither names one. */
  readonly model: string;
  readonly requests: number;
  readonly prompt: number;
  readonly completion: number;
  /** US dollars, exact; null where the cost of an answer is not known. */
  readonly cost: Decimal | null;
}

/** The sums of one recorder; amounts in US dollars. */
export interface Totals {
  readonly models: readonly ModelTotals[];
  /** Requests that were forwarded and counted. */
  readonly requests: number;
  /** Sum over models; null where the cost of an answer is not known. */
  readonly cost: Decimal | null;
  /** Sum of the costs that are known. */
  readonly known_cost: Decimal;
  readonly refused: number;
  /** Answers with an error status, or none at all. */
  readonly errors: number;
  /** Answers that state no usage, by the reason. */
  readonly without_usage: ReadonlyMap<string, number>;
  /** Requests that passed and are in no row, by method and path without its ids. */
  readonly not_counted: ReadonlyMap<string, number>;
  /** Rows that the file did not take. */
  readonly lost_rows: number;
}

interface Sums {
  requests: number;
  prompt: number;
  completion: number;
  sum: Decimal;
  isKnown: boolean;
}

/** Adds up requests as they end. */
export interface Tally {
  readonly answered: (model: string | null, row: UsageRow | null, cost: Decimal | null) => void;
  readonly failed: (model: string | null) => void;
  readonly withoutUsage: (reason: string) => void;
  readonly refused: () => void;
  readonly notCounted: (what: string) => void;
  readonly lostRow: () => void;
  readonly totals: () => Totals;
}

/** At most this many kinds of uncounted requests are named. */
const MOST_KINDS = 20;

/** A tally of nothing. */
export function createTally(): Tally {
  const models = new Map<string, Sums>();
  const withoutUsage = new Map<string, number>();
  const notCounted = new Map<string, number>();
  const counts = { refused: 0, errors: 0, lost: 0 };
  const sumsOf = (model: string | null): Sums => {
    const name = model ?? '(not named)';
    const known = models.get(name);
    if (known !== undefined) return known;
    const sums = { requests: 0, prompt: 0, completion: 0, sum: ZERO, isKnown: true };
    models.set(name, sums);
    return sums;
  };
  return {
    answered: (model, row, cost) => {
      const sums = sumsOf(row?.model ?? model);
      sums.requests += 1;
      sums.prompt += row?.tokens.prompt ?? 0;
      sums.completion += row?.tokens.completion ?? 0;
      if (cost === null) sums.isKnown = false;
      else sums.sum = add(sums.sum, cost);
    },
    failed: (model) => {
      sumsOf(model).requests += 1;
      counts.errors += 1;
    },
    withoutUsage: (reason) => {
      increment(withoutUsage, reason);
    },
    refused: () => {
      counts.refused += 1;
    },
    notCounted: (what) => {
      increment(notCounted, notCounted.has(what) || notCounted.size < MOST_KINDS ? what : 'other requests');
    },
    lostRow: () => {
      counts.lost += 1;
    },
    totals: () => {
      const rows = [...models].map(([model, { requests, prompt, completion, sum, isKnown }]) => ({
        model,
        requests,
        prompt,
        completion,
        cost: isKnown ? sum : null,
      }));
      return {
        models: rows,
        requests: rows.reduce((total, { requests }) => total + requests, 0),
        cost: sumOrNull(rows.map(({ cost }) => cost)),
        known_cost: [...models.values()].reduce((total, { sum }) => add(total, sum), ZERO),
        refused: counts.refused,
        errors: counts.errors,
        without_usage: withoutUsage,
        not_counted: notCounted,
        lost_rows: counts.lost,
      };
    },
  };
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

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

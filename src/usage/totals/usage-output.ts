import { sumOrNull, type Decimal, toText } from '../../lib/money/decimal.js';
import { columns, wrap, type Column } from '../../lib/text/columns.js';
import { count, counted, money } from '../../lib/text/amount.js';
import { safeLine, SENTENCE_LIMIT } from '../../lib/text/plain.js';
import { accountLine, type FileAccount, NO_EXCHANGE, noteLine, type Usage } from '../read/usage.js';
import type { ModelTotal } from './model-totals.js';
import { z } from 'zod';

const HEADS: readonly Column[] = [
  { title: 'model', align: 'left', isElastic: true },
  { title: 'requests', align: 'right' },
  { title: 'prompt', align: 'right' },
  { title: 'completion', align: 'right' },
  { title: 'charged', align: 'right' },
  { title: 'catalogue', align: 'right' },
];

/**
 * The sums for a person: a row for each model, what is worth knowing of it below, and a last line for all files.
 * `hasCatalogue`: whether models were looked up at all.
 */
export function renderUsage(usage: Usage, totals: readonly ModelTotal[], hasCatalogue: boolean, width: number): string {
  const rows = [...totals.map(rowOf), ...(totals.length > 1 ? [totalRow(totals)] : [])];
  const details = totals.flatMap((total) => detailsOf(total, hasCatalogue));
  const places = placesOf(usage);
  const sections = [
    totals.length === 0 ? [] : columns(HEADS, rows, width),
    details.flatMap((line) => wrap(line, width)),
    places.flatMap((line) => wrap(line, width)),
    wrap(accountLine(usage), width),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function nameOf({ recorded }: ModelTotal): string {
  return recorded === null ? 'model not stated' : safeLine(recorded);
}

function rowOf(total: ModelTotal): string[] {
  const { tokens, requests } = total;
  return [
    nameOf(total),
    requests === null ? '?' : count(requests),
    count(tokens.prompt),
    count(tokens.completion),
    amount(total.charged),
    amount(total.at_catalogue_prices),
  ];
}

function totalRow(totals: readonly ModelTotal[]): string[] {
  const whole = (of: (total: ModelTotal) => number): string => count(totals.reduce((sum, total) => sum + of(total), 0));
  const isCounted = totals.every(({ requests }) => requests !== null);
  return [
    'total',
    isCounted ? whole(({ requests }) => requests ?? 0) : '?',
    whole(({ tokens }) => tokens.prompt),
    whole(({ tokens }) => tokens.completion),
    amount(sumOrNull(totals.map(({ charged }) => charged))),
    amount(sumOrNull(totals.map(({ at_catalogue_prices }) => at_catalogue_prices))),
  ];
}

function amount(value: Decimal | null): string {
  return value === null ? '-' : money(value);
}

/** The parts of the tokens, the catalogue's name, and what is not known, where there is any of it. */
function detailsOf(total: ModelTotal, hasCatalogue: boolean): string[] {
  const { tokens, written_1h, web_searches, unmeasured, estimate, charged } = total;
  const kept = written_1h === 0 ? '' : ` (${count(written_1h)} for an hour)`;
  const parts = [
    tokens.cached > 0 ? `${count(tokens.cached)} cached` : null,
    tokens.written > 0 ? `${count(tokens.written)} written${kept}` : null,
    tokens.reasoning > 0 ? `${count(tokens.reasoning)} reasoning` : null,
    web_searches > 0 ? counted(web_searches, 'web search', 'web searches') : null,
    unmeasured > 0 ? `${counted(unmeasured, 'request')} without usage` : null,
    estimate !== null && charged === null ? `${money(estimate)} by the recording's own estimate` : null,
  ].filter((part) => part !== null);
  const priced =
    total.recorded === null || !hasCatalogue
      ? null
      : total.model === null
        ? 'no model of the catalogue'
        : total.model === total.recorded
          ? null
          : `priced as ${safeLine(total.model)}`;
  const all = [...(priced === null ? [] : [priced]), ...parts];
  const lines = all.length === 0 ? [] : [`${nameOf(total)}: ${all.join(', ')}`];
  return [...lines, ...total.notes.map((note) => `${nameOf(total)}: ${safeLine(note, SENTENCE_LIMIT)}`)];
}

function placesOf({ files, notes, unmatched }: Usage): string[] {
  return [
    ...files.flatMap(({ name, not_understood }) =>
      not_understood.map(({ what, count: times, lines }) => {
        const where = lines.length === 0 ? '' : `, line${lines.length === 1 ? '' : 's'} ${lines.join(', ')}`;
        return `Not understood: ${safeLine(name)}${where}${times > lines.length ? ` (${count(times)} in all)` : ''}: ${safeLine(what, SENTENCE_LIMIT)}`;
      }),
    ),
    ...files.flatMap((file) =>
      isEmpty(file)
        ? [`Without usage: ${safeLine(file.name)}: ${NO_EXCHANGE}`]
        : file.without_usage.map(
            ({ reason, count: times }) =>
              `Without usage: ${safeLine(file.name)}: ${count(times)} x ${safeLine(reason, SENTENCE_LIMIT)}`,
          ),
    ),
    ...notes.map((note) => `Note: ${noteLine(note)}`),
    ...unmatched.map(({ message }) => safeLine(message, SENTENCE_LIMIT)),
  ];
}

/** Whether no exchange at all was found in the file. */
function isEmpty({ is_read, without_usage, not_understood }: FileAccount): boolean {
  return !is_read && without_usage.length + not_understood.length === 0;
}

const wholeNumber = z.number().int().nonnegative();
const moneyText = z.string().regex(/^\d+(?:\.\d+)?$/);

/** The shape of `llm-budget usage --json`. Money is an exact decimal text in US dollars; null where it is not known. */
export const usageDocumentSchema = z.strictObject({
  schema_version: z.literal(1),
  files: z.strictObject({
    read: wholeNumber,
    without_usage: z.array(z.strictObject({ file: z.string(), reason: z.string(), count: wholeNumber })),
    not_understood: z.array(
      z.strictObject({ file: z.string(), what: z.string(), count: wholeNumber, lines: z.array(wholeNumber) }),
    ),
  }),
  exchanges: z.strictObject({ read: wholeNumber, without_usage: wholeNumber, not_understood: wholeNumber }),
  models: z.array(
    z.strictObject({
      recorded: z.string().nullable(),
      model: z.string().nullable(),
      requests: wholeNumber.nullable(),
      prompt_tokens: wholeNumber,
      completion_tokens: wholeNumber,
      cached_tokens: wholeNumber,
      cache_write_tokens: wholeNumber,
      cache_write_1h_tokens: wholeNumber,
      reasoning_tokens: wholeNumber,
      web_searches: wholeNumber,
      charged: moneyText.nullable(),
      at_catalogue_prices: moneyText.nullable(),
      requests_without_usage: wholeNumber,
      estimated_by_recorder: moneyText.nullable(),
    }),
  ),
  notes: z.array(
    z.strictObject({ message: z.string(), count: wholeNumber, file: z.string(), line: wholeNumber.nullable() }),
  ),
});
export type UsageDocument = z.infer<typeof usageDocumentSchema>;

/** The document that `llm-budget usage --json` prints. */
export function usageDocument(usage: Usage, totals: readonly ModelTotal[]): UsageDocument {
  const { files, exchanges, notes } = usage;
  return {
    schema_version: 1,
    files: {
      read: files.filter(({ is_read }) => is_read).length,
      without_usage: files.flatMap((file) =>
        isEmpty(file)
          ? [{ file: file.name, reason: NO_EXCHANGE, count: 0 }]
          : file.without_usage.map(({ reason, count: times }) => ({ file: file.name, reason, count: times })),
      ),
      not_understood: files.flatMap(({ name, not_understood }) =>
        not_understood.map(({ what, count: times, lines }) => ({ file: name, what, count: times, lines: [...lines] })),
      ),
    },
    exchanges: { ...exchanges },
    models: totals.map((total) => ({
      recorded: total.recorded,
      model: total.model,
      requests: total.requests,
      prompt_tokens: total.tokens.prompt,
      completion_tokens: total.tokens.completion,
      cached_tokens: total.tokens.cached,
      cache_write_tokens: total.tokens.written,
      cache_write_1h_tokens: total.written_1h,
      reasoning_tokens: total.tokens.reasoning,
      web_searches: total.web_searches,
      charged: text(total.charged),
      at_catalogue_prices: text(total.at_catalogue_prices),
      requests_without_usage: total.unmeasured,
      estimated_by_recorder: text(total.estimate),
    })),
    notes: [
      ...notes.map((note) => ({ ...note })),
      ...totals.flatMap((total) => total.notes.map((message) => ({ message, count: 1, file: '', line: null }))),
    ],
  };
}

function text(amount: Decimal | null): string | null {
  return amount === null ? null : toText(amount);
}

import type { EndpointPrice, EndpointSpread } from '../../budget/pricing/endpoint-spread.js';
import type { ListedModel } from '../../budget/pricing/model-listing.js';
import { count, exactMoney } from '../../lib/text/amount.js';
import type { Column } from '../../lib/text/columns.js';
import { columns } from '../../lib/text/columns.js';
import { logLine } from '../../lib/text/log.js';
import { LINE_LIMIT } from '../../lib/text/plain.js';

/** A model of the listing, and the spread over its endpoints where that was asked for: why it is missing, if it is. */
export interface ModelRow {
  readonly model: ListedModel;
  readonly spread: EndpointSpread | { readonly reason: string } | null;
}

const HEADS: readonly Column[] = [
  { title: 'Model', align: 'left', isElastic: true },
  { title: 'Prompt', align: 'right' },
  { title: 'Completion', align: 'right' },
  { title: 'Cache read', align: 'right' },
  { title: 'Context', align: 'right' },
  { title: 'Tier', align: 'left' },
];

const SPREAD_HEADS: readonly Column[] = [
  { title: 'Endpoints', align: 'right' },
  { title: 'Cheapest', align: 'left' },
  { title: 'Dearest', align: 'left' },
];

/**
 * Models under titles, prices in dollars per million tokens; after the table what its marks mean, and why models have no
 * price. `width` in columns, null where there is no terminal to fit.
 */
export function modelTable(rows: readonly ModelRow[], width: number | null): string {
  const priced = rows.filter(({ model }) => model.price !== null);
  const hasSpread = priced.some(({ spread }) => spread !== null);
  const heads = hasSpread ? [...HEADS, ...SPREAD_HEADS] : HEADS;
  const table = columns(heads, priced.map(cellsOf), width ?? Number.POSITIVE_INFINITY);
  const parts = [
    priced.length === 0 ? [] : table,
    [...markLines(priced), ...(priced.length === 0 ? [] : ['Prices in US dollars per million tokens.'])],
    rows.flatMap(({ model }) => (model.reason === null ? [] : [`${id(model.id)}: no price: ${logLine(model.reason)}`])),
  ];
  const text = parts.filter((part) => part.length > 0).map((part) => `${part.join('\n')}\n`);
  return text.join('\n');
}

function cellsOf({ model, spread }: ModelRow): string[] {
  const { price } = model;
  if (price === null) return [];
  const alias = model.alias_of === null ? '' : ` -> ${id(model.alias_of)}`;
  return [
    `${id(model.id)}${alias}${price.other_prices.length === 0 ? '' : ' *'}`,
    exactMoney(price.prompt),
    exactMoney(price.completion),
    price.cache_read === null ? '-' : exactMoney(price.cache_read),
    model.context_length === null ? '-' : count(model.context_length),
    price.tier,
    ...(spread === null ? [] : spreadCells(spread)),
  ];
}

function spreadCells(spread: EndpointSpread | { readonly reason: string }): string[] {
  if ('reason' in spread) return ['-', logLine(spread.reason, LINE_LIMIT)];
  const tiers = spread.other_tiers === 0 ? '' : ` (+${spread.other_tiers})`;
  return [`${spread.endpoints}${tiers}`, endpointCell(spread.cheapest), endpointCell(spread.dearest)];
}

function endpointCell(price: EndpointPrice | null): string {
  if (price === null) return '-';
  return `${exactMoney(price.prompt)} / ${exactMoney(price.completion)} ${logLine(price.tag, LINE_LIMIT)}`;
}

function markLines(rows: readonly ModelRow[]): string[] {
  const varies = rows.some(({ model }) => (model.price?.other_prices.length ?? 0) > 0);
  const tiers = rows.some(({ spread }) => spread !== null && 'other_tiers' in spread && spread.other_tiers > 0);
  return [
    ...(varies ? ['* other prices hold for long prompts or at some hours; --json names when.'] : []),
    ...(tiers ? ['(+n) flex and priority endpoints, which serve only where they are asked for.'] : []),
  ];
}

function id(text: string): string {
  return logLine(text, LINE_LIMIT);
}

import type { EndpointPrice, EndpointSpread, ListedModel } from '../../budget/pricing/model-listing.js';
import { count, exactMoney } from '../../lib/text/amount.js';
import { type Column, columns, cutToWidth, widthOf, wrapped } from '../../lib/text/columns.js';
import { LINE_LIMIT, logLine } from '../../lib/text/plain.js';

/** A model of the listing, and the spread over its endpoints where that was asked for: why it is missing, if it is. */
export interface ModelRow {
  readonly model: ListedModel;
  readonly spread: EndpointSpread | { readonly reason: string } | null;
}

/** A column and its cells. */
interface ModelColumn {
  readonly head: Column;
  readonly cell: (row: ModelRow, price: ListedPrice) => string;
}

type ListedPrice = NonNullable<ListedModel['price']>;
type Spread = NonNullable<ModelRow['spread']>;

const MODEL: ModelColumn = {
  head: { title: 'Model', align: 'left', isElastic: true },
  cell: ({ model }, { other_prices: others }) => {
    const alias = model.alias_of === null ? '' : ` -> ${id(model.alias_of)}`;
    return `${id(model.id)}${alias}${others.length === 0 ? '' : ' *'}`;
  },
};
const PROMPT = right('Prompt', (_, { prompt }) => exactMoney(prompt));
const COMPLETION = right('Completion', (_, { completion, is_prompt_only: none }) =>
  none ? '-' : exactMoney(completion),
);
const CACHE_READ = right('Cache read', (_, { cache_read: read }) => (read === null ? '-' : exactMoney(read)));
const CONTEXT = right('Context', ({ model: { context_length: length } }) => (length === null ? '-' : count(length)));
const TIER: ModelColumn = { head: { title: 'Tier', align: 'left' }, cell: (_, { tier }) => tier };
const SPREAD: readonly ModelColumn[] = [
  right('Endpoints', ({ spread }) => (spread === null || 'reason' in spread ? '-' : endpointCount(spread))),
  {
    head: { title: 'Cheapest', align: 'left' },
    cell: ({ spread }) =>
      spread === null ? '' : 'reason' in spread ? logLine(spread.reason, LINE_LIMIT) : endpointCell(spread.cheapest),
  },
  {
    head: { title: 'Most expensive', align: 'left' },
    cell: ({ spread }) => (spread === null || 'reason' in spread ? '' : endpointCell(spread.mostExpensive)),
  },
];

function right(title: string, cell: ModelColumn['cell']): ModelColumn {
  return { head: { title, align: 'right' }, cell };
}

/** The layouts from the widest to the narrowest. The spread over endpoints is below each model where it has no columns. */
const LAYOUTS: readonly (readonly ModelColumn[])[] = [
  [MODEL, PROMPT, COMPLETION, CACHE_READ, CONTEXT, TIER, ...SPREAD],
  [MODEL, PROMPT, COMPLETION, CACHE_READ, CONTEXT, TIER],
  [MODEL, PROMPT, COMPLETION, CACHE_READ, CONTEXT],
  [MODEL, PROMPT, COMPLETION, CONTEXT],
  [MODEL, PROMPT, COMPLETION],
];
/** A narrower layout is taken before an id is cut to fewer characters than this. */
const READABLE_ID = 32;

/**
 * Models under titles, prices in dollars per million tokens; after the table what its marks mean, and why models have no
 * price. `width` in columns; null where the width is not known. From 60 columns on no line of the table is longer.
 */
export function modelTable(rows: readonly ModelRow[], width: number | null): string {
  const priced = rows.flatMap((row) => (row.model.price === null ? [] : [{ row, price: row.model.price }]));
  const hasSpread = priced.some(({ row }) => row.spread !== null);
  const layouts = hasSpread ? LAYOUTS : LAYOUTS.slice(1);
  const maxWidth = width ?? Number.POSITIVE_INFINITY;
  const layout = layouts.find((each) => widthWith(each, priced) <= maxWidth) ?? layouts.slice(-1).flat();
  const isBelow = hasSpread && !SPREAD.every((column) => layout.includes(column));
  const left = (layouts[0] ?? []).filter((column) => !layout.includes(column) && !SPREAD.includes(column));
  const parts = [
    priced.length === 0 ? [] : tableLines(layout, priced, maxWidth, isBelow),
    [
      ...markLines(rows),
      ...(priced.length === 0 ? [] : ['Prices in US dollars per million tokens.']),
      ...(left.length === 0
        ? []
        : [`Left out here: ${left.map(({ head }) => head.title).join(', ')}; --json has all.`]),
    ].flatMap((line) => wrapped('', line, width)),
    rows.flatMap(({ model }) =>
      model.reason === null ? [] : wrapped('', `${id(model.id)}: no price: ${logLine(model.reason)}`, width),
    ),
  ];
  const text = parts.filter((part) => part.length > 0).map((part) => `${part.join('\n')}\n`);
  return text.join('\n');
}

interface PricedRow {
  readonly row: ModelRow;
  readonly price: ListedPrice;
}

function tableLines(
  layout: readonly ModelColumn[],
  rows: readonly PricedRow[],
  maxWidth: number,
  isSpreadBelow: boolean,
): string[] {
  const [titles = '', ...lines] = columns(headsOf(layout), cellsOf(layout, rows), maxWidth);
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const spread = rows[index]?.row.spread ?? null;
      return isSpreadBelow && spread !== null ? [line, ...spreadBelow(spread).map((each) => `  ${each}`)] : [line];
    }),
  ];
}

function widthWith(layout: readonly ModelColumn[], rows: readonly PricedRow[]): number {
  const cells = cellsOf(layout, rows).map(([first = '', ...rest]) => [cutToWidth(first, READABLE_ID), ...rest]);
  return Math.max(...columns(headsOf(layout), cells, Number.POSITIVE_INFINITY).map(widthOf));
}

function headsOf(layout: readonly ModelColumn[]): Column[] {
  return layout.map(({ head }) => head);
}

function cellsOf(layout: readonly ModelColumn[], rows: readonly PricedRow[]): string[][] {
  return rows.map(({ row, price }) => layout.map(({ cell }) => cell(row, price)));
}

function spreadBelow(spread: Spread): string[] {
  if ('reason' in spread) return [`endpoints: ${logLine(spread.reason, LINE_LIMIT)}`];
  return [
    `${endpointCount(spread)} endpoints: cheapest ${endpointCell(spread.cheapest)}`,
    `most expensive ${endpointCell(spread.mostExpensive)}`,
  ];
}

function endpointCount({ endpoints, other_tiers: others }: EndpointSpread): string {
  return `${endpoints}${others === 0 ? '' : ` (+${others})`}`;
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

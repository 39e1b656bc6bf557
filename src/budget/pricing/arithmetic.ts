import { multiply, fromInteger, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { Fee } from './fees.js';
import { requestTerms } from './formula.js';
import { dependsOnTime, describe } from './price-condition.js';
import type { ListOverride, PriceList } from './price-list.js';
import { dollars } from './price-list.js';
import type { Quote } from './quote.js';

/**
 * The cost of one request, a line a term, `1800 prompt tokens x 0.000003 = 0.0054`; first whose prices they are and
 * which overrides hold, last the sum. All digits are exact: a person with a calculator gets the same.
 */
export function arithmeticLines(source: string, quote: Quote, fees: readonly Fee[], total: Decimal, at: Date | null) {
  const { list, prices, request } = quote;
  return [
    source,
    ...prices.applied.map((override) => overrideLine(list, override, at)),
    ...requestTerms(list, prices, request).map(({ what, quantity, price }) =>
      line(what, quantity, dollars(list, price)),
    ),
    ...fees.map(({ what, quantity, price }) => line(what, quantity, price)),
    `sum = ${toText(total)}`,
  ];
}

function line(what: string, quantity: number, price: Decimal): string {
  return `${quantity} ${what} x ${toText(price)} = ${toText(multiply(fromInteger(quantity), price))}`;
}

function overrideLine(list: PriceList, { condition, prices }: ListOverride, at: Date | null): string {
  const replaced = Object.entries(prices).map(([key, price]) => `${key} ${toText(dollars(list, price))}`);
  const time = at === null ? 'the dearest time of the week' : at.toISOString();
  const when = dependsOnTime(condition) ? ` (${time})` : '';
  return `override, ${describe(condition)}${when}: ${replaced.join(', ')}`;
}

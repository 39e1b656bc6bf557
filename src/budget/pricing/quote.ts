import type { Decimal } from '../../lib/money/decimal.js';
import { compare } from '../../lib/money/decimal.js';
import { covers, requestUnits } from './formula.js';
import type { PriceList, PriceSet } from './price-list.js';
import { dollars } from './price-list.js';
import { priceSets } from './price-sets.js';
import type { PricedRequest } from './request.js';

/** What one request costs by one price list, fees apart, and how that comes about. */
export interface Quote {
  readonly list: PriceList;
  readonly prices: PriceSet;
  readonly request: PricedRequest;
  readonly units: bigint;
}

/**
 * The cost at the instant `at`, or with null at the dearest time of the week; null where the list has no price for a
 * part of the request. The whole cost is compared, never price by price.
 */
export function quote(list: PriceList, request: PricedRequest, at: Date | null): Quote | null {
  let dearest: Quote | null = null;
  for (const prices of priceSets(list, request.prompt, at)) {
    if (!covers(prices, request)) return null;
    const units = requestUnits(list, prices, request);
    if (dearest === null || units > dearest.units) dearest = { list, prices, request, units };
  }
  return dearest;
}

export function costOf(quoted: Quote): Decimal {
  return dollars(quoted.list, quoted.units);
}

export function isCheaper(a: Quote, b: Quote): boolean {
  if (a.list.scale === b.list.scale) return a.units < b.units;
  const [left, right] = [a, b].map(({ units, list }) => ({ coefficient: units, scale: list.scale }));
  return left !== undefined && right !== undefined && compare(left, right) < 0;
}

import {
  absolute,
  compare,
  fromInteger,
  isZero,
  multiply,
  percentage,
  subtract,
  times,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';

/** Two prices of the same tokens may differ by so many percent: the rounding of who states them. */
const PRICE_TOLERANCE = fromInteger(1);

/** Whether two prices of the same tokens, in US dollars, are more than 1 % of the `expected` one apart. */
export function pricesDiffer(stated: Decimal, expected: Decimal): boolean {
  return isOffBy(stated, expected, PRICE_TOLERANCE);
}

/** Whether `actual` is more than `percent` of `expected` above or below it: exact, as nothing is divided or rounded. */
export function isOffBy(actual: Decimal, expected: Decimal, percent: Decimal): boolean {
  return compare(times(absolute(subtract(actual, expected)), 100), multiply(expected, percent)) > 0;
}

/** By how much `actual` is above `expected`, in percent of it to two places; null where only `expected` is 0. */
export function percentAbove(actual: Decimal, expected: Decimal): Decimal | null {
  if (isZero(expected)) return isZero(actual) ? ZERO : null;
  return percentage(subtract(actual, expected), expected, 2);
}

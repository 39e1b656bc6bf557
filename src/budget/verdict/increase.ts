import type { CallPair, Comparison } from '../comparison/comparison.js';
import {
  add,
  compare,
  fromInteger,
  isZero,
  multiply,
  negate,
  percentage,
  times,
  ZERO,
} from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';

/** What head adds to a base, as far as it can be known. */
export interface Increase {
  /** US dollars; a lower bound where `isExact` is false. */
  readonly amount: Decimal;
  readonly isExact: boolean;
  /** What base costs, without the calls that have no price. */
  readonly before: Decimal;
}

/**
 * The increase of the run, or of one suite. A call that head has without a price costs at least nothing, so the sum is a
 * lower bound. A call that base has without a price, and that changed, could have cost anything: then there is no
 * bound, and null says that the increase cannot be judged.
 */
export function increaseOf(comparison: Comparison, suite: string | null): Increase | null {
  const { base } = comparison;
  if (base === null) return null;
  let amount = ZERO;
  let isExact = true;
  for (const pair of pairsOf(comparison, suite)) {
    const least = leastDelta(pair);
    if (least === null) return null;
    amount = add(amount, least);
    isExact &&= pair.delta !== null;
  }
  return { amount, isExact, before: pricedBefore(comparison, suite) };
}

/** What base costs, without the calls that have no price; zero for a suite that it does not have. */
export function pricedBefore({ base }: Comparison, suite: string | null): Decimal {
  const totals = suite === null ? base?.totals : base?.suites.find(({ name }) => name === suite)?.totals;
  return totals?.priced_per_run ?? ZERO;
}

/**
 * The most that the increase can be: what base has without a price cost nothing at least. Null where head has a call
 * without a price that is not the same at base.
 */
export function mostIncreaseOf(comparison: Comparison, suite: string | null): Decimal | null {
  let amount = ZERO;
  for (const { delta, head } of pairsOf(comparison, suite)) {
    const most = delta ?? (head === null ? ZERO : head.per_run);
    if (most === null) return null;
    amount = add(amount, most);
  }
  return amount;
}

/** Percent of what base costs, to two places; null where that is nothing. */
export function increasePercent({ amount, before }: Pick<Increase, 'amount' | 'before'>): Decimal | null {
  return isZero(before) ? null : percentage(amount, before, 2);
}

/**
 * Whether a cost that rises from `before` to `after` is above a limit in percent: after x 100 > before x (100 + limit).
 * No division, so no rounding decides; from nothing, any increase is above it.
 */
export function breaksPercent(limit: Decimal, before: Decimal, after: Decimal): boolean {
  return compare(times(after, 100), multiply(before, add(fromInteger(100), limit))) > 0;
}

function pairsOf({ suites }: Comparison, suite: string | null): CallPair[] {
  return suites.filter(({ name }) => suite === null || name === suite).flatMap(({ calls }) => calls);
}

function leastDelta({ delta, base }: CallPair): Decimal | null {
  if (delta !== null) return delta;
  if (base === null) return ZERO;
  return base.per_run === null ? null : negate(base.per_run);
}

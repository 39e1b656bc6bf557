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

/** The increase of head over a base, as far as it can be known. */
export interface Increase {
  /** US dollars; a lower bound where `isExact` is false. */
  readonly amount: Decimal;
  readonly isExact: boolean;
  /** The cost of base in US dollars, unpriced calls left out. */
  readonly before: Decimal;
}

/**
 * The increase of the run, or of one suite. An unpriced call at head costs at least $0, so the sum is a lower bound.
 * An unpriced call at base that changed may have cost any amount: there is no bound, and the result is null.
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

/** The cost of base in US dollars, unpriced calls left out; zero for a suite that it does not have. */
export function pricedBefore({ base }: Comparison, suite: string | null): Decimal {
  const totals = suite === null ? base?.totals : base?.suites.find(({ name }) => name === suite)?.totals;
  return totals?.priced_per_run ?? ZERO;
}

/**
 * The largest possible increase, with unpriced calls of base at $0. Null if head has an unpriced call that is not the
 * same at base.
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

/** The increase in percent of the cost of base, to two places; null if base costs $0. */
export function increasePercent({ amount, before }: Pick<Increase, 'amount' | 'before'>): Decimal | null {
  return isZero(before) ? null : percentage(amount, before, 2);
}

/**
 * Whether a rise from `before` to `after` is above a limit in percent: after x 100 > before x (100 + limit). There is no
 * division, so rounding never decides. From $0 any increase is above the limit.
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

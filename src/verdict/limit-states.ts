import type { Estimate } from '../estimate/estimate.js';
import { divide, isZero, subtract, times, toText, ZERO } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';
import { LIMIT_NAMES } from './limits-in-force.js';
import type { LimitsInForce } from './limits-in-force.js';
import { scopesOf } from './scope.js';
import type { LimitState } from './violation.js';

/** Every limit in force beside the figure it is held against, broken or not. */
export function limitStates(
  head: Estimate,
  base: Estimate | null,
  limits: Pick<LimitsInForce, 'budget' | 'suiteBudgets'>,
): LimitState[] {
  return scopesOf(head, limits).flatMap((scope) => {
    const before = pricedAtBase(base, scope.suite);
    const increase = before === null ? null : subtract(scope.totals.priced_per_run, before);
    const actuals: Record<(typeof LIMIT_NAMES)[number], Decimal | null> = {
      per_run: scope.totals.priced_per_run,
      per_month: scope.totals.priced_per_month,
      worst_case_per_run: scope.totals.worst_case_per_run,
      increase_per_run: increase,
      increase_percent:
        increase === null || before === null || isZero(before) ? null : divide(times(increase, 100), before, 2),
    };
    return LIMIT_NAMES.flatMap((rule) => {
      const limit = scope.budget[rule];
      if (limit === undefined) return [];
      return [
        {
          rule,
          suite: scope.suite,
          warn: textOrNull(limit.warn),
          fail: textOrNull(limit.fail),
          actual: textOrNull(actuals[rule]),
        },
      ];
    });
  });
}

function pricedAtBase(base: Estimate | null, suite: string | null): Decimal | null {
  if (base === null) return null;
  if (suite === null) return base.totals.priced_per_run;
  return base.suites.find((candidate) => candidate.name === suite)?.totals.priced_per_run ?? ZERO;
}

function textOrNull(value: Decimal | null): string | null {
  return value === null ? null : toText(value);
}

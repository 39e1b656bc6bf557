import type { Comparison } from '../comparison/comparison.js';
import { toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { increaseOf, increasePercent } from './increase.js';
import { worstCaseOf } from './judge-limits.js';
import { LIMIT_NAMES } from './limits-in-force.js';
import type { LimitsInForce } from './limits-in-force.js';
import { scopesOf } from './scope.js';
import type { LimitState } from './violation.js';

/** Every limit in force beside the figure it is held against, broken or not. */
export function limitStates(
  comparison: Comparison,
  limits: Pick<LimitsInForce, 'budget' | 'suiteBudgets'>,
): LimitState[] {
  return scopesOf(comparison.head, limits).flatMap((scope) => {
    const increase = increaseOf(comparison, scope.suite);
    const worst = worstCaseOf(scope);
    const actuals: Record<(typeof LIMIT_NAMES)[number], Decimal | null> = {
      per_run: scope.totals.priced_per_run,
      per_month: scope.totals.priced_per_month,
      worst_case_per_run: worst.unknown.length === 0 ? worst.amount : null,
      increase_per_run: increase?.amount ?? null,
      increase_percent: increase === null ? null : increasePercent(increase),
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

function textOrNull(value: Decimal | null): string | null {
  return value === null ? null : toText(value);
}

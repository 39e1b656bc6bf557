import type { Comparison } from '../comparison/comparison.js';
import type { CallEstimate, Estimate, Totals } from '../estimate.js';
import type { Path } from '../../manifest/manifest.js';
import type { Budget } from '../../manifest/schema.js';
import { sum, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { increaseOf, increasePercent } from './increase.js';
import { LIMIT_NAMES } from './limits-in-force.js';
import type { LimitsInForce } from './limits-in-force.js';
import type { LimitState } from './violation.js';

/** The part of a run that one budget applies to: the whole run, or one suite. */
export interface Scope {
  /** Null: the whole run. */
  readonly suite: string | null;
  readonly budget: Budget;
  readonly totals: Totals;
  readonly calls: readonly CallEstimate[];
  /** The suites of the scope without runs_per_month. */
  readonly suitesWithoutRuns: readonly string[];
  /** Where the budget stands in the manifest. */
  readonly path: Path;
}

/** The whole run first, then its suites in the order of the manifest. */
export function scopesOf(estimate: Estimate, limits: Pick<LimitsInForce, 'budget' | 'suiteBudgets'>): Scope[] {
  return [
    {
      suite: null,
      budget: limits.budget,
      totals: estimate.totals,
      calls: estimate.suites.flatMap((suite) => suite.calls),
      suitesWithoutRuns: estimate.suites.filter((suite) => suite.runs_per_month === null).map((suite) => suite.name),
      path: ['budget'],
    },
    ...estimate.suites.map((suite) => ({
      suite: suite.name,
      budget: limits.suiteBudgets.get(suite.name) ?? {},
      totals: suite.totals,
      calls: suite.calls,
      suitesWithoutRuns: suite.runs_per_month === null ? [suite.name] : [],
      path: ['suites', suite.name, 'budget'],
    })),
  ];
}

/** The name of a scope in a message: "the run" or "suite evals". */
export function scopeName(suite: string | null): string {
  return suite === null ? 'the run' : `suite ${suite}`;
}

export interface WorstCase {
  readonly amount: Decimal;
  readonly unknown: readonly CallEstimate[];
}

/** The sum of the known worst cases in US dollars, and the priced calls without one. Unpriced calls are in neither. */
export function worstCaseOf({ calls }: Pick<Scope, 'calls'>): WorstCase {
  const priced = calls.filter((call) => call.price.state !== 'unpriced');
  return {
    amount: sum(priced.flatMap((call) => call.worst_case_per_run ?? [])),
    unknown: priced.filter((call) => call.worst_case_per_run === null),
  };
}

/** Every limit that applies, broken or not, with the figure that it is compared with. */
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

import type { CallEstimate, Estimate, Totals } from '../estimate.js';
import type { Path } from '../../manifest/manifest.js';
import type { Budget } from '../../manifest/schema.js';
import type { LimitsInForce } from './limits-in-force.js';

/** What one budget speaks of: the whole run, or one suite of it. */
export interface Scope {
  /** Null: the whole run. */
  readonly suite: string | null;
  readonly budget: Budget;
  readonly totals: Totals;
  readonly calls: readonly CallEstimate[];
  /** Suites of the scope that do not say how often they run in a month. */
  readonly suitesWithoutRuns: readonly string[];
  /** Where the budget stands in the manifest. */
  readonly path: Path;
}

/** The run first, then its suites in the manifest's order. */
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

/** "the run" or "suite evals": how a message names a scope. */
export function scopeName(suite: string | null): string {
  return suite === null ? 'the run' : `suite ${suite}`;
}

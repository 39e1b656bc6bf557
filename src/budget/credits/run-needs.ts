import type { Estimate } from '../estimate.js';
import { freeRequests, sumOfSuites } from '../estimate.js';
import { compare, isPositive, times, wholeQuotient, type Decimal } from '../../lib/money/decimal.js';

/** The cost and the free requests of one run of CI. */
export interface RunNeeds {
  /** US dollars, expected; a lower bound if `is_lower_bound`. */
  readonly cost: Decimal;
  readonly is_lower_bound: boolean;
  /** Requests to models that are free. */
  readonly free_requests: bigint;
  readonly suites: readonly { readonly name: string; readonly cost: Decimal }[];
}

/** The needs of the kind of run that costs most: credits that cover it cover every run. */
export function runNeeds(estimate: Estimate): RunNeeds {
  const kinds = [...new Set(estimate.suites.map(({ run }) => run))].map((run) => needsOf(estimate, run));
  const [first = needsOf(estimate, null), ...others] = kinds;
  return others.reduce((most, one) => (compare(one.cost, most.cost) > 0 ? one : most), first);
}

function needsOf(estimate: Estimate, run: string | null): RunNeeds {
  const suites = estimate.suites.filter((suite) => suite.run === run);
  const totals = sumOfSuites(suites.map((suite) => suite.totals));
  return {
    cost: totals.priced_per_run,
    is_lower_bound: totals.per_run === null,
    free_requests: freeRequests(suites.flatMap((suite) => suite.calls)),
    suites: suites.map((suite) => ({ name: suite.name, cost: suite.totals.priced_per_run })),
  };
}

/** How many whole runs an amount pays for; null if a run costs $0. */
export function runsCovered(remaining: Decimal, cost: Decimal): bigint | null {
  if (!isPositive(cost)) return null;
  return isPositive(remaining) ? wholeQuotient(remaining, cost) : 0n;
}

/** The share of a run that an amount pays for, in whole percent, rounded down. */
export function percentCovered(remaining: Decimal, cost: Decimal): bigint {
  return isPositive(remaining) ? wholeQuotient(times(remaining, 100), cost) : 0n;
}

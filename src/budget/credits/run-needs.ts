import type { Estimate } from '../estimate.js';
import { freeRequests } from '../estimate.js';
import { isPositive, times, wholeQuotient, type Decimal } from '../../lib/money/decimal.js';

/** The cost and the free requests of one run of CI. */
export interface RunNeeds {
  /** US dollars, expected; a lower bound if `is_lower_bound`. */
  readonly cost: Decimal;
  readonly is_lower_bound: boolean;
  /** Requests to models that are free. */
  readonly free_requests: bigint;
  readonly suites: readonly { readonly name: string; readonly cost: Decimal }[];
}

export function runNeeds(estimate: Estimate): RunNeeds {
  const { totals } = estimate;
  return {
    cost: totals.per_run ?? totals.priced_per_run,
    is_lower_bound: totals.per_run === null,
    free_requests: freeRequests(estimate.suites.flatMap((suite) => suite.calls)),
    suites: estimate.suites.map((suite) => ({
      name: suite.name,
      cost: suite.totals.per_run ?? suite.totals.priced_per_run,
    })),
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

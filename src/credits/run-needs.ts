import type { Estimate } from '../estimate/estimate.js';
import { freeRequests } from '../estimate/free-requests.js';
import { compare, ZERO, type Decimal } from '../money/decimal.js';

/** What one run of CI asks of an account. */
export interface RunNeeds {
  /** US dollars, expected; a lower bound where `is_lower_bound`. */
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

/** How many whole runs an amount pays for; null where a run costs nothing. */
export function runsCovered(remaining: Decimal, cost: Decimal): bigint | null {
  if (compare(cost, ZERO) <= 0) return null;
  if (compare(remaining, ZERO) <= 0) return 0n;
  return floorDivide(remaining, cost);
}

/** The share of a run that an amount pays for, in whole percent rounded down. */
export function percentCovered(remaining: Decimal, cost: Decimal): bigint {
  return compare(remaining, ZERO) <= 0
    ? 0n
    : floorDivide({ ...remaining, coefficient: remaining.coefficient * 100n }, cost);
}

/** The whole part of a quotient of amounts above zero. */
function floorDivide(a: Decimal, b: Decimal): bigint {
  return (a.coefficient * 10n ** BigInt(b.scale)) / (b.coefficient * 10n ** BigInt(a.scale));
}

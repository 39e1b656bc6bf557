import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { Manifest, NamedCall, NamedSuite } from '../../manifest/manifest.js';
import { runsPerMonth } from '../../manifest/manifest.js';
import { add, fromInteger, multiply, times } from '../../lib/money/decimal.js';
import { priceCall } from '../pricing/price-call.js';
import type { CallEstimate, Estimate, SuiteEstimate } from './estimate.js';
import { sumOfSuites, totalsOf } from './totals.js';

const ONE = fromInteger(1);

/**
 * What a manifest costs by one catalogue, in US dollars. `at` fixes the instant of prices that depend on the hour; null
 * takes them at their dearest. `runsOf` may say more than the manifest does; by default a suite's own number
 * counts, else that of its kind of run.
 */
export function estimateManifest(
  manifest: Manifest,
  catalogue: Catalogue,
  at: Date | null,
  runsOf: (suite: NamedSuite) => number | null = (suite) => runsPerMonth(manifest, suite),
): Estimate {
  const suites = manifest.suites.map((suite) => estimateSuite(suite, catalogue, at, runsOf(suite)));
  const coverage = { priced: 0, free: 0, unpriced: 0 };
  for (const { price } of suites.flatMap((suite) => suite.calls)) coverage[price.state] += 1;
  return { suites, totals: sumOfSuites(suites.map((suite) => suite.totals)), coverage };
}

function estimateSuite(suite: NamedSuite, catalogue: Catalogue, at: Date | null, runs: number | null): SuiteEstimate {
  const calls = suite.calls.map((call) => estimateCall(call, BigInt(suite.repeat) * BigInt(call.count), catalogue, at));
  return { name: suite.name, runs_per_month: runs, calls, totals: totalsOf(calls, runs) };
}

/**
 * Per run: `requests` (repeat x count) x (1 + retries) x the cost of a request; the worst case has the most retries.
 */
export function estimateCall(call: NamedCall, requests: bigint, catalogue: Catalogue, at: Date | null): CallEstimate {
  const price = priceCall(call, catalogue, at);
  const { expected, max } = call.retries;
  const attempts = times(add(ONE, expected), requests);
  const mostAttempts = max === null ? attempts : times(add(ONE, max), requests);
  return {
    call,
    price,
    requests_per_run: requests,
    per_run: price.expected === null ? null : multiply(price.expected, attempts),
    floor_per_run: price.floor === null ? null : multiply(price.floor, attempts),
    worst_case_per_run: price.worst_case === null ? null : multiply(price.worst_case, mostAttempts),
  };
}

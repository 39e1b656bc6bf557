import { sum, sumOrNull, times } from '../../lib/money/decimal.js';
import type { CallEstimate, Totals } from './estimate.js';

/** A suite's totals from its calls, with so many runs a month; null figures where a part is not known. */
export function totalsOf(calls: readonly CallEstimate[], runsPerMonth: number | null): Totals {
  const perRun = calls.map((call) => call.per_run);
  const priced = sum(perRun.filter((cost) => cost !== null));
  const whole = perRun.includes(null) ? null : priced;
  return {
    per_run: whole,
    priced_per_run: priced,
    floor_per_run: sumOrNull(calls.map((call) => call.floor_per_run)),
    worst_case_per_run: sumOrNull(calls.map((call) => call.worst_case_per_run)),
    per_month: runsPerMonth === null || whole === null ? null : times(whole, runsPerMonth),
    priced_per_month: runsPerMonth === null ? null : times(priced, runsPerMonth),
    requests_per_run: calls.reduce((requests, call) => requests + call.requests_per_run, 0n),
  };
}

/** The totals of a whole manifest from those of its suites. */
export function sumOfSuites(suites: readonly Totals[]): Totals {
  return {
    per_run: sumOrNull(suites.map((suite) => suite.per_run)),
    priced_per_run: sum(suites.map((suite) => suite.priced_per_run)),
    floor_per_run: sumOrNull(suites.map((suite) => suite.floor_per_run)),
    worst_case_per_run: sumOrNull(suites.map((suite) => suite.worst_case_per_run)),
    per_month: sumOrNull(suites.map((suite) => suite.per_month)),
    priced_per_month: sumOrNull(suites.map((suite) => suite.priced_per_month)),
    requests_per_run: suites.reduce((requests, suite) => requests + suite.requests_per_run, 0n),
  };
}

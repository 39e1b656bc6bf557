import {
  add,
  divide,
  fromInteger,
  isZero,
  multiply,
  sum,
  sumOrNull,
  times,
  toText,
  type Decimal,
} from '../lib/money/decimal.js';
import { runsPerMonth, type Manifest, type NamedCall, type NamedSuite } from '../manifest/manifest.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { type CallPrice, priceCall } from './pricing/price-call.js';
import { isFreeId } from './pricing/offer.js';

/** US dollars; null where a part has no price: unknown is never $0. */
export interface Totals {
  readonly per_run: Decimal | null;
  /** The sum of the parts that have a price: a lower bound. */
  readonly priced_per_run: Decimal;
  readonly floor_per_run: Decimal | null;
  readonly worst_case_per_run: Decimal | null;
  /** Null also where a suite has no runs per month. */
  readonly per_month: Decimal | null;
  /** The lower bound of `per_month`; null where a suite has no runs per month. */
  readonly priced_per_month: Decimal | null;
  /** Requests of a run, without retries. */
  readonly requests_per_run: bigint;
}

export interface CallEstimate {
  readonly call: NamedCall;
  readonly price: CallPrice;
  readonly requests_per_run: bigint;
  readonly per_run: Decimal | null;
  readonly floor_per_run: Decimal | null;
  readonly worst_case_per_run: Decimal | null;
}

/** The kind of run of a suite, and its runs per month (null: not known). */
export interface Schedule {
  readonly run: string;
  readonly runs_per_month: number | null;
}

export interface SuiteEstimate extends Schedule {
  readonly name: string;
  readonly calls: readonly CallEstimate[];
  readonly totals: Totals;
}

export interface Estimate {
  readonly suites: readonly SuiteEstimate[];
  readonly totals: Totals;
  readonly coverage: { readonly priced: number; readonly free: number; readonly unpriced: number };
}

const ONE = fromInteger(1);

/**
 * Prices a whole manifest with one catalogue, in US dollars. `at` fixes the instant of prices that depend on the hour; null
 * takes their most expensive hour. `scheduleOf` says when a suite runs; by default as the manifest has it. Requests to
 * `:free` models above `freeRequestsPerDay` go to the first paid fallback model of their call.
 */
export function estimateManifest(
  manifest: Manifest,
  catalogue: Catalogue,
  at: Date | null,
  scheduleOf: (suite: NamedSuite) => Schedule = (suite) => ({
    run: suite.run,
    runs_per_month: runsPerMonth(manifest, suite),
  }),
  freeRequestsPerDay: number = manifest.policy.free_requests_per_day,
): Estimate {
  const suites = withPaidShare(
    manifest.suites.map((suite) => estimateSuite(suite, catalogue, at, scheduleOf(suite))),
    BigInt(freeRequestsPerDay),
  );
  const coverage = { priced: 0, free: 0, unpriced: 0 };
  for (const { price } of suites.flatMap((suite) => suite.calls)) coverage[price.state] += 1;
  return { suites, totals: sumOfSuites(suites.map((suite) => suite.totals)), coverage };
}

function estimateSuite(suite: NamedSuite, catalogue: Catalogue, at: Date | null, schedule: Schedule): SuiteEstimate {
  const calls = suite.calls.map((call) => estimateCall(call, BigInt(suite.repeat) * BigInt(call.count), catalogue, at));
  return { ...schedule, name: suite.name, calls, totals: totalsOf(calls, schedule.runs_per_month) };
}

/**
 * Prices one call for one run: `requests` (repeat x count) x (1 + retries) x the cost of a request. The worst case uses
 * `retries.max`.
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

/** A month is 30 days, for the requests of a day. */
export const DAYS_IN_A_MONTH = 30n;

/**
 * The requests to `:free` models on a day: the larger of a run's and of a month's spread over 30 days, as a number of
 * thirtieths. Suites of different kinds never run together: a run's requests are those of the kind that makes most. A
 * suite without runs per month counts with its run alone.
 */
export function freeRequestsInThirtieths(suites: readonly SuiteEstimate[]): bigint {
  const ofKind = new Map<string, bigint>();
  let aMonth = 0n;
  for (const { calls, run, runs_per_month: runs } of suites) {
    const requests = freeRequests(calls);
    ofKind.set(run, (ofKind.get(run) ?? 0n) + requests);
    aMonth += requests * BigInt(runs ?? 0);
  }
  const aRun = [...ofKind.values()].reduce((most, requests) => (requests > most ? requests : most), 0n);
  return aMonth > aRun * DAYS_IN_A_MONTH ? aMonth : aRun * DAYS_IN_A_MONTH;
}

/** Whether the free requests of a day cover all requests to `:free` models. */
export function staysFree(suites: readonly SuiteEstimate[], freeRequestsPerDay: number): boolean {
  return freeRequestsInThirtieths(suites) <= BigInt(freeRequestsPerDay) * DAYS_IN_A_MONTH;
}

/** Bills the share of `:free` requests above the day's number at the first paid fallback, in proportion over the calls. */
function withPaidShare(suites: readonly SuiteEstimate[], perDay: bigint): readonly SuiteEstimate[] {
  const all = freeRequestsInThirtieths(suites);
  const above = all - perDay * DAYS_IN_A_MONTH;
  if (above <= 0n) return suites;
  return suites.map((suite) => {
    const calls = suite.calls.map((estimate) => paidAbove(estimate, above, all));
    return { ...suite, calls, totals: totalsOf(calls, suite.runs_per_month) };
  });
}

/** A share is rounded to this many digits more than its price has, since a third has no end. */
const PLACES_OF_A_SHARE = 12;

function paidAbove(estimate: CallEstimate, above: bigint, all: bigint): CallEstimate {
  const { price, call } = estimate;
  const { resolved_model: id } = price;
  if (id === null || !isFreeId(id) || price.expected === null) return estimate;
  const paid = price.fallback_prices.find(({ expected, free }) => expected !== null && !free);
  const rate = paid?.expected ?? null;
  if (paid === undefined || rate === null) return estimate;
  const free = price.expected;
  // The paid requests replace free ones, which have a cost too where they search the web.
  const whole = add(times(rate, above), times(free, all - above));
  const places = Math.max(rate.scale, free.scale) + PLACES_OF_A_SHARE;
  const shareOf = (amount: Decimal) => divide(amount, fromInteger(all), places);
  const expected = shareOf(whole);
  const attempts = times(add(ONE, call.retries.expected), estimate.requests_per_run);
  const percent = toText(divide(times(fromInteger(above), 100), fromInteger(all), 1));
  const source = `${percent} % of its requests, those above the free ones of a day, at ${paid.model}`;
  const line = (cost: Decimal, requests: bigint) =>
    `${toText(cost)} x ${requests} / ${all} = ${toText(shareOf(times(cost, requests)))}`;
  return {
    ...estimate,
    price: {
      ...price,
      state: 'priced',
      expected,
      source,
      details: () => ({
        ...price.details(),
        arithmetic: [
          source,
          line(rate, above),
          ...(isZero(free) ? [] : [line(free, all - above)]),
          `sum = ${toText(expected)}`,
        ],
      }),
    },
    // Divided once, at the end: the share of a request is rounded, and its error would grow with the requests.
    per_run: shareOf(multiply(whole, attempts)),
  };
}

/** Adds up the calls of a suite that runs so often a month; a figure is null where a part is not known. */
function totalsOf(calls: readonly CallEstimate[], runsPerMonth: number | null): Totals {
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

/** Adds up the totals of suites. */
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

/** Requests that these calls make to `:free` models in one run. OpenRouter limits them per day, whatever they cost. */
export function freeRequests(calls: readonly CallEstimate[]): bigint {
  return calls
    .filter(({ price: { resolved_model: id } }) => id !== null && isFreeId(id))
    .reduce((total, call) => total + call.requests_per_run, 0n);
}

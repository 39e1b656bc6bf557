import type { Estimate, SuiteEstimate, Totals } from '../estimate.js';
import { isZero, percentage, subtract, sumOrNull, times, ZERO } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { CallPair, Comparison, Delta, Status, SuitePair } from './comparison.js';
import { pairCalls } from './pair-calls.js';

/** Holds two estimates made from one catalogue against each other; without a base everything is added. */
export function compareEstimates(head: Estimate, base: Estimate | null): Comparison {
  const suites = pairSuites(head, base);
  if (base === null) return { head, base, suites, delta: null };
  return { head, base, suites, delta: totalDelta(suites, head.totals, base.totals) };
}

/** The suites of a base whose head has no manifest: removed, one and all. */
export function removedSuites(base: Estimate): SuitePair[] {
  return base.suites.map((suite) => pairSuite(suite.name, null, suite, true));
}

function pairSuites(head: Estimate, base: Estimate | null): SuitePair[] {
  const baseSuites = new Map(base?.suites.map((suite) => [suite.name, suite]));
  const headNames = new Set(head.suites.map((suite) => suite.name));
  const removed = base?.suites.filter((suite) => !headNames.has(suite.name)) ?? [];
  return [
    ...head.suites.map((suite) => pairSuite(suite.name, suite, baseSuites.get(suite.name) ?? null, base !== null)),
    ...removed.map((suite) => pairSuite(suite.name, null, suite, true)),
  ];
}

function pairSuite(name: string, head: SuiteEstimate | null, base: SuiteEstimate | null, hasBase: boolean): SuitePair {
  const calls = pairCalls(head?.calls ?? [], base?.calls ?? []);
  return {
    name,
    status: suiteStatus(head, base, calls),
    head,
    base,
    calls,
    delta: hasBase ? suiteDelta(head, base, calls) : null,
  };
}

function suiteStatus(head: SuiteEstimate | null, base: SuiteEstimate | null, calls: readonly CallPair[]): Status {
  if (head === null) return 'removed';
  if (base === null) return 'added';
  const same = head.runs_per_month === base.runs_per_month && calls.every((call) => call.status === 'unchanged');
  return same ? 'unchanged' : 'changed';
}

function suiteDelta(head: SuiteEstimate | null, base: SuiteEstimate | null, calls: readonly CallPair[]): Delta {
  const perRun = sumOrNull(calls.map((call) => call.delta));
  return {
    per_run: perRun,
    percent: percentOf(perRun, base === null ? ZERO : base.totals.per_run),
    per_month: monthlyDelta(head, base, perRun),
  };
}

/** By suite, so that an unpriced call that did not change leaves the monthly figure standing. */
function monthlyDelta(head: SuiteEstimate | null, base: SuiteEstimate | null, perRun: Decimal | null): Decimal | null {
  const headRuns = head === null ? 0 : head.runs_per_month;
  const baseRuns = base === null ? 0 : base.runs_per_month;
  if (headRuns === null || baseRuns === null) return null;
  if (head !== null && base !== null && headRuns === baseRuns) return perRun === null ? null : times(perRun, headRuns);
  const before = base === null ? ZERO : base.totals.per_month;
  const after = head === null ? ZERO : head.totals.per_month;
  return before === null || after === null ? null : subtract(after, before);
}

function totalDelta(suites: readonly SuitePair[], head: Totals, base: Totals): Delta {
  const perRun = sumOrNull(suites.map((suite) => suite.delta?.per_run ?? null));
  // A manifest in which no suite says how often it runs has no monthly figures, not figures of zero.
  const monthly = head.priced_per_month !== null && base.priced_per_month !== null;
  return {
    per_run: perRun,
    percent: percentOf(perRun, base.per_run),
    per_month: monthly ? sumOrNull(suites.map((suite) => suite.delta?.per_month ?? null)) : null,
  };
}

/** Percent to 2 places, half away from zero; an increase from nothing has none. */
function percentOf(delta: Decimal | null, base: Decimal | null): Decimal | null {
  if (delta === null || base === null) return null;
  if (isZero(base)) return isZero(delta) ? ZERO : null;
  return percentage(delta, base, 2);
}

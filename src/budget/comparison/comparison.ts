import { sumOfSuites, type CallEstimate, type Estimate, type SuiteEstimate, type Totals } from '../estimate.js';
import {
  add,
  compare,
  isPositive,
  isZero,
  percentage,
  subtract,
  sum,
  sumOrNull,
  times,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { type CallPair, type Status, pairCalls } from './call-pairs.js';

export interface Delta {
  /** US dollars, head minus base; null if a call that differs has no price. */
  readonly per_run: Decimal | null;
  /** Percent of base to 2 places; null if base is $0 or has no full sum. */
  readonly percent: Decimal | null;
  /** US dollars; null if a side has no monthly figure. */
  readonly per_month: Decimal | null;
}

export interface SuitePair {
  readonly name: string;
  readonly status: Status;
  readonly head: SuiteEstimate | null;
  readonly base: SuiteEstimate | null;
  readonly calls: readonly CallPair[];
  /** Null without a base. */
  readonly delta: Delta | null;
}

/** One kind of run: the suites that run together, at head and at base. */
export interface RunPair {
  readonly name: string;
  readonly runs_per_month: number | null;
  /** The suites of head in this kind, then those of base that head does not have. */
  readonly suites: readonly string[];
  /** Null if no suite of head is of this kind. */
  readonly head: Totals | null;
  /** Null if no suite of base is of this kind. */
  readonly base: Totals | null;
  /** Null without a base. */
  readonly delta: Delta | null;
}

/** The figures that stand for the whole manifest: per run those of one kind of run, per month those of all kinds. */
interface Shown {
  readonly head: Totals;
  readonly base: Totals | null;
  readonly delta: Delta | null;
}

export interface Comparison {
  readonly head: Estimate;
  readonly base: Estimate | null;
  /** In head's order, removed suites last. */
  readonly suites: readonly SuitePair[];
  /** The kinds of run that have a suite at head or at base. */
  readonly runs: readonly RunPair[];
  readonly shown: Shown;
}

/**
 * Compares two estimates made from one catalogue. Without a base everything is added. `runsPerMonth` is the number of a
 * kind of run, for the report.
 */
export function compareEstimates(
  head: Estimate,
  base: Estimate | null,
  runsPerMonth: (run: string) => number | null = () => null,
): Comparison {
  const suites = pairSuites(head, base);
  const runs = pairRuns(head, base, suites, runsPerMonth);
  const delta = base === null ? null : totalDelta(suites, head.totals, base.totals);
  return { head, base, suites, runs, shown: shownOf(runs, { head: head.totals, base: base?.totals ?? null, delta }) };
}

/** The suites of base if head has no manifest: all are removed. */
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
  const same =
    head.run === base.run &&
    head.runs_per_month === base.runs_per_month &&
    calls.every((call) => call.status === 'unchanged');
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

/** Computed per suite, so that an unchanged unpriced call does not take the monthly figure away. */
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
  // Without runs_per_month there are no monthly figures, rather than figures of $0.
  const monthly = head.priced_per_month !== null && base.priced_per_month !== null;
  return {
    per_run: perRun,
    percent: percentOf(perRun, base.per_run),
    per_month: monthly ? sumOrNull(suites.map((suite) => suite.delta?.per_month ?? null)) : null,
  };
}

function pairRuns(
  head: Estimate,
  base: Estimate | null,
  suites: readonly SuitePair[],
  runsPerMonth: (run: string) => number | null,
): RunPair[] {
  const names = new Set([...head.suites, ...(base?.suites ?? [])].map(({ run }) => run));
  return [...names].map((name) => {
    const ofKind = (side: SuiteEstimate | null) => (side?.run === name ? side : null);
    const pairs = suites
      .map((pair) => ({ pair, head: ofKind(pair.head), base: ofKind(pair.base) }))
      .filter((one) => one.head !== null || one.base !== null);
    const totals = (side: 'head' | 'base') => pairs.flatMap((one) => one[side]?.totals ?? []);
    const [after, before] = [totals('head'), totals('base')];
    return {
      name,
      runs_per_month: runsPerMonth(name),
      suites: pairs.map(({ pair }) => pair.name),
      head: after.length === 0 ? null : sumOfSuites(after),
      base: before.length === 0 ? null : sumOfSuites(before),
      delta: base === null ? null : runDelta(pairs, sumOfSuites(before)),
    };
  });
}

/** The change of one kind of run. A suite of another kind at the other side is added here, or removed from here. */
function runDelta(
  pairs: readonly {
    readonly pair: SuitePair;
    readonly head: SuiteEstimate | null;
    readonly base: SuiteEstimate | null;
  }[],
  base: Totals,
): Delta {
  const deltas = pairs.map((one) =>
    one.head !== null && one.base !== null
      ? one.pair.delta
      : suiteDelta(one.head, one.base, pairCalls(one.head?.calls ?? [], one.base?.calls ?? [])),
  );
  const perRun = sumOrNull(deltas.map((delta) => delta?.per_run ?? null));
  return {
    per_run: perRun,
    percent: percentOf(perRun, base.per_run),
    per_month: sumOrNull(deltas.map((delta) => delta?.per_month ?? null)),
  };
}

/**
 * With several kinds of run the figures per run are those of the kind that the change raises most in US dollars, among the
 * deltas that are known and positive; without one, of the kind that costs most. Figures per month are over all kinds.
 */
function shownOf(runs: readonly RunPair[], all: Shown): Shown {
  const rise = (run: RunPair) => run.delta?.per_run ?? ZERO;
  const cost = (run: RunPair) => run.head?.priced_per_run ?? ZERO;
  const raised = largest(
    runs.filter((run) => isPositive(rise(run))),
    rise,
  );
  const run = raised ?? largest(runs, cost);
  if (run === null || runs.length === 1) return all;
  return {
    head: { ...(run.head ?? sumOfSuites([])), ...monthly(all.head) },
    base: all.base === null ? null : { ...(run.base ?? sumOfSuites([])), ...monthly(all.base) },
    delta: run.delta === null ? null : { ...run.delta, per_month: all.delta?.per_month ?? null },
  };
}

function monthly({ per_month, priced_per_month }: Totals): Pick<Totals, 'per_month' | 'priced_per_month'> {
  return { per_month, priced_per_month };
}

/** The first one with the largest figure; null of an empty list. */
function largest(runs: readonly RunPair[], figure: (run: RunPair) => Decimal): RunPair | null {
  return runs.reduce<RunPair | null>(
    (most, run) => (most === null || compare(figure(run), figure(most)) > 0 ? run : most),
    null,
  );
}

/** Percent to 2 places, half away from zero; null for an increase from $0. */
function percentOf(delta: Decimal | null, base: Decimal | null): Decimal | null {
  if (delta === null || base === null) return null;
  if (isZero(base)) return isZero(delta) ? ZERO : null;
  return percentage(delta, base, 2);
}

export interface Drift {
  /**
   * US dollars: the same manifest at live prices minus at locked prices, over the calls that both price; null if
   * there is no such call.
   */
  readonly per_run: Decimal | null;
  /** The declared models whose price moved, the largest rise first. */
  readonly models: readonly { readonly model: string; readonly per_run: Decimal }[];
  /** The calls that are left out because the lockfile has no price for them. */
  readonly unlocked: readonly NamedCall[];
}

/** How far prices alone moved the cost since the lockfile was written. Both estimates are of one manifest. */
export function priceDrift(live: Estimate, locked: Estimate): Drift {
  const byModel = new Map<string, Decimal>();
  const unlocked: NamedCall[] = [];
  for (const [now, then] of counterparts(live, locked)) {
    if (now.per_run === null) continue;
    if (then.per_run === null) {
      unlocked.push(now.call);
      continue;
    }
    const moved = subtract(now.per_run, then.per_run);
    byModel.set(now.call.model, add(byModel.get(now.call.model) ?? ZERO, moved));
  }
  const models = [...byModel]
    .filter(([, moved]) => !isZero(moved))
    .map(([model, moved]) => ({ model, per_run: moved }))
    .sort((a, b) => compare(b.per_run, a.per_run));
  return { per_run: byModel.size === 0 ? null : sum(byModel.values()), models, unlocked };
}

function counterparts(live: Estimate, locked: Estimate): [CallEstimate, CallEstimate][] {
  const then = locked.suites.flatMap((suite) => suite.calls);
  return live.suites
    .flatMap((suite) => suite.calls)
    .flatMap((call, index) => {
      const counterpart = then[index];
      return counterpart === undefined ? [] : [[call, counterpart] satisfies [CallEstimate, CallEstimate]];
    });
}

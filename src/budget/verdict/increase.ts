import { type Comparison, type SuitePair, compareEstimates } from '../comparison/comparison.js';
import type { CallEstimate, Estimate, SuiteEstimate } from '../estimate.js';
import {
  add,
  compare,
  fromInteger,
  isZero,
  multiply,
  percentage,
  subtract,
  sum,
  times,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';
import { asksForNoMore, costOf } from '../comparison/workload.js';

/** A call that head changed, added or removed, with its counterpart at the side that head is compared with. */
export interface ChangedCall {
  readonly suite: string;
  readonly head: CallEstimate | null;
  readonly before: CallEstimate | null;
}

/** The side that the increase of head is measured from. */
export interface IncreaseBasis {
  readonly from: 'base' | 'the default branch';
  readonly before: Estimate;
  readonly changed: readonly ChangedCall[];
  /** The cost per run of a call by the lockfile, in US dollars: for a call of this side without a live price. */
  readonly costByLock: (call: CallEstimate) => Decimal | null;
}

/** The calls that differ between head and base. */
export function changedCalls({ suites }: Pick<Comparison, 'suites'>): ChangedCall[] {
  return suites.flatMap((suite) =>
    suite.calls
      .filter(({ status }) => status !== 'unchanged')
      .map(({ head, base }) => ({ suite: suite.name, head, before: base })),
  );
}

/**
 * The calls that a merge of head changes at the tip of the default branch. A call that head leaves as base has it is left
 * out, since the merge leaves the tip's version. A call that head changed is compared with the tip's version of it.
 */
export function changedCallsOnMerge(comparison: Comparison, tip: Estimate): ChangedCall[] {
  const { head, base } = comparison;
  const onTip = compareEstimates(head, tip).suites;
  if (base === null) return changedCalls({ suites: onTip });
  const tipOfBase = counterparts(compareEstimates(base, tip).suites);
  const ofBase = new Set(tipOfBase.values());
  const tipOfHead = new Map([...counterparts(onTip)].filter(([, call]) => !ofBase.has(call)));
  return changedCalls(comparison)
    .map(({ suite, head: after, before }) => ({
      suite,
      head: after,
      before: before === null ? after && (tipOfHead.get(after) ?? null) : (tipOfBase.get(before) ?? null),
    }))
    .filter((call) => call.head !== null || call.before !== null);
}

function counterparts(suites: readonly SuitePair[]): ReadonlyMap<CallEstimate, CallEstimate> {
  const pairs = suites.flatMap((suite) => suite.calls);
  return new Map(pairs.flatMap(({ head, base }) => (head === null || base === null ? [] : [[head, base]])));
}

/** The increase of head over one side, as far as it can be known. Amounts are US dollars. */
export interface Increase {
  /** The sum over the calls whose increase is known. */
  readonly perRun: Decimal;
  /** The same for a month; null if a suite has no runs per month. */
  readonly perMonth: Decimal | null;
  /** The cost of the other side, the lockfile's price where it has no live one. */
  readonly before: Decimal;
  /** The largest possible increase: calls without a known cost before count in full. Equals `perRun` without such calls. */
  readonly atMost: { readonly perRun: Decimal; readonly perMonth: Decimal | null };
  /** Whether the increase may be any smaller amount than `atMost`, since a cost before is not known. */
  readonly isOpen: boolean;
  /** Calls that may cost more than before, by an amount that is not known: `rag / answer`. */
  readonly unknown: readonly string[];
}

type Includes = (suite: Pick<SuiteEstimate, 'name' | 'run'>) => boolean;

/** The increase of the suites that `includes` picks at either side. */
export function increaseOf(head: Estimate, basis: IncreaseBasis, includes: Includes): Increase {
  const after = suitesByName(head, includes);
  const before = suitesByName(basis.before, includes);
  const known: Part[] = [];
  const bounded: Part[] = [];
  const unknown: string[] = [];
  for (const changed of basis.changed) {
    const [headSuite, beforeSuite] = [after.get(changed.suite), before.get(changed.suite)];
    const now = headSuite === undefined ? null : changed.head;
    const then = beforeSuite === undefined ? null : changed.before;
    const runs = (headSuite ?? beforeSuite)?.runs_per_month ?? null;
    if (now !== null && then !== null && (asksForNoMore(now, then) || isUnjudged(now, then))) continue;
    const cost = now === null ? ZERO : costOf(now);
    const costBefore = then === null ? ZERO : (costOf(then) ?? basis.costByLock(then));
    if (cost === null) unknown.push(`${changed.suite} / ${now?.call.display_name ?? ''}`);
    else if (costBefore === null) bounded.push({ perRun: cost, runs });
    else known.push({ perRun: subtract(cost, costBefore), runs });
  }
  const increase = sums(known);
  return {
    ...increase,
    before: costBefore(basis, includes),
    atMost: bounded.length === 0 ? increase : sums([...known, ...bounded]),
    isOpen: bounded.length > 0,
    unknown,
  };
}

/** The increase over a call whose files cannot be counted is not known. It is not judged, and a note reports it. */
function isUnjudged(head: CallEstimate, before: CallEstimate): boolean {
  return head.call.uncounted === undefined && before.call.uncounted !== undefined;
}

/** The cost of the other side in US dollars, by the lockfile where there is no live price; unpriced calls are left out. */
export function costBefore({ before, costByLock }: IncreaseBasis, includes: Includes): Decimal {
  const calls = before.suites.filter(includes).flatMap((suite) => suite.calls);
  return sum(calls.flatMap((call) => costOf(call) ?? costByLock(call) ?? []));
}

interface Part {
  readonly perRun: Decimal;
  readonly runs: number | null;
}

function sums(parts: readonly Part[]): Pick<Increase, 'perRun' | 'perMonth'> {
  const months = parts.flatMap(({ perRun, runs }) => (runs === null ? [] : times(perRun, runs)));
  return {
    perRun: sum(parts.map(({ perRun }) => perRun)),
    perMonth: months.length < parts.length ? null : sum(months),
  };
}

function suitesByName({ suites }: Estimate, includes: Includes): ReadonlyMap<string, SuiteEstimate> {
  return new Map(suites.filter(includes).map((suite) => [suite.name, suite]));
}

/** The increase in percent of the cost before, to two places; null if that is $0. */
export function increasePercent(perRun: Decimal, before: Decimal): Decimal | null {
  return isZero(before) ? null : percentage(perRun, before, 2);
}

/**
 * Whether a rise from `before` to `after` is above a limit in percent: after x 100 > before x (100 + limit). There is no
 * division, so rounding never decides. From $0 any increase is above the limit.
 */
export function breaksPercent(limit: Decimal, before: Decimal, after: Decimal): boolean {
  return compare(times(after, 100), multiply(before, add(fromInteger(100), limit))) > 0;
}

/** The basis of a comparison with base. */
export function basisOf(comparison: Comparison, costByLock: IncreaseBasis['costByLock']): IncreaseBasis | null {
  const { base } = comparison;
  return base === null ? null : { from: 'base', before: base, changed: changedCalls(comparison), costByLock };
}

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeTarget } from '../../src/budget/verdict/baseline.js';
import type { Manifest, PolicyFile } from '../../src/manifest/manifest.js';
import { type Budget, policySchema } from '../../src/manifest/schema.js';
import { dollars, fail, judged, manifest, policyFile, suite } from '../support/judged.js';

/**
 * The whole gate over random manifests of head, base and the default branch's tip, beside a second judge that knows
 * nothing but whole dollars: each request costs $1, so a call costs its count.
 */

/** Calls by suite and name: how many requests, and whether they have a price. */
interface PlainCall {
  readonly count: number;
  readonly isPriced: boolean;
}
interface PlainSuite {
  readonly run: 'ci' | 'nightly';
  readonly limit: number | null;
  readonly calls: Readonly<Record<string, PlainCall>>;
}
type Plain = Readonly<Record<string, PlainSuite>>;

interface Limits {
  readonly ci: number | null;
  readonly nightly: number | null;
  readonly increase: number | null;
}

const limit = fc.option(fc.integer({ min: 0, max: 12 }), { nil: null });
const plainCall = fc.record({
  count: fc.integer({ min: 0, max: 6 }),
  isPriced: fc.oneof({ arbitrary: fc.constant(true), weight: 12 }, { arbitrary: fc.constant(false), weight: 1 }),
});
const plainSuite: fc.Arbitrary<PlainSuite> = fc.record({
  run: fc.constantFrom('ci' as const, 'nightly' as const),
  limit,
  calls: fc.dictionary(fc.constantFrom('one', 'two', 'three'), plainCall, { minKeys: 1, noNullPrototype: true }),
});
const plain: fc.Arbitrary<Plain> = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), plainSuite, {
  minKeys: 1,
  noNullPrototype: true,
});
const limits: fc.Arbitrary<Limits> = fc.record({ ci: limit, nightly: limit, increase: limit });
const intoDefault = fc.constantFrom<ChangeTarget>('pull_request', 'merge_group');

/** Head that is one of the others with a few changes, so that small differences are met often. */
const sides = fc
  .record({
    base: plain,
    tip: plain,
    changes: plain,
    from: fc.constantFrom('base', 'tip', 'none'),
    isTip: fc.boolean(),
    arePriced: fc.integer({ min: 0, max: 5 }).map((one) => one > 0),
  })
  .map(({ base, tip, changes, from, isTip, arePriced }) => {
    const origin = from === 'base' ? base : from === 'tip' ? tip : {};
    const [first] = Object.entries(changes);
    const head = from === 'none' || first === undefined ? changes : { ...origin, [first[0]]: first[1] };
    const of = arePriced ? allPriced : (given: Plain) => given;
    const [ours, theirs] = [of(head), of(tip)];
    return { head: ours, base: isTip ? theirs : of(base), tip: theirs };
  });

function allPriced(given: Plain): Plain {
  return Object.fromEntries(
    Object.entries(given).map(([name, one]) => {
      const calls = Object.entries(one.calls).map(([id, { count }]) => [id, { count, isPriced: true }] as const);
      return [name, { ...one, calls: Object.fromEntries(calls) }] as const;
    }),
  );
}

function manifestOf(given: Plain): Manifest {
  return manifest({
    runs: new Map([['nightly', { runs_per_month: null, budget: {} }]]),
    suites: Object.entries(given).map(([name, { run, limit: own, calls }]) =>
      suite({
        name,
        run,
        budget: own === null ? {} : { per_run: fail(String(own)) },
        calls: Object.entries(calls).map(([id, { count, isPriced }]) =>
          dollars(count, { name: id, display_name: id, ...(isPriced ? {} : { model: 'a/unknown' }) }),
        ),
      }),
    ),
  });
}

/** The default branch's file: its suites as they are there, with these limits. */
function policyOf(tip: Plain, { ci, nightly, increase }: Limits): PolicyFile {
  const budget: Budget = {
    ...(ci === null ? {} : { per_run: fail(String(ci)) }),
    ...(increase === null ? {} : { increase_per_run: fail(String(increase)) }),
  };
  const ofNight: Budget = nightly === null ? {} : { per_run: fail(String(nightly)) };
  const entries = Object.entries(tip).map(([name, { run, limit: own }]) => {
    return [name, { run, runs_per_month: null, budget: own === null ? {} : { per_run: fail(String(own)) } }] as const;
  });
  return {
    ...policyFile({ budget, policy: { ...policySchema.parse({}), unpriced: 'warn' } }),
    runs: new Map([['nightly', { runs_per_month: null, budget: ofNight }]]),
    suites: new Map(entries),
  };
}

interface Given {
  readonly head: Plain;
  readonly base: Plain;
  readonly tip: Plain;
}

function verdictOf({ head, base, tip }: Given, policy: PolicyFile, change: ChangeTarget): string {
  const main = manifestOf(tip);
  const before = base === tip ? main : manifestOf(base);
  return judged({ head: manifestOf(head), base: before, tip: main, policy }, { change }).verdict;
}

// The second judge.

const costOfSuite = ({ calls }: PlainSuite): number =>
  Object.values(calls).reduce((sum, { count, isPriced }) => sum + (isPriced ? count : 0), 0);
const costOf = (given: Plain, picks: (name: string) => boolean = () => true): number =>
  Object.entries(given).reduce((sum, [name, one]) => sum + (picks(name) ? costOfSuite(one) : 0), 0);

function callsOf(given: Plain): Map<string, PlainCall> {
  const calls = Object.entries(given).flatMap(([name, one]) =>
    Object.entries(one.calls).map(([id, call]) => [`${name}/${id}`, call] as const),
  );
  return new Map(calls);
}

const isSame = (one: PlainCall | undefined, other: PlainCall | undefined) =>
  one?.count === other?.count && one?.isPriced === other?.isPriced;
const areSame = (one: Plain, other: Plain): boolean => {
  const [left, right] = [callsOf(one), callsOf(other)];
  return left.size === right.size && [...left].every(([name, call]) => isSame(call, right.get(name)));
};

/** What a merge leaves: the tip's version of each call that head has as base has it, else head's. */
function merged({ head, base, tip }: Given): Map<string, PlainCall> {
  const [ours, before, theirs] = [callsOf(head), callsOf(base), callsOf(tip)];
  const calls = new Map<string, PlainCall>();
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const kept = isSame(ours.get(name), before.get(name)) ? theirs.get(name) : ours.get(name);
    if (kept !== undefined) calls.set(name, kept);
  }
  return calls;
}

const sumOf = (calls: Iterable<PlainCall>): number =>
  [...calls].reduce((sum, { count, isPriced }) => sum + (isPriced ? count : 0), 0);

/** Why head costs more than the default branch allows, in the plainest terms. */
function excesses(given: Given, allowed: Limits): string[] {
  const calls = [given.head, given.base, given.tip].flatMap((side) => [...callsOf(side).values()]);
  if (!calls.every(({ isPriced }) => isPriced))
    return asksMoreOfUnpriced(given, allowed) ? ['a call without a price'] : [];
  const { head, tip } = given;
  const added = Object.keys(head).filter((name) => !(name in tip));
  return [
    ...(isSuiteOver(given) ? ['a suite'] : []),
    ...(areNewSuitesOver(given, added) ? ['new suites'] : []),
    ...(added.length === 0 ? kindsOver(given, allowed) : []),
    ...(allowed.increase === null ? [] : increasesOver(given, 2 * allowed.increase)),
  ];
}

function asksMoreOfUnpriced({ head, base }: Given, allowed: Limits): boolean {
  const before = callsOf(base);
  return (
    allowed.increase !== null &&
    [...callsOf(head)].some(([name, { count, isPriced }]) => {
      const then = before.get(name);
      return !isPriced && count > 0 && (then === undefined || then.isPriced || then.count < count);
    })
  );
}

function isSuiteOver({ head, tip }: Given): boolean {
  return Object.entries(tip).some(([name, then]) => {
    const now = head[name];
    if (now === undefined || then.limit === null) return false;
    return costOfSuite(now) > then.limit && costOfSuite(now) > costOfSuite(then);
  });
}

/** Above the limits of the suites that are gone, and above what these cost, apart from what others lost. */
function areNewSuitesOver({ head, tip }: Given, added: readonly string[]): boolean {
  const gone = Object.entries(tip).filter(([name]) => !(name in head));
  const most = gone.reduce((sum, [, { limit: one }]) => sum + (one ?? Infinity), 0);
  if (added.length === 0 || gone.length === 0 || most === Infinity) return false;
  const lost = Object.entries(tip).reduce((sum, [name, then]) => {
    const now = head[name];
    return now === undefined ? sum : sum + Math.max(0, costOfSuite(then) - costOfSuite(now));
  }, 0);
  const cost = costOf(head, (name) => added.includes(name)) - lost;
  return cost > most && cost > gone.reduce((sum, [, one]) => sum + costOfSuite(one), 0);
}

function kindsOver({ head, tip }: Given, allowed: Limits): string[] {
  return (['ci', 'nightly'] as const).flatMap((kind) => {
    const most = kind === 'ci' ? allowed.ci : (allowed.nightly ?? allowed.ci);
    const isOfKind = (name: string) => tip[name]?.run === kind;
    const cost = costOf(head, isOfKind);
    return most !== null && cost > most && cost > costOf(tip, isOfKind) ? [`a run of ${kind}`] : [];
  });
}

/** Of both kinds together: each may rise by the limit. */
function increasesOver(given: Given, most: number): string[] {
  const { head, base, tip } = given;
  return [
    ...(costOf(head) - costOf(base) > most ? ['an increase over base'] : []),
    ...(sumOf(merged(given).values()) - costOf(tip) > most ? ['an increase over the tip'] : []),
  ];
}

describe('over random heads, bases, tips and policies', () => {
  test('what costs more than the default branch allows fails', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(sides, limits, intoDefault, (given, allowed, change) => {
        const reasons = excesses(given, allowed);
        // A head that changes nothing is at most a warning: the properties below.
        if (reasons.length === 0 || areSame(given.head, given.tip) || areSame(given.head, given.base)) return;
        for (const why of reasons) seen.set(why, (seen.get(why) ?? 0) + 1);
        expect([reasons, verdictOf(given, policyOf(given.tip, allowed), change)]).toEqual([reasons, 'fail']);
      }),
      { numRuns: 2000 },
    );
    expect([...seen.keys()].sort()).toEqual([
      'a call without a price',
      'a run of ci',
      'a run of nightly',
      'a suite',
      'an increase over base',
      'an increase over the tip',
      'new suites',
    ]);
  });

  test('what is equal to the default branch never fails, on a pull request or in a merge queue', () => {
    let broken = 0;
    fc.assert(
      fc.property(plain, plain, limits, intoDefault, fc.boolean(), (tip, base, allowed, change, isOld) => {
        const policy = policyOf(tip, allowed);
        const main = manifestOf(tip);
        const prices = { source: 'lock', ageInDays: isOld ? 99 : 1 } as const;
        const { verdict, violations } = judged(
          { head: manifestOf(tip), base: manifestOf(base), tip: main, policy },
          { change, prices },
        );
        broken += violations.length;
        expect(verdict).not.toBe('fail');
      }),
      { numRuns: 300 },
    );
    expect(broken).toBeGreaterThan(300);
  });

  test('a pull request that changes no call never fails, whatever the default branch gained or lost', () => {
    fc.assert(
      fc.property(plain, plain, limits, (tip, base, allowed) => {
        expect(verdictOf({ head: base, base, tip }, policyOf(tip, allowed), 'pull_request')).not.toBe('fail');
      }),
      { numRuns: 300 },
    );
  });

  test('a suite under another name, at the same cost, breaks no limit that held', () => {
    fc.assert(
      fc.property(plain, limits, intoDefault, (tip, allowed, change) => {
        const [first, ...others] = Object.entries(tip);
        if (first === undefined) return;
        const head = Object.fromEntries([...others, ['renamed', { ...first[1], limit: null }]]);
        // A call without a price under another name is another call, of which nobody knows the cost.
        const isKnown = Object.values(first[1].calls).every(({ isPriced, count }) => isPriced || count === 0);
        if (isKnown) expect(verdictOf({ head, base: tip, tip }, policyOf(tip, allowed), change)).not.toBe('fail');
      }),
      { numRuns: 300 },
    );
  });
});

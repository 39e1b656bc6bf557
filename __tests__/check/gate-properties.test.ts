import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeTarget } from '../../src/budget/verdict/judge.js';
import type { Manifest, PolicyFile } from '../../src/manifest/manifest.js';
import type { Budget } from '../../src/manifest/schema.js';
import { dollars, fail, judged, manifest, policyFile, suite } from '../support/judged.js';
import { POLICY_DEFAULTS } from '../support/manifest.js';
import { areSame, excesses, limits, plain, RUNS_PER_MONTH, sides } from '../support/plain-gate.js';
import type { Limits, Plain, PlainCall, Sides } from '../support/plain-gate.js';

/** The whole judgement over random manifests of head, base and the default branch's tip, beside the second judge. */

const intoDefault = fc.constantFrom<ChangeTarget>('pull_request', 'merge_group');

const FIELDS = {
  dollar: {},
  half: { model: 'a/half' },
  unknown: { model: 'a/unknown' },
};

function callOf(name: string, { count, model }: PlainCall) {
  return dollars(model === 'half' ? 2 * count : count, { name, display_name: name, ...FIELDS[model] });
}

function manifestOf(given: Plain): Manifest {
  return manifest({
    runs_per_month: RUNS_PER_MONTH.ci,
    runs: new Map([['nightly', { runs_per_month: RUNS_PER_MONTH.nightly, budget: {} }]]),
    suites: Object.entries(given).map(([name, { run, limit: own, calls }]) =>
      suite({
        name,
        run,
        budget: own === null ? {} : { per_run: fail(String(own)) },
        calls: Object.entries(calls).map(([id, one]) => callOf(id, one)),
      }),
    ),
  });
}

/** The default branch's file: its suites as they are there, with these limits. */
function policyOf(tip: Plain, { ci, nightly, increase, percent, month, isHalfDenied }: Limits): PolicyFile {
  const budget: Budget = {
    ...(ci === null ? {} : { per_run: fail(String(ci)) }),
    ...(increase === null ? {} : { increase_per_run: fail(String(increase)) }),
    ...(percent === null ? {} : { increase_percent: fail(String(percent)) }),
    ...(month === null ? {} : { per_month: fail(String(month)) }),
  };
  const ofNight: Budget = nightly === null ? {} : { per_run: fail(String(nightly)) };
  const entries = Object.entries(tip).map(([name, { run, limit: own }]) => {
    return [name, { run, runs_per_month: null, budget: own === null ? {} : { per_run: fail(String(own)) } }] as const;
  });
  const models = isHalfDenied ? { deny: ['a/half'] } : {};
  return {
    ...policyFile({ budget, policy: { ...POLICY_DEFAULTS, unpriced: 'warn', models } }),
    runs_per_month: RUNS_PER_MONTH.ci,
    runs: new Map([['nightly', { runs_per_month: RUNS_PER_MONTH.nightly, budget: ofNight }]]),
    suites: new Map(entries),
  };
}

function verdictOf({ head, base, tip }: Sides, policy: PolicyFile, change: ChangeTarget): string {
  const main = manifestOf(tip);
  const before = base === tip ? main : manifestOf(base);
  return judged({ head: manifestOf(head), base: before, tip: main, policy }, { change }).verdict;
}

const NO_LIMITS: Limits = { ci: null, nightly: null, increase: null, percent: null, month: null, isHalfDenied: false };

function onlySuite(name: string, limit: number | null, count: number): Plain {
  return { [name]: { run: 'ci', limit, calls: { one: { count, model: 'dollar' } } } };
}

/** $3 in a suite that takes the place of one with $2 and a limit of $2. Few random manifests have such a suite. */
const BEFORE = onlySuite('a', 2, 2);
const NEW_SUITE: Sides = { head: onlySuite('b', null, 3), base: BEFORE, tip: BEFORE };

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
      // Of ten faults put into the code, five needed at most 45 runs. A month without its limit, an increase over base alone
      // and a merge measured from base needed 85 to 852 or more than 1,200, so fewer runs would lose them.
      { numRuns: 2000, examples: [[NEW_SUITE, NO_LIMITS, 'pull_request']] },
    );
    expect([...seen.keys()].sort()).toEqual([
      'a call without a price',
      'a denied model',
      'a month',
      'a percentage over base',
      'a percentage over the tip',
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
        // Under another name a call is another one: nobody knows the cost of one without a price, and a denied model is new.
        const isOther = ({ model, count }: PlainCall) =>
          (model === 'unknown' && count > 0) || (model === 'half' && allowed.isHalfDenied);
        if (Object.values(first[1].calls).some(isOther)) return;
        expect(verdictOf({ head, base: tip, tip }, policyOf(tip, allowed), change)).not.toBe('fail');
      }),
      { numRuns: 300 },
    );
  });
});

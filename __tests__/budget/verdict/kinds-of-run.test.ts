import { describe, expect, test } from '@jest/globals';
import { compareEstimates, type Comparison } from '../../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import { limitsInForce, runsOfKind, scheduleBy } from '../../../src/budget/verdict/limits-in-force.js';
import { movedSuites } from '../../../src/budget/verdict/moved-suites.js';
import type { Manifest, PolicyFile, RunKind } from '../../../src/manifest/manifest.js';
import { toText, type Decimal } from '../../../src/lib/money/decimal.js';
import { DOLLARS, dollars, fail, judged, manifest, policyFile, suite } from '../../support/judged.js';

const push = (count: number) => suite({ name: 'push', calls: [dollars(count)] });
const night = (count: number, fields: object = {}) =>
  suite({ name: 'night', run: 'nightly', calls: [dollars(count)], ...fields });
const nightly = (fields: Partial<RunKind> = {}) =>
  new Map([['nightly', { runs_per_month: null, budget: {}, ...fields }]]);
const both = (pushes: number, nights: number, fields: Partial<Manifest> = {}) =>
  manifest({ runs: nightly(), suites: [push(pushes), night(nights)], ...fields });

/** The default branch's part of a manifest. */
function policyOf({ runs, runs_per_month: runsPerMonth, budget, suites }: Manifest): PolicyFile {
  const entries = suites.map((one) => {
    return [one.name, { run: one.run, runs_per_month: one.runs_per_month ?? null, budget: one.budget }] as const;
  });
  return { ...policyFile({ budget }), runs, runs_per_month: runsPerMonth, suites: new Map(entries) };
}

const broken = (...given: Parameters<typeof judged>) =>
  judged(...given).violations.map(
    ({ rule, severity, run, actual, limit }) => `${rule} ${severity} ${run ?? '-'} ${actual ?? '?'} of ${limit ?? '?'}`,
  );

describe('limits per run', () => {
  test('hold for each kind by itself: 4 and 4 of 5, never 8', () => {
    expect(broken({ head: both(4, 4, { budget: { per_run: fail('5') } }) })).toEqual([]);
    expect(broken({ head: both(4, 6, { budget: { per_run: fail('5') } }) })).toEqual(['per_run fail nightly 6 of 5']);
    expect(broken({ head: both(6, 4, { budget: { worst_case_per_run: fail('5') } }) })).toEqual([
      'worst_case_per_run fail ci 6 of 5',
    ]);
  });

  test('of a kind take the place of those at the top', () => {
    const runs = nightly({ budget: { per_run: fail('15') } });
    expect(broken({ head: both(4, 12, { budget: { per_run: fail('5') }, runs }) })).toEqual([]);
    expect(broken({ head: both(6, 16, { budget: { per_run: fail('5') }, runs }) })).toEqual([
      'per_run fail ci 6 of 5',
      'per_run fail nightly 16 of 15',
    ]);
  });

  test('of the kind ci stand under runs too', () => {
    const runs = new Map([['ci', { runs_per_month: null, budget: { per_run: fail('3') } }]]);
    expect(broken({ head: manifest({ runs, budget: { per_run: fail('9') }, suites: [push(4)] }) })).toEqual([
      'per_run fail - 4 of 3',
    ]);
  });

  test('are located where they stand', () => {
    const runs = nightly({ budget: { per_run: fail('1') } });
    const head = both(9, 9, {
      runs,
      budget: { per_run: fail('5') },
      locate: (path) => ({ line: path[0] === 'runs' ? 20 : 10, column: 1 }),
    });
    expect(judged({ head }).violations.map(({ run, line }) => [run, line])).toEqual([
      ['ci', 10],
      ['nightly', 20],
    ]);
  });

  test('name no kind where there is one alone', () => {
    const head = manifest({ budget: { per_run: fail('5') }, suites: [push(6)] });
    expect(judged({ head }).violations[0]).toMatchObject({ run: null, message: expect.stringMatching(/^A run costs/) });
    const two = both(4, 6, { budget: { per_run: fail('5') } });
    expect(judged({ head: two }).violations[0]?.message).toMatch(/^A run of the kind nightly costs/);
  });

  test('per month are over all kinds: 4 x 10 + 4 x 2 = 48', () => {
    const runs = nightly({ runs_per_month: 2 });
    const head = (limit: string) => both(4, 4, { runs_per_month: 10, runs, budget: { per_month: fail(limit) } });
    expect(broken({ head: head('48') })).toEqual([]);
    expect(broken({ head: head('47') })).toEqual(['per_month fail - 48 of 47']);
  });

  test('that are pre-existing are those of the same kind', () => {
    const budget = { per_run: fail('5') };
    const tip = both(6, 1, { budget });
    const given = { base: tip, tip, policy: policyOf(tip) };
    const verdicts = (head: Manifest) => judged({ head, ...given }, { change: 'pull_request' }).verdict;
    expect(verdicts(both(6, 2))).toBe('warn');
    expect(verdicts(both(6, 6))).toBe('fail');
  });

  test('are listed with their kind', () => {
    const { limits } = judged({ head: both(4, 6, { budget: { per_run: fail('5') } }) });
    expect(limits.map(({ run, actual }) => [run, actual])).toEqual([
      ['ci', '4'],
      ['nightly', '6'],
    ]);
  });
});

describe('increases', () => {
  const budget = { increase_per_run: fail('1'), increase_percent: fail('50') };

  test('are those of each kind', () => {
    // 2 - 2 and 9 - 8 = 1
    expect(broken({ head: both(2, 9, { budget }), base: both(2, 8) })).toEqual([]);
    expect(broken({ head: both(2, 10, { budget }), base: both(2, 8) })).toEqual([
      'increase_per_run fail nightly 2 of 1',
    ]);
  });

  test('of a kind that cost nothing are compared with all kinds in percent: 1 of 2 is 50 %, 1 of 1 is 100 %', () => {
    const from = (pushes: number) =>
      broken({ head: both(pushes, 1, { budget }), base: manifest({ suites: [push(pushes)] }) });
    expect(from(2)).toEqual([]);
    expect(from(1)).toEqual(['increase_percent fail nightly 100.00 of 50']);
  });
});

describe('the kind of a suite', () => {
  const tip = both(4, 4);
  const schedules = (head: Manifest, main: Manifest = tip) => {
    const policy = policyOf(main);
    const scheduleOf = scheduleBy(
      head,
      policy,
      movedSuites(head, policy, main, (id) => id),
    );
    return {
      kinds: Object.fromEntries(head.suites.map((one) => [one.name, scheduleOf(one).run])),
      notApplied: limitsInForce(head, policy, scheduleOf).notApplied,
    };
  };

  test('is that of the default branch while it exists there', () => {
    const moved = manifest({ runs: nightly(), suites: [{ ...push(4), run: 'nightly' }, night(4)] });
    expect(schedules(moved)).toEqual({
      kinds: { push: 'ci', night: 'nightly' },
      notApplied: [{ key: 'suites.push.run', head: 'nightly', policy: 'ci' }],
    });
  });

  test('is its own for a new one, where the default branch has the kind', () => {
    const head = both(4, 4, { suites: [push(4), night(4), night(1, { name: 'more' })] });
    expect(schedules(head)).toEqual({ kinds: { push: 'ci', night: 'nightly', more: 'nightly' }, notApplied: [] });
  });

  test('is ci until merged, where the default branch lacks the kind', () => {
    const weekly = new Map([...nightly(), ['weekly', { runs_per_month: 4, budget: { per_run: fail('50') } }]]);
    const head = both(4, 4, { runs: weekly, suites: [push(4), night(4), night(1, { name: 'more', run: 'weekly' })] });
    expect(schedules(head)).toEqual({
      kinds: { push: 'ci', night: 'nightly', more: 'ci' },
      notApplied: [{ key: 'suites.more.run', head: 'weekly', policy: 'ci' }],
    });
  });

  test('is that of the suite that it took calls from, or whose place it takes', () => {
    const took = both(4, 4, { suites: [push(3), night(4), night(1, { name: 'more' })] });
    expect(schedules(took).kinds).toEqual({ push: 'ci', night: 'nightly', more: 'ci' });
    const renamed = both(4, 4, { suites: [night(4), night(4, { name: 'pushed' })] });
    expect(schedules(renamed).kinds).toEqual({ night: 'nightly', pushed: 'ci' });
    const all = manifest({ runs: nightly(), suites: [{ ...push(4), name: 'pushed' }, night(4, { name: 'nights' })] });
    expect(schedules(all).kinds).toEqual({ pushed: 'ci', nights: 'nightly' });
  });

  test('is its own without a default branch', () => {
    const head = both(4, 4);
    expect(head.suites.map((one) => scheduleBy(head, null, [])(one).run)).toEqual(['ci', 'nightly']);
  });
});

describe('what head loosens in a kind is not applied', () => {
  const inForce = (head: Manifest, main: Manifest) => {
    const policy = policyOf(main);
    const limits = limitsInForce(head, policy, scheduleBy(head, policy, []));
    const { fail: level } = limits.budgetOfRun('nightly').per_run ?? { fail: null };
    return [
      level === null ? null : toText(level),
      limits.notApplied.map(({ key, head: wanted, policy: holds }) => [key, wanted, holds]),
    ];
  };
  const with_ = (top: string | null, own: string | null, runs: number | null = null) =>
    both(1, 1, {
      budget: top === null ? {} : { per_run: fail(top) },
      runs: nightly({ budget: own === null ? {} : { per_run: fail(own) }, runs_per_month: runs }),
    });

  test.each([
    ['raised', with_('5', '50'), with_('5', '15'), '15', [['runs.nightly.budget.per_run', '50', '15']]],
    ['tightened', with_('5', '10'), with_('5', '15'), '10', []],
    ['dropped, so that the one at the top holds', with_('5', null), with_('5', '15'), '5', []],
    [
      'dropped with the one at the top',
      with_(null, null),
      with_(null, '15'),
      '15',
      [['runs.nightly.budget.per_run', null, '15']],
    ],
    [
      'new and larger than the one at the top',
      with_('5', '50'),
      with_('5', null),
      '5',
      [['runs.nightly.budget.per_run', '50', '5']],
    ],
    ['at the top alone raised', with_('50', '15'), with_('5', '15'), '15', [['budget.per_run', '50', '5']]],
    ['run less often', with_('5', null, 1), with_('5', null, 30), '5', [['runs.nightly.runs_per_month', '1', '30']]],
  ])('%s', (_, head, main, limit, notApplied) => {
    expect(inForce(head, main)).toEqual([limit, notApplied]);
  });

  test('runs of a kind are the larger number of both sides', () => {
    expect(runsOfKind('nightly', with_('5', null, 1), with_('5', null, 30))).toBe(30);
    expect(runsOfKind('nightly', with_('5', null, 40), with_('5', null, 30))).toBe(40);
    expect(runsOfKind('weekly', with_('5', null, 40), null)).toBeNull();
    expect(runsOfKind('ci', manifest({ runs_per_month: 7 }), null)).toBe(7);
  });
});

describe('the figures that stand for all kinds', () => {
  const compared = (head: Manifest, base: Manifest | null): Comparison =>
    compareEstimates(estimateManifest(head, DOLLARS, null), base && estimateManifest(base, DOLLARS, null), (run) =>
      runsOfKind(run, head, null),
    );
  const text = (amount: Decimal | null | undefined) => (amount ? toText(amount) : null);
  const shown = ({ shown: { head, base, delta } }: Comparison) => [
    text(head.per_run),
    text(base?.per_run),
    text(delta?.per_run),
    text(head.per_month),
  ];

  test.each([
    ['the one that rises most', both(5, 9), both(4, 7), ['9', '7', '2', null]],
    ['the one that rises, be it the cheaper one', both(5, 9), both(4, 9), ['5', '4', '1', null]],
    ['the one that costs most, where none rises', both(3, 9), both(4, 9), ['9', '9', '0', null]],
    ['the one that costs most, without a base', both(3, 9), null, ['9', null, null, null]],
    ['one that is new', both(3, 9), manifest({ suites: [push(3)] }), ['9', '0', '9', null]],
    ['what remains, where one is gone', manifest({ suites: [push(3)] }), both(3, 9), ['3', '3', '0', null]],
  ])('per run are those of %s', (_, head, base, expected) => {
    expect(shown(compared(head, base))).toEqual(expected);
  });

  test('per month are over all: 5 x 10 + 9 x 2 = 68', () => {
    const fields = { runs_per_month: 10, runs: nightly({ runs_per_month: 2 }) };
    const comparison = compared(both(5, 9, fields), both(5, 8, fields));
    expect(text(comparison.shown.head.per_month)).toBe('68');
    expect(text(comparison.shown.base?.per_month)).toBe('66');
    expect(text(comparison.shown.delta?.per_month)).toBe('2');
  });

  test('stand beside each kind, with its suites and its runs', () => {
    const fields = { runs_per_month: 10, runs: nightly({ runs_per_month: 2 }) };
    const { runs } = compared(both(5, 9, fields), both(4, 9, fields));
    const rows = runs.map((run) => [
      run.name,
      run.runs_per_month,
      run.suites,
      text(run.head?.per_run),
      text(run.base?.per_run),
      text(run.delta?.per_run),
      text(run.delta?.percent),
      text(run.delta?.per_month),
    ]);
    expect(rows).toEqual([
      ['ci', 10, ['push'], '5', '4', '1', '25', '10'],
      ['nightly', 2, ['night'], '9', '9', '0', '0', '0'],
    ]);
  });

  test('count a suite that moved to another kind in both: 4 from ci to nightly', () => {
    const head = manifest({ runs: nightly(), suites: [push(1), { ...push(4), name: 'moved', run: 'nightly' }] });
    const base = manifest({ suites: [push(1), { ...push(4), name: 'moved' }] });
    const rows = compared(head, base).runs.map(({ name, suites, delta }) => [name, suites, text(delta?.per_run)]);
    expect(rows).toEqual([
      ['ci', ['push', 'moved'], '-4'],
      ['nightly', ['moved'], '4'],
    ]);
    expect(compared(head, base).suites.map(({ status }) => status)).toEqual(['unchanged', 'changed']);
  });

  test('of a kind with a call without a price are a lower bound, and its delta is not known', () => {
    const unknown = suite({ name: 'u', run: 'nightly', calls: [dollars(1, { model: 'a/unknown' })] });
    const head = manifest({ runs: nightly(), suites: [push(2), unknown] });
    const comparison = compared(head, manifest({ suites: [push(1)] }));
    expect(comparison.runs.map(({ delta }) => text(delta?.per_run))).toEqual(['1', null]);
    expect(shown(comparison)).toEqual(['2', '1', '1', null]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { estimateManifest } from '../../../src/budget/estimate.js';
import { movedSuites, sharedBudget } from '../../../src/budget/verdict/moved-suites.js';
import { scheduleBy } from '../../../src/budget/verdict/limits-in-force.js';
import type { Manifest, PolicyFile } from '../../../src/manifest/manifest.js';
import type { Budget } from '../../../src/manifest/schema.js';
import { toText } from '../../../src/lib/money/decimal.js';
import { DOLLARS, dollars, fail, judged, manifest, policyFile, suite, tokens, warn } from '../../support/judged.js';

/** A suite of so many requests at $1 each. */
const costing = (name: string, count: number, fields: Partial<Parameters<typeof suite>[0]> = {}) =>
  suite({ name, calls: [dollars(count)], ...fields });
const of = (...suites: ReturnType<typeof suite>[]) => manifest({ suites });

/** The default branch: its manifest, and the policy of its budgets. */
function onMain(...suites: ReturnType<typeof suite>[]): { readonly tip: Manifest; readonly policy: PolicyFile } {
  const entries = suites.map((one) => {
    const { run, runs_per_month: runs = null, budget } = one;
    return [one.name, { run, runs_per_month: runs, budget }] as const;
  });
  return { tip: of(...suites), policy: { ...policyFile({}), suites: new Map(entries) } };
}

/** The violations apart from the warnings that a suite is gone, or new without a budget: `per_run fail a 5 of 4`. */
function broken(head: Manifest, main: ReturnType<typeof onMain>): string[] {
  const { violations } = judged({ head, base: main.tip, ...main }, { change: 'pull_request' });
  return violations
    .filter(({ rule }) => rule !== 'suite_missing' && rule !== 'suite_without_budget')
    .map(
      ({ rule, severity, suite: name, actual, limit }) =>
        `${rule} ${severity} ${name ?? '-'} ${actual ?? '?'} of ${limit ?? '?'}`,
    );
}

describe('a suite that is renamed', () => {
  const main = onMain(costing('old', 3, { budget: { per_run: fail('4'), increase_per_run: fail('1') } }));

  test('keeps its limits at equal cost without breaking one', () => {
    expect(broken(of(costing('new', 3)), main)).toEqual([]);
  });

  test('breaks them by its old name: 5 of 4, and 5 - 3 = 2 of 1', () => {
    expect(broken(of(costing('new', 5)), main)).toEqual([
      'per_run fail old 5 of 4',
      'increase_per_run fail old 2 of 1',
    ]);
  });

  test('stays as bad as it was where the default branch breaks its limit', () => {
    const bad = onMain(costing('old', 9, { budget: { per_run: fail('4') } }));
    expect(broken(of(costing('new', 9)), bad)).toEqual(['per_run warn old 9 of 4']);
    expect(broken(of(costing('new', 10)), bad)).toEqual(['per_run fail old 10 of 4']);
  });

  test('is located where the new one stands', () => {
    const located = manifest({
      suites: [costing('new', 5)],
      locate: (path) => ({ line: path[1] === 'new' ? 7 : 1, column: 1 }),
    });
    const { violations } = judged({ head: located, base: main.tip, ...main }, { change: 'pull_request' });
    expect(violations[0]).toMatchObject({ rule: 'per_run', suite: 'old', line: 7 });
  });

  test('has a limit of its own too', () => {
    const head = of(costing('new', 3, { budget: { per_run: fail('2') } }));
    expect(broken(head, main)).toEqual(['per_run fail new 3 of 2']);
  });
});

describe('suites that are gone and new', () => {
  test('share: 3 + 4 of 2 + 5 holds, 3 + 5 does not', () => {
    const main = onMain(
      costing('a', 1, { budget: { per_run: fail('2') } }),
      costing('b', 1, { budget: { per_run: fail('5') } }),
    );
    expect(broken(of(costing('x', 3), costing('y', 4)), main)).toEqual([]);
    expect(broken(of(costing('x', 3), costing('y', 5)), main)).toEqual(['per_run fail a 8 of 7']);
  });

  test('count one gone without a limit by its cost at the tip: 4 + 3 = 7', () => {
    const main = onMain(costing('a', 1, { budget: { per_run: fail('4') } }), costing('b', 3));
    expect(broken(of(costing('x', 7)), main)).toEqual([]);
    expect(broken(of(costing('x', 8)), main)).toEqual(['per_run fail a 8 of 7']);
  });

  test('have no limit where none of those gone had one', () => {
    expect(broken(of(costing('x', 100)), onMain(costing('a', 1)))).toEqual([]);
  });

  test('leave the limits of those that stay alone', () => {
    const main = onMain(
      costing('a', 1, { budget: { per_run: fail('2') } }),
      costing('stays', 5, { budget: { per_run: fail('5') } }),
    );
    expect(broken(of(costing('stays', 6), costing('x', 1)), main)).toEqual(['per_run fail stays 6 of 5']);
  });

  test.each([
    [
      'increase_percent is the smallest',
      { increase_percent: fail('50') },
      { increase_percent: fail('10') },
      { increase_percent: '-/10' },
    ],
    ['increase_percent of one', {}, { increase_percent: warn('10') }, { increase_percent: '10/-' }],
    ['increases are summed, none counts as $0', { increase_per_run: fail('2') }, {}, { increase_per_run: '-/2' }],
    [
      'levels are summed apart',
      { per_run: { ...fail('9'), warn: warn('5').warn } },
      { per_run: fail('3') },
      { per_run: '6/12' },
    ],
    ['months', { per_month: fail('40') }, {}, { per_month: '-/50' }],
    ['worst cases', { worst_case_per_run: fail('5') }, {}, { worst_case_per_run: '-/7' }],
    ['no limit', {}, {}, {}],
  ])('%s', (_, a: Budget, b: Budget, expected) => {
    // b: one request at $1, at most $2, ten times a month
    const worst = dollars(1, { prompt_tokens: tokens(1000, 2000) });
    const { tip, policy } = onMain(
      costing('a', 1, { budget: a }),
      suite({ name: 'b', budget: b, calls: [worst], runs_per_month: 10 }),
    );
    const head = of(costing('x', 1));
    const [group] = movedSuites(head, policy, tip, (id) => id);
    if (group === undefined) throw new Error('expected a group');
    const estimate = estimateManifest(tip, DOLLARS, null, scheduleBy(tip, policy, [group]));
    const shared = Object.entries(sharedBudget(group, policy, estimate)).map(([name, { warn: low, fail: high }]) => [
      name,
      [low, high].map((level) => (level === null ? '-' : toText(level))).join('/'),
    ]);
    expect(Object.fromEntries(shared)).toEqual(expected);
  });
});

describe('a new suite that took calls from one that stays', () => {
  const main = onMain(costing('a', 4, { budget: { per_run: fail('4'), increase_per_run: fail('1') } }));

  test('is held with it: 2 + 2 of 4 holds, 2 + 9 does not', () => {
    expect(broken(of(costing('a', 2), costing('b', 2)), main)).toEqual([]);
    expect(broken(of(costing('a', 2), costing('b', 9)), main)).toEqual([
      'per_run fail a 11 of 4',
      'increase_per_run fail a 7 of 1',
    ]);
  });

  test.each([
    ['the suite makes as many requests as before', of(costing('a', 4), costing('b', 9))],
    ['the suite makes more', of(costing('a', 4, { repeat: 1 }), costing('b', 9))],
    [
      'the new one uses another model',
      of(costing('a', 2), suite({ name: 'b', calls: [dollars(9, { model: 'a/half', display_name: 'a/half' })] })),
    ],
  ])('is not where %s', (_, head) => {
    expect(broken(head, main)).toEqual([]);
  });

  test('is found by the model that an id stands for, and by repeat x count', () => {
    const took = (head: Manifest) => movedSuites(head, main.policy, main.tip, (id) => id.replace('~alias', 'a/dollar'));
    const other = suite({ name: 'b', calls: [dollars(1, { model: '~alias' })] });
    expect(took(of(costing('a', 3), other))).toEqual([{ added: ['b'], gone: [], kept: ['a'] }]);
    expect(took(of(costing('a', 2, { repeat: 2 }), other))).toEqual([]);
    expect(took(of(costing('a', 1, { repeat: 3 }), other))).toEqual([{ added: ['b'], gone: [], kept: ['a'] }]);
    expect(movedSuites(of(costing('a', 3), other), main.policy, null, (id) => id)).toEqual([]);
    expect(movedSuites(of(costing('a', 3), other), null, main.tip, (id) => id)).toEqual([]);
  });

  test('is not held to what came from a suite that stays, beside one that is gone', () => {
    const both = onMain(
      costing('a', 4, { budget: { per_run: fail('4') } }),
      costing('gone', 1, { budget: { per_run: fail('1') } }),
    );
    // 3 of 4 stay in a; b and c have its fourth and the one that is gone: 2 - 1 of 1.
    expect(broken(of(costing('a', 3), costing('b', 1), costing('c', 1)), both)).toEqual([]);
    expect(broken(of(costing('a', 3), costing('b', 1), costing('c', 2)), both)).toEqual(['per_run fail gone 2 of 1']);
  });
});

describe('how often a new suite runs', () => {
  const main = onMain(costing('a', 4, { runs_per_month: 600 }), costing('b', 1, { runs_per_month: 30 }));
  const runsOf = (head: Manifest) => {
    const scheduleOf = scheduleBy(
      head,
      main.policy,
      movedSuites(head, main.policy, main.tip, (id) => id),
    );
    return Object.fromEntries(head.suites.map((one) => [one.name, scheduleOf(one).runs_per_month]));
  };

  test('is at least as often as one that is gone', () => {
    expect(runsOf(of(costing('b', 1), costing('new', 4, { runs_per_month: 1 })))).toEqual({ b: 30, new: 600 });
  });

  test('is at least as often as one that it took calls from', () => {
    const head = of(costing('a', 3), costing('b', 1), costing('new', 1, { runs_per_month: 1 }));
    expect(runsOf(head)).toEqual({ a: 600, b: 30, new: 600 });
  });

  test('is as it says otherwise', () => {
    const head = of(costing('a', 4), costing('b', 1), costing('new', 1, { runs_per_month: 1 }));
    expect(runsOf(head)).toEqual({ a: 600, b: 30, new: 1 });
  });
});

describe('a new suite without a budget', () => {
  const warned = (head: Manifest, main: ReturnType<typeof onMain>) =>
    judged({ head, base: main.tip, ...main }, { change: 'pull_request' }).violations.filter(
      ({ rule }) => rule === 'suite_without_budget',
    );
  const limited = onMain(costing('a', 1, { budget: { per_run: fail('2') } }));
  const head = of(costing('a', 1), costing('new', 1));

  test('is a warning on its own line where other suites have one and no limit stands at the top', () => {
    expect(warned(head, limited)).toMatchObject([
      {
        severity: 'warn',
        suite: 'new',
        line: 1,
        message: 'Suite new is new and has no budget, and no limit holds for all suites together.',
      },
    ]);
  });

  test.each([
    ['it has one', of(costing('a', 1), costing('new', 1, { budget: { per_run: fail('9') } })), limited],
    ['no suite has one', head, onMain(costing('a', 1))],
    ['a limit stands at the top', head, { ...limited, policy: { ...limited.policy, budget: { per_run: fail('9') } } }],
    ['head brings one at the top', manifest({ ...head, budget: { per_run: fail('9') } }), limited],
  ])('is none where %s', (_, given, main) => {
    expect(warned(given, main)).toEqual([]);
  });
});

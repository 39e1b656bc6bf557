import { describe, expect, test } from '@jest/globals';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { policySchema } from '../../../src/manifest/schema.js';
import { decimal } from '../../../src/lib/money/decimal.js';
import { judgeWithoutManifest, worstFirst } from '../../../src/budget/verdict/judge.js';
import {
  dollars,
  evals,
  fail,
  inWords,
  judged,
  manifest,
  named,
  policyFile,
  rules,
  suite,
  tokens,
  unknown,
  warn,
} from '../../support/judged.js';
import { violation } from '../../support/violation.js';

describe('limits on a run', () => {
  test.each([
    ['4.99', 'fail'],
    ['4.999999999999', 'fail'],
    ['5', 'pass'],
    ['5.000000000001', 'pass'],
  ])('5 dollars against a limit of %s: %s', (limit, verdict) => {
    const head = manifest({ budget: { per_run: fail(limit) }, suites: [evals(dollars(5))] });
    expect(judged({ head }).verdict).toBe(verdict);
  });

  test.each([
    [4, 'pass', []],
    [5, 'warn', ['per_run warn']],
    [6, 'warn', ['per_run warn']],
    [7, 'fail', ['per_run fail']],
  ])('with {warn: 4, fail: 6}, %i dollars: %s', (count, verdict, violations) => {
    const limit = { warn: decimal('4'), fail: decimal('6') };
    const head = manifest({ budget: { per_run: limit }, suites: [evals(dollars(count))] });
    const judgement = judged({ head });
    expect([judgement.verdict, inWords(judgement.violations)]).toEqual([verdict, violations]);
  });

  test('a suite is compared with its own limit, the run with the sum', () => {
    const head = manifest({
      budget: { per_run: fail('9') },
      suites: [
        { ...evals(dollars(4)), budget: { per_run: fail('3') } },
        suite({ name: 'rag', budget: { per_run: fail('6') }, calls: [dollars(6)] }),
      ],
    });
    // 4 + 6 = 10 > 9; 4 > 3; 6 is not > 6
    expect(inWords(judged({ head }).violations)).toEqual(['per_run fail', 'per_run fail evals']);
  });

  test('a month: cost of a run x runs', () => {
    const head = manifest({
      runs_per_month: 10,
      budget: { per_month: fail('49') },
      suites: [evals(dollars(5))],
    });
    const [violation] = judged({ head }).violations;
    expect(violation).toMatchObject({ rule: 'per_month', severity: 'fail', actual: '50', limit: '49' });
  });

  test('a monthly limit with a suite whose runs per month are not known is broken, not skipped', () => {
    const head = manifest({ suites: [evals(dollars(1))] });
    const judgement = judged({ head, policy: policyFile({ budget: { per_month: fail('1000') } }) });
    expect(inWords(judgement.violations)).toEqual(['per_month fail']);
  });

  test('a worst case above its limit, by what the answer may cost at most', () => {
    const head = manifest({
      budget: { worst_case_per_run: fail('9') },
      suites: [evals(dollars(5, { prompt_tokens: tokens(1000, 2000) }))],
    });
    // 5 x 2000 x 0.001 = 10
    expect(judged({ head }).violations[0]).toMatchObject({ rule: 'worst_case_per_run', actual: '10', limit: '9' });
  });

  test('a worst case that cannot be known breaks its limit; without a limit it is a warning', () => {
    const range = dollars(1, { model: 'a/range', display_name: 'a/range' });
    const limited = manifest({ budget: { worst_case_per_run: fail('100') }, suites: [evals(range)] });
    expect(inWords(judged({ head: limited }).violations)).toEqual([
      'incomplete_price fail',
      'incomplete_price warn evals',
    ]);
    const free = judged({ head: manifest({ suites: [evals(range)] }) });
    expect([free.verdict, inWords(free.violations)]).toEqual(['warn', ['incomplete_price warn evals']]);
  });

  test.each<[string, Partial<NamedCall>, number, 'warn' | 'fail']>([
    ['the same', {}, 2, 'warn'],
    ['fewer requests', {}, 1, 'warn'],
    ['a smaller cap', { max_tokens: 100 }, 2, 'warn'],
    ['a larger cap', { max_tokens: 201 }, 2, 'fail'],
    ['no cap', { completion_tokens: tokens(0) }, 2, 'fail'],
    ['a longer longest prompt', { prompt_tokens: tokens(1000, 1001) }, 2, 'fail'],
    ['more retries at most', { retries: { expected: decimal('0'), max: decimal('1') } }, 2, 'fail'],
    ['a fallback model', { fallback_models: ['a/dollar'] }, 2, 'fail'],
    ['another provider', { provider: { sort: 'throughput' } }, 2, 'fail'],
  ])('a worst case that is known on neither side, with %s at head', (_, fields, count, verdict) => {
    const cap = 'completion_tokens' in fields ? {} : { max_tokens: 200 };
    const of = (call: ReturnType<typeof dollars>) =>
      manifest({ budget: { worst_case_per_run: fail('100') }, suites: [evals(call)] });
    const base = of(dollars(2, { model: 'a/range', max_tokens: 200 }));
    const head = of(dollars(count, { model: 'a/range', ...cap, ...fields }));
    const policy = policyFile({ budget: { worst_case_per_run: fail('100') } });
    expect(judged({ head, base, tip: base, policy }, { change: 'pull_request' }).verdict).toBe(verdict);
  });

  // Base has p with 1 request, q with 2 and, last, a call with a price.
  test.each<[string, 'warn' | 'fail', [string, number, object?][]]>([
    [
      'in another order',
      'warn',
      [
        ['q', 2],
        ['p', 1],
      ],
    ],
    ['one less', 'warn', [['q', 2]]],
    ['one less under its name', 'warn', [['p', 2]]],
    [
      'one more',
      'fail',
      [
        ['p', 1],
        ['q', 2],
        ['r', 1],
      ],
    ],
    [
      'one larger',
      'fail',
      [
        ['p', 1],
        ['q', 3],
      ],
    ],
    [
      'both as large as the larger one',
      'fail',
      [
        ['p', 2],
        ['q', 2],
      ],
    ],
    [
      'the fallback model of the other',
      'fail',
      [
        ['p', 1, { fallback_models: ['a/dollar'] }],
        ['q', 2],
      ],
    ],
  ])('worst cases that are known on neither side: %s is a %s', (_, verdict, calls) => {
    const budget = { worst_case_per_run: fail('100') };
    const range = (name: string, count: number, fields: object = {}) =>
      named(name, count, { model: 'a/range', max_tokens: 200, ...fields });
    const of = (...all: ReturnType<typeof dollars>[]) => manifest({ budget, suites: [evals(...all)] });
    const base = of(range('p', 1), range('q', 2, { fallback_models: ['a/dollar'] }), dollars(5));
    const head = of(...calls.map(([name, count, fields]) => range(name, count, fields)), dollars(4));
    const policy = policyFile({ budget });
    expect(judged({ head, base, tip: base, policy }, { change: 'pull_request' }).verdict).toBe(verdict);
  });

  test('every limit in force is listed with the figure that it is compared with', () => {
    const head = manifest({ budget: { per_run: warn('7') }, suites: [evals(dollars(5))] });
    expect(judged({ head }).limits).toEqual([{ rule: 'per_run', suite: null, warn: '7', fail: null, actual: '5' }]);
  });
});

describe('unpriced calls', () => {
  test('fail by default, warn where the policy says so, and are never a pass', () => {
    const head = manifest({ suites: [evals(unknown(1))] });
    expect(inWords(judged({ head }).violations)).toEqual(['unpriced fail evals']);
    const lenient = judged({ head, policy: rules({ unpriced: 'warn' }) });
    expect([lenient.verdict, inWords(lenient.violations)]).toEqual(['warn', ['unpriced warn evals']]);
  });

  test('what is priced beside them is a lower bound that can break a limit already', () => {
    const head = manifest({ budget: { per_run: fail('4') }, suites: [evals(dollars(5), unknown(1))] });
    const [violation] = judged({ head, policy: rules({ unpriced: 'warn' }) }).violations;
    expect(violation).toMatchObject({ rule: 'per_run', severity: 'fail', actual: '5' });
    expect(violation?.message).toContain('at least $5.00');
  });
});

describe('increases', () => {
  const from = (base: number, head: number, budget: object) =>
    judged({
      head: manifest({ budget, suites: [evals(dollars(head))] }),
      base: manifest({ suites: [evals(dollars(base))] }),
    });

  test('by an amount: met exactly it holds', () => {
    expect(from(3, 5, { increase_per_run: fail('2') }).verdict).toBe('pass');
    expect(from(3, 6, { increase_per_run: fail('2') }).violations[0]).toMatchObject({ actual: '3', limit: '2' });
  });

  test('by percent: head x 100 > base x (100 + limit)', () => {
    expect(from(4, 5, { increase_percent: fail('25') }).verdict).toBe('pass'); // 500 is not > 500
    expect(from(4, 5, { increase_percent: fail('24.999999999999') }).verdict).toBe('fail');
    expect(from(4, 6, { increase_percent: fail('25') }).violations[0]).toMatchObject({ actual: '50.00', limit: '25' });
  });

  test('from nothing any increase of a cent breaks the percentage', () => {
    expect(from(0, 1, { increase_percent: fail('1000') }).violations[0]).toMatchObject({
      rule: 'increase_percent',
      actual: null,
    });
  });

  test('a percentage is not judged while the increase is below one cent', () => {
    const small = (count: number) => evals(dollars(count, { prompt_tokens: tokens(1) })); // $0.001 each
    const growing = (head: number) =>
      judged({
        head: manifest({ budget: { increase_percent: fail('10') }, suites: [small(head)] }),
        base: manifest({ suites: [small(1)] }),
      }).verdict;
    expect(growing(10)).toBe('pass'); // 0.010 - 0.001 = 0.009
    expect(growing(11)).toBe('fail'); // 0.011 - 0.001 = 0.010
  });

  test('of a suite is that suite alone, whatever the others do', () => {
    const suites = (evalsCost: number, ragCost: number, budget: object = {}) => [
      { ...evals(dollars(evalsCost)), budget },
      suite({ name: 'rag', calls: [dollars(ragCost)] }),
    ];
    const of = (budget: object) =>
      judged({
        head: manifest({ suites: suites(5, 100, budget) }),
        base: manifest({ suites: suites(4, 10) }),
      }).violations;
    // 5 - 4 = 1, 25 % of 4; the run rises by 91, 650 % of 14
    expect(of({ increase_per_run: fail('1'), increase_percent: fail('25') })).toEqual([]);
    expect(of({ increase_per_run: fail('0.99') })[0]).toMatchObject({ suite: 'evals', actual: '1' });
    expect(of({ increase_percent: fail('24') })[0]).toMatchObject({ suite: 'evals', actual: '25.00' });
  });

  test('a new suite rises from zero', () => {
    const head = manifest({ suites: [{ ...evals(dollars(2)), budget: { increase_per_run: fail('1') } }] });
    expect(inWords(judged({ head, base: manifest({ suites: [] }) }).violations)).toEqual([
      'increase_per_run fail evals',
    ]);
  });

  test('a call without a price at head adds nothing to what is known: a lower bound, and reported as one', () => {
    const judgement = judged({
      head: manifest({ budget: { increase_per_run: fail('1') }, suites: [evals(dollars(5), unknown(1))] }),
      base: manifest({ suites: [evals(dollars(3))] }),
      policy: rules({ unpriced: 'warn' }),
    });
    const increase = judgement.violations.find(({ rule }) => rule === 'increase_per_run');
    expect(increase).toMatchObject({ actual: '2', at_least: true });
    expect(increase?.message).toContain('at least $2.00 more');
  });

  test('a call without a price at base could have cost anything: mending it is no increase, and no proof', () => {
    const judgement = judged({
      head: manifest({
        budget: { increase_per_run: fail('1'), increase_percent: fail('1') },
        suites: [evals(dollars(5))],
      }),
      base: manifest({ suites: [evals(unknown(5))] }),
    });
    expect(judgement.violations).toMatchObject([
      { rule: 'increase_per_run', severity: 'fail', actual: null, limit: '1' },
      { rule: 'increase_percent', severity: 'fail', actual: null, limit: '1' },
    ]);
    expect(judgement.violations[0]?.message).toBe(
      'A run may cost up to $5.00 more than base, where a call that changed has no price.',
    );
  });

  test('an increase that is within its limit at most need not be known: base costs nothing at least', () => {
    const from = (base: ReturnType<typeof evals>, budget: object) =>
      judged({ head: manifest({ budget, suites: [evals(dollars(5))] }), base: manifest({ suites: [base] }) });
    const mended = evals(unknown(5));
    expect(from(mended, { increase_per_run: fail('5') })).toMatchObject({ verdict: 'pass' });
    expect(inWords(from(mended, { increase_per_run: fail('4.99') }).violations)).toEqual(['increase_per_run fail']);
    // The call without a price is gone, and the rest is as it was: no increase, whatever it cost.
    expect(from(evals(dollars(5), unknown(1)), { increase_percent: fail('0') }).verdict).toBe('pass');
  });

  test('one that has no upper bound either is not judged', () => {
    const judgement = judged({
      head: manifest({
        budget: { increase_per_run: fail('1000') },
        suites: [evals(dollars(1), dollars(1, { model: 'a/other', name: 'other', display_name: 'other' }))],
      }),
      base: manifest({ suites: [evals(unknown(5))] }),
      policy: rules({ unpriced: 'warn' }),
    });
    expect(inWords(judgement.violations)).toContain('increase_per_run fail');
  });

  test('a warning over base is not taken for one over the default branch', () => {
    const head = manifest({ budget: { increase_per_run: warn('1') }, suites: [evals(dollars(9))] });
    const less = manifest({ suites: [evals(dollars(1))] });
    const [first] = judged({ head, base: less, tip: less }, { change: 'other_branch' }).violations;
    expect(first).not.toHaveProperty('against_default_branch');
  });

  test('an increase without a limit need not be known for a pass', () => {
    const judgement = judged({
      head: manifest({ budget: { per_run: fail('5') }, suites: [evals(dollars(5))] }),
      base: manifest({ suites: [evals(unknown(5))] }),
    });
    expect(judgement.verdict).toBe('pass');
  });

  test('what cannot be known breaks the limit of its suite', () => {
    const head = manifest({ suites: [{ ...evals(dollars(5)), budget: { increase_percent: fail('1') } }] });
    const base = manifest({ suites: [evals(unknown(5))] });
    expect(inWords(judged({ head, base }).violations)).toEqual(['increase_percent fail evals']);
  });

  test('one over the default branch says so, one over base does not', () => {
    const head = manifest({ budget: { increase_per_run: fail('2') }, suites: [evals(dollars(9))] });
    const same = manifest({ suites: [evals(dollars(9))] });
    const less = manifest({ suites: [evals(dollars(1))] });
    const over = judged({ head, base: same, tip: less }, { change: 'other_branch' }).violations[0];
    expect(over).toMatchObject({ against_default_branch: true });
    expect(judged({ head, base: less }).violations[0]).not.toHaveProperty('against_default_branch');
  });

  test('a percentage that is above its limit by less than a hundredth is reported as just above it', () => {
    const head = manifest({ budget: { increase_percent: fail('25') }, suites: [evals(dollars(125_001))] });
    const [violation] = judged({ head, base: manifest({ suites: [evals(dollars(100_000))] }) }).violations;
    // 25,001 of 100,000 are 25.001 %
    expect(violation?.message).toBe('A run costs just above +25 % against base; the limit is +25 %.');
  });

  test('a call without a price that is the same in both hides no increase beside it', () => {
    const judgement = judged({
      head: manifest({ budget: { increase_per_run: fail('1') }, suites: [evals(unknown(1), dollars(5))] }),
      base: manifest({ suites: [evals(unknown(1), dollars(3))] }),
      policy: rules({ unpriced: 'warn' }),
    });
    expect(inWords(judgement.violations)).toContain('increase_per_run fail');
  });

  test('without a base they are not judged', () => {
    const head = manifest({ budget: { increase_per_run: fail('0') }, suites: [evals(dollars(2))] });
    expect(judged({ head }).verdict).toBe('pass');
  });

  test('where base is not the default branch they are judged against both, and the worse one is reported once', () => {
    const budget = { increase_per_run: fail('2') };
    const judgement = judged(
      {
        head: manifest({ budget, suites: [evals(dollars(9))] }),
        base: manifest({ suites: [evals(dollars(8))] }),
        tip: manifest({ suites: [evals(dollars(1))] }),
      },
      { change: 'other_branch' },
    );
    // 9 - 8 = 1 holds; 9 - 1 = 8 does not
    expect(judgement.violations).toHaveLength(1);
    expect(judgement.violations[0]).toMatchObject({ rule: 'increase_per_run', actual: '8' });
  });
});

describe('a violation that base has too', () => {
  const limited = (count: number) => manifest({ budget: { per_run: fail('4') }, suites: [evals(dollars(count))] });

  test('is a warning while head is unchanged or better', () => {
    const same = judged({ head: limited(5), base: limited(5) });
    expect([same.verdict, inWords(same.violations)]).toEqual(['warn', ['per_run warn']]);
    expect(same.violations[0]).toMatchObject({ excused: true, in_base: true });
    expect(judged({ head: limited(5), base: limited(6) }).verdict).toBe('warn');
  });

  test('fails where head is worse', () => {
    expect(judged({ head: limited(6), base: limited(5) }).verdict).toBe('fail');
  });

  test('is a warning too under a limit that head itself tightens', () => {
    const base = manifest({ suites: [evals(dollars(5))] });
    expect(judged({ head: limited(5), base }).verdict).toBe('warn');
  });

  test('fails where base is not the default branch', () => {
    expect(judged({ head: limited(5), base: limited(5) }, { change: 'other_branch' }).verdict).toBe('fail');
  });

  test('fails where it is an increase', () => {
    const budget = { increase_per_run: fail('1') };
    const judgement = judged({
      head: manifest({ budget, suites: [evals(dollars(5))] }),
      base: manifest({ budget, suites: [evals(dollars(3))] }),
    });
    expect(judgement.verdict).toBe('fail');
  });

  test('is a warning for an unpriced call that makes no more requests', () => {
    const of = (count: number) => manifest({ suites: [evals(unknown(count))] });
    expect(judged({ head: of(2), base: of(2) }).verdict).toBe('warn');
    expect(judged({ head: of(3), base: of(2) }).verdict).toBe('fail');
  });

  test('fails for a lower bound that is smaller only because it leaves out an unpriced call', () => {
    const head = manifest({ budget: { per_run: fail('4') }, suites: [evals(dollars(5), unknown(1))] });
    const judgement = judged({ head, base: limited(6), policy: rules({ unpriced: 'warn' }) });
    expect(inWords(judgement.violations)).toContain('per_run fail');
  });

  test('is a warning for a full sum at head that is no greater than a lower bound at base', () => {
    const base = manifest({ suites: [evals(dollars(6), unknown(1))] });
    expect(judged({ head: limited(5), base }).verdict).toBe('warn');
  });
});

describe('rules of the policy', () => {
  const head = manifest({ suites: [evals(dollars(1))] });
  const with_ = (fields: object) => inWords(judged({ head, policy: rules(fields) }).violations);

  test('models: denied, not allowed, allowed', () => {
    expect(with_({ models: { deny: ['*dollar*'] } })).toEqual(['model_denied fail evals']);
    expect(with_({ models: { allow: ['b/*'] } })).toEqual(['model_denied fail evals']);
    expect(with_({ models: { allow: ['a/*'], deny: ['*-pro*'] } })).toEqual([]);
  });

  test('a fallback model is compared with the rules too', () => {
    const fallback = manifest({ suites: [evals(dollars(1, { fallback_models: ['a/half'] }))] });
    const judgement = judged({ head: fallback, policy: rules({ models: { deny: ['a/half'] } }) });
    expect(judgement.violations[0]).toMatchObject({ rule: 'model_denied', actual: 'a/half', limit: 'a/half' });
  });

  test('price ceilings are per million tokens, met exactly they hold', () => {
    // 0.001 a token = 1000 a million
    expect(with_({ max_prompt_price: decimal('1000') })).toEqual([]);
    expect(with_({ max_prompt_price: decimal('999.999999') })).toEqual(['max_prompt_price fail evals']);
  });

  test('require_max_tokens wants a cap on every call', () => {
    expect(with_({ require_max_tokens: true })).toEqual(['require_max_tokens fail evals']);
    const capped = manifest({ suites: [evals(dollars(1, { max_tokens: 0 }))] });
    expect(judged({ head: capped, policy: rules({ require_max_tokens: true }) }).verdict).toBe('pass');
  });

  test.each([
    [50, 30, 'pass'], // 50 x 30 / 30 = 50
    [51, 30, 'warn'],
    [10, 151, 'warn'], // 10 x 151 / 30 = 50.3
    [51, 1, 'warn'], // in a single run already
  ])('free models: %i requests a run, %i runs a month: %s', (count, runs, verdict) => {
    const free = dollars(count, { model: 'a/free:free', display_name: 'a/free:free' });
    const judgement = judged({ head: manifest({ runs_per_month: runs, suites: [evals(free)] }) });
    expect(judgement.verdict).toBe(verdict);
    expect(inWords(judgement.violations)).toEqual(verdict === 'pass' ? [] : ['free_tier warn']);
  });

  test('a free model that is asked with a dynamic suffix counts as free too', () => {
    const online = dollars(51, { model: 'a/free:free:online', display_name: 'a/free:free:online' });
    const judgement = judged({ head: manifest({ runs_per_month: 30, suites: [evals(online)] }) });
    expect(inWords(judgement.violations)).toEqual(['free_tier warn']);
  });

  test.each([
    ['as often', 60, true],
    ['less often', 55, true],
    ['more often', 61, false],
  ])('free models that base asks too often and head %s: in base too, %j', (_, count, isInBase) => {
    const free = (times: number) => dollars(times, { model: 'a/free:free', display_name: 'a/free:free' });
    const { violations } = judged({
      head: manifest({ suites: [evals(free(count))] }),
      base: manifest({ suites: [evals(free(60))] }),
    });
    expect(violations.map(({ rule, severity, in_base }) => [rule, severity, in_base === true])).toEqual([
      ['free_tier', 'warn', isInBase],
    ]);
  });

  test.each([
    ['warn', 1, 'warn', true],
    ['fail', 1, 'fail', false],
    ['warn', 31, 'fail', false],
  ] as const)(
    'base has the same prices: with stale_prices: %s, a lock of %i days is %s',
    (stale, age, severity, is) => {
      const prices = { source: 'lock', ageInDays: age } as const;
      const situation = { head, policy: rules({ stale_prices: stale }) };
      const seen = (base: typeof head | null, more: Parameters<typeof judged>[1] = {}) =>
        judged({ ...situation, base }, { prices, ...more }).violations.map((found) => [
          found.severity,
          found.in_base === true,
        ]);
      const changed = manifest({ suites: [evals(dollars(2))] });
      expect(seen(head)).toEqual([['warn', true]]);
      expect(seen(changed)).toEqual([[severity, is]]);
      expect(seen(head, { change: 'other_branch' })).toEqual([[severity, false]]);
      expect(seen(head, { hasBase: false })).toEqual([[severity, false]]);
      expect(seen(null)).toEqual([[severity, false]]);
    },
  );

  test.each([
    [30, 'warn', 'warn'],
    [30.001, 'warn', 'fail'],
    [31, 'warn', 'fail'],
    [0, 'fail', 'fail'],
  ] as const)('prices from a lock of %i days with stale_prices: %s', (ageInDays, stale, verdict) => {
    const judgement = judged(
      { head, policy: rules({ stale_prices: stale }) },
      { prices: { source: 'lock', ageInDays } },
    );
    expect([judgement.verdict, inWords(judgement.violations)]).toEqual([verdict, [`stale_prices ${verdict}`]]);
  });
});

test.each([
  [12.9, '12', 'Prices come from the lockfile, 12 days old.'],
  [1.5, '1', 'Prices come from the lockfile, 1 day old.'],
  [0.9, '0', 'Prices come from the lockfile, less than a day old.'],
  [30, '30', 'Prices come from the lockfile, 30 days old.'],
  [30.001, '30.01', 'Prices come from the lockfile, 30.01 days old; the limit is 30 days.'],
  [31.5, '31', 'Prices come from the lockfile, 31 days old; the limit is 30 days.'],
])(
  'a lock of %d days is shown in whole days unless they would not tell it from its limit',
  (ageInDays, actual, message) => {
    const judgement = judged(
      { head: manifest({ suites: [evals(dollars(1))] }) },
      { prices: { source: 'lock', ageInDays } },
    );
    expect(judgement.violations[0]).toMatchObject({ actual, limit: '30', message });
  },
);

describe('what the default branch is owed', () => {
  test('without a manifest there, the verdict is at least a warning', () => {
    const judgement = judged({ head: manifest({ suites: [evals(dollars(1))] }) }, { isUnprotected: true });
    expect([judgement.verdict, inWords(judgement.violations)]).toEqual(['warn', ['unprotected warn']]);
  });

  test('a suite with a budget there that head lacks is a warning', () => {
    const head = manifest({ suites: [evals(dollars(1))] });
    const policy = policyFile({ suiteBudgets: { gone: { per_run: fail('1') }, unlimited: {} } });
    expect(inWords(judged({ head, policy }).violations)).toEqual([
      'suite_missing warn gone',
      'suite_without_budget warn evals',
    ]);
  });

  test('a manifest that is there and not at head is a failure', () => {
    const judgement = judgeWithoutManifest({
      manifestFile: 'llm-budget.yml',
      policy: policySchema.parse({}),
      prices: { source: 'live', ageInDays: null },
      approvals: null,
      change: 'pull_request',
      isUnchanged: false,
    });
    expect([judgement.verdict, inWords(judgement.violations)]).toEqual(['fail', ['manifest_missing fail']]);
  });
});

describe('the override', () => {
  const head = manifest({ budget: { per_run: fail('1') }, suites: [evals(dollars(5))] });
  const policy = rules({ override_label: 'allow' });
  const approved = { labels: ['other', 'allow'], approvedBy: ['lead'] };

  test('label and approval turn every failure into a warning, and name who approved', () => {
    const judgement = judged({ head, policy }, { approvals: approved });
    expect(judgement).toMatchObject({ verdict: 'warn', override: { label: 'allow', by: 'lead' } });
    expect(judgement.violations[0]).toMatchObject({ severity: 'warn', overridden: true });
  });

  test.each([
    ['no approval', policy, { labels: ['allow'], approvedBy: [] }],
    ['no label', policy, { labels: ['other'], approvedBy: ['lead'] }],
    ['no label in the policy', rules({}), approved],
    ['a label that only begins alike', policy, { labels: ['allow-not'], approvedBy: ['lead'] }],
    ['no pull request', policy, null],
  ])('%s: no override', (_, given, approvals) => {
    expect(judged({ head, policy: given }, { approvals })).toMatchObject({ verdict: 'fail', override: null });
  });

  test('where nothing fails it is not named', () => {
    const harmless = manifest({ suites: [evals(dollars(1))] });
    expect(judged({ head: harmless, policy }, { approvals: approved })).toMatchObject({
      verdict: 'pass',
      override: null,
    });
  });
});

test('failures come first, then warnings, then violations that are pre-existing or overridden', () => {
  const given = [
    violation({ severity: 'warn', overridden: true, line: 1 }),
    violation({ severity: 'warn', line: 2 }),
    violation({ severity: 'warn', excused: true, line: 3 }),
    violation({ line: 4 }),
    violation({ severity: 'warn', in_base: true, line: 5 }),
    violation({ line: 6 }),
  ];
  expect(worstFirst(given).map(({ line }) => line)).toEqual([4, 6, 2, 1, 3, 5]);
});

test('a failure that base has too is a failure like any other', () => {
  const given = [violation({ in_base: true, line: 1 }), violation({ line: 2 })];
  expect(worstFirst(given).map(({ line }) => line)).toEqual([1, 2]);
});

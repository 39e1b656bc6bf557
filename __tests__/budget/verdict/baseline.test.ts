import { describe, expect, test } from '@jest/globals';
import { type JudgeInput, judgeWithoutManifest } from '../../../src/budget/verdict/judge.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { policySchema } from '../../../src/manifest/schema.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import {
  type DOLLARS,
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
  warn,
  unknown as unpriced,
} from '../../support/judged.js';
import { decimal } from '../../../src/lib/money/decimal.js';

const unknown = (name: string, count: number, fields: object = {}) =>
  named(name, count, { model: 'a/unknown', ...fields });
const of = (...calls: ReturnType<typeof dollars>[]) => manifest({ suites: [evals(...calls)] });
const over = (limit: string) => policyFile({ budget: { per_run: fail(limit) } });

/** What is broken, and whether it is pre-existing: `per_run warn (pre-existing)`. */
function broken(situation: Parameters<typeof judged>[0], more: Partial<JudgeInput>): string[] {
  const { violations } = judged(situation, more);
  return violations.map(
    ({ rule, severity, in_base }) => `${rule} ${severity}${in_base === true ? ' (pre-existing)' : ''}`,
  );
}

describe('what is pre-existing', () => {
  const nineDollars = of(dollars(9));
  const eightDollars = of(dollars(8));
  const oneDollar = of(dollars(1));

  // Main costs $1 or $9 of the $5 allowed; head costs $8, and base $9.
  test.each([
    ['pull_request', 'is what the tip breaks', nineDollars, ['per_run warn (pre-existing)']],
    ['pull_request', 'is nothing that base alone breaks', oneDollar, ['per_run fail']],
    ['merge_group', 'is what the tip breaks', nineDollars, ['per_run warn (pre-existing)']],
    ['merge_group', 'is nothing that the entry before breaks', oneDollar, ['per_run fail']],
    ['other_branch', 'is what the tip breaks', nineDollars, ['per_run warn (pre-existing)']],
    ['other_branch', 'is nothing that the other branch breaks', oneDollar, ['per_run fail']],
    [
      'default_branch',
      'is what the commit before breaks, whatever the tip is now',
      oneDollar,
      ['per_run warn (pre-existing)'],
    ],
  ] as const)('on %s %s', (change, _, tip, expected) => {
    expect(broken({ head: eightDollars, base: of(dollars(10)), tip, policy: over('5') }, { change })).toEqual(expected);
  });

  test('is nothing that the commit before does not break, on the default branch', () => {
    const situation = { head: nineDollars, base: oneDollar, tip: nineDollars, policy: over('5') };
    expect(broken(situation, { change: 'default_branch' })).toEqual(['per_run fail']);
  });

  test('is nothing where the event has no base, the age of the lockfile neither', () => {
    const prices = { source: 'lock', ageInDays: 1 } as const;
    const situation = { head: nineDollars, tip: nineDollars, policy: over('5') };
    expect(broken(situation, { change: 'other_branch', hasBase: false, prices })).toEqual([
      'per_run fail',
      'stale_prices warn',
    ]);
  });

  test('is nothing without a manifest at the tip', () => {
    expect(broken({ head: nineDollars, base: nineDollars, policy: over('5') }, { change: 'other_branch' })).toEqual([
      'per_run fail',
    ]);
  });

  test('is worse at head where it costs more than at the tip: $9 of $8', () => {
    const situation = { head: nineDollars, base: of(dollars(10)), tip: eightDollars, policy: over('5') };
    expect(broken(situation, { change: 'pull_request' })).toEqual(['per_run fail']);
  });
});

describe('a head whose calls all equal those of base', () => {
  const same = of(dollars(9));
  const situation = { head: same, base: same, tip: of(dollars(1)), policy: over('5') };

  test('is at most a warning on a pull request, which says that the branch is outdated', () => {
    const judgement = judged(situation, { change: 'pull_request' });
    expect(judgement).toMatchObject({ verdict: 'warn', isOutdated: true });
    expect(judgement.violations).toMatchObject([{ rule: 'per_run', severity: 'warn', excused: true, in_base: true }]);
  });

  test.each(['merge_group', 'other_branch'] as const)(
    'fails on %s: the entry or branch before is not the tip',
    (change) => {
      expect(judged(situation, { change })).toMatchObject({ verdict: 'fail', isOutdated: false });
    },
  );

  test('is not outdated where the tip breaks the same', () => {
    const judgement = judged({ ...situation, tip: of(dollars(9)) }, { change: 'pull_request' });
    expect(judgement).toMatchObject({ verdict: 'warn', isOutdated: false });
  });

  test.each([
    ['more runs a month', { runs_per_month: 1_000_000 }],
    ['a suite more', { suites: [evals(dollars(9)), suite({ name: 'more', calls: [dollars(1)] })] }],
  ])('is another one with %s', (_, fields) => {
    const limit = { budget: { per_run: fail('5'), per_month: fail('100') }, runs_per_month: 1 };
    const policy = policyFile({ ...limit, suites: new Map() });
    const given = { head: manifest({ ...same, ...fields }), base: same, tip: of(dollars(1)), policy };
    expect(judged(given, { change: 'pull_request' }).verdict).toBe('fail');
  });

  test('without a manifest at head and at base is a warning, for the tip has gained it since', () => {
    const given = {
      manifestFile: 'llm-budget.yml',
      policy: policySchema.parse({}),
      prices: { source: 'live', ageInDays: null } as const,
      approvals: null,
    };
    const verdictOf = (change: JudgeInput['change'], isUnchanged: boolean) =>
      judgeWithoutManifest({ ...given, change, isUnchanged }).verdict;
    expect(verdictOf('pull_request', true)).toBe('warn');
    expect(verdictOf('pull_request', false)).toBe('fail');
    expect(verdictOf('merge_group', true)).toBe('fail');
  });
});

describe('a head whose calls all equal those of the tip', () => {
  test.each(['pull_request', 'merge_group', 'other_branch'] as const)(
    'never fails on %s, whatever base is',
    (change) => {
      const head = of(dollars(9));
      const limits = { per_run: fail('5'), increase_per_run: fail('1'), per_month: fail('1') };
      const given = { head, base: of(dollars(1)), tip: of(dollars(9)), policy: policyFile({ budget: limits }) };
      expect(judged(given, { change })).toMatchObject({ verdict: 'warn', isOutdated: false });
      expect(judged({ ...given, base: null }, { change }).verdict).toBe('warn');
    },
  );
});

describe('increases over the tip', () => {
  const limit = policyFile({ budget: { increase_per_run: fail('1') } });
  const judgedOn = (change: JudgeInput['change'], head: Manifest, base: Manifest, tip: Manifest) =>
    judged({ head, base, tip, policy: limit }, { change }).violations.map(
      ({ actual, against_default_branch: isTip }) =>
        `${actual ?? 'unknown'} over ${isTip === true ? 'the tip' : 'base'}`,
    );

  test.each(['pull_request', 'merge_group'] as const)('on %s count the calls that head changed', (change) => {
    // kept: $5 at base, $1 at the tip, as head leaves it; grown: $3 at head, $2.5 at base, $1 at the tip.
    const side = (kept: number, grown: number) => of(named('kept', kept), named('grown', grown));
    expect(judgedOn(change, side(5, 3), side(5, 2), side(1, 1))).toEqual(['2 over the tip']);
    expect(judgedOn(change, side(5, 3), side(5, 2), side(1, 2))).toEqual([]);
  });

  test('on another branch count every call', () => {
    const side = (kept: number) => of(named('kept', kept));
    expect(judgedOn('other_branch', side(5), side(5), side(1))).toEqual(['4 over the tip']);
    expect(judgedOn('merge_group', side(5), side(5), side(1))).toEqual([]);
  });

  test('count a new call by what the tip has under its name', () => {
    const tip = of(named('old', 1), named('new', 3));
    expect(judgedOn('merge_group', of(named('old', 1), named('new', 4.5 * 2)), of(named('old', 1)), tip)).toEqual([
      '9 over base',
    ]);
    expect(
      judgedOn(
        'merge_group',
        of(named('old', 1), named('new', 4)),
        of(named('old', 1), named('new', 3)),
        of(named('old', 1)),
      ),
    ).toEqual(['4 over the tip']);
  });

  test('count a new call in full where the call at the tip that equals it is a call of base that has changed', () => {
    // The $1 at the tip is the $3 of base, and head adds $1 beside it. Over base 1 + (3 - 3) = 1, over the tip 1 + (3 - 2) = 2.
    const base = of(dollars(3), named('grown', 3));
    const head = of(dollars(3), dollars(1), named('grown', 3, { completion_tokens: tokens(1, 1) }));
    expect(judgedOn('pull_request', head, base, of(dollars(1), named('grown', 2)))).toEqual(['2 over the tip']);
  });

  test('take back what head removes, and not what the tip has gained since', () => {
    const base = of(named('one', 2), named('two', 2));
    const head = of(named('one', 4));
    // 4 - 2 - 2 = 0 over base; over the tip 4 - 2 of one, less 2 of two: the tip's third call is not head's to remove.
    expect(judgedOn('pull_request', head, base, of(named('one', 2), named('two', 2), named('three', 9)))).toEqual([]);
    // The tip has no call two any more: 4 - 2 = 2.
    expect(judgedOn('pull_request', head, base, of(named('one', 2), named('three', 9)))).toEqual(['2 over the tip']);
  });

  test('are not judged apart where base is that very commit', () => {
    const base = of(dollars(1));
    const { violations } = judged({ head: of(dollars(9)), base, tip: base, policy: limit }, { change: 'pull_request' });
    expect(violations).toHaveLength(1);
    expect(violations[0]).not.toHaveProperty('against_default_branch');
  });

  test('are judged where base has no manifest', () => {
    const { violations } = judged(
      { head: of(dollars(9)), base: null, tip: of(dollars(1)), policy: limit },
      { change: 'pull_request' },
    );
    expect(violations).toMatchObject([{ rule: 'increase_per_run', actual: '8', against_default_branch: true }]);
  });

  test('are not judged for commits on the default branch: a later push may have made it cheaper', () => {
    expect(judgedOn('default_branch', of(dollars(9)), of(dollars(9)), of(dollars(1)))).toEqual([]);
  });
});

describe('a call without a price beside an increase', () => {
  const limits = { increase_per_run: fail('0.5') };
  const policy = policyFile({ budget: limits, policy: { ...policySchema.parse({}), unpriced: 'warn' } });
  const increases = (head: Manifest, base: Manifest, lock?: typeof DOLLARS) =>
    judged({ head, base, policy, ...(lock === undefined ? {} : { lock }) })
      .violations.filter(({ rule }) => rule === 'increase_per_run')
      .map(({ severity, actual, at_least }) => [severity, actual, at_least === true]);

  test('that requests less hides nothing: +$400 of $0.5', () => {
    const head = of(unknown('u', 9), named('p', 500));
    expect(increases(head, of(unknown('u', 10), named('p', 100)))).toEqual([['fail', '400', false]]);
  });

  test('that requests less, beside nothing else that grew, passes', () => {
    expect(increases(of(unknown('u', 9), named('p', 100)), of(unknown('u', 10), named('p', 100)))).toEqual([]);
  });

  test('that requests more leaves the known rest as a lower bound', () => {
    const head = of(unknown('u', 11), named('p', 500));
    expect(increases(head, of(unknown('u', 10), named('p', 100)))).toEqual([['fail', '400', true]]);
  });

  test.each([
    ['asks for more', of(unknown('u', 11), named('p', 1)), of(unknown('u', 10), named('p', 1))],
    ['is new', of(unknown('u', 1), named('p', 1)), of(named('p', 1))],
    ['had a price', of(unknown('u', 1)), of(named('u', 1))],
    ['asks another model', of(unknown('u', 1, { model: 'a/other' })), of(unknown('u', 1))],
    ['has another fallback', of(unknown('u', 1, { fallback_models: ['a/x'] })), of(unknown('u', 1))],
    ['is served on other terms', of(unknown('u', 1, { service_tier: 'priority' })), of(unknown('u', 1))],
    ['asks for longer answers', of(unknown('u', 1, { completion_tokens: tokens(5) })), of(unknown('u', 1))],
  ])('that %s breaks the limit at its strictest level', (_, head, base) => {
    expect(increases(head, base)).toEqual([['fail', null, false]]);
  });

  test('that makes no request costs nothing', () => {
    expect(increases(of(unknown('u', 0), named('p', 1)), of(named('p', 1)))).toEqual([]);
  });

  test('breaks a limit that only warns with a warning', () => {
    const warned = policyFile({ budget: { increase_per_run: warn('0.5') }, policy: policy.policy });
    const { violations } = judged({ head: of(unknown('u', 2)), base: of(unknown('u', 1)), policy: warned });
    expect(inWords(violations)).toContain('increase_per_run warn');
    const message = violations.find(({ rule }) => rule === 'increase_per_run')?.message;
    expect(message).toBe(
      'The increase of a run over base is not known, so its limit cannot be kept: evals / u has no price.',
    );
  });

  test('names at most three of several', () => {
    const head = of(...['a', 'b', 'c', 'd', 'e'].map((name) => unknown(name, 1)));
    const message = judged({ head, base: of(), policy }).violations.find(
      ({ rule }) => rule === 'increase_per_run',
    )?.message;
    expect(message).toContain('evals / a, evals / b, evals / c, 2 more have no price.');
  });

  describe('at base alone', () => {
    /** a/unknown at $0.25 for a thousand prompt tokens, and at nothing for an answer. */
    const pricing = { prompt: '0.00025', completion: '0' };
    const lock = catalogue([{ ...model({ id: 'a/unknown', pricing }), endpoints: [endpoint({ tag: 'a', pricing })] }]);

    test("counts with the lockfile's price: $1 - 2 x $0.25 = $0.5, and $1 - $0.25 = $0.75", () => {
      expect(increases(of(named('u', 1)), of(unknown('u', 2)), lock)).toEqual([]);
      expect(increases(of(named('u', 1)), of(unknown('u', 1)), lock)).toEqual([['fail', '0.75', false]]);
    });

    test('may else have cost anything: at most the cost of head, which breaks the limit or does not', () => {
      expect(increases(of(named('u', 1)), of(unknown('u', 2)))).toEqual([['fail', null, false]]);
      const half = { model: 'a/half', prompt_tokens: tokens(1000) };
      expect(increases(of(named('u', 1, half)), of(unknown('u', 2)))).toEqual([]);
    });

    test('breaks the level that the cost of head breaks, and no stricter one', () => {
      const levels = { warn: warn('0.5').warn, fail: fail('2').fail };
      const given = { head: of(named('u', 1)), base: of(unknown('u', 1)) };
      const judgement = judged({ ...given, policy: policyFile({ budget: { increase_per_run: levels } }) });
      expect(inWords(judgement.violations)).toEqual(['increase_per_run warn']);
    });

    test('that is gone at head adds nothing', () => {
      expect(increases(of(named('p', 1)), of(named('p', 1), unknown('u', 1)))).toEqual([]);
    });
  });
});

describe('a percentage', () => {
  const policy = policyFile({ budget: { increase_percent: fail('25') } });
  const cents = (count: number, runs: number | null) =>
    manifest({ runs_per_month: runs, suites: [evals(dollars(count, { prompt_tokens: tokens(1) }))] });

  // $0.001 a request: from 1 to 6 is $0.005 a run.
  test.each([
    [null, 'pass'],
    [199, 'pass'], // 0.005 x 199 = 0.995
    [200, 'fail'], // 0.005 x 200 = 1
  ])('of half a cent with %s runs a month: %s', (runs, verdict) => {
    expect(judged({ head: cents(6, runs), base: cents(1, runs), policy }).verdict).toBe(verdict);
  });
});

describe('a lockfile that is too old', () => {
  const prices = { source: 'lock', ageInDays: 31 } as const;
  const base = of(named('one', 1), named('two', 2));

  test.each([
    ['the same calls', of(named('one', 1), named('two', 2)), 'warn'],
    ['a call at the same cost', of(named('one', 2, { model: 'a/half' }), named('two', 2)), 'warn'],
    ['a call that costs more', of(named('one', 2), named('two', 2)), 'fail'],
    ['a call that costs less', of(named('one', 1), named('two', 1)), 'fail'],
    ['the same sum of other calls', of(named('one', 2), named('two', 1)), 'fail'],
    ['a call less', of(named('one', 1)), 'fail'],
  ])('on a change to %s: %s', (_, head, verdict) => {
    expect(judged({ head, base, tip: base }, { change: 'merge_group', prices }).verdict).toBe(verdict);
  });

  test('only stands in for endpoints: a warning at most, whatever the policy says of stale prices', () => {
    const head = of(dollars(5));
    const given = { head, base, policy: rules({ stale_prices: 'fail' }) };
    const standsIn = { source: 'lock', ageInDays: 1, standsIn: true } as const;
    expect(inWords(judged(given, { prices: standsIn }).violations)).toEqual(['stale_prices warn']);
    expect(inWords(judged(given, { prices: { source: 'lock', ageInDays: 1 } }).violations)).toEqual([
      'stale_prices fail',
    ]);
    expect(inWords(judged(given, { prices: { ...standsIn, ageInDays: 31 } }).violations)).toEqual([
      'stale_prices fail',
    ]);
  });
});

describe('a model with a warning of the catalogue', () => {
  const warnings = {
    fallen: [
      { model: 'a/dollar', message: 'a/dollar: the prompt price went from 9 to 1 dollars.' },
      { model: 'a/unused', message: 'a/unused: fell.' },
    ],
    expiring: [{ model: 'a/half', date: '2026-12-01' }],
  };

  test('is one where head uses it', () => {
    const { verdict, violations } = judged({ head: of(dollars(1)) }, { warnings });
    expect([verdict, inWords(violations)]).toEqual(['warn', ['price_fell warn']]);
    expect(violations[0]?.message).toBe('a/dollar: the prompt price went from 9 to 1 dollars.');
  });

  test('is pre-existing where the baseline uses it too', () => {
    const half = of(dollars(1, { model: 'a/half' }));
    const seen = (base: Manifest) => broken({ head: half, base }, { warnings });
    expect(seen(half)).toEqual(['expiring_model warn (pre-existing)']);
    expect(seen(of(dollars(1)))).toEqual(['expiring_model warn']);
    expect(judged({ head: half }, { warnings }).violations[0]?.message).toBe(
      'The withdrawal date of a/half is 2026-12-01: requests to it fail from then on.',
    );
  });
});

describe('each violation of base makes one of head pre-existing', () => {
  const denied = rules({ models: { deny: ['a/dollar'] } });

  test('a second call like the one at base still fails', () => {
    const judgement = judged({ head: of(dollars(1), dollars(1)), base: of(dollars(1)), policy: denied });
    expect(inWords(judgement.violations)).toEqual(['model_denied fail evals', 'model_denied warn evals']);
  });

  test('calls without a name are compared with each other in their order', () => {
    const judgement = judged({ head: of(unpriced(4), unpriced(2)), base: of(unpriced(1), unpriced(3)) });
    expect(inWords(judgement.violations)).toEqual(['unpriced fail evals', 'unpriced warn evals']);
    const less = judged({ head: of(unpriced(1), unpriced(2)), base: of(unpriced(3), unpriced(2)) });
    expect(inWords(less.violations)).toEqual(['unpriced warn evals', 'unpriced warn evals']);
  });

  test('calls with a name are found wherever they stand', () => {
    const named = (name: string, count: number) => unpriced(count, { name, display_name: name });
    const judgement = judged({
      head: of(named('b', 3), named('a', 1)),
      base: of(named('a', 1), named('b', 3)),
    });
    expect(inWords(judgement.violations)).toEqual(['unpriced warn evals', 'unpriced warn evals']);
  });

  test('a call whose file cannot be counted may ask for any number more than one that was counted', () => {
    const uncounted = unpriced(0, { uncounted: 'data file c.jsonl is no JSON' });
    expect(inWords(judged({ head: of(uncounted), base: of(unpriced(100)) }).violations)).toEqual([
      'unpriced fail evals',
    ]);
    expect(inWords(judged({ head: of(uncounted), base: of(uncounted) }).violations)).toEqual(['unpriced warn evals']);
  });

  test('thousands of calls are compared with thousands', () => {
    const calls = (images: number) => of(...Array.from({ length: 5000 }, () => unpriced(1, { images })));
    const { violations } = judged({ head: calls(1), base: calls(0) });
    expect(violations.filter(({ severity }) => severity === 'fail')).toHaveLength(5000);
  });

  test('pre-existing violations come after the warnings that count in full', () => {
    const head = manifest({ budget: { per_run: fail('1') }, suites: [evals(dollars(2))] });
    const judgement = judged({ head, base: head }, { isUnprotected: true });
    expect(judgement.violations).toMatchObject([
      { rule: 'unprotected', severity: 'warn' },
      { rule: 'per_run', severity: 'warn', excused: true },
    ]);
  });

  test('the same call in another suite is another call', () => {
    const head = manifest({ suites: [suite({ name: 'other', calls: [unpriced(1)] })] });
    expect(judged({ head, base: of(unpriced(1)) }).verdict).toBe('fail');
  });
});

describe('a call without a price is unchanged or better only where it requests no more of anything', () => {
  const before = { retries: { expected: decimal('1'), max: decimal('2') }, max_tokens: 10, web_searches: 1 };

  test.each([
    ['the same', before, 'warn'],
    ['fewer retries', { ...before, retries: { expected: decimal('0'), max: decimal('2') } }, 'warn'],
    ['more retries', { ...before, retries: { expected: decimal('1.5'), max: decimal('2') } }, 'fail'],
    ['more retries at most', { ...before, retries: { expected: decimal('1'), max: decimal('3') } }, 'fail'],
    ['more searches', { ...before, web_searches: 2 }, 'fail'],
    ['images', { ...before, images: 1 }, 'fail'],
    ['pages', { ...before, pdf_pages: 1 }, 'fail'],
    ['more prompt tokens', { ...before, prompt_tokens: tokens(1001) }, 'fail'],
    ['more prompt tokens at most', { ...before, prompt_tokens: tokens(1000, 1001) }, 'fail'],
    ['fewer prompt tokens', { ...before, prompt_tokens: tokens(999) }, 'warn'],
    ['more completion tokens', { ...before, completion_tokens: tokens(1, 1) }, 'fail'],
    ['tokens from a cache', { ...before, cached_tokens: tokens(500) }, 'warn'],
    ['tokens written to a cache', { ...before, cache_write_tokens: tokens(1) }, 'fail'],
    ['audio', { ...before, audio_tokens: tokens(1) }, 'fail'],
    ['pictures as an answer', { ...before, image_output_tokens: tokens(1) }, 'fail'],
    ['speech as an answer', { ...before, audio_output_tokens: tokens(1) }, 'fail'],
    ['a higher cap', { ...before, max_tokens: 11 }, 'fail'],
    ['a lower cap', { ...before, max_tokens: 9 }, 'warn'],
    ['no cap at all', { ...before, max_tokens: undefined, completion_tokens: tokens(0) }, 'fail'],
    ['a longer life in the cache', { ...before, cache_ttl: '1h' }, 'fail'],
    ['another service tier', { ...before, service_tier: 'priority' }, 'fail'],
    ['another provider', { ...before, provider: { only: ['b'] } }, 'fail'],
    ['another fallback', { ...before, fallback_models: ['a/half'] }, 'fail'],
  ])('%s: %s', (_, after, verdict) => {
    expect(judged({ head: of(unpriced(1, after)), base: of(unpriced(1, before)) }).verdict).toBe(verdict);
  });

  test('a cap where there was none is less, a fallback that is dropped too', () => {
    const uncapped = { completion_tokens: tokens(5) };
    const capped = { ...uncapped, max_tokens: 1_000_000_000 };
    expect(judged({ head: of(unpriced(1, capped)), base: of(unpriced(1, uncapped)) }).verdict).toBe('warn');
    const fallbacks = (...fallback_models: string[]) => of(unpriced(1, { fallback_models }));
    expect(judged({ head: fallbacks('a/half'), base: fallbacks('a/dollar', 'a/half') }).verdict).toBe('warn');
    expect(judged({ head: fallbacks('a/half', 'a/dollar'), base: fallbacks('a/half') }).verdict).toBe('fail');
  });

  test('a sum that leaves it out is no better where it requests more', () => {
    const limited = (tokensEach: number) =>
      manifest({
        budget: { per_run: fail('4') },
        suites: [evals(dollars(5), unpriced(1, { prompt_tokens: tokens(tokensEach) }))],
      });
    const policy = rules({ unpriced: 'warn' });
    expect(judged({ head: limited(10), base: limited(10), policy }).verdict).toBe('warn');
    expect(judged({ head: limited(11), base: limited(10), policy }).verdict).toBe('fail');
  });

  test('no request at all is no less than none', () => {
    expect(judged({ head: of(unpriced(0)), base: of(unpriced(0)) }).verdict).toBe('warn');
    expect(judged({ head: of(unpriced(1)), base: of(unpriced(0)) }).verdict).toBe('fail');
  });

  test('a call with a price is compared with its cost too', () => {
    const denied = rules({ models: { deny: ['a/*'] } });
    const at = (fields: object) => of(dollars(1, { model: 'a/dollar', display_name: 'answer', ...fields }));
    expect(judged({ head: at({}), base: at({}), policy: denied }).verdict).toBe('warn');
    expect(judged({ head: at({ model: 'a/half' }), base: at({}), policy: denied }).verdict).toBe('fail');
  });
});

describe('a price above its ceiling', () => {
  const policy = rules({ max_prompt_price: decimal('100') });
  const answer = (model: string, fields: object = {}) => of(dollars(1, { model, display_name: 'answer', ...fields }));

  test('is pre-existing where the same call had a higher one, whichever its model was', () => {
    // a/dollar is $1,000 a million, a/half $500
    expect(judged({ head: answer('a/half'), base: answer('a/dollar'), policy }).verdict).toBe('warn');
    expect(judged({ head: answer('a/dollar'), base: answer('a/half'), policy }).verdict).toBe('fail');
  });

  test('of a fallback is not pre-existing because of that of the model', () => {
    const free = { model: 'a/free:free', fallback_models: ['a/half'] };
    expect(judged({ head: answer('', free), base: answer('a/dollar'), policy }).verdict).toBe('fail');
    expect(judged({ head: answer('', free), base: answer('', free), policy }).verdict).toBe('warn');
  });
});

describe('a limit that can be compared with no figure', () => {
  const range = (count: number) => dollars(count, { model: 'a/range', display_name: 'a/range' });

  test('is pre-existing where base leaves as much unknown', () => {
    const limited = (count: number, known: number) =>
      manifest({ budget: { worst_case_per_run: fail('100') }, suites: [evals(range(count), dollars(known))] });
    expect(judged({ head: limited(1, 2), base: limited(1, 2) }).verdict).toBe('warn');
    expect(judged({ head: limited(1, 1), base: limited(1, 2) }).verdict).toBe('warn');
    expect(judged({ head: limited(1, 3), base: limited(1, 2) }).verdict).toBe('fail');
    expect(judged({ head: limited(2, 2), base: limited(1, 2) }).verdict).toBe('fail');
  });

  test('and not where the unpriced calls request more', () => {
    const limited = (fields: object) =>
      manifest({
        budget: { worst_case_per_run: fail('100') },
        suites: [evals(dollars(1, { model: 'a/range', display_name: 'a/range', ...fields }))],
      });
    expect(judged({ head: limited({ prompt_tokens: tokens(1000) }), base: limited({}) }).verdict).toBe('warn');
    expect(judged({ head: limited({ prompt_tokens: tokens(1001) }), base: limited({}) }).verdict).toBe('fail');
    const more = limited({ retries: { expected: decimal('0'), max: decimal('9') } });
    expect(judged({ head: more, base: limited({}) }).verdict).toBe('fail');
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Manifest, Path } from '../../../src/manifest/manifest.js';
import { type Limit, policySchema } from '../../../src/manifest/schema.js';
import { decimal } from '../../../src/lib/money/decimal.js';
import { judgeWithoutManifest, type JudgeInput } from '../../../src/budget/verdict/judge.js';
import type { Violation } from '../../../src/budget/verdict/violation.js';
import {
  dollars,
  evals,
  fail,
  judged,
  manifest,
  named,
  policyFile,
  rules,
  type Situation,
  suite,
  tokens,
  unknown,
  warn,
} from '../../support/judged.js';

/** Each rule's violation as the report has it: what is said, the figures that were compared, where, and what would mend it. */

/** Lines by path, so that a violation shows which place it asked for. */
const LINES = new Map([
  ['budget.per_run', 2],
  ['budget.per_month', 3],
  ['budget.worst_case_per_run', 4],
  ['budget.increase_per_run', 5],
  ['budget.increase_percent', 6],
  ['suites.evals.budget.per_run', 12],
  ['suites.evals.budget.increase_per_run', 13],
  ['suites.evals.calls.0.model', 21],
  ['suites.evals.calls.1.model', 31],
  ['suites.evals.calls.0.fallback_models', 22],
]);
const locate = (path: Path) => ({ line: LINES.get(path.join('.')) ?? 99, column: 1 });
const placed = (fields: Partial<Manifest>) => manifest({ locate, ...fields });

const SPEND_LESS =
  'Spend less (fewer requests, shorter prompts, a cheaper model), or raise the limit in a change of its own.';
const TAKE_BACK = 'Take back part of the increase, or raise the limit in a change of its own.';

function first(situation: Situation, more?: Partial<JudgeInput>): Violation | undefined {
  return judged(situation, more).violations[0];
}

const nowhere = { run: null, suite: null, call: null, actual: null, limit: null, file: 'llm-budget.yml', line: null };

test('the remedy for a call that no endpoint can serve as declared is not another model', () => {
  const remedy = (call: object) => first({ head: placed({ suites: [evals(dollars(1, call))] }) })?.remedy;
  expect(remedy({ model: 'a/unknown' })).toBe('Name a model of the catalogue; `llm-budget models` lists them.');
  expect(remedy({ provider: { only: ['nobody'] } })).toBe(
    'Ask for less, or let other endpoints serve it; `llm-budget models --endpoints` lists what each takes.',
  );
});

test('the remedy for a call whose file cannot be counted is to repair the file, not another model', () => {
  const call = dollars(1, { uncounted: 'data file c.jsonl does not exist' });
  expect(first({ head: placed({ suites: [evals(call)] }) })).toMatchObject({
    rule: 'unpriced',
    message: expect.stringContaining('has no price: data file c.jsonl does not exist.'),
    remedy: 'Mend the file, or write the number into the manifest.',
  });
});

describe('a limit on an amount', () => {
  test('of a run', () => {
    expect(first({ head: placed({ budget: { per_run: fail('4') }, suites: [evals(dollars(5))] }) })).toEqual({
      ...nowhere,
      rule: 'per_run',
      severity: 'fail',
      actual: '5',
      limit: '4',
      message: 'A run costs $5.00, above the limit of $4.00.',
      remedy: SPEND_LESS,
      line: 2,
    });
  });

  test('of a run of a suite, at its warning level', () => {
    const head = placed({ suites: [{ ...evals(dollars(5)), budget: { per_run: warn('4') } }] });
    expect(first({ head })).toEqual({
      ...nowhere,
      rule: 'per_run',
      severity: 'warn',
      suite: 'evals',
      actual: '5',
      limit: '4',
      message: 'A run of suite evals costs $5.00, above the warning level of $4.00.',
      remedy: SPEND_LESS,
      line: 12,
    });
  });

  test('of a month', () => {
    const head = placed({ runs_per_month: 10, budget: { per_month: fail('49') }, suites: [evals(dollars(5))] });
    expect(first({ head })).toMatchObject({
      rule: 'per_month',
      message: 'A month costs $50.00, above the limit of $49.00.',
      line: 3,
    });
  });

  test('of a month in which a call has no price, as a lower bound', () => {
    const head = placed({
      runs_per_month: 10,
      budget: { per_month: fail('49') },
      suites: [evals(dollars(5), unknown(1))],
    });
    expect(first({ head, policy: rules({ unpriced: 'warn' }) })).toMatchObject({
      rule: 'per_month',
      message: 'A month costs at least $50.00, above the limit of $49.00.',
    });
  });

  test('of a month whose number of runs is not known, with each such suite', () => {
    const head = placed({
      suites: [
        { ...evals(dollars(1)), runs_per_month: 3 },
        suite({ name: 'b', calls: [dollars(1)] }),
        suite({ name: 'c', calls: [dollars(1)] }),
      ],
    });
    expect(first({ head, policy: policyFile({ budget: { per_month: warn('7') } }) })).toEqual({
      ...nowhere,
      rule: 'per_month',
      severity: 'warn',
      limit: '7',
      message: 'The monthly cost of the run is not known: no runs_per_month for b, c.',
      remedy: 'Say how often the suite runs: runs_per_month on it or at the top.',
      line: 3,
    });
  });

  test('of the worst case', () => {
    const head = placed({
      budget: { worst_case_per_run: fail('9') },
      suites: [evals(dollars(5, { prompt_tokens: tokens(1000, 2000) }))],
    });
    expect(first({ head })).toMatchObject({
      rule: 'worst_case_per_run',
      // 5 x 2,000 x 0.001
      message: 'The worst case of a run costs $10.00, above the limit of $9.00.',
      line: 4,
    });
  });

  test('of a worst case that cannot be known', () => {
    const range = dollars(1, { model: 'a/range', display_name: 'a/range' });
    const head = placed({ budget: { worst_case_per_run: warn('100') }, suites: [evals(range)] });
    const violation = first({ head });
    expect(violation).toMatchObject({ rule: 'incomplete_price', severity: 'warn', suite: null, limit: '100', line: 4 });
    expect(violation?.message).toMatch(/^The worst case of the run is not known, so its limit cannot be kept: .+\.$/);
    expect(violation?.remedy).toBe('Run the check again; set max_tokens where the worst case has no other bound.');
  });

  test('of a worst case that what is known breaks already is broken by that', () => {
    const range = dollars(1, { model: 'a/range', display_name: 'a/range' });
    const of = (limit: Limit) =>
      judged({ head: placed({ budget: { worst_case_per_run: limit }, suites: [evals(dollars(5), range)] }) })
        .violations.filter((violation) => violation.suite === null)
        .map(({ rule, severity }) => `${rule} ${severity}`);
    expect(of(fail('4'))).toEqual(['worst_case_per_run fail']);
    // The warning level is broken, and the limit above it may be: that one cannot be judged.
    expect(of({ warn: decimal('4'), fail: decimal('40') })).toEqual(['incomplete_price fail']);
  });
});

describe('a limit on an increase', () => {
  const base = manifest({ suites: [evals(dollars(4))] });

  test('names the label that may lift it, where the policy has one', () => {
    const head = placed({ budget: { increase_per_run: fail('1') }, suites: [evals(dollars(6))] });
    expect(first({ head, base, policy: rules({ override_label: 'allow-cost' }) })?.remedy).toBe(
      'Take back part of the increase, or have it approved: the label allow-cost and an approving review.',
    );
  });

  test('by an amount', () => {
    const head = placed({ budget: { increase_per_run: fail('1') }, suites: [evals(dollars(6))] });
    expect(first({ head, base })).toEqual({
      ...nowhere,
      rule: 'increase_per_run',
      severity: 'fail',
      actual: '2',
      limit: '1',
      message: 'A run costs $2.00 more than base, above the limit of $1.00 for an increase.',
      remedy: TAKE_BACK,
      line: 5,
    });
  });

  test('by an amount, of a suite', () => {
    const head = placed({ suites: [{ ...evals(dollars(6)), budget: { increase_per_run: warn('1') } }] });
    expect(first({ head, base })).toMatchObject({
      severity: 'warn',
      suite: 'evals',
      message: 'A run of suite evals costs $2.00 more than base, above the limit of $1.00 for an increase.',
      line: 13,
    });
  });

  test('by percent', () => {
    const head = placed({ budget: { increase_percent: fail('25') }, suites: [evals(dollars(6))] });
    expect(first({ head, base })).toEqual({
      ...nowhere,
      rule: 'increase_percent',
      severity: 'fail',
      actual: '50.00',
      limit: '25',
      message: 'A run costs +50 % against base; the limit is +25 %.',
      remedy: TAKE_BACK,
      line: 6,
    });
  });

  test('by percent, at its warning level', () => {
    const limit = { warn: decimal('25'), fail: decimal('50') };
    const head = placed({ budget: { increase_percent: limit }, suites: [evals(dollars(6))] });
    // 600 is above 400 x 1.25 and not above 400 x 1.5
    expect(first({ head, base })).toMatchObject({ severity: 'warn', actual: '50.00', limit: '25' });
  });

  test('by percent, from nothing', () => {
    const head = placed({ budget: { increase_percent: fail('25') }, suites: [evals(dollars(6))] });
    expect(first({ head, base: manifest() })).toMatchObject({
      actual: null,
      message: 'A run rises from nothing to $6.00; the limit is +25 %.',
    });
  });

  test('against the default branch, where that is another', () => {
    const head = placed({ budget: { increase_per_run: fail('1') }, suites: [evals(dollars(6))] });
    const situation = { head, base: manifest({ suites: [evals(dollars(6))] }), tip: base };
    expect(first(situation, { change: 'other_branch' })?.message).toBe(
      'A run costs $2.00 more than the default branch, above the limit of $1.00 for an increase.',
    );
  });

  test('a failure against base is not softened by a warning against the default branch', () => {
    const limit = { warn: decimal('1'), fail: decimal('3') };
    const head = placed({ budget: { increase_per_run: limit }, suites: [evals(dollars(8))] });
    const onDefault = manifest({ suites: [evals(dollars(6))] });
    // 8 - 4 = 4 fails; 8 - 6 = 2 warns
    expect(first({ head, base, tip: onDefault }, { change: 'other_branch' })).toMatchObject({
      severity: 'fail',
      actual: '4',
    });
    expect(first({ head, base: onDefault, tip: base }, { change: 'other_branch' })).toMatchObject({
      severity: 'fail',
      actual: '4',
    });
  });

  test('a decrease breaks none', () => {
    const budget = { increase_per_run: fail('0'), increase_percent: fail('0') };
    expect(judged({ head: placed({ budget, suites: [evals(dollars(3))] }), base }).violations).toEqual([]);
  });
});

describe('a rule on a call', () => {
  const one = (fields: object) => placed({ suites: [evals(named('ask', 1, fields))] });

  test('that has no price', () => {
    const violation = first({ head: one({ model: 'a/unknown' }) });
    expect(violation).toMatchObject({ rule: 'unpriced', severity: 'fail', suite: 'evals', call: 'ask', line: 21 });
    expect(violation?.message).toMatch(/^evals \/ ask has no price: "a\/unknown" is not in the catalogue\.$/);
    expect(violation?.remedy).toBe('Name a model of the catalogue; `llm-budget models` lists them.');
  });

  test('that has no name goes by its model', () => {
    const call = dollars(1, { model: 'a/unknown', display_name: 'a/unknown' });
    expect(first({ head: placed({ suites: [evals(dollars(1), call)] }) })).toMatchObject({
      call: 'a/unknown',
      message: 'evals / a/unknown has no price: "a/unknown" is not in the catalogue.',
      line: 31,
    });
  });

  test('whose range is not known', () => {
    const violation = first({ head: one({ model: 'a/range' }) });
    expect(violation).toMatchObject({ rule: 'incomplete_price', severity: 'warn', call: 'ask', line: 21 });
    expect(violation?.message).toMatch(/^The price of evals \/ ask is incomplete: .+\.$/);
    expect(violation?.remedy).toBe('Run the check again; if it stays, look the model up in the catalogue.');
  });

  test('whose model is denied', () => {
    expect(first({ head: one({}), policy: rules({ models: { deny: ['b/*', 'a/d*'] } }) })).toMatchObject({
      rule: 'model_denied',
      severity: 'fail',
      actual: 'a/dollar',
      limit: 'a/d*',
      message: 'a/dollar in evals / ask is denied by a/d*.',
      remedy: 'Use a model that the policy allows.',
      line: 21,
    });
  });

  test('whose fallback is not allowed', () => {
    const head = one({ fallback_models: ['a/half'] });
    expect(first({ head, policy: rules({ models: { allow: ['a/dollar', 'b/*'] } }) })).toMatchObject({
      actual: 'a/half',
      limit: 'a/dollar, b/*',
      message: 'a/half in evals / ask is not among the allowed models.',
      line: 22,
    });
  });

  test('whose prompt price is above its ceiling', () => {
    expect(first({ head: one({}), policy: rules({ max_prompt_price: decimal('900') }) })).toMatchObject({
      rule: 'max_prompt_price',
      severity: 'fail',
      actual: '1000',
      limit: '900',
      message: 'a/dollar in evals / ask costs $1,000 per million prompt tokens, above the limit of $900.00.',
      remedy: 'Use a model of at most $900.00 per million prompt tokens.',
      line: 21,
    });
  });

  test("whose fallback's price is above its ceiling, with the fallback named", () => {
    const head = one({ model: 'a/half', fallback_models: ['a/dollar'] });
    expect(first({ head, policy: rules({ max_prompt_price: decimal('500') }) })).toMatchObject({
      rule: 'max_prompt_price',
      actual: '1000',
      message: 'a/dollar in evals / ask costs $1,000 per million prompt tokens, above the limit of $500.00.',
      line: 22,
    });
  });

  test('without a cap', () => {
    expect(first({ head: one({}), policy: rules({ require_max_tokens: true }) })).toMatchObject({
      rule: 'require_max_tokens',
      severity: 'fail',
      call: 'ask',
      message: 'evals / ask has no max_tokens: nothing bounds what an answer may cost.',
      remedy: 'Set max_tokens in the code, and declare it here.',
      line: 21,
    });
  });
});

describe('a rule on the whole', () => {
  const head = placed({ suites: [evals(dollars(1))] });
  const locked = (ageInDays: number, fields: object = {}) =>
    first({ head, policy: rules(fields) }, { prices: { source: 'lock', ageInDays } });

  test('prices that come from the lock', () => {
    expect(locked(1)).toEqual({
      ...nowhere,
      rule: 'stale_prices',
      severity: 'warn',
      actual: '1',
      limit: '30',
      message: 'Prices come from the lockfile, 1 day old.',
      remedy: 'Run the check again when the catalogue can be reached, or refresh the lockfile: `llm-budget lock`.',
      file: null,
    });
    expect(locked(31)).toMatchObject({
      severity: 'fail',
      message: 'Prices come from the lockfile, 31 days old; the limit is 30 days.',
    });
    expect(locked(8, { max_price_age_days: 7 })).toMatchObject({ severity: 'fail', actual: '8', limit: '7' });
  });

  test('free models that are asked more than they answer', () => {
    const free = dollars(60, { model: 'a/free:free', display_name: 'a/free:free' });
    expect(first({ head: placed({ suites: [evals(free)] }) })).toEqual({
      ...nowhere,
      rule: 'free_tier',
      severity: 'warn',
      actual: '60',
      limit: '50',
      message: ':free models would be asked 60 times a day; they answer 50 a day and 20 a minute, then 429.',
      remedy: 'Ask them less often, use the paid model, or set policy.free_requests_per_day to what the account may.',
      file: null,
    });
  });

  test('free models over several suites, a part of a request a day being one', () => {
    const free = (count: number) => dollars(count, { model: 'a/free:free', display_name: 'a/free:free' });
    const suites = [
      { ...evals(free(10), dollars(900)), runs_per_month: 100 },
      suite({ name: 'b', runs_per_month: 51, calls: [free(10)] }),
      suite({ name: 'c', calls: [free(1)] }),
    ];
    // (10 x 100 + 10 x 51 + 1 x 0) / 30 = 50.33: 51 a day
    expect(first({ head: placed({ suites }) })).toMatchObject({ rule: 'free_tier', actual: '51' });
  });

  test('a default branch without a manifest', () => {
    expect(first({ head }, { isUnprotected: true })).toEqual({
      ...nowhere,
      rule: 'unprotected',
      severity: 'warn',
      message: 'The default branch has no llm-budget.yml: this change sets its own budget.',
      remedy: 'Merge a manifest with a budget; from then on no change can raise it for itself.',
    });
  });

  test('a suite with a budget that is gone', () => {
    expect(first({ head, policy: policyFile({ suiteBudgets: { gone: { per_run: fail('1') } } }) })).toEqual({
      ...nowhere,
      rule: 'suite_missing',
      severity: 'warn',
      suite: 'gone',
      message: 'Suite gone has a budget on the default branch and is not in this manifest.',
      remedy: 'If the suite is gone for good, merging this takes its budget with it; else put it back.',
    });
  });

  test('a manifest that is gone, with an override as for any failure', () => {
    const given = {
      manifestFile: 'llm-budget.yml',
      policy: { ...policySchema.parse({}), override_label: 'allow' },
      prices: { source: 'lock', ageInDays: 2 } as const,
      change: 'pull_request' as const,
      isUnchanged: false,
    };
    const failed = judgeWithoutManifest({ ...given, approvals: null });
    expect(failed.violations.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'manifest_missing fail',
      'stale_prices warn',
    ]);
    expect(failed.violations[0]).toEqual({
      ...nowhere,
      rule: 'manifest_missing',
      severity: 'fail',
      message: 'llm-budget.yml is on the default branch and not in this change: nothing says what it would cost.',
      remedy: 'Put the manifest back where it was.',
    });
    expect(failed).toMatchObject({ verdict: 'fail', limits: [], override: null });
    const approved = judgeWithoutManifest({ ...given, approvals: { labels: ['allow'], approvedBy: ['bob'] } });
    expect(approved).toMatchObject({ verdict: 'warn', override: { label: 'allow', by: 'bob' } });
  });
});

describe('the list of violations', () => {
  test('has failures first, each in the order they were found', () => {
    const head = placed({
      budget: { per_run: warn('1') },
      suites: [{ ...evals(dollars(5)), budget: { per_run: fail('2') } }],
    });
    const { violations } = judged({ head }, { isUnprotected: true });
    expect(violations.map(({ rule, severity, suite: name }) => `${rule} ${severity} ${name ?? '-'}`)).toEqual([
      'per_run fail evals',
      'per_run warn -',
      'unprotected warn -',
    ]);
  });

  test('marks a warning that base has too as pre-existing alone', () => {
    const limited = placed({ budget: { per_run: warn('4') }, suites: [evals(dollars(5))] });
    const violation = first({ head: limited, base: limited });
    expect(violation).toMatchObject({ severity: 'warn', in_base: true });
    expect(violation).not.toHaveProperty('excused');
  });
});

describe('every limit in force, beside the figure that it is compared with', () => {
  const budget = {
    per_run: { warn: decimal('4'), fail: decimal('5') },
    per_month: fail('100'),
    worst_case_per_run: fail('20'),
    increase_per_run: fail('3'),
    increase_percent: fail('60'),
  };
  const states = (head: Manifest, base: Manifest | null) =>
    judged({ head, base }).limits.map(({ rule, suite: name, warn: low, fail: high, actual }) =>
      [name ?? 'all', rule, low ?? '-', high ?? '-', actual ?? 'unknown'].join(' '),
    );

  test('of the run and of its suites', () => {
    const head = placed({
      runs_per_month: 10,
      budget,
      suites: [{ ...evals(dollars(6)), budget: { increase_per_run: warn('9') } }],
    });
    const base = manifest({ suites: [evals(dollars(4))] });
    expect(states(head, base)).toEqual([
      'all per_run 4 5 6',
      'all worst_case_per_run - 20 6',
      'all increase_per_run - 3 2',
      // (6 - 4) / 4
      'all increase_percent - 60 50',
      'all per_month - 100 60',
      'evals increase_per_run 9 - 2',
    ]);
  });

  test('and without a base, or from nothing, no percentage', () => {
    const head = placed({
      runs_per_month: 10,
      budget,
      suites: [{ ...evals(dollars(6)), budget: { increase_per_run: warn('9') } }],
    });
    expect(states(head, null).filter((state) => state.includes('increase'))).toEqual([
      'all increase_per_run - 3 unknown',
      'all increase_percent - 60 unknown',
      'evals increase_per_run 9 - unknown',
    ]);
    expect(states(head, manifest()).filter((state) => state.includes('increase'))).toEqual([
      'all increase_per_run - 3 6',
      'all increase_percent - 60 unknown',
      'evals increase_per_run 9 - 6',
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../../src/report/model/schema.js';
import { describeViolation, headline } from '../../../src/report/model/verdict-words.js';
import type { Violation } from '../../../src/budget/verdict/violation.js';
import { readVerdict } from '../../support/reports.js';
import { violation } from '../../support/violation.js';

describe('a violation in figures', () => {
  test.each([
    // 5.2107 - 5 = 0.2107; 0.2107 / 5 = 4.214 %.
    [{ actual: '5.2107', limit: '5' }, '$5.21, limit $5.00', '$0.21 over (4.2 %)'],
    // 0.0000001 / 0.5 = 0.00002 %.
    [{ actual: '0.5000001', limit: '0.5' }, '$0.5000001, limit $0.5000000', '$0.0000001 over (0.00002 %)'],
    [{ actual: '0.3', limit: '0' }, '$0.30, limit $0.00', '$0.30 over'],
    // 0.0000000001 / 0.5 = 0.00000002 %, less than the six places that are looked at.
    [{ actual: '0.5000000001', limit: '0.5' }, '$0.5000000001, limit $0.5000000000', '$0.0000000001 over'],
    [{ actual: '5.25', limit: '5', at_least: true }, 'at least $5.25, limit $5.00', 'at least $0.25 over (5 %)'],
    [{ rule: 'increase_percent', actual: '30.00', limit: '25', at_least: true }, 'at least +30 %, limit +25 %', null],
    [{ rule: 'increase_percent', actual: '31.25', limit: '25' }, '+31.3 %, limit +25 %', null],
    [{ rule: 'increase_percent', actual: '25.01', limit: '25' }, '+25.01 %, limit +25 %', null],
    [{ rule: 'increase_percent', actual: '25.00', limit: '25' }, 'just above the limit of +25 %', null],
    [{ rule: 'increase_percent', actual: '25.12', limit: '25.123456' }, 'just above the limit of +25.1 %', null],
    [{ rule: 'free_tier', actual: '1800', limit: '50' }, null, null],
    [{ rule: 'credits', actual: '1.2', limit: '0.6' }, null, null],
    // Within its limit a lock is a warning for being one: the message says its age.
    [{ rule: 'stale_prices', actual: '30', limit: '30' }, null, null],
    [{ rule: 'stale_prices', actual: '31', limit: '30' }, '31 days old, limit 30 days', null],
    [{ rule: 'stale_prices', actual: '30.01', limit: '30' }, '30.01 days old, limit 30 days', null],
    [{ rule: 'stale_prices', actual: '2', limit: '1' }, '2 days old, limit 1 day', null],
    [{ rule: 'increase_percent', actual: null, limit: '25' }, null, null],
    [{ rule: 'model_denied', actual: '5', limit: '4' }, null, null],
    [{ actual: '1e3', limit: '5' }, null, null],
  ] as const)('%j', (change, figures, over) => {
    expect(describeViolation(violation({ message: 'said', ...change }))).toMatchObject({
      figures,
      over,
      message: 'said',
    });
  });
});

test('an increase over the default branch is not taken for one over base', () => {
  const words = describeViolation(violation({ rule: 'increase_per_run', against_default_branch: true }));
  expect(words.title).toBe('Increase per run over the default branch');
});

test.each([
  [{ suite: null, call: null }, null],
  [{ suite: 'rag', call: null }, 'rag'],
  [{ suite: 'rag', call: 'answer' }, 'rag / answer'],
])('a violation of %j is about %s', (change, subject) => {
  expect(describeViolation(violation(change)).subject).toBe(subject);
});

const within = readVerdict('within-budget');

function sentence(report: Report): string {
  const { title, cost } = headline(report);
  return cost === null ? title : `${title}: ${cost}`;
}

function broken(change: Partial<Violation>): Report {
  return { ...within, verdict: 'warn', violations: [violation({ severity: 'warn', ...change })] };
}

function loosening(report: Report): Report {
  return { ...report, policy: { ...report.policy, not_applied: [{ key: 'budget.per_run', head: '50', policy: '6' }] } };
}

const LOOSENED = 'Above a warning level, as before, 1 loosened limit not applied';

describe('the sentence of the verdict', () => {
  test.each([
    ['over-budget', 'Over budget: LLM calls cost $6.14 per run, +$0.50 (+8.9 %)'],
    ['within-budget', 'Within budget: LLM calls cost $6.14 per run, +$0.28 (+4.7 %)'],
    ['nothing-changed', 'Within budget: LLM calls cost $6.14 per run, no change'],
    ['first-manifest', 'Not protected yet, no limit set: LLM calls cost $6.14 per run, no base to compare with'],
    // 6.1381 - 0.3024
    ['unpriced', 'Not every call has a price: LLM calls cost at least $5.84 per run, change not known'],
    // 360 x $0.0066 - $2.1006 = $0.2754; 40 x $0.0321 - $1.024 = $0.26; new: 20 x $0.01575 = $0.315; base $5.2877.
    ['overridden', 'Over budget, overridden: LLM calls cost $6.14 per run, +$0.85 (+16 %)'],
    ['no-limit', 'No limit set: LLM calls cost $6.14 per run, +$0.28 (+4.7 %)'],
    ['manifest-gone', 'The manifest is gone'],
    [
      // gpt-5-mini: 4,314,000 prompt tokens x $0.05/M + 422,200 completion tokens x $0.40/M = 0.38458; gemini: 84,000 x
      // -$0.10/M = -0.0084. The change itself: 10 tokens x 0.0054.
      'prices-moved',
      "Over budget: LLM calls cost $6.14 per run (of which +$0.38 is not this change's: prices moved), +$0.054 (+0.9 %)",
    ],
  ])('%s', (name, expected) => {
    expect(sentence(readVerdict(name))).toBe(expected);
  });

  test.each([
    ['a warning level', broken({}), 'Above a warning level'],
    ['what base breaks too', broken({ excused: true }), 'Over budget, as before'],
    ['what base breaks too, beside a limit that is loosened', loosening(broken({ in_base: true })), LOOSENED],
    ['a limit that is loosened alone', loosening(within), 'Within budget, 1 loosened limit not applied'],
    ['a price that is not known in full', broken({ rule: 'incomplete_price' }), 'Not every price is known'],
    [
      'a warning where nothing is limited',
      { ...broken({ rule: 'stale_prices' }), limits: [] },
      'No limit set, prices less than a day old',
    ],
    [
      'the first of several',
      {
        ...broken({}),
        violations: [...broken({ rule: 'unpriced', severity: 'fail' }).violations, ...broken({}).violations],
      },
      'Not every call has a price',
    ],
    [
      'a month over its limit',
      broken({ rule: 'per_month', severity: 'fail', actual: '12', limit: '9' }),
      'A month over its limit: $12.00 of $9.00',
    ],
    [
      'a month whose cost is not known',
      broken({ rule: 'per_month', severity: 'fail', limit: '9' }),
      'Cost of a month not known',
    ],
    [
      'a month of a suite whose cost is not known',
      broken({ rule: 'per_month', suite: 'rag', excused: true, in_base: true, limit: '9' }),
      'Cost of a month of suite rag not known, as before',
    ],
    ['an increase', broken({ rule: 'increase_per_run', actual: '2', limit: '1' }), 'Increase above its warning level'],
    [
      'an increase that is not known in full',
      broken({ rule: 'increase_per_run', severity: 'fail', run: 'nightly', limit: '1' }),
      'Increase of a night not known',
    ],
    // From $0 there is no percentage.
    [
      'an increase from nothing',
      broken({ rule: 'increase_percent', severity: 'fail', limit: '10' }),
      'Increase above its limit',
    ],
    ['a warning without a violation', { ...within, verdict: 'warn' as const }, 'Not every figure is known'],
  ])('%s', (_, report, expected) => {
    expect(headline(report).title).toBe(expected);
  });

  test('nothing priced at all is an unknown amount, not $0', () => {
    const head = { ...within.head, per_run: null, priced_per_run: '0' };
    expect(sentence({ ...within, head })).toContain('cost an unknown amount per run');
  });
});

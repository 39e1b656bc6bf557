import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../../src/report/model/schema.js';
import { headline } from '../../../src/report/model/headline.js';
import { deltaText, isNothingChanged, priceSource } from '../../../src/report/model/wording.js';
import type { Violation } from '../../../src/budget/verdict/violation.js';
import { readVerdict, REPORT_NAMES } from '../../support/reports.js';

const within = readVerdict('within-budget');

function sentence(report: Report): string {
  const { title, cost } = headline(report);
  return cost === null ? title : `${title}: ${cost}`;
}

function broken(change: Partial<Violation>): Report {
  const violation = {
    rule: 'per_run',
    severity: 'warn',
    run: null,
    suite: null,
    call: null,
    actual: null,
    limit: null,
  } as const;
  return { ...within, verdict: 'warn', violations: [{ ...violation, message: '', file: null, line: null, ...change }] };
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
    ['a warning without a violation', { ...within, verdict: 'warn' as const }, 'Not every figure is known'],
  ])('%s', (_, report, expected) => {
    expect(headline(report).title).toBe(expected);
  });

  test('nothing priced at all is an unknown amount, not $0', () => {
    const head = { ...within.head, per_run: null, priced_per_run: '0' };
    expect(sentence({ ...within, head })).toContain('cost an unknown amount per run');
  });
});

describe('a change', () => {
  test.each([
    ['0.3107', '6.34', '+$0.31 (+6.3 %)'],
    ['-0.31', '-6.00', '-$0.31 (-6 %)'],
    ['0.0001', '0.00', '+$0.0001'],
    ['2', null, '+$2.00'],
    ['0', '0.00', '$0.00'],
    [null, null, 'not known'],
  ])('of %s and %s percent reads %s', (per_run, percent, expected) => {
    expect(deltaText({ per_run, percent, per_month: null })).toBe(expected);
  });
});

describe('nothing changed', () => {
  test.each(REPORT_NAMES.filter((name) => name !== 'error').map((name) => [name, name === 'nothing-changed'] as const))(
    '%s: %s',
    (name, expected) => {
      expect(isNothingChanged(readVerdict(name))).toBe(expected);
    },
  );

  test('a failure, or a limit that is loosened, is something', () => {
    const same = readVerdict('nothing-changed');
    const loosened = { ...same.policy, not_applied: [{ key: 'budget.per_run', head: '50', policy: '6' }] };
    expect(isNothingChanged({ ...same, verdict: 'fail' })).toBe(false);
    expect(isNothingChanged({ ...same, policy: loosened })).toBe(false);
  });
});

describe('where prices come from', () => {
  test.each([
    ['over-budget', 'live'],
    ['lock-prices', 'from the lockfile, 12 days old'],
  ])('%s: %s', (name, expected) => {
    expect(priceSource(readVerdict(name))).toBe(expected);
  });
});

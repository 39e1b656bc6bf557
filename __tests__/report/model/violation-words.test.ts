import { describe, expect, test } from '@jest/globals';
import { describeViolation } from '../../../src/report/model/violation-words.js';
import type { Violation } from '../../../src/budget/verdict/violation.js';

function violation(change: Partial<Violation>): Violation {
  return {
    rule: 'per_run',
    severity: 'fail',
    run: null,
    suite: null,
    call: null,
    actual: null,
    limit: null,
    message: 'said',
    file: 'llm-budget.yml',
    line: 4,
    ...change,
  };
}

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
    expect(describeViolation(violation(change))).toMatchObject({ figures, over, message: 'said' });
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

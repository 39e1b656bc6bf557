import { describe, expect, test } from '@jest/globals';
import { deltaText, isNothingChanged, priceSource } from '../../../src/report/model/wording.js';
import { readVerdict, REPORT_NAMES } from '../../support/reports.js';

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

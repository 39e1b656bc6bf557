import { describe, expect, test } from '@jest/globals';
import type { Violation } from '../../../src/budget/verdict/violation.js';
import { errorExitCode, exitCodeOf, FAIL_ON } from '../../../src/report/model/document.js';
import { violation } from '../../support/violation.js';

const warning = (fields: Partial<Violation> = {}) => violation({ severity: 'warn', ...fields });

/** The exit codes of `violation`, `warning` and `never`. */
function codes(verdict: 'pass' | 'warn' | 'fail', ...violations: Violation[]): number[] {
  return FAIL_ON.map((failOn) => exitCodeOf({ verdict, violations }, failOn));
}

describe('the exit code by fail-on: violation, warning, never', () => {
  test.each([
    ['a pass', 'pass', [], [0, 0, 0]],
    ['a failure', 'fail', [warning({ severity: 'fail' })], [1, 1, 0]],
    ['a warning', 'warn', [warning()], [0, 1, 0]],
    ['a warning that was overridden', 'warn', [warning({ overridden: true })], [0, 0, 0]],
    ['a warning that is pre-existing', 'warn', [warning({ in_base: true })], [0, 0, 0]],
    ['a failure that is excused', 'warn', [warning({ excused: true, in_base: true })], [0, 0, 0]],
    ['a new warning beside a pre-existing one', 'warn', [warning({ in_base: true }), warning()], [0, 1, 0]],
    ['a figure that is not proven', 'warn', [], [0, 1, 0]],
  ] as const)('%s', (_, verdict, violations, expected) => {
    expect(codes(verdict, ...violations)).toEqual(expected);
  });
});

test('without a verdict the exit code is that of the error, but prices that are missing pass with never', () => {
  expect(FAIL_ON.map((failOn) => [errorExitCode(2, failOn), errorExitCode(3, failOn)])).toEqual([
    [2, 3],
    [2, 3],
    [2, 0],
  ]);
});

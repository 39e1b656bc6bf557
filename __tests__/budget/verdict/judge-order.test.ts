import { expect, test } from '@jest/globals';
import type { Violation } from '../../../src/budget/verdict/violation.js';
import { worstFirst } from '../../../src/budget/verdict/judge.js';

function violation(change: Partial<Violation>): Violation {
  const nowhere = { run: null, suite: null, call: null, actual: null, limit: null, file: null };
  return { rule: 'per_run', severity: 'fail', ...nowhere, message: '', line: null, ...change };
}

test('failures come first, then warnings, then what is excused, was there before or is overridden', () => {
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

import { describe, expect, test } from '@jest/globals';
import { decimal, toText } from '../../../src/lib/money/decimal.js';
import { isOffBy, percentAbove, pricesDiffer } from '../../../src/usage/read/deviation.js';

describe('prices of the same tokens', () => {
  // 1 % of $2 is $0.02; of nothing it is nothing.
  test.each([
    ['2.02', '2', false],
    ['1.98', '2', false],
    ['2.0200000000001', '2', true],
    ['1.9799999999999', '2', true],
    ['0', '0', false],
    ['0.000001', '0', true],
    ['0', '2', true],
  ])('of $%s and $%s differ: %p', (stated, expected, differs) => {
    expect(pricesDiffer(decimal(stated), decimal(expected))).toBe(differs);
  });
});

// A third of 0.03 is 0.01, which no percentage of finitely many digits states.
test.each([
  ['0.04', '33.3333333333', true],
  ['0.04', '33.3333333334', false],
  ['0.02', '33.3333333333', true],
  ['0.03', '0', false],
])('%s is off from 0.03 by more than %s percent: %p', (actual, percent, isOff) => {
  expect(isOffBy(decimal(actual), decimal('0.03'), decimal(percent))).toBe(isOff);
});

// 0.04 / 0.03 = 1.33333; 0.02 / 0.03 = 0.66667
test.each([
  ['0.04', '0.03', '33.33'],
  ['0.02', '0.03', '-33.33'],
  ['0', '0', '0'],
  ['1', '0', null],
])('%s is above %s by %p percent', (actual, expected, percent) => {
  const above = percentAbove(decimal(actual), decimal(expected));
  expect(above === null ? null : toText(above)).toBe(percent);
});

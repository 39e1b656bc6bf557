import { describe, expect, test } from '@jest/globals';
import { toText } from '../../../src/lib/money/decimal.js';
import { exactCost } from '../../../src/lib/money/recorded-cost.js';

describe('the amount that a recorded cost states is the shortest text of its float', () => {
  test.each([
    [0, '0'],
    [5, '5'],
    [0.1, '0.1'],
    [0.00353025, '0.00353025'],
    [0.000001, '0.000001'],
    // JavaScript writes these with an exponent: 1e-7, 1.25e-7, 1.5e-10, 1e+21, 1.5e+21.
    [1e-7, '0.0000001'],
    [1.25e-7, '0.000000125'],
    [1.5e-10, '0.00000000015'],
    [1e21, '1000000000000000000000'],
    [1.5e21, '1500000000000000000000'],
  ])('%p is %p', (cost, text) => {
    expect(toText(exactCost(cost))).toBe(text);
  });

  test.each([
    ['0.00170', '0.0017'],
    ['0.000000000175', '0.000000000175'],
  ])('the text %p is %p', (cost, text) => {
    expect(toText(exactCost(cost))).toBe(text);
  });

  test.each(['', 'free', '$1'])('%p is no recorded cost', (cost) => {
    expect(() => exactCost(cost)).toThrow(new RangeError('not a recorded cost'));
  });
});

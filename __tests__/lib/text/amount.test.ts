import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compare, decimal, toText } from '../../../src/lib/money/decimal.js';
import {
  age,
  count,
  counted,
  exactMoney,
  listed,
  money,
  percent,
  plainPercent,
  signedMoney,
  formatDistinct,
} from '../../../src/lib/text/amount.js';

describe('money for a reader', () => {
  test.each([
    ['0', '$0.00'],
    ['0.0042', '$0.0042'],
    ['0.004249', '$0.0042'],
    ['3.1', '$3.10'],
    ['1240', '$1,240'],
    ['1240.49', '$1,240'],
    ['1240.5', '$1,241'],
    ['-0.31', '-$0.31'],
    ['0.31', '$0.31'],
    ['0.3149', '$0.31'],
    ['0.315', '$0.32'],
    ['0.05', '$0.05'],
    ['0.0523', '$0.052'],
    ['0.00999', '$0.01'],
    ['0.0996', '$0.10'],
    ['0.000000000000175', '$0.00000000000018'],
    ['-0.0000001', '-$0.0000001'],
    ['999.99', '$999.99'],
    ['999.994', '$999.99'],
    ['999.995', '$1,000'],
    ['1234567.891', '$1,234,568'],
    ['-1234.5', '-$1,235'],
  ])('%s is %s', (amount, expected) => {
    expect(money(amount)).toBe(expected);
    expect(money(decimal(amount))).toBe(expected);
  });

  test.each([
    ['0.31', '+$0.31'],
    ['-0.31', '-$0.31'],
    ['0', '$0.00'],
    ['1240', '+$1,240'],
  ])('%s as a change is %s', (amount, expected) => {
    expect(signedMoney(amount)).toBe(expected);
  });

  test.each([
    ['3', '$3.00'],
    ['1.125', '$1.125'],
    ['0.0000375', '$0.0000375'],
    ['1250', '$1,250.00'],
  ])('a unit price of %s keeps every digit: %s', (amount, expected) => {
    expect(exactMoney(amount)).toBe(expected);
  });

  test('an amount that is not zero never reads as zero', () => {
    const amounts = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 14n }), fc.integer({ min: 0, max: 24 }));
    fc.assert(
      fc.property(amounts, ([coefficient, scale]) => {
        expect(money({ coefficient, scale })).toMatch(/[1-9]/);
      }),
    );
  });

  test('text that is no decimal is a defect of the caller', () => {
    expect(() => money('1e3')).toThrow('not a plain decimal');
  });
});

describe('an amount beside its limit', () => {
  test.each([
    ['5.2107', '5', '$5.21', '$5.00'],
    ['0.5000001', '0.5', '$0.5000001', '$0.5000000'],
    ['0.5', '0.5000001', '$0.5000000', '$0.5000001'],
    ['5.0049', '5', '$5.005', '$5.000'],
    ['1240.4', '1240', '$1,240.40', '$1,240.00'],
    ['5', '5', '$5.00', '$5.00'],
    ['0.0996', '0.0995', '$0.0996', '$0.0995'],
    ['0.005', '0.00499', '$0.00500', '$0.00499'],
    ['0.0015', '0.00149999', '$0.00150000', '$0.00149999'],
    ['2502', '2501.9', '$2,502.00', '$2,501.90'],
  ])('%s against %s: %s and %s', (actual, limit, shownActual, shownLimit) => {
    expect(formatDistinct(actual, limit)).toEqual({ actual: shownActual, limit: shownLimit });
  });

  test('two amounts that differ read differently, the larger as the larger', () => {
    const amount = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.integer({ min: 0, max: 9 }))
      .map(([coefficient, scale]) => ({ coefficient, scale }));
    const close = fc.tuple(amount, fc.integer({ min: 0, max: 12 })).map(([first, places]) => {
      const scale = first.scale + places;
      const second = { coefficient: first.coefficient * 10n ** BigInt(places) + 1n, scale };
      return { first: decimal(toText(first)), second: decimal(toText(second)) };
    });
    fc.assert(
      fc.property(close, ({ first, second }) => {
        const shown = formatDistinct(second, first);
        const value = (text: string) => decimal(text.replace(/[$,]/g, ''));
        expect(compare(value(shown.actual), value(shown.limit))).toBe(1);
      }),
    );
  });
});

describe('percent, counts and ages', () => {
  test.each([
    ['6.34', '+6.3 %'],
    ['6.35', '+6.4 %'],
    ['-12.00', '-12 %'],
    ['0.00', '0 %'],
    ['0.04', '+0.04 %'],
    ['99.94', '+99.9 %'],
    ['99.95', '+100 %'],
    ['126.3', '+126 %'],
    ['-1234.5', '-1,235 %'],
  ])('a change of %s percent is %s', (amount, expected) => {
    expect(percent(amount)).toBe(expected);
  });

  test('a share has no sign', () => {
    expect(plainPercent('76.25')).toBe('76.3 %');
  });

  test('counts are grouped, and one is one', () => {
    expect([count(0), count(1800), count(1_000_000)]).toEqual(['0', '1,800', '1,000,000']);
    expect([counted(1, 'call'), counted(1800, 'call'), counted(0, 'call')]).toEqual([
      '1 call',
      '1,800 calls',
      '0 calls',
    ]);
  });

  test.each([
    [0, 'less than a day old'],
    [0.5, '0.5 days old'],
    [1, '1 day old'],
    [12, '12 days old'],
  ])('prices of %d days are %s', (days, expected) => {
    expect(age(days)).toBe(expected);
  });

  test.each([
    [1, 'f1'],
    [2, 'f1 and f2'],
    [3, 'f1, f2 and f3'],
    [10, 'f1, f2, f3, f4, f5, f6, f7, f8, f9 and f10'],
    [1250, 'f1, f2, f3, f4, f5, f6, f7, f8, f9, f10 and 1,240 more'],
  ])('of %d names at most ten are listed', (number, expected) => {
    expect(listed(Array.from({ length: number }, (_, index) => `f${index + 1}`))).toBe(expected);
  });
});

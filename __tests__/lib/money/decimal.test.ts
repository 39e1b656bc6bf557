import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  exactCost,
  fromInteger,
  fromUnits as decimalFromUnits,
  isNegative,
  isPositive,
  isZero,
  maximum,
  multiply,
  parseDecimal,
  percentage,
  round,
  subtract,
  sum,
  sumOrNull,
  times,
  toNumber,
  toText,
  wholeQuotient,
} from '../../../src/lib/money/decimal.js';

/** Amounts as whole numbers of 10^-22, so that plain bigint arithmetic gives the expected results independently. */
const units = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
function fromUnits(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(23, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -22)}.${digits.slice(-22)}`;
}

describe('reading', () => {
  test.each(['', '1.', '.5', '1e3', '+1', ' 1', '0x10', '1_000', '1,5', 'NaN', 'Infinity', '--1', '1.2.3', '１'])(
    'refuses %j',
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );

  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['0.0', '0'],
    ['007', '7'],
    ['2.50', '2.5'],
    ['-0.25', '-0.25'],
    ['100', '100'],
    ['0.0000000000000000000001', '0.0000000000000000000001'],
  ])('reads %s as %s', (text, canonical) => {
    expect(toText(decimal(text))).toBe(canonical);
  });

  test('a literal of our own that is no decimal throws', () => {
    expect(() => decimal('$1')).toThrow('not a plain decimal: $1');
  });

  test('a text of very many zeros after the point is read at once', () => {
    expect(parseDecimal(`1.5${'0'.repeat(1_000_000)}`)).toEqual({ coefficient: 15n, scale: 1 });
  });

  test('equal amounts are equal objects however they were written', () => {
    expect(decimal('1.10')).toEqual(decimal('1.1'));
    expect(fromInteger(5)).toEqual(decimal('5.000'));
  });
});

describe('arithmetic', () => {
  test('0.1 + 0.2 is 0.3', () => {
    expect(toText(add(decimal('0.1'), decimal('0.2')))).toBe('0.3');
  });

  test('a price of fifteen decimals times a million tokens keeps every digit', () => {
    // 0.000000000000175 x 1,234,567 = 175 x 1,234,567 x 10^-15 = 216,049,225 x 10^-15
    expect(toText(times(decimal('0.000000000000175'), 1_234_567))).toBe('0.000000216049225');
  });

  test('sums, differences and order agree with whole-number arithmetic on 22 decimals', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [x, y] = [decimal(fromUnits(a)), decimal(fromUnits(b))];
        expect(add(x, y)).toEqual(decimal(fromUnits(a + b)));
        expect(subtract(x, y)).toEqual(decimal(fromUnits(a - b)));
        expect(compare(x, y)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(maximum(x, y)).toEqual(decimal(fromUnits(a > b ? a : b)));
      }),
    );
  });

  test('products agree with whole-number arithmetic', () => {
    fc.assert(
      fc.property(units, fc.bigInt({ min: 0n, max: 10n ** 9n }), (a, n) => {
        const expected = decimal(fromUnits(a * n));
        expect(times(decimal(fromUnits(a)), n)).toEqual(expected);
        expect(multiply(decimal(fromUnits(a)), fromInteger(n))).toEqual(expected);
      }),
    );
  });

  test('the sum of 5,000 amounts is the exact sum', () => {
    fc.assert(
      fc.property(fc.array(units, { minLength: 5000, maxLength: 5000 }), (values) => {
        const exact = values.reduce((total, value) => total + value, 0n);
        expect(sum(values.map((value) => decimal(fromUnits(value))))).toEqual(decimal(fromUnits(exact)));
      }),
      { numRuns: 3 },
    );
  });

  test('amounts of very different sizes add up to the last digit', () => {
    const small = `0.${'0'.repeat(59)}1`;

    expect(toText(add(decimal('7'), decimal(small)))).toBe(`7.${'0'.repeat(59)}1`);
    expect(toText(sum([decimal('7'), decimal(small), decimal(small)]))).toBe(`7.${'0'.repeat(59)}2`);
  });

  test('the empty sum is zero', () => {
    expect(isZero(sum([]))).toBe(true);
  });

  test.each<[readonly (string | null)[], string | null]>([
    [[], '0'],
    [['0.25'], '0.25'],
    [['1', '0.5', '-0.2'], '1.3'],
    [['1', null], null],
    [[null, '0'], null],
    [[null], null],
  ])('the sum of %j, where null is an unknown amount, is %j', (amounts, expected) => {
    const total = sumOrNull(amounts.map((amount) => (amount === null ? null : decimal(amount))));
    expect(total === null ? null : toText(total)).toBe(expected);
  });
});

describe('lowest terms', () => {
  test.each([
    ['a half twice', times(decimal('0.5'), 2), { coefficient: 1n, scale: 0 }],
    // 0.5 x 2,000: the zeros before the point stay
    ['a half two thousand times', times(decimal('0.5'), 2000), { coefficient: 1000n, scale: 0 }],
    ['a half of a half', multiply(decimal('0.5'), decimal('0.5')), { coefficient: 25n, scale: 2 }],
    [
      'more digits than a float holds',
      times(decimal('0.1234567890123456789'), 10),
      { coefficient: 1234567890123456789n, scale: 18 },
    ],
    [
      'more digits than a float holds, down to a whole number',
      times(decimal('12345678901234567.5'), 200),
      { coefficient: 2469135780246913500n, scale: 0 },
    ],
    ['units of a cent', decimalFromUnits(150n, 2), { coefficient: 15n, scale: 1 }],
    ['no units at all', decimalFromUnits(0n, 9), { coefficient: 0n, scale: 0 }],
    ['a difference of nothing', subtract(decimal('0.25'), decimal('0.250')), { coefficient: 0n, scale: 0 }],
  ])('%s', (_, value, expected) => {
    expect(value).toEqual(expected);
  });

  test.each([
    [['1', '0.1', '0.01'], '1.11'],
    [['0.01', '0.1', '1'], '1.11'],
    [['0.5', '0.25', '0.125', '0.125'], '1'],
    [['-0.1', '0.1'], '0'],
  ])('the sum of %j is %s', (amounts, expected) => {
    expect(toText(sum(amounts.map(decimal)))).toBe(expected);
  });
});

describe('order', () => {
  test.each([
    ['1', '1.0', 0],
    ['0', '-0', 0],
    ['0.09', '0.1', -1],
    ['0.1', '0.09', 1],
    ['-1', '0', -1],
    ['0', '-0.000000000001', 1],
  ])('%s against %s is %i', (a, b, expected) => {
    expect(compare(decimal(a), decimal(b))).toBe(expected);
  });

  test('nothing but zero is zero', () => {
    expect(['0', '0.000000000000000001', '-1', '10'].map((text) => isZero(decimal(text)))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('the most of several, and of one', () => {
    expect(toText(maximum(decimal('0.2'), decimal('0.15'), decimal('1'), decimal('0.3')))).toBe('1');
    expect(maximum(decimal('2'))).toEqual(decimal('2'));
  });

  test.each([
    ['-0.5', true, false, '0.5'],
    ['0', false, false, '0'],
    ['0.5', false, true, '0.5'],
  ])('%s: negative %j, positive %j, its size %s', (text, negative, positive, size) => {
    const value = decimal(text);
    expect([isNegative(value), isPositive(value), toText(absolute(value))]).toEqual([negative, positive, size]);
  });
});

describe('rounding', () => {
  test.each([
    ['1', '-8', 2, '-0.13'],
    ['-1', '-8', 2, '0.13'],
    ['0', '-8', 2, '0'],
    ['1', '3', 2, '0.33'],
    ['2', '3', 2, '0.67'],
    ['1', '8', 2, '0.13'],
    ['-1', '8', 2, '-0.13'],
    ['-1', '3', 0, '0'],
    ['31.07', '4.9', 2, '6.34'],
    ['1', '0.0001', 2, '10000'],
    ['0.123456', '1', 2, '0.12'],
    ['100', '8', 0, '13'],
  ])('%s / %s to %i places is %s', (a, b, places, expected) => {
    expect(toText(divide(decimal(a), decimal(b), places))).toBe(expected);
  });

  test.each([
    // 0.3107 / 4.9 = 0.063408…
    ['0.3107', '4.9', 2, '6.34'],
    ['1', '3', 6, '33.333333'],
    ['-1', '8', 0, '-13'],
    ['0', '5', 2, '0'],
  ])('%s of %s in percent to %i places is %s', (part, whole, places, expected) => {
    expect(toText(percentage(decimal(part), decimal(whole), places))).toBe(expected);
  });

  test.each([
    ['30.25', 30.25],
    ['-0.1', -0.1],
    ['12345678901234567890', 12345678901234567000],
  ])('%s as a float is %d', (text, expected) => {
    expect(toNumber(decimal(text))).toBe(expected);
  });

  test.each([
    ['0.005', 2, '0.01'],
    ['0.004999', 2, '0'],
    ['-0.005', 2, '-0.01'],
    ['1.5', 4, '1.5'],
    ['999.995', 2, '1000'],
  ])('%s to %i places is %s', (value, places, expected) => {
    expect(toText(round(decimal(value), places))).toBe(expected);
  });

  test.each([
    ['5', '5.00'],
    ['0', '0.00'],
    ['-0.5', '-0.50'],
    ['1.2345', '1.2345'],
  ])('%s written with at least 2 places is %s', (value, expected) => {
    expect(toText(decimal(value), 2)).toBe(expected);
  });
});

// 7 / 2 = 3.5; 0.3 / 0.1 = 3; 1 / 0.0000001 = 10,000,000; 0.1 / 3 = 0.033; -7 / 2 = -3.5
test.each([
  ['7', '2', 3n],
  ['0.3', '0.1', 3n],
  ['1', '0.0000001', 10_000_000n],
  ['0.1', '3', 0n],
  ['-7', '2', -3n],
])('the whole part of %s / %s is %p', (a, b, quotient) => {
  expect(wholeQuotient(decimal(a), decimal(b))).toBe(quotient);
});

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

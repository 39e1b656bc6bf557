import { describe, expect, test } from '@jest/globals';
import { decimal, toText } from '../../../src/lib/money/decimal.js';
import { aggregate } from '../../../src/usage/read/aggregate.js';
import { createRowStore } from '../../../src/usage/read/row-store.js';
import type { UsageRow } from '../../../src/usage/read/exchange.js';
import { isOffBy, percentAbove, priceGroup, pricesDiffer } from '../../../src/usage/totals/group-price.js';
import { catalogue, model } from '../../support/catalogue.js';
import { counts, usageRow } from '../../support/usage.js';

const CACHE = {
  prompt: '0.000001',
  completion: '0.000002',
  input_cache_write: '0.00000125',
  input_cache_write_1h: '0.000002',
};
const models = catalogue([
  model({ id: 'acme/cache', pricing: CACHE }),
  model({ id: 'acme/fee', pricing: { ...CACHE, request: '0.01' } }),
]);

function costOf(id: string, rows: readonly Partial<UsageRow>[]): string | null {
  const store = createRowStore();
  for (const fields of rows) store.put(usageRow({ model: id, ...fields }));
  const [group, ...others] = aggregate(store, (key) => key);
  if (group === undefined || others.length > 0) throw new Error('the rows are one group');
  const { cost } = priceGroup(group, id, models, null);
  return cost && toText(cost);
}

test('requests with tokens written for both lifetimes are priced to the last digit, whatever their mean', () => {
  const rows = [
    { tokens: counts({ prompt: 7, written: 3 }), written_1h: 1 },
    { tokens: counts({ prompt: 5, written: 3 }), written_1h: 3 },
    { tokens: counts({ prompt: 9, written: 4 }), written_1h: 4 },
  ];
  // 21 - 10 = 11 x 0.000001 + 2 x 0.00000125 + 8 x 0.000002
  expect(costOf('acme/cache', rows)).toBe('0.0000295');
});

test('a fee for each request is charged once for a request with tokens written for both lifetimes', () => {
  const rows = [{ tokens: counts({ prompt: 100, written: 40 }), written_1h: 30 }];
  // 0.01 + 60 x 0.000001 + 10 x 0.00000125 + 30 x 0.000002
  expect(costOf('acme/fee', rows)).toBe('0.0101325');
});

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

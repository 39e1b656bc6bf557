import { describe, expect, test } from '@jest/globals';
import { toText, ZERO } from '../../../src/lib/money/decimal.js';
import { aggregate } from '../../../src/usage/read/aggregate.js';
import { floatColumn, wholeColumn } from '../../../src/usage/read/column.js';
import { createIdIndex } from '../../../src/usage/read/id-index.js';
import { createSpanTree } from '../../../src/usage/read/span-tree.js';
import type { UsageRow } from '../../../src/usage/read/usage-row.js';
import { createUsageTable } from '../../../src/usage/read/usage-table.js';
import { counts } from '../../support/usage.js';

function row(fields: Partial<UsageRow> = {}): UsageRow {
  return {
    suite: null,
    call: null,
    model: 'a/b',
    tokens: counts({ prompt: 10, completion: 1 }),
    web_searches: 0,
    cost: null,
    list_cost: null,
    own_key: false,
    id: null,
    time: null,
    source: 'a.jsonl',
    ...fields,
  };
}

describe('a column', () => {
  test.each([0, 255, 256, 65_535, 65_536, 4_294_967_295])('keeps %i among smaller numbers', (value) => {
    const column = wholeColumn();
    column.set(3, 7);
    column.set(100_000, value);
    column.set(4, value);
    expect([column.get(3), column.get(4), column.get(100_000), column.get(5)]).toEqual([7, value, value, 0]);
  });

  test.each([0.0037, 1.6e-7, 0.43, 123_456.789, 0.1 + 0.2, 1e-15])('keeps the cost %d exactly', (value) => {
    const column = floatColumn();
    column.set(1, 0.0035);
    column.set(2, value);
    expect([column.get(1), column.get(2)]).toEqual([0.0035, value]);
  });
});

test('100,000 ids are all told apart and all found again, each with its own number', () => {
  const index = createIdIndex();
  const ids = Array.from({ length: 100_000 }, (_, at) => `gen-${1_764_000_000 + at}`);
  expect(ids.filter((id, at) => index.claim(id, at) !== -1)).toEqual([]);
  expect(ids.filter((id, at) => index.claim(id, -1) !== at)).toEqual([]);
});

describe('a table of rows', () => {
  test('a row that comes again takes the place of the first one, its group included', () => {
    const table = createUsageTable();
    table.put(row({ id: 'x', cost: 0.5, call: 'one', tokens: counts({ prompt: 10, cached: 5 }) }));
    table.put(row({ id: 'x', call: 'two' }));
    const [group, ...others] = aggregate(table);
    expect(others).toEqual([]);
    expect([group?.call, group?.requests, group?.sums.cached, group?.cost]).toEqual(['two', 1, 0, null]);
  });

  test('costs add up exactly: 3 x 0.1 + 0.00353025 + the text 0.1234567890123456789 = 0.4269870390123456789', () => {
    const table = createUsageTable();
    for (const cost of [0.1, 0.1, 0.1, 0.00353025, '0.1234567890123456789']) table.put(row({ cost }));
    const [group] = aggregate(table);
    // 0.3 + 0.00353025 + 0.1234567890123456789
    expect(toText(group?.cost ?? ZERO)).toBe('0.4269870390123456789');
  });

  test('10,000 costs of $1,000 are $10,000,000, beyond what floats of 12 places hold', () => {
    const table = createUsageTable();
    for (let at = 0; at < 10_000; at += 1) table.put(row({ cost: 999.999999999999 }));
    const [group] = aggregate(table);
    // 10,000 x (1,000 - 0.000000000001) = 10,000,000 - 0.00000001
    expect(toText(group?.cost ?? ZERO)).toBe('9999999.99999999');
  });

  test('the 95th percentile of 1 to 100 is 95, of one value it is that value', () => {
    const table = createUsageTable();
    for (let at = 100; at >= 1; at -= 1) table.put(row({ tokens: counts({ prompt: at, completion: 70_000 }) }));
    table.put(row({ model: 'c/d' }));
    expect(aggregate(table).map(({ p95, longest_prompt }) => [p95.prompt, p95.completion, longest_prompt])).toEqual([
      [95, 70_000, 100],
      [10, 1, 10],
    ]);
  });
});

describe('a tree of spans', () => {
  const span = (id: string, parent: string | null, fields: Partial<UsageRow> | null) => ({
    trace: 't',
    span: id,
    parent,
    row: fields === null ? null : row(fields),
  });

  test('drops every ancestor with usage, in whatever order spans come', () => {
    const table = createUsageTable();
    const tree = createSpanTree(table);
    for (const each of [
      span('root', null, { call: 'root' }),
      span('leaf', 'step', { call: 'leaf' }),
      span('middle', 'root', { call: 'middle' }),
      span('step', 'middle', null),
      span('alone', 'root', { call: 'alone' }),
    ]) {
      tree.add(each);
    }
    expect(tree.dropSums()).toBe(2);
    expect(aggregate(table).map(({ call }) => call)).toEqual(['leaf', 'alone']);
  });

  test('a wrapper that carries the response’s own id is the same row, which stays', () => {
    const table = createUsageTable();
    const tree = createSpanTree(table);
    tree.add(span('inner', 'outer', { id: 'gen-1' }));
    tree.add(span('outer', null, { id: 'gen-1' }));
    expect(tree.dropSums()).toBe(0);
    expect(aggregate(table).map(({ requests }) => requests)).toEqual([1]);
  });

  test('spans of the same id in two traces have nothing to do with each other', () => {
    const table = createUsageTable();
    const tree = createSpanTree(table);
    tree.add({ ...span('leaf', 'root', {}), trace: 'one' });
    tree.add({ ...span('root', null, {}), trace: 'two' });
    expect(tree.dropSums()).toBe(0);
  });
});

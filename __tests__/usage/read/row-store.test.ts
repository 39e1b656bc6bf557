import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { toText, ZERO } from '../../../src/lib/money/decimal.js';
import { aggregate, type UsageGroup } from '../../../src/usage/read/aggregate.js';
import { createRowStore, type RowStore } from '../../../src/usage/read/row-store.js';
import type { UsageRow } from '../../../src/usage/read/exchange.js';
import { counts, usageRow as row } from '../../support/usage.js';

function groupsOf(store: RowStore): UsageGroup[] {
  return aggregate(store, (key) => key);
}

function storeOf(rows: readonly UsageRow[]): RowStore {
  const store = createRowStore();
  for (const one of rows) store.put(one);
  return store;
}

function shuffled<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}

describe('records of one request', () => {
  const started = row({ id: 'x', tokens: counts({ prompt: 10, completion: 1 }), source: 'a.jsonl' });
  const finished = row({ id: 'x', tokens: counts({ prompt: 10, completion: 60, cached: 5 }), source: 'b.jsonl' });

  test.each([
    ['the finished one last', [started, finished]],
    ['the finished one first', [finished, started]],
    ['the finished one twice', [finished, started, finished]],
  ])('count once, as the finished one says: %s', (_, rows) => {
    const store = storeOf(rows);
    const [group, ...others] = groupsOf(store);
    expect(others).toEqual([]);
    expect([group?.source, group?.requests, group?.sums.completion, group?.sums.cached]).toEqual(['b.jsonl', 1, 60, 5]);
    expect(store.repeated()).toBe(rows.length - 1);
  });

  test('what one of them does not state is taken from the other', () => {
    const store = storeOf([row({ id: 'x', cost: 0.5, call: 'answer' }), row({ id: 'x', model: 'a/b', suite: 'rag' })]);
    const [group] = groupsOf(store);
    expect([group?.suite, group?.call, toText(group?.cost ?? ZERO)]).toEqual(['rag', 'answer', '0.5']);
  });

  test('of three, what the best does not state is taken from the better of the others', () => {
    const record = (completion: number, fields: Partial<UsageRow>): UsageRow =>
      row({ id: 'x', tokens: counts({ prompt: 10, completion }), ...fields });
    const records = [record(60, {}), record(20, { suite: 'better' }), record(10, { suite: 'a', run: 'r1' })];
    for (const order of [records, records.toReversed(), [0, 2, 1].flatMap((at) => records[at] ?? [])]) {
      expect(groupsOf(storeOf(order)).map(({ suite, run }) => [suite, run])).toEqual([['better', 'r1']]);
    }
  });

  test('the one that states the lifetime of what was written counts, whichever comes first', () => {
    const tokens = counts({ prompt: 110, completion: 5, written: 100 });
    const [stated, unstated] = [row({ id: 'x', tokens, written_1h: 100 }), row({ id: 'x', tokens })];
    for (const rows of [
      [stated, unstated],
      [unstated, stated],
    ]) {
      expect(groupsOf(storeOf(rows)).map((group) => group.written_1h)).toEqual([100]);
    }
  });

  test('give the same group whatever their order (property)', () => {
    const records = fc.array(
      fc.record({
        prompt: fc.nat(3),
        completion: fc.nat(3),
        written_1h: fc.nat(2),
        audio: fc.nat(2),
        cached: fc.nat(1),
        reasoning: fc.nat(1),
        source: fc.constantFrom('a.jsonl', 'b.jsonl', 'c.jsonl'),
        suite: fc.constantFrom(null, 'rag', 'evals'),
        tier: fc.constantFrom(null, 'flex', 'batch'),
        run: fc.constantFrom(null, 'r1', 'r2'),
        cost: fc.constantFrom(null, 0.5, '0.5'),
        own_key: fc.boolean(),
        estimate: fc.constantFrom(null, 1, 2),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(
        records.chain((stated) => fc.tuple(fc.constant(stated), shuffled(stated))),
        (orders) => {
          const [one, other] = orders.map((stated) =>
            stated.map(({ prompt, completion, audio, cached, reasoning, ...fields }) =>
              row({ id: 'x', ...fields, tokens: counts({ prompt, completion, audio, cached, reasoning }) }),
            ),
          );
          expect(groupsOf(storeOf(other ?? []))).toEqual(groupsOf(storeOf(one ?? [])));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('20,000 ids are told apart, and each is found again', () => {
  const store = createRowStore();
  for (let at = 0; at < 20_000; at += 1) store.put(row({ id: `gen-${1_764_000_000 + at}` }));
  for (let at = 0; at < 20_000; at += 1) store.put(row({ id: `gen-${1_764_000_000 + at}` }));
  expect([store.size(), store.repeated()]).toEqual([20_000, 20_000]);
});

describe('a group of rows', () => {
  test('adds costs up exactly: 3 x 0.1 + 0.00353025 + the text 0.1234567890123456789 = 0.4269870390123456789', () => {
    const costs = [0.1, 0.1, 0.1, 0.00353025, '0.1234567890123456789'];
    const [group] = groupsOf(storeOf(costs.map((cost) => row({ cost }))));
    // 0.3 + 0.00353025 + 0.1234567890123456789
    expect(toText(group?.cost ?? ZERO)).toBe('0.4269870390123456789');
  });

  test('adds 10,000 costs of $1,000 up to $10,000,000, beyond what floats of 12 places hold', () => {
    const [group] = groupsOf(storeOf(Array.from({ length: 10_000 }, () => row({ cost: 999.999999999999 }))));
    // 10,000 x (1,000 - 0.000000000001) = 10,000,000 - 0.00000001
    expect(toText(group?.cost ?? ZERO)).toBe('9999999.99999999');
  });

  test('has no cost where one row states none', () => {
    const [group] = groupsOf(storeOf([row({ cost: 0.5 }), row()]));
    expect([group?.cost, group?.without_cost]).toEqual([null, 1]);
  });

  test('knows the 95th percentile: of 1 to 100 it is 95, of one value that value', () => {
    const store = createRowStore();
    for (let at = 100; at >= 1; at -= 1) store.put(row({ tokens: counts({ prompt: at, completion: 70_000 }) }));
    store.put(row({ model: 'c/d' }));
    expect(groupsOf(store).map(({ p95, longest }) => [p95.prompt, p95.completion, longest.prompt])).toEqual([
      [95, 70_000, 100],
      [10, 1, 10],
    ]);
  });

  test('counts the requests of a row that is a sum, and says where their number is not stated', () => {
    const [group] = groupsOf(storeOf([row({ requests: 6 }), row({ requests: null })]));
    expect([group?.requests, group?.has_requests]).toEqual([7, false]);
  });
});

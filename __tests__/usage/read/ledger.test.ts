import { describe, expect, test } from '@jest/globals';
import { contextOfFile, type UsageRow } from '../../../src/usage/read/exchange.js';
import { noFindings } from '../../../src/usage/read/json-value.js';
import { createLedger, type Ledger } from '../../../src/usage/read/ledger.js';
import { counts, readFiles, usageRow } from '../../support/usage.js';

const context = contextOfFile({ name: 'a.jsonl', line: 1 });

/** The calls of the rows that count. */
function counted(ledger: Ledger): (string | null)[] {
  return [...ledger.settle().rows.all()].map(({ key }) => key.call);
}

describe('the spans of a trace', () => {
  interface Span {
    readonly span: string;
    readonly parent: string | null;
    readonly row: UsageRow | null;
    readonly trace?: string;
  }
  const span = (id: string, parent: string | null, fields: Partial<UsageRow> | null): Span => ({
    span: id,
    parent,
    row: fields === null ? null : usageRow(fields),
  });
  function traced(...spans: readonly Span[]): Ledger {
    const ledger = createLedger();
    for (const one of spans) ledger.span({ trace: 't', isRequest: true, ...one }, noFindings(), context);
    return ledger;
  }

  test('with usage beneath them repeat sums, in whatever order they come', () => {
    const spans = [
      span('root', null, { call: 'root' }),
      span('leaf', 'step', { call: 'leaf' }),
      span('middle', 'root', { call: 'middle' }),
      span('step', 'middle', null),
      span('alone', 'root', { call: 'alone' }),
    ];
    expect(counted(traced(...spans))).toEqual(['leaf', 'alone']);
    expect(counted(traced(...[...spans].reverse()))).toEqual(['alone', 'leaf']);
    expect(traced(...spans).settle().sums).toBe(2);
  });

  test('are one row where a wrapper carries the id of the response, and it stays', () => {
    const settled = traced(span('inner', 'outer', { id: 'gen-1' }), span('outer', null, { id: 'gen-1' })).settle();
    expect([settled.rows.size(), settled.sums]).toEqual([1, 0]);
  });

  test('have nothing to do with spans of the same id in another trace', () => {
    const ledger = traced({ ...span('leaf', 'root', {}), trace: 'one' }, { ...span('root', null, {}), trace: 'two' });
    expect(ledger.settle().rows.size()).toBe(2);
  });

  test('that are requests and state no usage, with none beneath them, are requests without usage', () => {
    const settled = traced(span('root', null, null), span('cut', 'root', null), span('leaf', 'root', {})).settle();
    expect([settled.rows.size(), settled.without_usage]).toEqual([1, 1]);
    expect(settled.unmeasured.map(({ requests }) => requests)).toEqual([1]);
  });

  test('that go round in a circle are all counted', () => {
    expect(
      traced(span('a', 'b', {}), span('b', 'a', {}))
        .settle()
        .rows.size(),
    ).toBe(2);
  });
});

test('a stream that was cut in one file and is whole in another is one request with usage', () => {
  const ledger = createLedger();
  ledger.unmeasured({ model: 'a/b', id: 'gen-1', reason: 'cut off' }, context);
  ledger.read(usageRow({ id: 'gen-1' }), noFindings(), contextOfFile({ name: 'b.jsonl', line: 1 }));
  ledger.unmeasured({ model: 'a/b', id: 'gen-2', reason: 'cut off' }, context);
  const settled = ledger.settle();
  expect([settled.rows.size(), settled.without_usage]).toEqual([1, 1]);
});

test('a sum that is left out leaves its notes out', () => {
  const ledger = createLedger();
  const noted = () => ({ problems: [], notes: [{ text: '# tokens are in no part', amounts: [7] }] });
  ledger.span({ trace: 't', span: 'root', parent: null, isRequest: true, row: usageRow() }, noted(), context);
  ledger.span({ trace: 't', span: 'leaf', parent: 'root', isRequest: true, row: usageRow() }, noted(), context);
  expect(ledger.settle().notes).toEqual([{ message: '7 tokens are in no part', count: 1, file: 'a.jsonl', line: 1 }]);
});

describe('a sum that states 0 requests', () => {
  const settled = (fields: Partial<UsageRow>) => {
    const ledger = createLedger();
    ledger.read(usageRow({ requests: 0, ...fields }), noFindings(), context);
    const { rows, without_usage, notes } = ledger.settle();
    return [[...rows.all()].map(({ requests }) => requests), without_usage, notes.map(({ message }) => message)];
  };

  test('and nothing used is no request', () => {
    expect(settled({ tokens: counts({}), cost: 0, estimate: '0.00' })).toEqual([[], 1, []]);
  });

  test.each([
    ['tokens', {}, 11],
    ['a cost', { tokens: counts({}), cost: 0.01 }, 0],
    ['a list price', { tokens: counts({}), list_cost: '0.01' }, 0],
    ['an estimate', { tokens: counts({}), estimate: 0.01 }, 0],
  ])('and %s does not state how many they are', (_, fields, tokens) => {
    expect(settled(fields)).toEqual([
      [null],
      0,
      [`a sum of ${tokens} tokens states 0 requests; their number is not known`],
    ]);
  });
});

test('no more tokens are written for an hour than are written at all', () => {
  const ledger = createLedger();
  ledger.read(usageRow({ written_1h: 5 }), noFindings(), context);
  const { rows, notes } = ledger.settle();
  expect([...rows.all()].map(({ written_1h }) => written_1h)).toEqual([0]);
  expect(notes.map(({ message }) => message)).toEqual([
    '5 tokens written for an hour are more than the 0 cache-written tokens that they are part of; 0 were counted',
  ]);
});

test("of all rows those whose id is one of OpenRouter's own are kept, each once, the last one of an id", async () => {
  const line = (id: string | null, prompt = 10) =>
    JSON.stringify({ id, model: 'a/b', usage: { prompt_tokens: prompt, completion_tokens: 1 } });
  const others = ['chatcmpl-1', 'gen-', 'gen-a/../key', 'gen-x?id=y', null].map((id) => line(id));
  const recorded = [line('gen-1732-abcDEF'), ...others, line('gen-1732-abcDEF', 20), line('gen-2')];
  const { usage } = await readFiles({ 'a.jsonl': recorded.join('\n') });
  const kept = [...usage.generations].map(([id, number]) => [id, usage.rows.get(number).tokens.prompt]);
  expect(kept).toEqual([
    ['gen-1732-abcDEF', 20],
    ['gen-2', 10],
  ]);
});

import { describe, expect, test } from '@jest/globals';
import {
  changeLines,
  moreChanges,
  splitLines,
  worstCaseLine,
  type ChangeLine,
} from '../../../src/report/model/change-lines.js';
import { parseDecimal } from '../../../src/lib/money/decimal.js';
import type { Report } from '../../../src/report/model/schema.js';
import { readVerdict } from '../../support/reports.js';

const broken = readVerdict('worst-case');
const preExisting = broken.violations.map((violation) => ({ ...violation, in_base: true }));

function worst(head: string | null, base: string | null, changes: Partial<Report> = {}): string | null {
  if (broken.base === null) throw new Error('the fixture has a base');
  const line = worstCaseLine({
    ...broken,
    head: { ...broken.head, worst_case_per_run: head },
    base: { ...broken.base, worst_case_per_run: base },
    ...changes,
  });
  return line === null ? null : `${line.words}, ${line.amount}`;
}

describe('the line of the worst case', () => {
  test('stands where its limit is broken: 19.621 - 5.621 = 14', () => {
    expect(worst('19.621', '5.621')).toBe('$5.62 -> $19.62, +$14.00');
    expect(worst('5.621', '19.621')).toBe('$19.62 -> $5.62, -$14.00');
  });

  test('stands where the expected cost did not move, whatever is broken', () => {
    const delta = { per_run: '0', percent: '0.00', per_month: null };
    expect(worst('2', '1', { violations: [], delta })).toBe('$1.00 -> $2.00, +$1.00');
  });

  test.each<[string, string | null, string | null, Partial<Report>]>([
    ['nothing is broken and the expected cost moved', '2', '1', { violations: [] }],
    ['the default branch breaks its limit too', '2', '1', { violations: preExisting }],
    ['it is the same to the cent', '2.001', '2.002', {}],
    ['it is not known at head', null, '1', {}],
    ['it is not known at base', '1', null, {}],
    ['there is no base', '2', '1', { base: null }],
  ])('is missing where %s', (_, head, base, changes) => {
    expect(worst(head, base, changes)).toBeNull();
  });
});

/** Lines that moved the cost by these amounts. */
function linesOf(moves: readonly (string | null)[]): ChangeLine[] {
  return moves.map((move) => {
    const moved = move === null ? null : parseDecimal(move);
    return { subject: move ?? 'not known', words: '', amount: '', moved };
  });
}

describe('the lines that are shown', () => {
  const split = (moves: readonly (string | null)[], most = 5) => {
    const { shown, rest } = splitLines(linesOf(moves), most);
    return [shown, rest].map((part) => part.map(({ subject }) => subject));
  };

  test('are the first ones', () => {
    expect(split(['3', '2', '1'], 2)).toEqual([['3', '2'], ['1']]);
  });

  test('leave out several that are below a hundredth of the largest: 0.91 / 100 = 0.0091', () => {
    expect(split(['0.91', '0.0091', '0.0090', '-0.009'])).toEqual([
      ['0.91', '0.0091'],
      ['0.0090', '-0.009'],
    ]);
  });

  test('keep a single small one, and those whose amount is not known', () => {
    expect(split(['1', '0.001'])).toEqual([['1', '0.001'], []]);
    expect(split([null, '1', '0.001', '0.002'])).toEqual([
      ['not known', '1'],
      ['0.001', '0.002'],
    ]);
  });

  test('measure a saving as an increase', () => {
    expect(split(['0.001', '-0.001', '-2'])).toEqual([['-2'], ['0.001', '-0.001']]);
  });
});

// 0.30 + 0.20 = 0.50; 0.30 - 0.30 = 0; 1 - 1.25 = -0.25.
test.each<[readonly (string | null)[], string]>([
  [['0.30'], '1 more change, +$0.30'],
  [['0.30', '0.20'], '2 more changes, +$0.50 in all'],
  [['0.30', '-0.30'], '2 more changes, $0.00 in all'],
  [['1', '-1.25'], '2 more changes, -$0.25 in all'],
  [[null, '0.30', '0.20'], '3 more changes, +$0.50 in all without 1 whose cost is not known'],
  [[null, null], '2 more changes, cost not known'],
])('the lines %j that are not shown are counted as: %s', (moves, expected) => {
  expect(moreChanges(linesOf(moves))).toBe(expected);
});

describe('a file in several calls', () => {
  const rows = (call: string, from: number, to: number, moved: string) => ({
    ...{ suite: 'rag', call, file: 'cases.jsonl', what: 'rows' as const, part: null },
    ...{ from, to, per_run: moved },
  });
  const words = (changes: Report['changes']) => changeLines({ ...broken, changes }).map((line) => line.words);

  test('is one line with the rows that all of them have', () => {
    expect(words([rows('a', 120, 170, '0.1'), rows('b', 120, 170, '0.3')])).toEqual(['120 -> 170 rows in 2 calls']);
  });

  test('has the rows of the most expensive call, and counts the calls that take others of its rows', () => {
    const changes = [rows('a', 10, 20, '0.1'), rows('b', 120, 170, '0.3'), rows('c', 120, 170, '0.2')];
    expect(words(changes)).toEqual(['120 -> 170 rows in 2 calls, other numbers in 1 more']);
  });
});

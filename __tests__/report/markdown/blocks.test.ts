import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fit } from '../../../src/report/markdown/blocks.js';

const missing = (count: number) => `_${count} missing_`;

describe('fitting a document', () => {
  test('what fits stays whole, blocks apart by a blank line', () => {
    const blocks = ['head', { lead: 'lead', rows: ['a', 'b'], end: 'end', importance: 1, missing }];
    expect(fit(blocks, 100)).toBe('head\n\nlead\na\nb\n\nend');
  });

  test('rows of the least important list go first, from its end, and are counted', () => {
    const first = { lead: 'first', rows: ['aaaa', 'bbbb'], importance: 2, missing };
    const second = { lead: 'second', rows: ['cccc', 'dddd', 'eeee'], importance: 1, missing };
    // Whole: 15 + 2 + 21 = 38.
    expect(fit([first, second], 38)).toBe('first\naaaa\nbbbb\n\nsecond\ncccc\ndddd\neeee');
    // Bare, each with its line of what is missing: 18 + 2 + 19 = 39. The first list takes 10 of what is left.
    expect(fit([second, first], 37)).toBe('second\n\n_3 missing_\n\nfirst\n\n_2 missing_');
    const long = { ...second, rows: Array.from({ length: 20 }, (_, row) => `row ${row}`) };
    // Bare 40, the first list 10, three rows of six: 68.
    expect(fit([long, first], 70)).toBe('second\nrow 0\nrow 1\nrow 2\n\n_17 missing_\n\nfirst\naaaa\nbbbb');
  });

  test('whatever the rows, the limit holds, rows are never cut through, and kept and missing add up', () => {
    const rows = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀'), minLength: 1, maxLength: 30 }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 100, max: 600 }), (given, limit) => {
        const bytes = (text: string) => Buffer.byteLength(text);
        const text = fit(['head', { lead: 'lead', rows: given, end: 'end', importance: 1, missing }], limit, bytes);
        expect(bytes(text)).toBeLessThanOrEqual(limit);
        const kept = text.split('\n').filter((line) => given.includes(line)).length;
        const dropped = Number(/_(\d+) missing_/.exec(text)?.[1] ?? 0);
        expect(kept + dropped).toBe(given.length);
      }),
    );
  });
});

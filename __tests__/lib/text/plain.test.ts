import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { safeLine } from '../../../src/lib/text/plain.js';

describe('a safe line', () => {
  test.each([
    ['a model id stays as it is', 'anthropic/claude-sonnet-4.5', 'anthropic/claude-sonnet-4.5'],
    ['line ends and tabs become one space', 'a\r\n\tb\u2028c\u2029d\u0085e\vf', 'a b c d e f'],
    ['control characters vanish', 'a\u0000b\u001b[31mc\u009bd', 'ab[31mcd'],
    ['bidi characters vanish', 'a\u202eb\u2066c\u200fd', 'abcd'],
    ['zero-width characters vanish', 'a\u200bb\u200dc\ufeffd\u00ade', 'abc de'],
    ['tag characters vanish', 'a\u{e0041}\u{e007f}b', 'ab'],
    ['variation selectors and fillers vanish', 'a\ufe0fb\u{e0100}c\u3164d\u034fe', 'abcde'],
    ['private use vanishes', 'a\ue000b', 'ab'],
    ['half a surrogate pair vanishes', 'a\ud83db\ude00c', 'abc'],
    ['piled marks are cut down to four', `e${'\u0301'.repeat(50)}x`, `e${'\u0301'.repeat(4)}x`],
    ['blanks at the ends go', '  a  b  ', 'a b'],
  ])('%s', (_, text, expected) => {
    expect(safeLine(text)).toBe(expected);
  });

  test('100 characters stay whole, 101 end in an ellipsis', () => {
    expect(safeLine('x'.repeat(100))).toBe('x'.repeat(100));
    expect(safeLine('x'.repeat(101))).toBe(`${'x'.repeat(99)}…`);
  });

  test('a cut never leaves half a character', () => {
    expect(safeLine(`${'x'.repeat(8)}😀😀`, 10)).toBe(`${'x'.repeat(8)}…`);
    expect(safeLine(`${'x'.repeat(8)}e\u0301e\u0301`, 10)).toBe(`${'x'.repeat(8)}…`);
    expect(safeLine('🇩🇪🇩🇪🇩🇪', 6)).toBe('🇩🇪…');
  });

  test('of a very long text only the start is looked at: twenty times the limit and a thousand more', () => {
    const invisible = '\u200b'.repeat(20 * 100 + 1000);
    expect(safeLine(`${invisible.slice(1)}x`, 100)).toBe('x');
    expect(safeLine(`${invisible}x`, 100)).toBe('');
    expect(safeLine('abc'.repeat(3_300_000), 100)).toHaveLength(100);
  });

  test('whatever comes in, one well-formed visible line within the limit comes out, and stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 2, max: 120 }), (text, limit) => {
        const line = safeLine(text, limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u0085]/u);
        expect(safeLine(line, limit)).toBe(line);
      }),
    );
  });
});

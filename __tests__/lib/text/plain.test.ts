import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logJson, logLine, logLines, logVerbatim, maskSecrets, safeLine } from '../../../src/lib/text/plain.js';

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

/** What the runner takes for a command: `::` first in a line, after white space too, or `##[` anywhere. */
const COMMAND = /(?:^|[\s\u2028\u2029\u0085])::|##\[/u;

/** Strings with the runner's own signs far more often than chance would have them. */
const spiked = fc
  .array(
    fc.oneof(
      fc.constantFrom('::', ':', '##[', '##', '[', '#', ' ', '\r', '\n', '\u2028', '\u200b', '\u0000', '\u{e0041}'),
      fc.constantFrom('error', '::add-mask::', 'set-output name=x::'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('a line of the log', () => {
  test.each([
    ['plain text stays', 'llm-budget.yml:3: count is 1.5', 'llm-budget.yml:3: count is 1.5'],
    ['two colons within a word stay', 'std::vector', 'std::vector'],
    ['a command at the start is broken', '::error::x', ': :error::x'],
    ['a command after blanks is broken', ' \t::error::x', ': :error::x'],
    ['a command after a line end is broken', 'a\r::error::x', 'a : :error::x'],
    ['a command after a separator is broken', 'a\u2028::error::x', 'a : :error::x'],
    ['a command behind something invisible is broken', '\u200b::error::x', ': :error::x'],
    ['more colons make no command', ':::error::x', ': : :error::x'],
    ['the old form is broken anywhere', 'a##[error]b', 'a## [error]b'],
    ['the old form with something invisible in it is broken', '##\u200b[error]', '## [error]'],
    ['three signs do not hide it', '###[error]', '### [error]'],
  ])('%s', (_, text, expected) => {
    expect(logLine(text)).toBe(expected);
  });

  test('no string is a command, alone or behind a prefix, and each is one line', () => {
    fc.assert(
      fc.property(spiked, (text) => {
        for (const line of [logLine(text), `  ${logLine(text)}`, `file: ${logLine(text)}`]) {
          expect(line).not.toMatch(COMMAND);
          expect(line).not.toMatch(/[\r\n\u2028\u2029\u0085]/u);
        }
      }),
    );
  });

  test('a text of several lines keeps them, each safe', () => {
    expect(logLines('Error: x\r\n    at y\n::error::z')).toBe('Error: x\nat y\n: :error::z');
  });
});

describe('JSON in the log', () => {
  test('the document is the same, and no string in it is a command', () => {
    fc.assert(
      fc.property(fc.dictionary(spiked, fc.array(spiked)), (document) => {
        const text = logJson(JSON.stringify(document, null, 2));
        expect(text).not.toMatch(COMMAND);
        expect(JSON.parse(text)).toEqual(document);
      }),
    );
  });
});

describe('secrets', () => {
  test('each occurrence is masked, percent-encoded or in base64 too', () => {
    const secret = 's/ecret+';
    const base64 = Buffer.from(secret).toString('base64');
    expect(maskSecrets(`a ${secret} b s%2Fecret%2B c ${base64} ${secret}`, [secret])).toBe('a *** b *** c *** ***');
  });

  test('of two secrets the longer goes first, so that no end of it is left', () => {
    expect(maskSecrets('token-and-more', ['token', 'token-and-more'])).toBe('***');
  });

  test('an empty secret is none', () => {
    expect(maskSecrets('text', [''])).toBe('text');
  });
});

describe('several lines as they are', () => {
  test('keep their blanks and tabs', () => {
    expect(logVerbatim('--- a/x\n+++ b/x\n-    count:  1\n+\tcount:  2\n')).toBe(
      '--- a/x\n+++ b/x\n-    count:  1\n+\tcount:  2\n',
    );
  });

  test.each([
    [' ::error::x', ' : :error::x'],
    ['::::add-mask::x', ': :: :add-mask::x'],
    ['+ ##[error]x', '+ ## [error]x'],
    [' a\r::error::x', ' a\ufffd::error::x'],
    [' a\u2028::error::x', ' a\ufffd::error::x'],
  ])('but start no command: %j', (line, shown) => {
    expect(logVerbatim(line)).toBe(shown);
  });
});

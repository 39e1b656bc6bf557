import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logJson, logLine, logLines, logVerbatim, maskSecrets } from '../../../src/lib/text/log.js';

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

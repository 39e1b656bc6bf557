import { describe, expect, test } from '@jest/globals';
import { foreignCommands, readOutputFile, visibleLog } from './runner.js';

/** The judge of every log in the end-to-end tests has to see what the runner sees. */

describe('a command in a log', () => {
  test.each([
    ['at the start of a line', 'a\n::error::x'],
    ['after blanks and tabs', ' \t ::error::x'],
    ['after a wide blank', '\u3000::error::x'],
    ['after a carriage return', 'a\r::error::x'],
    ['after a line separator', 'a\u2028::error::x'],
    ['after a next-line character', 'a\u0085::error::x'],
    ['behind a character that nobody sees', '\u200b::error::x'],
    ['behind an escape character', '\u001b::error::x'],
    ['of a name that is not known', '::frobnicate::'],
    ['that sets an output', '::set-output name=verdict::pass'],
    ['that stops all commands', '::stop-commands::x'],
    ['without its end', '::error'],
    ['in the old form, anywhere', 'a ##[error]x'],
    ['with a title that is not ours', '::error title=x::y'],
    ['without a title and in words that are not ours', '::warning::x'],
    ['that masks what is no secret', '::add-mask::verdict'],
  ])('is seen %s', (_, log) => {
    expect(foreignCommands(log, ['s3cret'])).toHaveLength(1);
  });

  test.each([
    ['an annotation', '::error title=LLM Budget%3A per_run,file=a.yml,line=2::over'],
    ['a warning', '::warning::The comment was not written: GitHub answered 500.'],
    ['the mask of a secret', '::add-mask::s3cret'],
    ['a line for whoever debugs', '::debug::Error: x'],
    ['two colons within a line', 'a ::error::x'],
    ['two signs without a bracket', '## error'],
  ])('is not seen in %s', (_, log) => {
    expect(foreignCommands(log, ['s3cret'])).toEqual([]);
  });

  test('that masks a secret is not what people see of a log', () => {
    expect(visibleLog('a\n::add-mask::s3cret\nb')).toBe('a\nb');
  });
});

describe('the output file', () => {
  test('is read as the runner reads it: both forms, and a later value wins', () => {
    const outputs = readOutputFile('a<<END\n1\n2\nEND\nb=x<<y\na=3\n');
    expect([...outputs]).toEqual([
      ['a', '3'],
      ['b', 'x<<y'],
    ]);
  });

  test.each([
    ['a value without an end', 'a<<END\n1\n'],
    ['a line that sets nothing', 'verdict\n'],
    ['a value without a name', '=1\n'],
  ])('with %s fails the step', (_, text) => {
    expect(() => readOutputFile(text)).toThrow();
  });
});

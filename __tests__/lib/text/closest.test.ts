import { describe, expect, test } from '@jest/globals';
import { closest } from '../../../src/lib/text/closest.js';

describe('the nearest of what is accepted', () => {
  test.each([
    ['one letter left out', 'chek', ['lock', 'check', 'models'], 'check'],
    ['one letter too many', 'fails', ['warn', 'fail'], 'fail'],
    ['two letters in the wrong order, two edits of four letters', 'fial', ['warn', 'fail'], 'fail'],
    ['other capitals, no edit at all', 'Max_Tokens', ['max_tokens'], 'max_tokens'],
    ['candidates in capitals', 'max_tokens', ['MAX_TOKENS'], 'MAX_TOKENS'],
    ['the nearest of several', 'model', ['mode', 'modell', 'models', 'model'], 'model'],
    ['the first of equals', 'models', ['model', 'modelss'], 'model'],
    ['three edits of eighteen letters', 'abcdefghijklmnopqr', ['abcdefghijklmnoxyz'], 'abcdefghijklmnoxyz'],
    ['four edits of eighteen letters', 'abcdefghijklmnopqr', ['abcdefghijklmnwxyz'], null],
    ['two edits of six letters', 'abcdef', ['abcdxy'], 'abcdxy'],
    ['three edits of six letters', 'abcdef', ['abcxyz'], null],
    ['one edit of three letters', 'max', ['min', 'mar'], 'mar'],
    ['two edits of three letters, more than half', 'tag', ['max'], null],
    ['one letter, of which nothing is left', 'x', ['y', 'xy'], null],
    ['six edits of forty-two letters', 'a'.repeat(42), [`${'a'.repeat(36)}bbbbbb`], `${'a'.repeat(36)}bbbbbb`],
    ['seven edits of sixty letters', 'a'.repeat(60), [`${'a'.repeat(53)}bbbbbbb`], null],
    ['three letters more than six have', 'abcdef', ['abcdefghi'], null],
    ['nothing to choose from', 'abc', [], null],
  ])('%s', (_, written, candidates, expected) => {
    expect(closest(written, candidates)).toBe(expected);
  });

  test('is found without comparing a very long text letter by letter', () => {
    expect(
      closest(
        'x'.repeat(1_000_000),
        Array.from({ length: 1000 }, () => 'model'),
      ),
    ).toBeNull();
  });
});

import { describe, expect, test } from '@jest/globals';
import { matchesPattern } from '../../../src/lib/text/text-pattern.js';

describe('a pattern of model ids', () => {
  test.each([
    ['openai/*', 'openai/gpt-5', true],
    ['openai/*', 'xopenai/gpt-5', false],
    ['*-pro*', 'openai/gpt-5-pro', true],
    ['*-pro*', 'openai/gpt-5-pro:batch', true],
    ['*-pro*', 'openai/gpt-5', false],
    ['openai/gpt-5', 'openai/gpt-5', true],
    ['openai/gpt-5', 'openai/gpt-5-mini', false],
    ['*', '', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*b*b', 'ab', false],
    ['.*', 'a', false],
    ['a.c', 'abc', false],
    ['*:free', 'x:free', true],
  ])('%s against %s: %s', (pattern, id, expected) => {
    expect(matchesPattern(pattern, id)).toBe(expected);
  });

  test('a pattern of a thousand stars against a long id ends at once', () => {
    expect(matchesPattern(`${'*a'.repeat(1000)}*b`, 'a'.repeat(100_000))).toBe(false);
  });
});

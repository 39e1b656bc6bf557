import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadCounter, type TokenCounter } from '../../../src/manifest/prompt-tokens/count-tokens.js';

let count: TokenCounter;
beforeAll(async () => {
  count = await loadCounter();
});

describe('a long piece without a place to cut', () => {
  // o200k has a token of 8 letters "a", one of 128 spaces, and groups digits by three.
  test.each([
    ['the letter a', 'a', 12_500],
    ['spaces', ' ', 782],
    ['digits', '0', 33_334],
  ])('of a hundred thousand %s is counted to the last one', (_, character, tokens) => {
    expect(count(character.repeat(100_000))).toBe(tokens);
  });
});

describe('a long text', () => {
  const LENGTH = 100_000;
  const random = (characters: string): string => {
    let state = 1;
    return Array.from({ length: LENGTH }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return characters[state % characters.length];
    }).join('');
  };
  const texts: readonly (readonly [string, () => string])[] = [
    ['English', () => 'The quick brown fox jumps over the lazy dog. '.repeat(LENGTH / 45)],
    ['one letter', () => 'a'.repeat(LENGTH)],
    ['one capital', () => 'A'.repeat(LENGTH)],
    ['spaces', () => ' '.repeat(LENGTH)],
    ['spaces before a word', () => `${' '.repeat(LENGTH)}x`],
    ['line ends', () => '\n'.repeat(LENGTH)],
    ['exclamation marks', () => '!'.repeat(LENGTH)],
    ['letters at random', () => random('abcdefghijklmnopqrstuvwxyz')],
    ['base64', () => random('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')],
    ['Chinese', () => '中文提示词'.repeat(LENGTH / 15)],
    ['emoji', () => '🦀'.repeat(LENGTH / 4)],
    ['zero-width joiners', () => '\u200d'.repeat(LENGTH / 3)],
  ];
  test.each(texts)('of %s is counted in pieces, whose length bounds the work', (_, make) => {
    const text = make();
    const tokens = count(text);
    expect(tokens).toBeGreaterThan(0);
    expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
  });
});

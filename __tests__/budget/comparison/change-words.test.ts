import { expect, test } from '@jest/globals';
import { changeInWords, changesInWords } from '../../../src/budget/comparison/change-words.js';

type Words = Parameters<typeof changeInWords>[0];

test.each<[Words, string]>([
  [{ what: 'model', from: 'openai/a', to: 'openai/b' }, 'openai/a -> openai/b'],
  [{ what: 'requests', from: 540, to: 1800 }, '540 -> 1,800 requests'],
  [{ what: 'requests', from: null, to: 1800 }, 'not counted -> 1,800 requests'],
  [{ what: 'requests', from: 5400, to: null }, '5,400 requests -> not counted'],
  [{ what: 'tokens', part: 'cache_write_tokens', from: 0, to: 1000 }, '0 -> 1,000 cache write tokens'],
  [{ what: 'tokens', part: 'web_searches', from: 2, to: 1 }, '2 -> 1 web searches'],
  [{ what: 'tokens', part: null, from: 1, to: 2 }, '1 -> 2 tokens'],
  [{ what: 'prompt_file', from: 400, to: 1400 }, '400 -> 1,400 tokens'],
  [{ what: 'prompt_file', from: null, to: 1400 }, 'new, 1,400 tokens'],
  [{ what: 'prompt_file', from: 1400, to: null }, 'no longer 1,400 tokens'],
  [{ what: 'rows', from: 120, to: 1170 }, '120 -> 1,170 rows'],
  [{ what: 'price_terms', part: 'retries', from: 0, to: 0.5 }, 'retries 0 -> 0.5'],
  [{ what: 'price_terms', part: null, from: 0.5, to: 0 }, 'terms 0.5 -> 0'],
  [{ what: 'price_terms', part: 'service_tier, cache_ttl', from: null, to: null }, 'other service tier, cache ttl'],
  [{ what: 'price_terms', part: 'retries', from: null, to: 1 }, 'other retries'],
  [{ what: 'price_terms', part: 'retries', from: 1, to: null }, 'other retries'],
  [{ what: 'price_terms', part: null, from: null, to: null }, 'other price terms'],
  [{ what: 'price_terms', from: null, to: null }, 'other price terms'],
  [{ what: 'added', from: null, to: 4000 }, 'new, 4,000 requests'],
  [{ what: 'removed', from: 4000, to: null }, 'removed, 4,000 requests'],
  [{ what: 'added', from: null, to: 1 }, 'new, 1 request'],
  [{ what: 'removed', from: 1, to: null }, 'removed, 1 request'],
])('%j reads: %s', (change, words) => {
  expect(changeInWords(change)).toBe(words);
});

const rows = (from: number, to: number): Words => ({ what: 'rows', from, to });
const tokens = (from: number, to: number): Words => ({ what: 'prompt_file', from, to });

test.each<[string, readonly [Words, ...Words[]], string]>([
  ['one call', [rows(120, 170)], '120 -> 170 rows'],
  ['calls with the same rows', [rows(120, 170), rows(120, 170)], '120 -> 170 rows in 2 calls'],
  [
    'a call with other rows of the file',
    [rows(120, 170), rows(120, 170), rows(10, 20)],
    '120 -> 170 rows in 2 calls, other numbers in 1 more',
  ],
  ['calls with other rows each', [rows(120, 170), rows(10, 20)], '120 -> 170 rows in 1 call, other numbers in 1 more'],
  ['tokens by two tokenizers', [tokens(1420, 2840), tokens(1390, 2800)], '1,420 -> 2,840 tokens in 2 calls'],
])('a file in %s', (_, group, words) => {
  expect(changesInWords(group[0], group)).toBe(words);
});

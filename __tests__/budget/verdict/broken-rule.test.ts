import { describe, expect, test } from '@jest/globals';
import { decimal } from '../../../src/lib/money/decimal.js';
import {
  dollars,
  evals,
  fail,
  inWords,
  judged,
  manifest,
  rules,
  suite,
  tokens,
  unknown,
} from '../../support/judged.js';

const of = (...calls: Parameters<typeof evals>) => manifest({ suites: [evals(...calls)] });

describe('each violation of base excuses one of head', () => {
  const denied = rules({ models: { deny: ['a/dollar'] } });

  test('a second call like the one that was there is not excused', () => {
    const judgement = judged({ head: of(dollars(1), dollars(1)), base: of(dollars(1)), policy: denied });
    expect(inWords(judgement.violations)).toEqual(['model_denied fail evals', 'model_denied warn evals']);
  });

  test('calls without a name are held against each other in their order', () => {
    const judgement = judged({ head: of(unknown(4), unknown(2)), base: of(unknown(1), unknown(3)) });
    expect(inWords(judgement.violations)).toEqual(['unpriced fail evals', 'unpriced warn evals']);
    const less = judged({ head: of(unknown(1), unknown(2)), base: of(unknown(3), unknown(2)) });
    expect(inWords(less.violations)).toEqual(['unpriced warn evals', 'unpriced warn evals']);
  });

  test('calls with a name are found wherever they stand', () => {
    const named = (name: string, count: number) => unknown(count, { name, display_name: name });
    const judgement = judged({ head: of(named('b', 3), named('a', 1)), base: of(named('a', 1), named('b', 3)) });
    expect(inWords(judgement.violations)).toEqual(['unpriced warn evals', 'unpriced warn evals']);
  });

  test('a call whose file cannot be counted may ask for any number more than one that was counted', () => {
    const uncounted = unknown(0, { uncounted: 'data file c.jsonl is no JSON' });
    expect(inWords(judged({ head: of(uncounted), base: of(unknown(100)) }).violations)).toEqual([
      'unpriced fail evals',
    ]);
    expect(inWords(judged({ head: of(uncounted), base: of(uncounted) }).violations)).toEqual(['unpriced warn evals']);
  });

  test('thousands of calls are held against thousands', () => {
    const calls = (images: number) => of(...Array.from({ length: 5000 }, () => unknown(1, { images })));
    const { violations } = judged({ head: calls(1), base: calls(0) });
    expect(violations.filter(({ severity }) => severity === 'fail')).toHaveLength(5000);
  });

  test('what is excused stands below the warnings that count in full', () => {
    const head = manifest({ budget: { per_run: fail('1') }, suites: [evals(dollars(2))] });
    const judgement = judged({ head, base: head }, { isUnprotected: true });
    expect(judgement.violations).toMatchObject([
      { rule: 'unprotected', severity: 'warn' },
      { rule: 'per_run', severity: 'warn', excused: true },
    ]);
  });

  test('the same call in another suite is another call', () => {
    const head = manifest({ suites: [suite({ name: 'other', calls: [unknown(1)] })] });
    expect(judged({ head, base: of(unknown(1)) }).verdict).toBe('fail');
  });
});

describe('a call without a price is unchanged or better only where it asks for no more of anything', () => {
  const before = { retries: { expected: decimal('1'), max: decimal('2') }, max_tokens: 10, web_searches: 1 };

  test.each([
    ['the same', before, 'warn'],
    ['fewer retries', { ...before, retries: { expected: decimal('0'), max: decimal('2') } }, 'warn'],
    ['more retries', { ...before, retries: { expected: decimal('1.5'), max: decimal('2') } }, 'fail'],
    ['more retries at most', { ...before, retries: { expected: decimal('1'), max: decimal('3') } }, 'fail'],
    ['more searches', { ...before, web_searches: 2 }, 'fail'],
    ['images', { ...before, images: 1 }, 'fail'],
    ['pages', { ...before, pdf_pages: 1 }, 'fail'],
    ['more prompt tokens', { ...before, prompt_tokens: tokens(1001) }, 'fail'],
    ['more prompt tokens at most', { ...before, prompt_tokens: tokens(1000, 1001) }, 'fail'],
    ['fewer prompt tokens', { ...before, prompt_tokens: tokens(999) }, 'warn'],
    ['more completion tokens', { ...before, completion_tokens: tokens(1, 1) }, 'fail'],
    ['tokens from a cache', { ...before, cached_tokens: tokens(500) }, 'warn'],
    ['tokens written to a cache', { ...before, cache_write_tokens: tokens(1) }, 'fail'],
    ['audio', { ...before, audio_tokens: tokens(1) }, 'fail'],
    ['pictures as an answer', { ...before, image_output_tokens: tokens(1) }, 'fail'],
    ['speech as an answer', { ...before, audio_output_tokens: tokens(1) }, 'fail'],
    ['a higher cap', { ...before, max_tokens: 11 }, 'fail'],
    ['a lower cap', { ...before, max_tokens: 9 }, 'warn'],
    ['no cap at all', { ...before, max_tokens: undefined, completion_tokens: tokens(0) }, 'fail'],
    ['a longer life in the cache', { ...before, cache_ttl: '1h' }, 'fail'],
    ['another service tier', { ...before, service_tier: 'priority' }, 'fail'],
    ['another provider', { ...before, provider: { only: ['b'] } }, 'fail'],
    ['another fallback', { ...before, fallback_models: ['a/half'] }, 'fail'],
  ])('%s: %s', (_, after, verdict) => {
    expect(judged({ head: of(unknown(1, after)), base: of(unknown(1, before)) }).verdict).toBe(verdict);
  });

  test('a cap where there was none is less, a fallback that is dropped too', () => {
    const uncapped = { completion_tokens: tokens(5) };
    const capped = { ...uncapped, max_tokens: 1_000_000_000 };
    expect(judged({ head: of(unknown(1, capped)), base: of(unknown(1, uncapped)) }).verdict).toBe('warn');
    const fallbacks = (...fallback_models: string[]) => of(unknown(1, { fallback_models }));
    expect(judged({ head: fallbacks('a/half'), base: fallbacks('a/dollar', 'a/half') }).verdict).toBe('warn');
    expect(judged({ head: fallbacks('a/half', 'a/dollar'), base: fallbacks('a/half') }).verdict).toBe('fail');
  });

  test('a sum that leaves it out is no better where it asks for more', () => {
    const limited = (tokensEach: number) =>
      manifest({
        budget: { per_run: fail('4') },
        suites: [evals(dollars(5), unknown(1, { prompt_tokens: tokens(tokensEach) }))],
      });
    const policy = rules({ unpriced: 'warn' });
    expect(judged({ head: limited(10), base: limited(10), policy }).verdict).toBe('warn');
    expect(judged({ head: limited(11), base: limited(10), policy }).verdict).toBe('fail');
  });

  test('no request at all is no less than none', () => {
    expect(judged({ head: of(unknown(0)), base: of(unknown(0)) }).verdict).toBe('warn');
    expect(judged({ head: of(unknown(1)), base: of(unknown(0)) }).verdict).toBe('fail');
  });

  test('a call with a price is held against its cost too', () => {
    const denied = rules({ models: { deny: ['a/*'] } });
    const at = (fields: object) => of(dollars(1, { model: 'a/dollar', display_name: 'answer', ...fields }));
    expect(judged({ head: at({}), base: at({}), policy: denied }).verdict).toBe('warn');
    expect(judged({ head: at({ model: 'a/half' }), base: at({}), policy: denied }).verdict).toBe('fail');
  });
});

describe('a price above its ceiling', () => {
  const policy = rules({ max_prompt_price: decimal('100') });
  const answer = (model: string, fields: object = {}) => of(dollars(1, { model, display_name: 'answer', ...fields }));

  test('is excused where the same call had a dearer one, whichever model that was', () => {
    // a/dollar is $1,000 a million, a/half $500
    expect(judged({ head: answer('a/half'), base: answer('a/dollar'), policy }).verdict).toBe('warn');
    expect(judged({ head: answer('a/dollar'), base: answer('a/half'), policy }).verdict).toBe('fail');
  });

  test('of a fallback is not excused by that of the model', () => {
    const cheap = { model: 'a/free:free', fallback_models: ['a/half'] };
    expect(judged({ head: answer('', cheap), base: answer('a/dollar'), policy }).verdict).toBe('fail');
    expect(judged({ head: answer('', cheap), base: answer('', cheap), policy }).verdict).toBe('warn');
  });
});

describe('a limit that can be held against no figure', () => {
  const range = (count: number) => dollars(count, { model: 'a/range', display_name: 'a/range' });

  test('is excused where base leaves as much unknown', () => {
    const limited = (count: number, known: number) =>
      manifest({ budget: { worst_case_per_run: fail('100') }, suites: [evals(range(count), dollars(known))] });
    expect(judged({ head: limited(1, 2), base: limited(1, 2) }).verdict).toBe('warn');
    expect(judged({ head: limited(1, 1), base: limited(1, 2) }).verdict).toBe('warn');
    expect(judged({ head: limited(1, 3), base: limited(1, 2) }).verdict).toBe('fail');
    expect(judged({ head: limited(2, 2), base: limited(1, 2) }).verdict).toBe('fail');
  });

  test('and not where what is unknown asks for more', () => {
    const limited = (fields: object) =>
      manifest({
        budget: { worst_case_per_run: fail('100') },
        suites: [evals(dollars(1, { model: 'a/range', display_name: 'a/range', ...fields }))],
      });
    expect(judged({ head: limited({ prompt_tokens: tokens(1000) }), base: limited({}) }).verdict).toBe('warn');
    expect(judged({ head: limited({ prompt_tokens: tokens(1001) }), base: limited({}) }).verdict).toBe('fail');
    const more = limited({ retries: { expected: decimal('0'), max: decimal('9') } });
    expect(judged({ head: more, base: limited({}) }).verdict).toBe('fail');
  });
});

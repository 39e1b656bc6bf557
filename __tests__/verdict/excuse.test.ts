import { describe, expect, test } from '@jest/globals';
import { policySchema } from '../../src/manifest/schema.js';
import { decimal } from '../../src/money/decimal.js';
import { dollars, evals, fail, inWords, judged, manifest, policyFile, suite, tokens } from '../support/judged.js';

const rules = (fields: object) => policyFile({ policy: { ...policySchema.parse({}), ...fields } });
const unknown = (count: number, fields: object = {}) =>
  dollars(count, { model: 'a/unknown', display_name: 'a/unknown', ...fields });
const of = (...calls: Parameters<typeof evals>) => manifest({ suites: [evals(...calls)] });

describe('each violation of base excuses one of head', () => {
  const denied = rules({ models: { deny: ['a/dollar'] } });

  test('a second call like the one that was there is not excused', () => {
    const judgement = judged({ head: of(dollars(1), dollars(1)), base: of(dollars(1)), policy: denied });
    expect(inWords(judgement.violations)).toEqual(['model_denied fail evals', 'model_denied warn evals']);
  });

  test('as many as there were are, whatever their order', () => {
    const judgement = judged({
      head: of(unknown(1), unknown(3), unknown(2)),
      base: of(unknown(3), unknown(2), unknown(1)),
    });
    expect(inWords(judgement.violations)).toEqual(Array.from({ length: 3 }, () => 'unpriced warn evals'));
  });

  test('the heavier of two is not excused by the lighter, nor is the lighter in vain', () => {
    // 2 has only 3 to lean on; 4 has nothing.
    const judgement = judged({ head: of(unknown(4), unknown(2)), base: of(unknown(1), unknown(3)) });
    expect(inWords(judgement.violations)).toEqual(['unpriced fail evals', 'unpriced warn evals']);
  });

  test('the same call in another suite is another call', () => {
    const head = manifest({ suites: [suite({ name: 'other', calls: [unknown(1)] })] });
    expect(judged({ head, base: of(unknown(1)) }).verdict).toBe('fail');
  });
});

describe('a call without a price is no worse only where it asks for no more of anything', () => {
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
    ['another fallback', { ...before, fallback_models: ['a/half'] }, 'fail'],
  ])('%s: %s', (_, after, verdict) => {
    expect(judged({ head: of(unknown(1, after)), base: of(unknown(1, before)) }).verdict).toBe(verdict);
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

  test('a month of which nobody says how often it comes is excused where base does not say so either', () => {
    const policy = policyFile({ budget: { per_month: fail('1000') } });
    expect(judged({ head: of(dollars(2)), base: of(dollars(2)), policy }).verdict).toBe('warn');
    expect(judged({ head: of(dollars(3)), base: of(dollars(2)), policy }).verdict).toBe('fail');
    const said = manifest({ runs_per_month: 1, suites: [evals(dollars(2))] });
    expect(judged({ head: of(dollars(2)), base: said, policy }).verdict).toBe('fail');
  });
});

import { describe, expect, test } from '@jest/globals';
import {
  asksForNoMore,
  costOf,
  isLarger,
  priceTerms,
  unpricedCalls,
  workloadOf,
} from '../../../src/budget/comparison/workload.js';
import { estimateCall, type CallEstimate } from '../../../src/budget/estimate.js';
import { decimal, toText } from '../../../src/lib/money/decimal.js';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import { call, tokens } from '../../support/manifest.js';

/** acme/one costs $1 and $2 a million; acme/unknown is not in the catalogue. */
const PRICES = catalogue([{ ...model({ id: 'acme/one' }), endpoints: [endpoint({ tag: 'one' })] }]);

const retries = (expected: string, max: string | null = null) => ({
  expected: decimal(expected),
  max: max === null ? null : decimal(max),
});

function estimated(fields: Partial<NamedCall> = {}, requests = 100n): CallEstimate {
  return estimateCall(call({ model: 'acme/unknown', ...fields }), requests, PRICES, null);
}

const figures = (one: CallEstimate) => workloadOf(one).map((amount) => toText(amount));

describe('the numbers that are compared', () => {
  test('of a priced call are its cost and its attempts at most', () => {
    // 100 x 1.02 x (1,000 x $1 + 100 x $2 a million) = $0.1224; 100 x (1 + 3)
    expect(figures(estimated({ model: 'acme/one', retries: retries('0.02', '3') }))).toEqual(['0.1224', '400']);
    // Without a maximum the expected retries count: 100 x 1.5
    expect(figures(estimated({ model: 'acme/one', retries: retries('0.5') }))[1]).toBe('150');
  });

  test('of an unpriced call are its attempts and the units in them, expected and at most', () => {
    const one = estimated({
      retries: retries('0.02', '3'),
      prompt_tokens: tokens(1000, 2000),
      cached_tokens: tokens(400),
      completion_tokens: tokens(100, 250),
      max_tokens: 300,
      cache_write_tokens: tokens(50),
      audio_tokens: tokens(20, 30),
      image_output_tokens: tokens(10),
      audio_output_tokens: tokens(5),
      images: 2,
      web_searches: 3,
      pdf_pages: 4,
    });
    expect(figures(one)).toEqual([
      // 100 x 1.02, 100 x 4
      '102',
      '400',
      // 102 x 1000, 102 x (1000 - 400), then 102 x each of the other units
      '102000',
      '61200',
      '10200',
      '5100',
      '2040',
      '1020',
      '510',
      '204',
      '306',
      '408',
      // 400 x 2000, 400 x 300, 400 x 50, 400 x 30
      '800000',
      '120000',
      '20000',
      '12000',
    ]);
  });

  test.each<[string, Partial<NamedCall>, string]>([
    ['the maximum of the completion where there is no cap: 100 x 250', { completion_tokens: tokens(1, 250) }, '25000'],
    ['more than any manifest accepts where there is neither', {}, '100000000100'],
  ])('bound an answer by %s', (_, fields, longest) => {
    expect(figures(estimated(fields)).at(-3)).toBe(longest);
  });

  test('are zero for prompt tokens that are not stated, and never below zero', () => {
    const without = call({ model: 'acme/unknown' });
    Reflect.deleteProperty(without, 'prompt_tokens');
    const unstated = figures(estimateCall(without, 100n, PRICES, null));
    expect([unstated[2], unstated[3], unstated.at(-4)]).toEqual(['0', '0', '0']);
    expect(figures(estimated({ cached_tokens: tokens(1500) }))[3]).toBe('0');
  });
});

describe('the cost of a call', () => {
  test('is its cost per run, which is $0 without requests, whatever the price', () => {
    expect(costOf(estimated({ model: 'acme/one' }))).toEqual(decimal('0.12'));
    expect(costOf(estimated())).toBeNull();
    expect(costOf(estimated({}, 0n))).toEqual(decimal('0'));
  });

  test('is not known where its requests cannot be counted', () => {
    expect(costOf(estimated({ uncounted: 'a.jsonl does not exist' }, 0n))).toBeNull();
  });
});

describe('calls without a price as one text', () => {
  const small = estimated({ model: 'acme/b' }, 1n);
  const large = estimated({ model: 'acme/a' }, 2n);

  test('are those alone, in an order that does not depend on that of the calls', () => {
    const priced = estimated({ model: 'acme/one' });
    const none = estimated({ model: 'acme/c' }, 0n);
    expect(unpricedCalls([small, priced, large, none])).toBe(unpricedCalls([large, small]));
    expect(unpricedCalls([large, small])).toMatch(/^acme\/a 2 2 2000 2000 200 [^,]*, acme\/b 1 1 1000 1000 100 [^,]*$/);
    expect(unpricedCalls([priced, none])).toBe('');
  });

  test('differ where a call has other requests', () => {
    expect(unpricedCalls([large])).not.toBe(unpricedCalls([estimated({ model: 'acme/a' }, 3n)]));
  });
});

describe('an unpriced call requests no more than at base', () => {
  const before: Partial<NamedCall> = { fallback_models: ['acme/x', 'acme/y'], provider: { only: ['one'] } };

  test.each<[string, Partial<NamedCall>, bigint, boolean]>([
    ['the same', {}, 100n, true],
    ['fewer requests', {}, 99n, true],
    ['one request more', {}, 101n, false],
    ['fewer tokens', { prompt_tokens: tokens(999) }, 100n, true],
    ['one token more', { prompt_tokens: tokens(1001) }, 100n, false],
    ['fewer cached tokens of the same prompt', { cached_tokens: tokens(0) }, 100n, true],
    ['a fallback model less', { fallback_models: ['acme/y'] }, 100n, true],
    ['the model itself as its fallback', { fallback_models: ['acme/unknown'] }, 100n, true],
    ['another fallback model beside a known one', { fallback_models: ['acme/x', 'acme/z'] }, 100n, false],
    ['another model', { model: 'acme/other' }, 100n, false],
    ['a model with a price', { model: 'acme/one' }, 1n, false],
    ['another provider', { provider: { only: ['two'] } }, 100n, false],
    ['another lifetime of the cache', { cache_ttl: '1h' }, 100n, false],
    ['another service tier', { service_tier: 'priority' }, 100n, false],
  ])('with %s: %s', (_, fields, requests, expected) => {
    const head = estimated({ ...before, ...fields }, requests);
    expect(asksForNoMore(head, estimated(before))).toBe(expected);
  });

  test('where head or base has a price: false', () => {
    const priced = estimated({ model: 'acme/one' });
    expect(asksForNoMore({ ...priced, per_run: null }, priced)).toBe(false);
    expect(asksForNoMore(priced, { ...priced, per_run: null })).toBe(false);
    expect(asksForNoMore({ ...priced, per_run: null }, { ...priced, per_run: null })).toBe(true);
  });
});

test('the terms of a price are its cache lifetime, tier and provider, amounts included', () => {
  const one = call({ model: 'acme/one' });
  expect(priceTerms(one)).toBe(JSON.stringify([one.cache_ttl, one.service_tier, null]));
  const capped = call({ model: 'acme/one', provider: { max_price: { prompt: decimal('1.5') } } });
  expect(priceTerms(capped)).toContain('{"max_price":{"prompt":{"coefficient":"15","scale":1}}}');
});

test.each([
  [['1', '2'], ['1', '2'], false],
  [['0', '2'], ['1', '2'], false],
  [['0', '2.1'], ['1', '2'], true],
  [['1', '2', '0'], ['1', '2'], true],
  [[], ['1'], false],
])('an amount of %j is larger than its counterpart in %j: %s', (head, before, expected) => {
  expect(isLarger(head.map(decimal), before.map(decimal))).toBe(expected);
});

import { describe, expect, it } from '@jest/globals';
import type { Pricing } from '../../../src/openrouter/catalogue/catalogue.js';
import { readPriceList } from '../../../src/budget/pricing/price-list.js';
import { call, tokens } from '../../support/manifest.js';
import { catalogue, endpoint, model, PLAIN_PRICING } from '../../support/catalogue.js';
import { perMillion, priceOf, expectedOf, rangeOf } from '../../support/price.js';
import { priceCall } from '../../../src/budget/pricing/price-call.js';

describe('a price list that cannot be read leaves its model unpriced, with the reason', () => {
  it.each<{ pricing: Pricing; reason: string }>([
    { pricing: { completion: '0.1' }, reason: 'its prompt price is missing' },
    { pricing: { prompt: '0.1' }, reason: 'its completion price is missing' },
    { pricing: {}, reason: 'its prompt price is missing' },
    {
      pricing: { prompt: '-1', completion: '-1' },
      reason: 'its prompt price is "-1": not known before the request is routed',
    },
    {
      pricing: { prompt: '1e-7', completion: '0.1' },
      reason: 'its prompt price is "1e-7", not a plain non-negative decimal',
    },
    {
      pricing: { prompt: 0.000001, completion: '0.1' },
      reason: 'its prompt price is 0.000001, not a plain non-negative decimal',
    },
    {
      pricing: { prompt: '-0.5', completion: '0.1' },
      reason: 'its prompt price is "-0.5", not a plain non-negative decimal',
    },
    { pricing: { prompt: '', completion: '0.1' }, reason: 'its prompt price is "", not a plain non-negative decimal' },
    {
      pricing: { prompt: ' 1', completion: '0.1' },
      reason: 'its prompt price is " 1", not a plain non-negative decimal',
    },
    {
      pricing: { prompt: '1.', completion: '0.1' },
      reason: 'its prompt price is "1.", not a plain non-negative decimal',
    },
    {
      pricing: { prompt: '0x1', completion: '0.1' },
      reason: 'its prompt price is "0x1", not a plain non-negative decimal',
    },
    {
      pricing: { prompt: null, completion: '0.1' },
      reason: 'its prompt price is null, not a plain non-negative decimal',
    },
    {
      pricing: perMillion(1, 2, { input_cache_read: 'free' }),
      reason: 'its input_cache_read price is "free", not a plain non-negative decimal',
    },
    {
      pricing: perMillion(1, 2, { prompt: `0.${'1'.repeat(100_000)}` }),
      reason: `its prompt price is "0.${'1'.repeat(36)}…, not a plain non-negative decimal`,
    },
    { pricing: perMillion(1, 2, { overrides: 'none' }), reason: 'its overrides are "none", not a list' },
    { pricing: perMillion(1, 2, { overrides: [7] }), reason: 'in its override 1 there is 7' },
    {
      pricing: perMillion(1, 2, {
        overrides: [
          { min_prompt_tokens: 5, prompt: '0.1' },
          { region: 'eu', prompt: '0.2' },
        ],
      }),
      reason: 'in its override 2 the key "region" is not a known condition or price',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ min_prompt_tokens: 5, video: '0' }] }),
      reason: 'in its override 1 the key "video" is not a known condition or price',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ min_prompt_tokens: '5', prompt: '0.1' }] }),
      reason: 'in its override 1 min_prompt_tokens is "5"',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ utc_start: 160, prompt: '0.1' }] }),
      reason: 'in its override 1 utc_start is 160',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ utc_end: 2430, prompt: '0.1' }] }),
      reason: 'in its override 1 utc_end is 2430',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ utc_days: ['Monday'], prompt: '0.1' }] }),
      reason: 'in its override 1 utc_days is ["Monday"]',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ utc_days: [], prompt: '0.1' }] }),
      reason: 'in its override 1 utc_days is []',
    },
    {
      pricing: perMillion(1, 2, { overrides: [{ min_prompt_tokens: 5, prompt: 1 }] }),
      reason: 'in its override 1 prompt is 1, not a plain non-negative decimal',
    },
    {
      pricing: perMillion(1, 2, { overrides: Array(65).fill({ min_prompt_tokens: 5, prompt: '1' }) }),
      reason: 'it has more than 64 overrides',
    },
  ])('$reason', ({ pricing, reason }) => {
    expect(readPriceList(pricing)).toEqual({ reason });
    const price = priceOf({ pricing });
    expect(price).toMatchObject({
      state: 'unpriced',
      reason: `maker/model: ${reason}`,
      expected: null,
      worst_case: null,
    });
  });

  it('models that are not in use do not matter', () => {
    const broken = model({ id: 'maker/broken', pricing: { prompt: 'x' } });
    const price = priceCall(call({ model: 'maker/model' }), catalogue([model({ id: 'maker/model' }), broken]), null);
    expect(price.state).toBe('priced');
  });
});

describe('keys that are not known', () => {
  it('is named where it is not zero: the figures are kept, and reported as incomplete', () => {
    const price = priceOf({ pricing: perMillion(1, 2, { carbon_tax: '0.01' }) });
    expect(price.state).toBe('priced');
    expect(price.unknown_price_keys).toEqual(['carbon_tax']);
    expect(price.incomplete).toEqual(['maker/model: its price "carbon_tax" is not known here and not in the figures']);
  });

  it.each([['0'], ['0.000'], [0], [null]])('does not matter where it is %p', (value) => {
    expect(priceOf({ pricing: perMillion(1, 2, { carbon_tax: value }) }).incomplete).toEqual([]);
  });

  it('counts on the endpoints that may serve, and not on others', () => {
    const taxed = { ...PLAIN_PRICING, carbon_tax: '0.01' };
    const list = [endpoint({ tag: 'a', pricing: taxed }), endpoint({ tag: 'b' })];
    expect(priceOf({ endpoints: list }).unknown_price_keys).toEqual(['carbon_tax']);
    expect(priceOf({ endpoints: list, call: { provider: { ignore: ['a'] } } }).unknown_price_keys).toEqual([]);
  });

  it('is safe with the names of object members', () => {
    const odd = ['__proto__', 'constructor'].map((key) => [key, '0.5'] as const);
    const pricing = Object.fromEntries([['prompt', '0.1'] as const, ['completion', '0.1'] as const, ...odd]);
    expect(readPriceList(pricing)).toMatchObject({ unknown_keys: ['__proto__', 'constructor'] });
  });
});

describe('a price of zero', () => {
  const zero = { prompt: '0', completion: '0' };

  it.each(['maker/model:free', 'openrouter/free'])('is free for %s', (id) => {
    const price = priceOf({ id, pricing: zero });
    expect(price).toMatchObject({ state: 'free', reason: null });
    expect(price.expected).toEqual(price.worst_case);
    expect(price.expected).toMatchObject({ coefficient: 0n });
  });

  it('is no price for any other id', () => {
    const reason = 'maker/model: a price of zero is free on ":free" models alone, so what it charges is not known';
    expect(priceOf({ pricing: zero })).toMatchObject({ state: 'unpriced', reason });
  });

  it('of an endpoint of a paid model is not known either: it is neither floor nor worst case', () => {
    const list = [endpoint({ tag: 'a', pricing: zero }), endpoint({ tag: 'b' })];
    const price = priceOf({ endpoints: list });
    expect(price.floor).toEqual(price.expected);
    expect(price.worst_case).toBeNull();
    expect(price.incomplete).toEqual([
      'maker/model: a: a price of zero is free on ":free" models alone, so what it charges is not known',
    ]);
  });

  it('is not what a free model with a web search costs', () => {
    expect(priceOf({ id: 'maker/model:free', pricing: zero, call: { web_searches: 1 } }).state).toBe('priced');
  });

  it('may be one of two: a free prompt and a paid completion are a price', () => {
    expect(priceOf({ pricing: perMillion(0, 2) }).state).toBe('priced');
  });
});

describe('what a model answers in', () => {
  it.each([
    { output_modalities: ['text', 'image'], state: 'priced' },
    { output_modalities: [], state: 'priced' },
    { output_modalities: ['image'], state: 'unpriced' },
    { output_modalities: ['rerank'], state: 'unpriced' },
  ])('$output_modalities: $state', ({ output_modalities, state }) => {
    const rows = catalogue([model({ id: 'maker/model', output_modalities })]);
    expect(priceCall(call({ model: 'maker/model' }), rows, null).state).toBe(state);
  });
});

/** A model of $1 and $2 per million with the given overrides, asked for a prompt of so many tokens alone. */
function promptCost(overrides: readonly Pricing[], prompt: number, at?: string): string | null {
  const call = { prompt_tokens: tokens(prompt), completion_tokens: tokens(0) };
  return expectedOf({ pricing: perMillion(1, 2, { overrides }), call, ...(at !== undefined && { at }) });
}

describe('overrides by the length of the prompt', () => {
  const LONG = [{ min_prompt_tokens: 1000, prompt: '0.000005', completion: '0.00001' }];

  it.each([
    { prompt: 1000, cost: '0.001', title: '1000 is not more than 1000: 1000 x 0.000001' },
    { prompt: 1001, cost: '0.005005', title: '1001 is, and all of it is re-priced: 1001 x 0.000005' },
  ])('$title', ({ prompt, cost }) => {
    expect(promptCost(LONG, prompt)).toBe(cost);
  });

  it('re-price the completion too, and count cached tokens: 1 x 0.000005 + 1000 x 0.0000001 + 10 x 0.00001', () => {
    const pricing = perMillion(1, 2, { input_cache_read: '0.0000001', overrides: LONG });
    const call = { prompt_tokens: tokens(1001), cached_tokens: tokens(1000), completion_tokens: tokens(10) };
    // 0.000005 + 0.0001 + 0.0001: the read price is not in the override and stays
    expect(expectedOf({ pricing, call })).toBe('0.000205');
  });

  it('the later entry wins, key by key: 3000 x 0.000007 + 10 x 0.00001', () => {
    const overrides = [...LONG, { min_prompt_tokens: 2000, prompt: '0.000007' }];
    const call = { prompt_tokens: tokens(3000), completion_tokens: tokens(10) };
    expect(expectedOf({ pricing: perMillion(1, 2, { overrides }), call })).toBe('0.0211');
  });

  it('and that by its place, not by its threshold: 3000 x 0.000005', () => {
    expect(promptCost([{ min_prompt_tokens: 2000, prompt: '0.000007' }, ...LONG], 3000)).toBe('0.015');
  });

  it('re-price audio, reads and both writes: 100 x 5 + 10 x 6 + 20 x 7 + 30 x 8 per million', () => {
    const overrides = [
      {
        min_prompt_tokens: 100,
        prompt: '0.000005',
        audio: '0.000006',
        input_audio_cache: '0.000001',
        input_cache_read: '0.000007',
        input_cache_write: '0.0000075',
        input_cache_write_1h: '0.000008',
      },
    ];
    const pricing = perMillion(1, 2, { input_cache_write: '0.00000125', input_cache_write_1h: '0.000002', overrides });
    const call = {
      prompt_tokens: tokens(160),
      audio_tokens: tokens(10),
      cached_tokens: tokens(20),
      cache_write_tokens: tokens(30),
      cache_ttl: '1h' as const,
      completion_tokens: tokens(0),
    };
    // 500 + 60 + 140 + 240 = 940 per million
    expect(expectedOf({ pricing, call })).toBe('0.00094');
  });
});

describe('overrides by the time, at a given instant', () => {
  // 2026-11-23 is a Monday. 1000 x 0.000001 = 0.001, in the window 1000 x 0.000009 = 0.009.
  const window = (fields: Pricing): Pricing[] => [{ ...fields, prompt: '0.000009' }];

  it.each([
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T00:59:59.999Z', cost: '0.001', why: 'before 01:00' },
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T01:00:00Z', cost: '0.009', why: 'the start is in it' },
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T06:59:59Z', cost: '0.009', why: 'just before the end' },
    {
      fields: { utc_start: 100, utc_end: 700 },
      at: '2026-11-23T07:00:00Z',
      cost: '0.001',
      why: 'the end is not in it',
    },
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T02:00:00+05:00', cost: '0.001', why: 'it is UTC' },
    { fields: { utc_start: 2230, utc_end: 130 }, at: '2026-11-23T23:00:00Z', cost: '0.009', why: 'before midnight' },
    { fields: { utc_start: 2230, utc_end: 130 }, at: '2026-11-24T01:29:00Z', cost: '0.009', why: 'wrapped midnight' },
    { fields: { utc_start: 2230, utc_end: 130 }, at: '2026-11-24T01:30:00Z', cost: '0.001', why: 'after the end' },
    { fields: { utc_start: 1400, utc_end: 0 }, at: '2026-11-23T23:59:00Z', cost: '0.009', why: '0 ends the day' },
    { fields: { utc_start: 1400, utc_end: 2400 }, at: '2026-11-23T23:59:00Z', cost: '0.009', why: '2400 does too' },
    { fields: { utc_start: 1400 }, at: '2026-11-23T13:59:00Z', cost: '0.001', why: 'a start alone holds to midnight' },
    { fields: { utc_end: 700 }, at: '2026-11-23T06:00:00Z', cost: '0.009', why: 'an end alone holds from midnight' },
    { fields: { utc_start: 0, utc_end: 0 }, at: '2026-11-23T12:00:00Z', cost: '0.009', why: '0 to 0 is the whole day' },
    { fields: { utc_days: ['monday'] }, at: '2026-11-23T12:00:00Z', cost: '0.009', why: 'it is Monday' },
    { fields: { utc_days: ['monday'] }, at: '2026-11-24T00:00:00Z', cost: '0.001', why: 'it is Tuesday' },
    { fields: { utc_days: ['saturday', 'sunday'] }, at: '2026-11-22T12:00:00Z', cost: '0.009', why: 'it is Sunday' },
    {
      fields: { utc_days: ['monday'], utc_start: 2200, utc_end: 600 },
      at: '2026-11-24T01:00:00Z',
      cost: '0.001',
      why: "the day is the instant's own, Tuesday",
    },
    {
      fields: { utc_days: ['monday'], utc_start: 2200, utc_end: 600 },
      at: '2026-11-23T01:00:00Z',
      cost: '0.009',
      why: "the day is the instant's own, Monday",
    },
    {
      fields: { utc_start: 100, utc_end: 700, min_prompt_tokens: 1000 },
      at: '2026-11-23T02:00:00Z',
      cost: '0.001',
      why: 'all conditions must hold',
    },
  ])('$fields at $at costs $cost: $why', ({ fields, at, cost }) => {
    expect(promptCost(window(fields), 1000, at)).toBe(cost);
  });
});

describe('overrides by the time, without an instant', () => {
  it('the most expensive hour of the week counts: 1000 x 0.000009', () => {
    const overrides = [
      { utc_start: 800, utc_end: 900, prompt: '0.000004' },
      { utc_days: ['sunday'], utc_start: 2300, utc_end: 2315, prompt: '0.000009' },
    ];
    expect(promptCost(overrides, 1000)).toBe('0.009');
  });

  it('cheaper hours do not: 1000 x 0.000001', () => {
    expect(promptCost([{ utc_start: 0, utc_end: 600, prompt: '0.0000001' }], 1000)).toBe('0.001');
  });

  it('unless they are all there are: 1000 x 0.0000005 in the more expensive half of the day', () => {
    const overrides = [
      { utc_start: 0, utc_end: 1400, prompt: '0.0000005' },
      { utc_start: 1400, utc_end: 0, prompt: '0.0000002' },
    ];
    expect(promptCost(overrides, 1000)).toBe('0.0005');
  });

  it('prices of different hours are never mixed: the more expensive hour for 1000 + 100 tokens, not the higher of each price', () => {
    const overrides = [
      { utc_start: 0, utc_end: 1200, prompt: '0.000009', completion: '0' },
      { utc_start: 1200, utc_end: 0, prompt: '0', completion: '0.00005' },
    ];
    // 1000 x 0.000009 = 0.009 in the morning, 100 x 0.00005 = 0.005 in the afternoon
    expect(expectedOf({ pricing: perMillion(1, 2, { overrides }) })).toBe('0.009');
  });

  it('windows that overlap are both met where they do: 1000 x 0.000005 + 100 x 0.00004', () => {
    const overrides = [
      { utc_start: 600, utc_end: 1200, prompt: '0.000005' },
      { utc_start: 1100, utc_end: 1800, utc_days: ['friday'], completion: '0.00004' },
    ];
    // 0.005 + 0.004
    expect(expectedOf({ pricing: perMillion(1, 2, { overrides }) })).toBe('0.009');
  });

  it('an instant fixes expected and floor, and never the worst case', () => {
    const pricing = perMillion(1, 2, { overrides: [{ utc_start: 0, utc_end: 600, prompt: '0.000009' }] });
    const call = { completion_tokens: tokens(0), max_tokens: 0 };
    const endpoints = [endpoint({ tag: 'a', pricing })];
    const quiet = rangeOf({ pricing, endpoints, call, at: '2026-11-24T09:00:00Z' });
    expect(quiet).toEqual({ expected: '0.001', floor: '0.001', worst: '0.009' });
    expect(rangeOf({ pricing, endpoints, call })).toEqual({ expected: '0.009', floor: '0.009', worst: '0.009' });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Pricing } from '../../../src/openrouter/catalogue/catalogue.js';
import { readPriceList } from '../../../src/budget/pricing/price-list.js';
import { call } from '../../support/manifest.js';
import { catalogue, endpoint, model, PLAIN_PRICING } from '../../support/catalogue.js';
import { perMillion, priceOf } from '../../support/price.js';
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

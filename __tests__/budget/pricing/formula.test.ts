import { describe, expect, it } from '@jest/globals';
import type { Pricing } from '../../../src/openrouter/catalogue/catalogue.js';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { tokens } from '../../support/manifest.js';
import { expectedOf, perMillion, priceOf } from '../../support/price.js';
import { toText } from '../../../src/lib/money/decimal.js';
import { hasOpenRouterData, priceOfCharge, realCharges } from '../../support/openrouter-data.js';

/** A request without a completion, so that the arithmetic is about what a case is about. */
function cost(pricing: Pricing, fields: Partial<NamedCall>, id = 'maker/model'): string | null {
  return expectedOf({ id, pricing, call: { completion_tokens: tokens(0), ...fields } });
}

const CLAUDE = perMillion(3, 15, {
  input_cache_read: '0.0000003',
  input_cache_write: '0.00000375',
  input_cache_write_1h: '0.000006',
});
const GEMINI: Pricing = {
  prompt: '0.0000003',
  completion: '0.0000025',
  audio: '0.000001',
  image: '0.0000003',
  input_audio_cache: '0.0000001',
  input_cache_read: '0.00000003',
  input_cache_write: '0.0000000833',
  internal_reasoning: '0.0000025',
};

interface Case {
  readonly title: string;
  readonly pricing: Pricing;
  readonly fields: Partial<NamedCall>;
  readonly cost: string;
}

describe('prompt and completion', () => {
  it.each<Case>([
    {
      title: '1800 x 0.000003 + 350 x 0.000015 = 0.0054 + 0.00525',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(1800), completion_tokens: tokens(350) },
      cost: '0.01065',
    },
    {
      title: 'reasoning is completion and not added on top: 100 x 0.0000011 + 1304 x 0.0000044 = 0.00011 + 0.0057376',
      pricing: { prompt: '0.0000011', completion: '0.0000044', internal_reasoning: '0.0000044' },
      fields: { prompt_tokens: tokens(100), completion_tokens: tokens(1304), reasoning_tokens: tokens(1280) },
      cost: '0.0058476',
    },
    {
      title: 'a request of nothing costs nothing',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(0) },
      cost: '0',
    },
    {
      title: 'a discount is in the listed price already: 1000 x 0.000001',
      pricing: perMillion(1, 2, { discount: 0.25 }),
      fields: {},
      cost: '0.001',
    },
    {
      title: '22 decimals lose nothing: 999999999 x 0.0000000000000000000007 + 1 x 0.0000000208333333333333',
      pricing: { prompt: '0.0000000000000000000007', completion: '0.0000000208333333333333' },
      fields: { prompt_tokens: tokens(999_999_999), completion_tokens: tokens(1) },
      // 0.0000000000006999999993 + 0.0000000208333333333333
      cost: '0.0000000208340333333326',
    },
    {
      title: 'the largest request is exact: 1000000000 x 0.000000123456789012 + 999999999 x 0.999999999999',
      pricing: { prompt: '0.000000123456789012', completion: '0.999999999999' },
      fields: { prompt_tokens: tokens(1_000_000_000), completion_tokens: tokens(999_999_999) },
      // 123.456789012 + (999999999 - 0.000999999999)
      cost: '1000000122.455789012001',
    },
  ])('$title', ({ pricing, fields, cost: charged }) => {
    expect(cost(pricing, fields)).toBe(charged);
  });
});

describe('the cache', () => {
  it.each<Case>([
    {
      title: 'cached tokens at the read price: 500 x 0.000003 + 1500 x 0.0000003 = 0.0015 + 0.00045',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(2000), cached_tokens: tokens(1500) },
      cost: '0.00195',
    },
    {
      title: 'without a read price they are prompt tokens: 500 x 0.000003 + 1500 x 0.000003',
      pricing: perMillion(3, 15),
      fields: { prompt_tokens: tokens(2000), cached_tokens: tokens(1500) },
      cost: '0.006',
    },
    {
      title: 'a write replaces the prompt price: 3 x 0.000003 + 2569 x 0.00000375 = 0.000009 + 0.00963375',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(2572), cache_write_tokens: tokens(2569) },
      cost: '0.00964275',
    },
    {
      title: 'read and written in one request: 1 x 0.000003 + 2569 x 0.0000003 + 79 x 0.00000375',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(2649), cached_tokens: tokens(2569), cache_write_tokens: tokens(79) },
      // 0.000003 + 0.0007707 + 0.00029625
      cost: '0.00106995',
    },
    {
      title: 'without a write price a write is a prompt: 3 x 0.000003 + 2569 x 0.000003',
      pricing: perMillion(3, 15),
      fields: { prompt_tokens: tokens(2572), cache_write_tokens: tokens(2569) },
      cost: '0.007716',
    },
    {
      title: 'a write for an hour has its own price: 200 x 0.000003 + 800 x 0.000006 = 0.0006 + 0.0048',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(1000), cache_write_tokens: tokens(800), cache_ttl: '1h' },
      cost: '0.0054',
    },
    {
      title:
        'a write below the prompt price is a surcharge on tokens that are cached too: 7 x 0.0000003 + 2161 x 0.00000003 + 2161 x 0.0000000833',
      pricing: GEMINI,
      fields: { prompt_tokens: tokens(2168), cached_tokens: tokens(2161), cache_write_tokens: tokens(2161) },
      // 0.0000021 + 0.00006483 + 0.0001800113
      cost: '0.0002469413',
    },
    {
      title: 'and on tokens that are not: 1000 x 0.0000003 + 400 x 0.0000000833 = 0.0003 + 0.00003332',
      pricing: GEMINI,
      fields: { prompt_tokens: tokens(1000), cache_write_tokens: tokens(400) },
      cost: '0.00033332',
    },
    {
      title:
        'tokens written that are cached too leave the rest as it is: 7 x 0.00000005 + 2161 x 0.00000001 + 2161 x 0.0000000833',
      pricing: {
        prompt: '0.00000005',
        completion: '0.0000002',
        input_cache_read: '0.00000001',
        input_cache_write: '0.0000000833',
      },
      fields: { prompt_tokens: tokens(2168), cached_tokens: tokens(2161), cache_write_tokens: tokens(2161) },
      // 0.00000035 + 0.00002161 + 0.0001800113
      cost: '0.0002019713',
    },
  ])('$title', ({ pricing, fields, cost: charged }) => {
    expect(cost(pricing, fields)).toBe(charged);
  });

  it('a write for an hour without a price for it leaves the call unpriced', () => {
    const pricing = perMillion(3, 15, { input_cache_write: '0.00000375' });
    expect(cost(pricing, { cache_write_tokens: tokens(1), cache_ttl: '1h' })).toBe(
      'maker/model: it has no known price for writing to the cache for an hour',
    );
    expect(cost(pricing, { cache_ttl: '1h' })).toBe('0.003');
  });
});

describe('audio and images', () => {
  it.each<Case>([
    {
      title: 'audio tokens at their price: 600 x 0.0000003 + 400 x 0.000001 = 0.00018 + 0.0004',
      pricing: GEMINI,
      fields: { prompt_tokens: tokens(1000), audio_tokens: tokens(400) },
      cost: '0.00058',
    },
    {
      title: 'without an audio price they are prompt tokens: 1000 x 0.000003',
      pricing: CLAUDE,
      fields: { prompt_tokens: tokens(1000), audio_tokens: tokens(400) },
      cost: '0.003',
    },
    {
      title: 'cached tokens are text, audio is not cached: 300 x 0.0000003 + 300 x 0.00000003 + 400 x 0.000001',
      pricing: GEMINI,
      fields: { prompt_tokens: tokens(1000), cached_tokens: tokens(300), audio_tokens: tokens(400) },
      // 0.00009 + 0.000009 + 0.0004
      cost: '0.000499',
    },
    {
      title: 'image output: 210 x 0.0000025 + 1290 x 0.00003 = 0.000525 + 0.0387',
      pricing: { prompt: '0.0000003', completion: '0.0000025', image_output: '0.00003' },
      fields: { prompt_tokens: tokens(0), completion_tokens: tokens(1500), image_output_tokens: tokens(1290) },
      cost: '0.039225',
    },
    {
      title: 'audio output: 300 x 0.00001 + 200 x 0.00002 = 0.003 + 0.004',
      pricing: { prompt: '0.0000025', completion: '0.00001', audio_output: '0.00002' },
      fields: { prompt_tokens: tokens(0), completion_tokens: tokens(500), audio_output_tokens: tokens(200) },
      cost: '0.007',
    },
    {
      title: 'both without prices of their own are completion tokens: 500 x 0.00001',
      pricing: { prompt: '0.0000025', completion: '0.00001' },
      fields: {
        prompt_tokens: tokens(0),
        completion_tokens: tokens(500),
        audio_output_tokens: tokens(200),
        image_output_tokens: tokens(300),
      },
      cost: '0.005',
    },
    {
      title: 'an image that has a price of its own: 1000 x 0.0000025 + 2 x 0.00265 = 0.0025 + 0.0053',
      pricing: { prompt: '0.0000025', completion: '0.00001', image: '0.00265' },
      fields: { images: 2 },
      cost: '0.0078',
    },
    {
      title: 'an image priced by the token is in the prompt tokens: 1000 x 0.0000003',
      pricing: GEMINI,
      fields: { images: 2 },
      cost: '0.0003',
    },
    {
      title: 'also where long prompts cost more and the image price stays: 200001 x 0.0000025',
      pricing: {
        prompt: '0.00000125',
        completion: '0.00001',
        image: '0.00000125',
        overrides: [{ min_prompt_tokens: 200_000, prompt: '0.0000025' }],
      },
      fields: { prompt_tokens: tokens(200_001), images: 2 },
      cost: '0.5000025',
    },
  ])('$title', ({ pricing, fields, cost: charged }) => {
    expect(cost(pricing, fields)).toBe(charged);
  });
});

describe('fees', () => {
  const ONE = perMillion(1, 2);
  const SONAR = perMillion(1, 1, { web_search: '0.005' });

  it.each<Case & { id?: string }>([
    {
      title: 'a fee per request: 1000 x 0.000001 + 0.005',
      pricing: perMillion(1, 2, { request: '0.005' }),
      fields: {},
      cost: '0.006',
    },
    {
      title: 'a search by the default engine: 0.001 + 2 x 0.007',
      pricing: ONE,
      fields: { web_searches: 2 },
      cost: '0.015',
    },
    {
      title: "a search by the model's own engine: 0.001 + 3 x 0.01",
      pricing: perMillion(1, 2, { web_search: '0.01' }),
      fields: { web_searches: 3 },
      cost: '0.031',
    },
    {
      title: 'a listed search price of "0" is a price: 0.001 + 1 x 0',
      pricing: perMillion(1, 2, { web_search: '0' }),
      fields: { web_searches: 1 },
      cost: '0.001',
    },
    {
      title: 'Perplexity searches unasked: 0.001 + 1 x 0.005',
      id: 'perplexity/sonar-pro',
      pricing: SONAR,
      fields: {},
      cost: '0.006',
    },
    {
      title: 'and what is declared is not added to that: 0.001 + 2 x 0.005',
      id: 'perplexity/sonar',
      pricing: SONAR,
      fields: { web_searches: 2 },
      cost: '0.011',
    },
    {
      title: ':online is one search: 0.001 + 1 x 0.007',
      pricing: ONE,
      fields: { model: 'maker/model:online' },
      cost: '0.008',
    },
    {
      title: ':online and three searches declared are three: 0.001 + 3 x 0.007',
      pricing: ONE,
      fields: { model: 'maker/model:online', web_searches: 3 },
      cost: '0.022',
    },
    {
      title: 'PDF pages: 0.001 + 12 x 0.002',
      pricing: ONE,
      fields: { pdf_pages: 12 },
      cost: '0.025',
    },
  ])('$title', ({ id, pricing, fields, cost: charged }) => {
    expect(cost(pricing, fields, id)).toBe(charged);
  });
});

describe('the arithmetic that --explain prints', () => {
  it('names whose prices, the overrides, every term and the sum', () => {
    const price = priceOf({
      pricing: perMillion(3, 15, {
        input_cache_read: '0.0000003',
        web_search: '0.01',
        request: '0.5',
        overrides: [
          { min_prompt_tokens: 200_000, prompt: '0.000006' },
          { utc_start: 130, utc_end: 0, utc_days: ['monday'], completion: '0.00003' },
        ],
      }),
      call: {
        prompt_tokens: tokens(300_000),
        cached_tokens: tokens(100_000),
        completion_tokens: tokens(200),
        web_searches: 2,
        pdf_pages: 3,
      },
    });
    expect(price.details().arithmetic).toEqual([
      'maker/model at its listed price',
      'override, more than 200000 prompt tokens: prompt 0.000006',
      'override, from 01:30 to 00:00 UTC, on monday (the most expensive time of the week): completion 0.00003',
      '200000 prompt tokens x 0.000006 = 1.2',
      '100000 cached tokens x 0.0000003 = 0.03',
      '200 completion tokens x 0.00003 = 0.006',
      '1 request x 0.5 = 0.5',
      "2 web searches by the model's own engine x 0.01 = 0.02",
      '3 PDF pages x 0.002 = 0.006',
      'sum = 1.762',
    ]);
  });

  it('is empty where there is no price, and nobody is named whose price it is', () => {
    const price = priceOf({ pricing: { prompt: '1' } });
    expect([price.details().arithmetic, price.source]).toEqual([[], null]);
  });
});

const describeReal = hasOpenRouterData ? describe : describe.skip;

describeReal('requests that were really made', () => {
  const charges = hasOpenRouterData ? realCharges() : [];

  it('there are 129 of them', () => {
    expect(charges).toHaveLength(129);
  });

  it.each(charges.map((charge, index) => ({ ...charge, row: index + 1 })))(
    'row $row: $model cost $charged on $date',
    (charge) => {
      const price = priceOfCharge(charge);
      expect(price.expected === null ? price.reason : toText(price.expected)).toBe(charge.charged);
    },
  );
});

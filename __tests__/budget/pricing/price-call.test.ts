import type { Pricing, CatalogueEndpoint } from '../../../src/openrouter/catalogue/catalogue.js';
import { describe, expect, it } from '@jest/globals';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { decimal } from '../../../src/lib/money/decimal.js';
import { priceCall } from '../../../src/budget/pricing/price-call.js';
import { type Offer, catalogue, endpoint, model } from '../../support/catalogue.js';
import { call, tokens } from '../../support/manifest.js';
import { perMillion, priceOf, type Question, rangeOf, text } from '../../support/price.js';

/** Every request is 1,000 prompt and 100 completion tokens unless a case says otherwise; prices per million. */
const LISTED = perMillion(2, 10); // 1000 x 2 + 100 x 10 = 0.003
const CHEAP = perMillion(1, 5); // 1000 x 1 + 100 x 5 = 0.0015
const DEAR = perMillion(4, 20); // 1000 x 4 + 100 x 20 = 0.006
const DEAREST = perMillion(8, 40); // 1000 x 8 + 100 x 40 = 0.012
const FLEX = perMillion(0.5, 2.5); // 1000 x 0.5 + 100 x 2.5 = 0.00075

const ENDPOINTS = [
  endpoint({ tag: 'openai', pricing: LISTED }),
  endpoint({ tag: 'groq/fp8', pricing: CHEAP }),
  endpoint({ tag: 'azure', pricing: DEAR }),
  endpoint({ tag: 'azure/priority', pricing: DEAREST }),
  endpoint({ tag: 'openai/priority', pricing: perMillion(5, 25) }), // 0.0075
  endpoint({ tag: 'openai/flex', pricing: FLEX }),
];

function figures(fields: Partial<NamedCall>, endpoints: readonly CatalogueEndpoint[] | string = ENDPOINTS) {
  return rangeOf({ pricing: LISTED, endpoints, call: { max_tokens: 100, ...fields } });
}

describe('expected and floor', () => {
  it.each<{ title: string; fields: Partial<NamedCall>; expected: string; floor: string }>([
    { title: 'without preferences the listed price', fields: {}, expected: '0.003', floor: '0.0015' },
    {
      title: 'with provider.sort: price the cheapest eligible endpoint',
      fields: { provider: { sort: 'price' } },
      expected: '0.0015',
      floor: '0.0015',
    },
    {
      title: 'with another sort the listed price',
      fields: { provider: { sort: 'throughput' } },
      expected: '0.003',
      floor: '0.0015',
    },
    {
      title: 'with :floor the cheapest, flex among them',
      fields: { model: 'maker/model:floor' },
      expected: '0.00075',
      floor: '0.00075',
    },
    {
      title: 'with :nitro the listed price',
      fields: { model: 'maker/model:nitro' },
      expected: '0.003',
      floor: '0.0015',
    },
    {
      title: 'with service_tier: flex the cheapest flex endpoint',
      fields: { service_tier: 'flex' },
      expected: '0.00075',
      floor: '0.00075',
    },
    {
      title: 'with service_tier: priority the cheapest priority endpoint, and the floor is any',
      fields: { service_tier: 'priority' },
      expected: '0.0075',
      floor: '0.0015',
    },
    {
      title: 'with provider.order the first provider that has an eligible endpoint',
      fields: { provider: { order: ['mistral', 'azure', 'groq'] } },
      expected: '0.006',
      floor: '0.0015',
    },
    {
      title: 'with an order that nobody meets the listed price',
      fields: { provider: { order: ['mistral'] } },
      expected: '0.003',
      floor: '0.0015',
    },
    {
      title: 'with a filter that an endpoint of the listed price passes the listed price',
      fields: { provider: { only: ['openai', 'azure'] } },
      expected: '0.003',
      floor: '0.003',
    },
    {
      title: 'with a filter that it does not pass the cheapest that does',
      fields: { provider: { ignore: ['openai', 'groq'] } },
      expected: '0.006',
      floor: '0.006',
    },
    {
      title: 'with a ceiling below the listed price the cheapest below it',
      fields: { provider: { max_price: { prompt: decimal('1.5') } } },
      expected: '0.0015',
      floor: '0.0015',
    },
    {
      title: ':floor goes before an order',
      fields: { model: 'maker/model:floor', provider: { order: ['azure'] } },
      expected: '0.00075',
      floor: '0.00075',
    },
  ])('$title', ({ fields, expected, floor }) => {
    expect(figures(fields)).toMatchObject({ expected, floor });
  });

  it('service_tier: priority without a priority endpoint is the listed price', () => {
    expect(figures({ service_tier: 'priority' }, ENDPOINTS.slice(0, 3))).toMatchObject({ expected: '0.003' });
  });

  it('the cheapest is the cheapest for this request, not by either price: 100 x 1 + 1000 x 2 against 100 x 9 + 1000 x 1', () => {
    const list = [endpoint({ tag: 'a', pricing: perMillion(1, 2) }), endpoint({ tag: 'b', pricing: perMillion(9, 1) })];
    const shape = { prompt_tokens: tokens(100), completion_tokens: tokens(1000), max_tokens: 1000 };
    // 0.0021 at a; 0.0019 at b; no price of one with a price of the other (0.0011, 0.0029)
    expect(figures({ ...shape, provider: { sort: 'price' } }, list)).toEqual({
      expected: '0.0019',
      floor: '0.0019',
      worst: '0.0021',
    });
  });

  it('says the prices per token that the estimate rests on, overrides applied', () => {
    const pricing = perMillion(2, 10, { overrides: [{ min_prompt_tokens: 999, completion: '0.00003' }] });
    const price = priceOf({ pricing });
    expect([text(price.prompt_price), text(price.completion_price)]).toEqual(['0.000002', '0.00003']);
  });
});

describe('worst case', () => {
  it.each<{ title: string; fields: Partial<NamedCall>; worst: string }>([
    { title: 'the most expensive eligible endpoint: 1000 x 4 + 100 x 20', fields: {}, worst: '0.006' },
    {
      title: 'with :nitro priority endpoints too: 1000 x 8 + 100 x 40',
      fields: { model: 'maker/model:nitro' },
      worst: '0.012',
    },
    {
      title: 'with flex alone: 1000 x 0.5 + 100 x 2.5',
      fields: { service_tier: 'flex' },
      worst: '0.00075',
    },
    {
      title: 'at max_tokens: 1000 x 4 + 1024 x 20',
      fields: { max_tokens: 1024 },
      worst: '0.02448',
    },
    {
      title: 'max_tokens goes before max: 1000 x 4 + 400 x 20',
      fields: { completion_tokens: tokens(100, 300), max_tokens: 400 },
      worst: '0.012',
    },
    {
      title: 'at the largest prompt: 3000 x 4 + 100 x 20',
      fields: { prompt_tokens: tokens(1000, 3000) },
      worst: '0.014',
    },
  ])('$title', ({ fields, worst }) => {
    expect(figures(fields)).toMatchObject({ worst });
  });

  it('a completion of max where there is no max_tokens: 1000 x 1 + 500 x 2', () => {
    const price = priceOf({ call: { completion_tokens: tokens(100, 500) }, endpoints: [endpoint({ tag: 'a' })] });
    expect([text(price.worst_case), price.capped]).toEqual(['0.002', true]);
  });

  it.each<{ title: string; bounds: Partial<CatalogueEndpoint>; fields?: Partial<NamedCall>; worst: string }>([
    {
      title: "uncapped, the endpoint's own cap: 1000 x 1 + 8000 x 2",
      bounds: { max_completion_tokens: 8000 },
      worst: '0.017',
    },
    {
      title: 'at most what the context leaves: 1000 x 1 + (5000 - 1000) x 2',
      bounds: { max_completion_tokens: 8000, context_length: 5000 },
      worst: '0.009',
    },
    {
      title: 'and by default: 1000 x 1 + (5000 - 1000) x 2',
      bounds: { context_length: 5000 },
      worst: '0.009',
    },
    {
      title: 'which the largest prompt may fill: 4950 x 1 + 100 x 2, never below expected',
      bounds: { context_length: 5000 },
      fields: { prompt_tokens: tokens(1000, 4950) },
      worst: '0.00515',
    },
    {
      title: "a context that is not stated is the model's: 1000 x 1 + (100000 - 1000) x 2",
      bounds: { context_length: null },
      worst: '0.199',
    },
  ])('$title', ({ bounds, fields, worst }) => {
    const question = { endpoints: [endpoint({ tag: 'a', ...bounds })], ...(fields && { call: fields }) };
    expect(rangeOf(question).worst).toBe(worst);
    expect(priceOf(question).capped).toBe(false);
  });

  it('cached tokens are not found in the cache: at the larger of prompt and write price', () => {
    const pricing = perMillion(3, 15, { input_cache_read: '0.0000003', input_cache_write: '0.00000375' });
    const fields = { cached_tokens: tokens(800), completion_tokens: tokens(0), max_tokens: 0 };
    const price = rangeOf({ pricing, call: fields, endpoints: [endpoint({ tag: 'a', pricing })] });
    // 200 x 3 + 800 x 0.3 = 0.00084; 200 x 3 + 800 x 3.75 = 0.0036
    expect(price).toEqual({ expected: '0.00084', floor: '0.00084', worst: '0.0036' });
  });

  it('at the write price of the lifetime, declared writes kept: 100 x 3 + 800 x 6 + 100 x 6', () => {
    const pricing = perMillion(3, 15, { input_cache_write: '0.00000375', input_cache_write_1h: '0.000006' });
    const parts = { cached_tokens: tokens(800), cache_write_tokens: tokens(100), cache_ttl: '1h' as const };
    const fields = { ...parts, completion_tokens: tokens(0), max_tokens: 0 };
    expect(rangeOf({ pricing, call: fields }).worst).toBe('0.0057');
  });

  it('a surcharge is below the prompt price, so the prompt price is what a miss costs: 7 x 0.3 + 2161 x 0.3 + 2161 x 0.0833', () => {
    const pricing = perMillion(0.3, 2.5, { input_cache_read: '0.00000003', input_cache_write: '0.0000000833' });
    const parts = { prompt_tokens: tokens(2168), cached_tokens: tokens(2161), cache_write_tokens: tokens(2161) };
    const fields = { ...parts, completion_tokens: tokens(0), max_tokens: 0 };
    // 0.0000021 + 0.0006483 + 0.0001800113
    expect(rangeOf({ pricing, call: fields }).worst).toBe('0.0008304113');
  });

  it('a shorter prompt that is more expensive counts: 1000 x 5 against 2000 x 1', () => {
    const pricing = perMillion(5, 15, { overrides: [{ min_prompt_tokens: 1500, prompt: '0.000001' }] });
    const fields = { prompt_tokens: tokens(1000, 2000), completion_tokens: tokens(0), max_tokens: 0 };
    expect(rangeOf({ pricing, call: fields }).worst).toBe('0.005');
  });

  it('a de-ranked endpoint may be the most expensive, and is neither expected nor floor', () => {
    const list = [
      endpoint({ tag: 'a', pricing: LISTED }),
      endpoint({ tag: 'b', pricing: DEAREST, status: -5 }),
      endpoint({ tag: 'c', pricing: CHEAP, status: -1 }),
    ];
    expect(figures({}, list)).toEqual({ expected: '0.003', floor: '0.003', worst: '0.012' });
  });

  it('an eligible endpoint whose price cannot be had leaves none, and the floor is that of the others', () => {
    const list = [...ENDPOINTS, endpoint({ tag: 'new', pricing: { prompt: 'ask' } })];
    expect(figures({}, list)).toEqual({ expected: '0.003', floor: '0.0015', worst: null });
    expect(priceOf({ pricing: LISTED, endpoints: list }).incomplete).toEqual([
      'maker/model: new: its prompt price is "ask", not a plain non-negative decimal',
    ]);
    expect(figures({ provider: { ignore: ['new'] } }, list)).toMatchObject({ worst: '0.006' });
  });

  it('a miss costs the hourly write where it has a price, else the larger of prompt and five-minute write', () => {
    const cached = { cached_tokens: tokens(10), cache_ttl: '1h', max_tokens: 100 } as const;
    const worstAt = (pricing: Pricing) =>
      rangeOf({ pricing, endpoints: [endpoint({ tag: 'a', pricing })], call: cached }).worst;
    // 990 x 0.000003 + 10 x 0.000006 + 100 x 0.000015
    expect(worstAt(perMillion(3, 15, { input_cache_write_1h: '0.000006' }))).toBe('0.00453');
    // 990 x 0.000003 + 10 x 0.00000375 + 100 x 0.000015
    expect(worstAt(perMillion(3, 15, { input_cache_write: '0.00000375' }))).toBe('0.0045075');
    // 1000 x 0.000003 + 100 x 0.000015
    expect(worstAt(perMillion(3, 15))).toBe('0.0045');
  });

  it('declared writes for an hour stay without a price where none is listed', () => {
    const pricing = perMillion(3, 15, { input_cache_write: '0.00000375' });
    const price = priceOf({ pricing, call: { cache_write_tokens: tokens(10), cache_ttl: '1h' } });
    expect(price).toMatchObject({ state: 'unpriced', reason: expect.stringContaining('for an hour') });
  });

  it('a context length of 0 is the larger window of the model: 100,000 - 1,000 completion tokens', () => {
    const endpoints = [endpoint({ tag: 'a', context_length: 0 })];
    // 1,000 x 0.000001 + 99,000 x 0.000002
    expect(rangeOf({ endpoints }).worst).toBe('0.199');
  });

  it('fees are in every figure: + 2 x 0.007', () => {
    expect(figures({ web_searches: 2 })).toEqual({ expected: '0.017', floor: '0.0155', worst: '0.02' });
  });
});

describe('a call without a price says which kind of reason it is', () => {
  const own = [endpoint({ tag: 'a', pricing: LISTED })];
  it.each<[string, string, Question]>([
    ['answers in images', 'price', { model: { output_modalities: ['image'] }, endpoints: own }],
    ['is a router', 'price', { pricing: { prompt: '-1', completion: '-1' } }],
    ['lists zero without being free', 'price', { pricing: { prompt: '0', completion: '0' } }],
    ['lists no number', 'price', { pricing: { prompt: 'soon', completion: '1' } }],
    ['is excluded at every endpoint', 'request', { endpoints: own, call: { provider: { only: ['b'] } } }],
    ['is too long for every endpoint', 'request', { endpoints: own, call: { prompt_tokens: tokens(10_000_000) } }],
    [
      'writes for an hour where no such price is listed',
      'cache_write',
      { endpoints: own, call: { cache_ttl: '1h', cache_write_tokens: tokens(10) } },
    ],
    [
      'prefers a provider of unknown endpoints',
      'endpoints',
      { endpoints: '503', call: { provider: { order: ['a'] } } },
    ],
    ['is not in the catalogue', 'model', { call: { model: 'nobody/nothing' } }],
    ['takes its numbers from a file that is broken', 'file', { call: { uncounted: 'data.csv is missing' } }],
  ])('one that %s: %s', (_case, cause, question) => {
    expect(priceOf({ pricing: LISTED, ...question })).toMatchObject({ state: 'unpriced', cause });
  });

  it('and one with a price says none', () => {
    expect(priceOf({ pricing: LISTED, endpoints: own })).toMatchObject({ state: 'priced', cause: null });
  });
});

describe('endpoints that cannot be had', () => {
  it('leave the listed price, and neither floor nor worst case', () => {
    expect(figures({}, 'HTTP 500')).toEqual({ expected: '0.003', floor: null, worst: null });
    expect(priceOf({ endpoints: 'HTTP 500' }).incomplete).toEqual([
      'maker/model: its endpoints are not known (HTTP 500), so it has no floor and no worst case',
    ]);
  });

  it.each<Partial<NamedCall>>([
    { model: 'maker/model:floor' },
    { provider: { sort: 'price' } },
    { service_tier: 'flex' },
    { model: 'maker/model:nitro' },
  ])('leave the listed price for %p too, which the cheapest does not exceed', (fields) => {
    expect(figures(fields, 'HTTP 500').expected).toBe('0.003');
  });

  it.each<Partial<NamedCall>>([
    { service_tier: 'priority' },
    { provider: { order: ['azure'] } },
    { provider: { only: ['azure'] } },
    { provider: { ignore: ['groq'], sort: 'price' } },
  ])('leave no price for %p, which may cost more', (fields) => {
    const price = priceOf({ endpoints: 'HTTP 500', call: fields });
    expect(price).toMatchObject({
      state: 'unpriced',
      reason:
        'maker/model: its provider preferences or service tier need the prices of its endpoints, which are not known',
    });
  });

  it('are as unknown where they were never asked for', () => {
    const rows = catalogue([model({ id: 'maker/model' })], { endpoints: new Map() });
    expect(priceCall(call({ model: 'maker/model' }), rows, null)).toMatchObject({ state: 'priced', worst_case: null });
  });
});

describe('a model without endpoints', () => {
  it('has its listed price for all three, with the cap of its top provider: 1000 x 1 + 4000 x 2', () => {
    const row = model({ id: 'maker/model', top_provider: { context_length: 9000, max_completion_tokens: 4000 } });
    const price = priceCall(call({ model: row.id }), catalogue([row]), null);
    expect([price.expected, price.floor, price.worst_case].map(text)).toEqual(['0.0012', '0.0012', '0.009']);
  });

  it('has no worst case where nothing bounds it', () => {
    const nothing = { context_length: null, max_completion_tokens: null };
    const row = model({ id: 'maker/model', context_length: null, top_provider: nothing });
    const price = priceCall(call({ model: row.id }), catalogue([row]), null);
    expect([price.floor, price.worst_case].map(text)).toEqual(['0.0012', null]);
    expect(price.incomplete).toEqual([
      'maker/model: its listed price: nothing bounds its completion, neither max_tokens nor the catalogue',
    ]);
  });
});

it('a model with endpoints of which none is eligible is unpriced, with the filter that excludes them', () => {
  expect(priceOf({ endpoints: ENDPOINTS, call: { provider: { only: ['mistral'] } } })).toMatchObject({
    state: 'unpriced',
    reason:
      'maker/model: none of its 6 endpoints can serve the request as declared: ' +
      '3 not in provider.only; 3 of a service tier that the call does not ask for',
    expected: null,
    floor: null,
    worst_case: null,
  });
});

describe('fallback models', () => {
  const offers: readonly Offer[] = [
    { ...model({ id: 'maker/model' }), endpoints: [endpoint({ tag: 'a' })] },
    { ...model({ id: 'maker/dear', pricing: DEAR }), endpoints: [endpoint({ tag: 'a', pricing: DEAREST })] },
    { ...model({ id: 'maker/cheap', pricing: FLEX }), endpoints: [endpoint({ tag: 'a', pricing: FLEX })] },
    { ...model({ id: 'maker/lost' }), endpoints: 'HTTP 404' },
  ];
  const priced = (fallback_models: readonly string[]) =>
    priceCall(
      call({ model: 'maker/model', max_tokens: 100, fallback_models: [...fallback_models] }),
      catalogue(offers),
      null,
    );

  it('make the worst case the most expensive of them all: 1000 x 8 + 100 x 40', () => {
    const price = priced(['maker/cheap', 'maker/dear']);
    expect([price.expected, price.floor, price.worst_case].map(text)).toEqual(['0.0012', '0.0012', '0.012']);
  });

  it('do not lower it: 1000 x 1 + 100 x 2', () => {
    expect(text(priced(['maker/cheap']).worst_case)).toBe('0.0012');
  });

  it.each([
    {
      fallback: 'maker/lost',
      why: 'maker/lost: its endpoints are not known (HTTP 404), so it has no floor and no worst case',
    },
    { fallback: 'maker/gone', why: 'a fallback model has no price: "maker/gone" is not in the catalogue' },
  ])('leave no worst case where the price of one cannot be had: $fallback', ({ fallback, why }) => {
    const price = priced([fallback]);
    expect([price.state, price.worst_case, price.incomplete]).toEqual(['priced', null, [why]]);
  });

  it('come with their own prices per token and names', () => {
    const price = priced(['maker/dear', 'maker/gone:online']);
    expect(price.fallback_prices).toEqual([
      {
        model: 'maker/dear',
        // At its only endpoint, which charges more than is listed: 1000 x 0.000008 + 100 x 0.00004.
        expected: decimal('0.012'),
        free: false,
        prompt_price: decimal('0.000008'),
        completion_price: decimal('0.00004'),
      },
      { model: 'maker/gone:online', expected: null, free: false, prompt_price: null, completion_price: null },
    ]);
    expect(price.known_as).toEqual([
      { declared: 'maker/model', names: ['maker/model'] },
      { declared: 'maker/dear', names: ['maker/dear'] },
      { declared: 'maker/gone:online', names: ['maker/gone:online', 'maker/gone'] },
    ]);
  });
});

it('prompt tokens that are not counted yet leave the call unpriced', () => {
  expect(
    priceOf({ call: { prompt_tokens: undefined, prompt_files: [{ path: 'a.md', cached: false }] } }),
  ).toMatchObject({
    state: 'unpriced',
    reason: 'its prompt tokens are not known: the prompt files are not counted',
  });
});

it('a batch row says that it is served by the batch API alone', () => {
  const price = priceOf({ id: 'maker/model:batch', endpoints: [endpoint({ tag: 'maker' })] });
  expect(price.notes).toEqual(['maker/model:batch is served through the batch API alone; other requests to it fail']);
});

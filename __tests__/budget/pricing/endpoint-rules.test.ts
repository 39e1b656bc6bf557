import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import type { CatalogueEndpoint } from '../../../src/openrouter/catalogue/catalogue.js';
import { compare } from '../../../src/lib/money/decimal.js';
import { endpoint, PLAIN_PRICING } from '../../support/catalogue.js';
import { tokens } from '../../support/manifest.js';
import { endpointCostsOf, expectedOf, perMillion, priceOf, rangeOf, text } from '../../support/price.js';

/** Rules of 2026-11 on what is charged where: fees, the listed price among endpoints, embeddings. */

describe('a search', () => {
  // 1000 x 0.0000025 + 100 x 0.000015 = 0.004, and openai/gpt-5.6-terra of 2026-08-09: 0.005 listed, 0.01 at azure.
  const pricing = perMillion(2.5, 15, { web_search: '0.005' });
  const azure = endpoint({ tag: 'azure', pricing: perMillion(2.5, 15, { web_search: '0.01' }) });
  const openai = endpoint({ tag: 'openai', pricing });

  test.each([
    ['costs what the endpoint lists: 0.004 + 2 x 0.01', [azure], { only: ['azure'] }, '0.024'],
    ['is the listed one where an endpoint has that price: 0.004 + 2 x 0.005', [azure, openai], undefined, '0.014'],
    [
      'is free where the endpoint lists zero',
      [endpoint({ tag: 'a', pricing: { ...pricing, web_search: '0' } })],
      { order: ['a'] },
      '0.004',
    ],
    [
      'costs what the model lists where the endpoint is silent: 0.004 + 2 x 0.005',
      [endpoint({ tag: 'a', pricing: perMillion(2.5, 15) })],
      { order: ['a'] },
      '0.014',
    ],
  ])('%s', (_, endpoints, provider, cost) => {
    expect(expectedOf({ pricing, endpoints, call: { web_searches: 2, provider } })).toBe(cost);
  });

  test('has its own price in floor and worst case: 0.004 + 2 x 0.005, 0.004 + 2 x 0.01', () => {
    const call = { web_searches: 2, max_tokens: 100 };
    expect(rangeOf({ pricing, endpoints: [azure, openai], call })).toEqual({
      expected: '0.014',
      floor: '0.014',
      worst: '0.024',
    });
  });

  test('decides which endpoint is the cheapest: 0.0012 + 2 x 0.01 against 0.006 + 2 x 0.005', () => {
    const cheapTokens = endpoint({ tag: 'a', pricing: { ...PLAIN_PRICING, web_search: '0.01' } });
    const cheapSearch = endpoint({ tag: 'b', pricing: perMillion(4, 20, { web_search: '0.005' }) });
    const call = { web_searches: 2, provider: { sort: 'price' } } as const;
    expect(expectedOf({ endpoints: [cheapTokens, cheapSearch], call })).toBe('0.016');
  });
});

test.each([
  ['is of the endpoint: 0.0012 + 0.002', { ...PLAIN_PRICING, request: '0.002' }, '0.0032'],
  ['is none where the endpoint lists zero: 0.0012', { ...PLAIN_PRICING, request: '0' }, '0.0012'],
  ['is the listed one where the endpoint is silent: 0.0012 + 0.003', PLAIN_PRICING, '0.0042'],
])('a fee per request %s', (_, own, cost) => {
  const pricing = { ...PLAIN_PRICING, request: '0.003' };
  const call = { provider: { order: ['a'] } };
  expect(expectedOf({ pricing, endpoints: [endpoint({ tag: 'a', pricing: own })], call })).toBe(cost);
});

describe('the listed price', () => {
  const at = (...prices: number[]) =>
    prices.map((price, index) => endpoint({ tag: `p${index}`, pricing: perMillion(price, price) }));

  test.each([
    ['counts between the endpoints: 1100 x 0.000003', at(1, 5), '0.0033'],
    ['is raised to the cheapest: 1100 x 0.000004', at(4, 5), '0.0044'],
    ['is lowered to the most expensive: 1100 x 0.000002', at(1, 2), '0.0022'],
    [
      'is not lowered to one that is de-ranked',
      [...at(4), endpoint({ tag: 'x', pricing: PLAIN_PRICING, status: -1 })],
      '0.0044',
    ],
    [
      'is bounded by the de-ranked ones where there are no others',
      [endpoint({ tag: 'x', pricing: perMillion(1, 1), status: -2 })],
      '0.0011',
    ],
    [
      'is not lowered where the price of an endpoint is not known',
      [...at(1), endpoint({ tag: 'x', pricing: { prompt: '-1', completion: '-1' } })],
      '0.0033',
    ],
  ])('%s', (_, endpoints, cost) => {
    expect(expectedOf({ pricing: perMillion(3, 3), endpoints })).toBe(cost);
  });

  test('never leads below the floor, whatever the endpoints charge', () => {
    const price = fc.integer({ min: 1, max: 900 }).map((units) => `0.${String(units).padStart(8, '0')}`);
    const row = fc.record({ prompt: price, completion: price, web_search: price, status: fc.constantFrom(0, 0, -1) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), row, fc.nat(3), (rows, listed, searches) => {
        const of = ({ prompt, completion, web_search }: typeof listed) => ({ prompt, completion, web_search });
        const endpoints = rows.map((one, index) =>
          endpoint({ tag: `p${index}`, pricing: of(one), status: one.status }),
        );
        const {
          expected,
          floor,
          worst_case: worst,
        } = priceOf({
          pricing: of(listed),
          endpoints,
          call: { web_searches: searches, max_tokens: 100 },
        });
        if (expected === null || floor === null || worst === null) throw new Error('a price is missing');
        expect(compare(expected, floor)).toBeGreaterThanOrEqual(0);
        expect(compare(worst, expected)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  const both = { least: '0.002', most: '0.005' };
  const derankedDear = endpoint({ tag: 'b', status: -1, pricing: perMillion(9, 9) });
  const flexDear = endpoint({ tag: 'flex/flex', pricing: perMillion(9, 9) });
  test.each<[string, readonly CatalogueEndpoint[], object | null, Partial<NamedCall>]>([
    ['2 and 5', at(2, 5), both, {}],
    ['the same twice', at(2, 2), null, {}],
    ['one alone, beside a tier', [...at(2), flexDear], null, {}],
    ['one alone, beside a de-ranked one', [...at(2), derankedDear], null, {}],
    ['2 and 5, sorted by price', at(2, 5), null, { provider: { sort: 'price' } }],
    ['2 and 5, sorted by throughput', at(2, 5), both, { provider: { sort: 'throughput' } }],
    ['2 and 5, in an order that names one', at(2, 5), null, { provider: { order: ['p1'] } }],
    ['2 and 5, in an order that names none', at(2, 5), both, { provider: { order: ['x'] } }],
    ['2 and 5, with :floor', at(2, 5), null, { model: 'maker/model:floor' }],
  ])(
    'is beside the costs at the default endpoints, 1,000 tokens at %s a million',
    (_case, endpoints, costs, fields) => {
      const call = { prompt_tokens: tokens(1000), completion_tokens: tokens(0), ...fields };
      expect(endpointCostsOf({ pricing: perMillion(2, 2), endpoints, call })).toEqual(costs);
    },
  );
});

describe('embeddings', () => {
  const offer = { output_modalities: ['embeddings'] };
  const pricing = { prompt: '0.00000002' };
  const call = { prompt_tokens: tokens(400), completion_tokens: tokens(0) };

  test('cost their prompt: 400 x 0.00000002, in all three figures', () => {
    const endpoints = [endpoint({ tag: 'openai', pricing })];
    expect(rangeOf({ id: 'openai/embed', pricing, model: offer, endpoints, call })).toEqual({
      expected: '0.000008',
      floor: '0.000008',
      worst: '0.000008',
    });
    expect(priceOf({ id: 'openai/embed', pricing, model: offer, endpoints, call }).capped).toBe(true);
  });

  test('are free on `:free` rows', () => {
    const zero = { prompt: '0', completion: '0' };
    const price = priceOf({ id: 'maker/embed:free', pricing: zero, model: offer, call });
    expect([price.state, text(price.expected)]).toEqual(['free', '0']);
  });

  test.each([
    ['rerank', 'search'],
    ['video', 'second'],
    ['speech', 'character'],
    ['transcription', 'second'],
    ['decisions', 'request'],
  ])('are not %s, which is billed per %s', (kind, unit) => {
    const zero = { prompt: '0', completion: '0' };
    expect(priceOf({ pricing: zero, model: { output_modalities: [kind] } }).reason).toBe(
      `maker/model: it answers in ${kind} and is billed per ${unit}, which the catalogue does not state`,
    );
  });
});

test.each([
  ['differs', '0.000003', 1],
  ['is the same', '0.000002', 0],
  ['is zero', '0', 0],
])('a price for reasoning that %s is named in %#', (_, internal_reasoning, notes) => {
  const price = priceOf({ pricing: { ...PLAIN_PRICING, internal_reasoning }, endpoints: [endpoint({ tag: 'a' })] });
  expect(price.notes.filter((note) => note.includes('per reasoning token'))).toHaveLength(notes);
});

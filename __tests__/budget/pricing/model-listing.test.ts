import { describe, expect, test } from '@jest/globals';
import { toText } from '../../../src/lib/money/decimal.js';
import { listModels, endpointSpread } from '../../../src/budget/pricing/model-listing.js';
import { catalogue, model, endpoint } from '../../support/catalogue.js';
import { perMillion } from '../../support/price.js';
import type { CatalogueEndpoint } from '../../../src/openrouter/catalogue/catalogue.js';

const PRICES = catalogue([
  model({ id: 'acme/premium', pricing: perMillion(5, 20.01) }),
  model({ id: 'acme/standard', pricing: perMillion(5, 20) }),
  model({ id: 'acme/mid', pricing: perMillion(1, 5) }),
  model({ id: 'acme/dear-prompt', pricing: perMillion(2, 5) }),
  model({ id: 'acme/budget', pricing: { ...perMillion(0.5, 1), input_cache_read: '0.00000005' } }),
  model({ id: 'acme/gift:free', pricing: perMillion(0, 0) }),
  model({ id: 'acme/zero', pricing: perMillion(0, 0) }),
  model({ id: 'acme/router', pricing: { prompt: '-1', completion: '-1' } }),
  model({ id: 'acme/painter', output_modalities: ['image'], pricing: perMillion(1, 1) }),
  model({ id: '~acme/mid-latest', alias_target: 'acme/mid', pricing: perMillion(9, 9) }),
  model({
    id: 'other/long',
    canonical_slug: 'other/long-2026-01',
    pricing: {
      ...perMillion(1, 2),
      overrides: [{ min_prompt_tokens: 200_000, prompt: '0.000002' }],
    },
  }),
]);

const ids = (...words: string[]) => listModels(PRICES, words).map(({ id }) => id);
const only = (id: string) => {
  const [listed, ...others] = listModels(PRICES, [id]);
  if (listed === undefined || others.length > 0) throw new Error(`${id} does not name one model`);
  return listed;
};

describe('the order of models', () => {
  test('is by completion, then by prompt price, then by id; without a price last', () => {
    expect(ids('*')).toEqual([
      'acme/gift:free',
      'acme/budget',
      'other/long',
      'acme/mid',
      '~acme/mid-latest',
      'acme/dear-prompt',
      'acme/standard',
      'acme/premium',
      'acme/painter',
      'acme/router',
      'acme/zero',
    ]);
  });
});

describe('the tier', () => {
  test.each([
    ['gift', 'free'],
    ['acme/budget', 'budget'],
    ['other/long', 'mid'],
    ['dear-prompt', 'mid'],
    ['standard', 'standard'],
    ['premium', 'premium'],
  ])('of %s is %s: up to $1, $5 and $20 a million completion tokens', (id, tier) => {
    expect(only(id).price?.tier).toBe(tier);
  });
});

describe('a listed model', () => {
  test('has its prices per million tokens: 0.00000005 x 1000000 = 0.05 for a read from the cache', () => {
    const { price } = only('acme/budget');
    expect(price && [price.prompt, price.completion, price.cache_read].map((one) => one && toText(one))).toEqual([
      '0.5',
      '1',
      '0.05',
    ]);
  });

  test('without a cache price has none, not zero', () => {
    expect(only('premium').price?.cache_read).toBeNull();
  });

  test('says when other prices hold', () => {
    expect(only('other/long').price?.other_prices).toEqual(['more than 200000 prompt tokens']);
  });

  test('that is an alias has the prices of its target', () => {
    const alias = only('mid-latest');
    expect([alias.alias_of, alias.price && toText(alias.price.completion)]).toEqual(['acme/mid', '5']);
  });

  test.each([
    ['router', /"-1"/],
    ['painter', /answers in image and is billed per image, which the catalogue does not state/],
    ['acme/zero', /price of zero/],
  ])('without a price says why: %s', (id, reason) => {
    const { price, reason: said } = only(id);
    expect([price, said]).toEqual([null, expect.stringMatching(reason)]);
  });
});

describe('a query', () => {
  test.each([
    [
      ['ACME', 'mid'],
      ['acme/mid', '~acme/mid-latest'],
    ],
    [['2026-01'], ['other/long']],
    [['acme/mid*'], ['acme/mid', '~acme/mid-latest']],
    [['*:free'], ['acme/gift:free']],
    [['acme/*', 'long'], []],
    [['nothing'], []],
  ])('of %j finds %j', (words, found) => {
    expect(ids(...words)).toEqual(found);
  });

  test('without words lists all', () => {
    expect(ids()).toHaveLength(PRICES.models.size);
  });
});

const at = (tag: string, prompt: number, completion: number) =>
  endpoint({ tag, pricing: perMillion(prompt, completion) });

function spreadOf(...endpoints: CatalogueEndpoint[]) {
  const spread = endpointSpread(model({ id: 'acme/one' }), { state: 'known', endpoints });
  if ('reason' in spread) return spread;
  const shown = (price: typeof spread.cheapest) =>
    price && `${price.tag} ${toText(price.prompt)}/${toText(price.completion)}`;
  return { ...spread, cheapest: shown(spread.cheapest), mostExpensive: shown(spread.mostExpensive) };
}

describe('the spread of prices over the endpoints of a model', () => {
  test('goes from the cheapest to the most expensive endpoint, prices of one endpoint together', () => {
    expect(spreadOf(at('a', 3, 9), at('b', 1, 9), at('c', 5, 2), at('d', 4, 9))).toEqual({
      endpoints: 4,
      other_tiers: 0,
      cheapest: 'c 5/2',
      mostExpensive: 'd 4/9',
    });
  });

  test('leaves out the tiers that serve only where they are asked for, and counts them', () => {
    expect(spreadOf(at('a', 1, 2), at('a/flex', 0.5, 1), at('a/priority', 2, 4))).toEqual({
      endpoints: 1,
      other_tiers: 2,
      cheapest: 'a 1/2',
      mostExpensive: 'a 1/2',
    });
  });

  test('counts an endpoint whose price cannot be read without a price', () => {
    expect(spreadOf(endpoint({ tag: 'a', pricing: { prompt: '-1', completion: '1' } }))).toEqual({
      endpoints: 1,
      other_tiers: 0,
      cheapest: null,
      mostExpensive: null,
    });
  });

  test('says why it is not known', () => {
    const one = model({ id: 'acme/one' });
    expect(endpointSpread(one, { state: 'unknown', reason: 'HTTP 500' })).toMatchObject({ reason: 'HTTP 500' });
    expect(endpointSpread(one, undefined)).toEqual({ reason: 'not fetched' });
  });
});

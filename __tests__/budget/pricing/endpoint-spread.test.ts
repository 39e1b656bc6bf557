import { expect, test } from '@jest/globals';
import { toText } from '../../../src/lib/money/decimal.js';
import type { CatalogueEndpoint } from '../../../src/openrouter/catalogue/catalogue.js';
import { endpointSpread } from '../../../src/budget/pricing/model-listing.js';
import { endpoint, model } from '../../support/catalogue.js';
import { perMillion } from '../../support/price.js';

const at = (tag: string, prompt: number, completion: number) =>
  endpoint({ tag, pricing: perMillion(prompt, completion) });

function spreadOf(...endpoints: CatalogueEndpoint[]) {
  const spread = endpointSpread(model({ id: 'acme/one' }), { state: 'known', endpoints });
  if ('reason' in spread) return spread;
  const shown = (price: typeof spread.cheapest) =>
    price && `${price.tag} ${toText(price.prompt)}/${toText(price.completion)}`;
  return { ...spread, cheapest: shown(spread.cheapest), mostExpensive: shown(spread.mostExpensive) };
}

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

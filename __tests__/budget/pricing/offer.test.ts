import { describe, expect, test } from '@jest/globals';
import { endpointOffers } from '../../../src/budget/pricing/offer.js';
import { endpoint, model } from '../../support/catalogue.js';
import { perMillion, priceOf, rangeOf } from '../../support/price.js';

const PLAIN = perMillion(1, 2);

describe('endpoints that charge the same', () => {
  test('have one price list, and those with other prices one of their own', () => {
    const pricings = [PLAIN, perMillion(3, 2), { ...PLAIN }, { ...PLAIN, input_cache_read: '0' }, perMillion(1, 3)];
    const endpoints = pricings.map((pricing, index) => endpoint({ tag: `provider-${index}`, pricing }));

    const lists = endpointOffers(model({ id: 'maker/model' }), endpoints).map((offer) => offer.list);

    expect(lists.map((list) => lists.indexOf(list))).toEqual([0, 1, 0, 3, 4]);
  });

  test('differ where their overrides do', () => {
    const overrides = (prompt: string) => [{ min_prompt_tokens: 500, prompt }];
    const [cheap, dear] = ['0.000005', '0.000009'].map((prompt, index) =>
      endpoint({ tag: `provider-${index}`, pricing: { ...PLAIN, overrides: overrides(prompt) } }),
    );

    // 1000 x 0.000005 + 100 x 0.000002, and 1000 x 0.000009 + 100 x 0.000002
    expect(rangeOf({ endpoints: [cheap, dear].filter((one) => one !== undefined), call: { max_tokens: 100 } })).toEqual(
      {
        // Listed: 1000 x 0.000001 + 100 x 0.000002 = 0.0012, which no endpoint charges for so long a prompt.
        expected: '0.0052',
        floor: '0.0052',
        worst: '0.0092',
      },
    );
  });

  test.each([
    ['first', [5000, 300]],
    ['last', [300, 5000]],
  ])('let the longest completion of any make the worst case, also where it is the %s', (_place, caps) => {
    const endpoints = caps.map((cap, index) => endpoint({ tag: `provider-${index}`, max_completion_tokens: cap }));

    // 1000 x 0.000001 + 5000 x 0.000002
    expect(rangeOf({ endpoints }).worst).toBe('0.011');
  });

  test('each say why they have no price', () => {
    const endpoints = ['one', 'two'].map((tag) => endpoint({ tag, pricing: { prompt: '-1', completion: '-1' } }));

    expect(priceOf({ endpoints }).incomplete).toEqual([
      'maker/model: one: its prompt price is "-1": not known before the request is routed',
      'maker/model: two: its prompt price is "-1": not known before the request is routed',
    ]);
  });

  test('are each read where tens of thousands charge something else each', () => {
    const endpoints = Array.from({ length: 20_000 }, (_, index) =>
      endpoint({ tag: `provider-${index}`, pricing: { prompt: `0.1${index}`, completion: `0.${1 + (index % 3)}` } }),
    );

    const offers = endpointOffers(model({ id: 'maker/model' }), endpoints);

    expect(new Set(offers.map((offer) => offer.list)).size).toBe(20_000);
  });
});

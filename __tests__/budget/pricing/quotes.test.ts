import { describe, expect, test } from '@jest/globals';
import { priceCall } from '../../../src/budget/pricing/price-call.js';
import { catalogue, endpoint, model, PLAIN_PRICING } from '../../support/catalogue.js';
import { call } from '../../support/manifest.js';
import { expectedOf, perMillion, priceOf, rangeOf } from '../../support/price.js';

/** Every request is 1,000 prompt and 100 completion tokens. */
const LISTED = perMillion(2, 10); // 1000 x 2 + 100 x 10 = 0.003
const CHEAP = perMillion(1, 5); // 0.0015
const only = (...providers: string[]) => ({ provider: { only: providers }, max_tokens: 100 });

describe('with a provider filter the listed price holds where one endpoint that passes has it', () => {
  const endpoints = [
    endpoint({ tag: 'cheap', pricing: CHEAP }),
    endpoint({ tag: 'same', pricing: LISTED }),
    endpoint({ tag: 'half-same', pricing: perMillion(2, 5) }), // 0.0025
    endpoint({ tag: 'other-half', pricing: perMillion(1, 10) }), // 0.002
    endpoint({ tag: 'odd', pricing: { prompt: '-1', completion: '-1' } }),
  ];

  test.each([
    ['one of several has it', ['cheap', 'same'], '0.003'],
    ['none has it: the cheapest', ['cheap'], '0.0015'],
    ['the prompt price alone is the same', ['half-same'], '0.0025'],
    ['the completion price alone is the same', ['other-half'], '0.002'],
    ['a price that is not known is another', ['odd', 'cheap'], '0.0015'],
    [
      'none has a price that is known',
      ['odd'],
      'maker/model: none of its eligible endpoints has a price that is known',
    ],
  ])('%s', (_, providers, expected) => {
    expect(expectedOf({ pricing: LISTED, endpoints, call: only(...providers) })).toBe(expected);
  });
});

describe('the cheapest of several', () => {
  /** $0.0000000000001 less a token than $1 a million: a price of 19 digits, where others have at most 12. */
  const FINE = { prompt: '0.0000009999999999999', completion: '0' };
  const COARSE = { prompt: '0.000001', completion: '0' };

  test.each([
    ['the finer price first', [FINE, COARSE]],
    ['the finer price last', [COARSE, FINE]],
  ])('is found by the whole amount, however many digits the prices have: %s', (_, prices) => {
    const endpoints = prices.map((pricing, index) => endpoint({ tag: `p${String(index)}`, pricing }));
    // 1000 x 0.0000009999999999999 = 0.0009999999999999
    expect(rangeOf({ endpoints, call: { provider: { sort: 'price' }, max_tokens: 100 } })).toEqual({
      expected: '0.0009999999999999',
      floor: '0.0009999999999999',
      worst: '0.001',
    });
  });

  test('names the endpoint, and among which it is the cheapest', () => {
    const endpoints = [
      endpoint({ tag: 'dear', provider_name: 'Dear', pricing: LISTED }),
      endpoint({ tag: 'cheap', provider_name: 'Cheap', pricing: CHEAP }),
      endpoint({ tag: 'cheap/priority', provider_name: 'Cheap', pricing: LISTED }),
    ];
    const source = (fields: object) => priceOf({ pricing: LISTED, endpoints, call: { ...fields } }).source;
    expect(source({})).toBe('maker/model at its listed price');
    expect(source({ provider: { sort: 'price' } })).toMatch(
      /^maker\/model at .*cheap.*, the cheapest eligible endpoint$/,
    );
    expect(source({ provider: { only: ['cheap'] } })).toMatch(/, the cheapest eligible endpoint$/);
    expect(source({ service_tier: 'priority' })).toMatch(/, the cheapest eligible priority endpoint$/);
    expect(source({ provider: { order: ['cheap'] } })).toMatch(
      /, the cheapest eligible endpoint of cheap, by provider\.order$/,
    );
  });
});

describe('a provider in provider.order comes before provider.sort', () => {
  const endpoints = [
    endpoint({ tag: 'cheap', pricing: CHEAP }),
    endpoint({ tag: 'cheap/flex', pricing: perMillion(0.5, 2.5) }), // 0.00075
    endpoint({ tag: 'dear', pricing: perMillion(4, 20) }), // 0.006
    endpoint({ tag: 'dear/priority', pricing: perMillion(8, 40) }), // 0.012
  ];
  const order = (...providers: string[]) => ({ order: providers });

  test.each([
    ['sort: price', { provider: { ...order('dear'), sort: 'price' as const } }, '0.006'],
    [':floor is no sorting: the cheapest endpoint', { model: 'maker/model:floor', provider: order('dear') }, '0.00075'],
    ['sort: price, and nobody in it serves', { provider: { ...order('other'), sort: 'price' as const } }, '0.0015'],
    ['an empty order sorts', { provider: { order: [], sort: 'price' as const } }, '0.0015'],
    [
      'flex is no sorting: the cheapest flex endpoint',
      { service_tier: 'flex' as const, provider: order('dear') },
      '0.00075',
    ],
    ['priority comes first', { service_tier: 'priority' as const, provider: order('cheap') }, '0.012'],
  ])('%s', (_, fields, expected) => {
    expect(expectedOf({ pricing: LISTED, endpoints, call: { max_tokens: 100, ...fields } })).toBe(expected);
  });

  test('so without endpoints an order has no price, sorted or not', () => {
    const unpriced = (fields: object) => priceOf({ pricing: LISTED, endpoints: 'no answer', call: fields }).state;
    expect(unpriced({ provider: { ...order('dear'), sort: 'price' } })).toBe('unpriced');
    expect(unpriced({ provider: { sort: 'price' } })).toBe('priced');
    expect(unpriced({ service_tier: 'flex', provider: order('dear') })).toBe('priced');
  });
});

test('the model that a price is of is named, and none where there is none', () => {
  expect(priceOf({ call: { model: 'maker/model:floor' } }).resolved_model).toBe('maker/model');
  expect(priceOf({ call: { model: 'maker/other' } }).resolved_model).toBeNull();
});

test('parts of a completion are never more than the whole of it in the worst case', () => {
  const pricing = { prompt: '0', completion: '0.001', image_output: '0.01', audio_output: '0.1' };
  const worst = (fields: object) =>
    rangeOf({ pricing, endpoints: [endpoint({ tag: 'a', pricing })], call: { max_tokens: 100, ...fields } }).worst;
  const tokens = { expected: 0, max: 200 };
  // 100 x 0.01 and 100 x 0.1: no token is left at 0.001
  expect(worst({ image_output_tokens: tokens })).toBe('1');
  expect(worst({ audio_output_tokens: tokens })).toBe('10');
});

describe('a provider matches', () => {
  const endpoints = [
    endpoint({ tag: 'amazon-bedrock', provider_name: 'Amazon Bedrock', pricing: CHEAP }),
    endpoint({ tag: 'z-ai', provider_name: 'Z.AI', pricing: perMillion(3, 15) }), // 0.0045
    endpoint({ tag: 'google-vertex/global', provider_name: 'Google', pricing: perMillion(4, 20) }), // 0.006
  ];

  test.each([
    ['by its slug', 'amazon-bedrock', '0.0015'],
    ['by its name', 'Amazon Bedrock', '0.0015'],
    ['by its name with other signs between the words', 'amazon -- bedrock!', '0.0015'],
    ['by a name with a point in it', 'z.ai', '0.0045'],
    ['by the first part of its tag', 'google-vertex', '0.006'],
    ['by the name it goes by', 'Google', '0.006'],
    ['by its whole tag, in any capitals and between blanks', ' Google-Vertex/Global ', '0.006'],
  ])('%s', (_, provider, expected) => {
    expect(expectedOf({ pricing: LISTED, endpoints, call: only(provider) })).toBe(expected);
  });

  test.each(['amazon', 'bedrock', 'google-vertex/europe', '!', 'global'])('and not by %j', (provider) => {
    expect(priceOf({ pricing: LISTED, endpoints, call: only(provider) }).state).toBe('unpriced');
  });
});

describe('what a price list says beside the prices of tokens', () => {
  test('keys that bill nothing of ours are known, and do not make a price incomplete', () => {
    const pricing = {
      ...PLAIN_PRICING,
      internal_reasoning: '0.00001',
      input_audio_cache: '0.00001',
      discount: 0.5,
      extra: '0',
      other: 0,
      none: null,
    };
    const price = priceOf({ pricing, endpoints: [endpoint({ tag: 'a', pricing })], call: { max_tokens: 100 } });
    // 1000 x 0.000001 + 100 x 0.000002
    expect(price.expected).toEqual({ coefficient: 12n, scale: 4 });
    expect(price.incomplete).toEqual([]);
  });

  test('a key that is not known and not zero makes it incomplete', () => {
    const pricing = { ...PLAIN_PRICING, surcharge: '0.1' };
    const price = priceOf({ pricing, endpoints: [endpoint({ tag: 'a', pricing })], call: { max_tokens: 100 } });
    expect(price.incomplete.join()).toContain('surcharge');
  });

  test('only what costs nothing at all is free: a fee for the request is a price', () => {
    const nothing = { prompt: '0', completion: '0' };
    const stateOf = (pricing: object) =>
      priceOf({ id: 'maker/model:free', pricing: { ...nothing, ...pricing }, call: { max_tokens: 100 } }).state;
    expect(stateOf({})).toBe('free');
    expect(stateOf({ request: '0.001' })).toBe('priced');
    expect(stateOf({ completion: '0.001' })).toBe('priced');
  });
});

describe('web searches and pages', () => {
  const lines = (fields: object, pricing: object = {}) =>
    priceOf({ pricing: { ...PLAIN_PRICING, ...pricing }, call: fields }).details().arithmetic;

  test('are lines of their own, and no line where there are none', () => {
    expect(lines({}).join('\n')).not.toMatch(/search|PDF/);
    // 2 x 0.007 and 3 x 0.002
    expect(lines({ web_searches: 2, pdf_pages: 3 })).toEqual(
      expect.arrayContaining(['2 web searches by the default engine x 0.007 = 0.014', '3 PDF pages x 0.002 = 0.006']),
    );
    expect(lines({ web_searches: 1 }, { web_search: '0.01' })).toContain(
      "1 web searches by the model's own engine x 0.01 = 0.01",
    );
  });

  test('every kind of token is named', () => {
    const pricing = {
      audio: '0.00001',
      image: '0.001',
      image_output: '0.0001',
      audio_output: '0.0002',
      request: '0.5',
    };
    const tokens = (expected: number) => ({ expected, max: null });
    const fields = {
      audio_tokens: tokens(10),
      image_output_tokens: tokens(20),
      audio_output_tokens: tokens(30),
      images: 2,
    };
    expect(lines(fields, pricing).slice(1)).toEqual([
      '990 prompt tokens x 0.000001 = 0.00099',
      '10 audio tokens x 0.00001 = 0.0001',
      '2 input images x 0.001 = 0.002',
      '50 completion tokens x 0.000002 = 0.0001',
      '20 image output tokens x 0.0001 = 0.002',
      '30 audio output tokens x 0.0002 = 0.006',
      '1 request x 0.5 = 0.5',
      // 0.00099 + 0.0001 + 0.002 + 0.0001 + 0.002 + 0.006 + 0.5
      'sum = 0.51119',
    ]);
  });
});

describe('a provider that matches no endpoint is reported', () => {
  const endpoints = [endpoint({ tag: 'anthropic' }), endpoint({ tag: 'google-vertex/global' })];
  const notes = (provider: object, more: object = {}) => priceOf({ endpoints, call: { provider, ...more } }).notes;

  test.each([
    [
      { order: ['antropic'] },
      'provider.order names "antropic", which has no endpoint of maker/model; did you mean "anthropic"?',
    ],
    [{ ignore: ['elsewhere'] }, 'provider.ignore names "elsewhere", which has no endpoint of maker/model'],
  ])('%j', (provider, expected) => {
    expect(notes(provider)).toEqual([expected]);
  });

  test.each([[{ order: ['Anthropic', 'google-vertex'] }], [{ only: ['anthropic'] }], [{ sort: 'price' }], [{}]])(
    'and nothing of %j',
    (provider) => {
      expect(notes(provider)).toEqual([]);
    },
  );

  test('nothing is reported where the endpoints are not known, or there are none', () => {
    const asked = { call: { provider: { order: ['elsewhere'] } } };
    expect(priceOf({ ...asked, endpoints: 'no answer' }).notes).toEqual([]);
    expect(priceOf(asked).notes).toEqual([
      'maker/model has no endpoint: nobody serves it now, and its listed price is used',
    ]);
  });

  test('a provider of a fallback model alone is not reported', () => {
    const other = { ...model({ id: 'maker/other' }), endpoints: [endpoint({ tag: 'azure' })] };
    const own = { ...model({ id: 'maker/model' }), endpoints };
    const asked = call({ model: 'maker/model', fallback_models: ['maker/other'], provider: { order: ['azure', 'x'] } });
    expect(priceCall(asked, catalogue([own, other]), null).notes).toEqual([
      'provider.order names "x", which has no endpoint of maker/model or maker/other',
    ]);
  });
});

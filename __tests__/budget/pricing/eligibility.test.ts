import { describe, expect, it } from '@jest/globals';
import type { CatalogueEndpoint } from '../../../src/openrouter/catalogue/catalogue.js';
import { resolveModel } from '../../../src/openrouter/catalogue/model-id.js';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { decimal } from '../../../src/lib/money/decimal.js';
import { eligibleOffers } from '../../../src/budget/pricing/eligibility.js';
import { endpointOffers } from '../../../src/budget/pricing/offer.js';
import { endpoint, model } from '../../support/catalogue.js';
import { call, tokens } from '../../support/manifest.js';
import { perMillion } from '../../support/price.js';

/** The tags of the endpoints that may serve the call, or why none may. */
function eligible(endpoints: readonly CatalogueEndpoint[], fields: Partial<NamedCall> = {}) {
  const asked = call({ model: 'maker/model', ...fields });
  const row = model({ id: 'maker/model' });
  const resolution = resolveModel(asked.model, new Map([[row.id, row]]));
  if (resolution.state === 'unresolved') throw new Error(resolution.reason);
  const found = eligibleOffers(
    asked,
    resolution.suffixes,
    asked.prompt_tokens?.expected ?? 0,
    endpointOffers(row, endpoints),
  );
  if ('reason' in found) return found.reason;
  const tagsOf = (offers: typeof found.serving) => offers.map((offer) => offer.endpoint.tag);
  return { serving: tagsOf(found.serving), possible: tagsOf(found.possible) };
}

/** The same where ranks do not matter. */
function possible(endpoints: readonly CatalogueEndpoint[], fields: Partial<NamedCall> = {}) {
  const found = eligible(endpoints, fields);
  return typeof found === 'string' ? found : found.possible;
}

describe('tiers', () => {
  const ALL = ['openai', 'openai/flex', 'openai/priority', 'azure/eu', 'azure/eu/Priority', 'flexible/fp8'];
  const endpoints = ALL.map((tag) => endpoint({ tag }));

  it.each<{ title: string; fields: Partial<NamedCall>; tags: string[] }>([
    { title: 'by default neither flex nor priority', fields: {}, tags: ['openai', 'azure/eu', 'flexible/fp8'] },
    {
      title: ':floor admits flex',
      fields: { model: 'maker/model:floor' },
      tags: ['openai', 'openai/flex', 'azure/eu', 'flexible/fp8'],
    },
    {
      title: ':nitro admits priority',
      fields: { model: 'maker/model:nitro' },
      tags: ['openai', 'openai/priority', 'azure/eu', 'azure/eu/Priority', 'flexible/fp8'],
    },
    { title: 'stacked they admit both', fields: { model: 'maker/model:nitro:floor' }, tags: ALL },
    {
      title: 'service_tier: priority admits priority',
      fields: { service_tier: 'priority' },
      tags: ['openai', 'openai/priority', 'azure/eu', 'azure/eu/Priority', 'flexible/fp8'],
    },
    { title: 'service_tier: flex means flex alone', fields: { service_tier: 'flex' }, tags: ['openai/flex'] },
    {
      title: ':online and :exacto admit none',
      fields: { model: 'maker/model:online:exacto' },
      tags: ['openai', 'azure/eu', 'flexible/fp8'],
    },
    {
      title: 'provider.sort: price admits none',
      fields: { provider: { sort: 'price' } },
      tags: ['openai', 'azure/eu', 'flexible/fp8'],
    },
  ])('$title', ({ fields, tags }) => {
    expect(possible(endpoints, fields)).toEqual(tags);
  });

  it('service_tier: flex is the default tier where the model has no flex', () => {
    const without = [endpoint({ tag: 'openai' }), endpoint({ tag: 'openai/priority' })];
    expect(possible(without, { service_tier: 'flex' })).toEqual(['openai']);
  });
});

describe('provider.only and provider.ignore', () => {
  const endpoints = [
    endpoint({ tag: 'azure', provider_name: 'Azure' }),
    endpoint({ tag: 'azure/eu', provider_name: 'Azure' }),
    endpoint({ tag: 'amazon-bedrock/us', provider_name: 'Amazon Bedrock' }),
    endpoint({ tag: 'google-vertex/global', provider_name: 'Google' }),
    endpoint({ tag: 'azure-like', provider_name: 'Azure Like' }),
  ];

  it.each([
    { entry: 'azure', tags: ['azure', 'azure/eu'], why: 'a base slug means all of a provider' },
    { entry: 'AZURE', tags: ['azure', 'azure/eu'], why: 'capitals do not count' },
    { entry: 'azure/eu', tags: ['azure/eu'], why: 'a tag means itself' },
    { entry: 'Azure/EU', tags: ['azure/eu'], why: 'in any capitals' },
    { entry: 'amazon-bedrock', tags: ['amazon-bedrock/us'], why: 'a base slug with a dash' },
    { entry: 'Amazon Bedrock', tags: ['amazon-bedrock/us'], why: "a provider's name" },
    { entry: 'google', tags: ['google-vertex/global'], why: "a provider's name as a slug, other than its tag" },
  ])('only: [$entry] leaves $tags: $why', ({ entry, tags }) => {
    expect(possible(endpoints, { provider: { only: [entry] } })).toEqual(tags);
    const others = endpoints.map(({ tag }) => tag).filter((tag) => !tags.includes(tag));
    expect(possible(endpoints, { provider: { ignore: [entry] } })).toEqual(others);
  });

  it('empty lists rule out nothing', () => {
    expect(possible(endpoints, { provider: { only: [], ignore: [], max_price: {} } })).toHaveLength(5);
  });

  it('a base slug does not bring in a tier that is not asked for', () => {
    const tiers = [endpoint({ tag: 'openai' }), endpoint({ tag: 'openai/flex' })];
    expect(possible(tiers, { provider: { only: ['openai'] } })).toEqual(['openai']);
    expect(possible(tiers, { provider: { only: ['openai'] }, service_tier: 'flex' })).toEqual(['openai/flex']);
  });
});

describe('provider.max_price, dollars per million', () => {
  const endpoints = [
    endpoint({ tag: 'cheap', pricing: perMillion(1, 4) }),
    endpoint({ tag: 'dear', pricing: perMillion(1.01, 4.01) }),
    endpoint({ tag: 'long', pricing: perMillion(1, 4, { overrides: [{ min_prompt_tokens: 5, prompt: '0.1' }] }) }),
    endpoint({ tag: 'broken', pricing: { prompt: 'x', completion: '1' } }),
  ];

  it.each([
    { max_price: { prompt: decimal('1') }, tags: ['cheap', 'long', 'broken'] },
    { max_price: { completion: decimal('4') }, tags: ['cheap', 'long', 'broken'] },
    { max_price: { completion: decimal('4.01') }, tags: ['cheap', 'dear', 'long', 'broken'] },
    { max_price: { prompt: decimal('1.01'), completion: decimal('4') }, tags: ['cheap', 'long', 'broken'] },
  ])('leaves $tags: a limit met is kept, overrides do not count, an unknown price stays', ({ max_price, tags }) => {
    expect(possible(endpoints, { provider: { max_price } })).toEqual(tags);
  });
});

describe('the request must fit, by its expected tokens', () => {
  const fields = { prompt_tokens: tokens(900, 5000), completion_tokens: tokens(100, 5000) };

  it.each<{ title: string; bounds: Partial<CatalogueEndpoint>; fields?: Partial<NamedCall>; fits: boolean }>([
    { title: 'a context of 1000 holds 900 + 100', bounds: { context_length: 1000 }, fits: true },
    { title: 'a context of 999 does not', bounds: { context_length: 999 }, fits: false },
    { title: 'a context that is not stated does', bounds: { context_length: null }, fits: true },
    { title: 'a context of 0 is not stated', bounds: { context_length: 0 }, fits: true },
    { title: 'max_prompt_tokens 900 takes 900', bounds: { max_prompt_tokens: 900 }, fits: true },
    { title: 'max_prompt_tokens 899 does not', bounds: { max_prompt_tokens: 899 }, fits: false },
    { title: 'a cap does not matter without max_tokens', bounds: { max_completion_tokens: 50 }, fits: true },
    {
      title: 'a cap of 800 gives max_tokens 800',
      bounds: { max_completion_tokens: 800 },
      fields: { max_tokens: 800 },
      fits: true,
    },
    {
      title: 'a cap of 799 does not',
      bounds: { max_completion_tokens: 799 },
      fields: { max_tokens: 800 },
      fits: false,
    },
  ])('$title', ({ bounds, fields: more, fits }) => {
    const list = [endpoint({ tag: 'roomy' }), endpoint({ tag: 'asked', ...bounds })];
    expect(possible(list, { ...fields, ...more })).toEqual(fits ? ['roomy', 'asked'] : ['roomy']);
  });
});

describe('de-ranked endpoints', () => {
  it('count for the worst case alone', () => {
    const list = [endpoint({ tag: 'a', status: -2 }), endpoint({ tag: 'b' })];
    expect(eligible(list)).toEqual({ serving: ['b'], possible: ['a', 'b'] });
  });

  it('count for all where there are no others that are eligible', () => {
    const list = [endpoint({ tag: 'a', status: -2 }), endpoint({ tag: 'b', context_length: 10 })];
    expect(eligible(list)).toEqual({ serving: ['a'], possible: ['a'] });
  });
});

it('where nothing can serve the reason counts what each filter excludes', () => {
  const list = [
    endpoint({ tag: 'openai/flex' }),
    endpoint({ tag: 'azure' }),
    endpoint({ tag: 'azure/eu' }),
    endpoint({ tag: 'groq', context_length: 500 }),
    endpoint({ tag: 'groq/fast', pricing: perMillion(9, 9) }),
  ];
  const provider = { only: ['openai', 'groq'], max_price: { prompt: decimal('2') } };
  expect(eligible(list, { provider })).toBe(
    'none of its 5 endpoints can serve the request as declared: 1 of a service tier that the call does not ask for; ' +
      '2 not in provider.only; 1 with a context of less than 1100 tokens; 1 above provider.max_price.prompt',
  );
});

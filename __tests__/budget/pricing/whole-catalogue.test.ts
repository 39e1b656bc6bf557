import { describe, expect, it } from '@jest/globals';
import type { Catalogue, CatalogueEndpoint } from '../../../src/openrouter/catalogue/catalogue.js';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { type Decimal, compare } from '../../../src/lib/money/decimal.js';
import { priceCall } from '../../../src/budget/pricing/price-call.js';
import { catalogue } from '../../support/catalogue.js';
import { call, tokens } from '../../support/manifest.js';
import { hasOpenRouterData, realCatalogue } from '../../support/openrouter-data.js';

const describeReal = hasOpenRouterData ? describe : describe.skip;

const SHAPES: readonly { readonly name: string; readonly fields: Partial<NamedCall> }[] = [
  { name: 'a short request', fields: { prompt_tokens: tokens(1000), completion_tokens: tokens(200) } },
  {
    name: 'a cached request with a cap',
    fields: { prompt_tokens: tokens(2500, 9000), cached_tokens: tokens(2000), max_tokens: 1000 },
  },
  {
    name: 'a request that writes to the cache and searches',
    fields: { prompt_tokens: tokens(3000), cache_write_tokens: tokens(2000), web_searches: 2 },
  },
];

const ZERO = 'a price of zero is free on ":free" models alone, so what it charges is not known';
const ROUTER = 'its prompt price is "-1": not known before the request is routed';

/** Endpoints of the default tier that are not de-ranked and that every shape fits: eligible without any preference. */
function plainlyEligible({ tag, status, context_length, max_completion_tokens }: CatalogueEndpoint): boolean {
  const fits = (context_length ?? 0) >= 4000 && (max_completion_tokens ?? 1000) >= 1000;
  return status >= 0 && fits && !/\/(?:flex|priority)$/.test(tag);
}

function endpointsOf(real: Catalogue, id: string | null): readonly CatalogueEndpoint[] {
  const list = real.endpoints.get(id ?? '');
  return list?.state === 'known' ? list.endpoints : [];
}

function isAtMost(least: Decimal | null, most: Decimal | null): boolean {
  return least !== null && most !== null && compare(least, most) <= 0;
}

describeReal('the whole catalogue of 2026-08-22 with its 1,204 endpoints', () => {
  const real = hasOpenRouterData ? realCatalogue() : catalogue([]);

  it.each(SHAPES)('$name: every model has a price or a stated reason, and every range its order', ({ fields }) => {
    const reasons: (string | null)[] = [];
    const disordered: string[] = [];
    let withListedPrice = 0;
    for (const [id, { pricing: listed }] of real.models) {
      const price = priceCall(call({ model: id, ...fields }), real, null);
      if (price.state === 'unpriced') {
        reasons.push(price.reason);
        continue;
      }
      if (!isAtMost(price.floor, price.worst_case)) disordered.push(`${id}: floor above worst case`);
      const atListedPrice = endpointsOf(real, price.resolved_model).filter(
        ({ pricing }) => pricing.prompt === listed.prompt && pricing.completion === listed.completion,
      );
      if (!atListedPrice.some(plainlyEligible)) continue;
      withListedPrice += 1;
      if (!isAtMost(price.floor, price.expected)) disordered.push(`${id}: floor above expected`);
    }
    expect(reasons.sort()).toEqual([
      `google/lyria-3-clip-preview: ${ZERO}`,
      `google/lyria-3-pro-preview: ${ZERO}`,
      `openrouter/auto-beta: ${ROUTER}`,
      `openrouter/auto: ${ROUTER}`,
      `openrouter/bodybuilder: ${ROUTER}`,
      `openrouter/fusion: ${ROUTER}`,
      `openrouter/pareto-code: ${ROUTER}`,
      `stealth/ox-alpha: ${ZERO}`,
    ]);
    expect(disordered).toEqual([]);
    expect(withListedPrice).toBeGreaterThan(390);
  });

  it('the 19 rows that are free are the ":free" ones and openrouter/free', () => {
    const free = [...real.models.keys()].filter((id) => priceCall(call({ model: id }), real, null).state === 'free');
    expect(free.filter((id) => !id.endsWith(':free'))).toEqual(['openrouter/free']);
    expect(free).toHaveLength(19);
  });
});

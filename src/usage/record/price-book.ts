import { priceCall } from '../../budget/pricing/price-call.js';
import { fastModel, priceServed, defaultPreferences } from '../../budget/pricing/price-recorded.js';
import type { PricedCall } from '../../budget/pricing/request.js';
import { add, maximum, type Decimal, exactCost } from '../../lib/money/decimal.js';
import type { Catalogue, EndpointList } from '../../openrouter/catalogue/catalogue.js';
import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import type { UsageRow } from '../read/exchange.js';
import type { RequestFacts } from './request-facts.js';

/** The prices that a recorder counts with. */
export interface PriceBook {
  /**
   * Why the request cannot be priced, in words, or the most that it can cost in US dollars; null where nothing bounds it.
   * Asks once for the endpoints of each model, whose prices the worst case needs.
   */
  readonly worstCase: (
    request: RequestFacts,
  ) => Promise<{ readonly reason: string } | { readonly amount: Decimal | null }>;
  /** What an answer cost: as it states, else at catalogue prices; null where neither is known. */
  readonly costOf: (row: UsageRow) => Promise<Decimal | null>;
  /** The catalogue's id of a model as requested or recorded; null where no row fits. */
  readonly idOf: (model: string) => string | null;
}

/** Loads the endpoints of one model into the catalogue. Never throws: endpoints that cannot be had stay unknown. */
export type LoadEndpoints = (catalogue: Catalogue, id: string) => Promise<Catalogue>;

/** With endpoints of each model as it is first met. */
export function priceBook(catalogue: Catalogue, loadEndpoints: LoadEndpoints): PriceBook {
  const catalogues = new Map<string, Promise<Catalogue>>();
  const ids = new Map<string, string | null>();
  const idOf = (model: string): string | null => {
    const known = ids.get(model);
    if (known !== undefined) return known;
    const id = idOfName(model, catalogue.models);
    ids.set(model, id);
    return id;
  };
  const withEndpointsOf = (id: string): Promise<Catalogue> => {
    const known = catalogues.get(id);
    if (known !== undefined) return known;
    const loading = loadEndpoints(catalogue, id);
    catalogues.set(id, loading);
    return loading;
  };
  return {
    idOf,
    worstCase: async (request) => {
      const models = [...new Set([...(request.model === null ? [] : [request.model]), ...request.fallbacks])];
      if (models.length === 0) return { reason: 'the request names no model' };
      const amounts: (Decimal | null)[] = [];
      for (const model of models) {
        const id = idOf(model);
        if (id === null) return { reason: `${model} is no model of the catalogue` };
        const row = request.isFast ? fastModel(id) : id;
        if (!catalogue.models.has(row)) return { reason: 'speed "fast" has no price in the catalogue' };
        // Suffixes such as `:nitro` decide which endpoints may serve.
        const named = model.includes('/') && !request.isFast ? model : row;
        const worst = worstOn(named, row, request, await withEndpointsOf(row));
        if ('reason' in worst) return worst;
        amounts.push(worst.amount);
      }
      const known = amounts.filter((amount) => amount !== null);
      const [first, ...rest] = known;
      if (first === undefined || known.length < amounts.length) return { amount: null };
      return { amount: maximum(first, ...rest) };
    },
    costOf: async (row) => {
      const stated = statedCost(row);
      if (stated !== null || row.model === null) return stated;
      const id = idOf(row.model);
      if (id === null) return null;
      const { tier, tokens, web_searches, written_1h } = row;
      return priceServed(id, tier, { ...tokens, web_searches, written_1h }, await withEndpointsOf(id));
    },
  };
}

/** The cost that an answer states. With an own provider key that is the fee alone, so the provider's price is added. */
export function statedCost({ cost, own_key: ownKey, list_cost: listCost }: UsageRow): Decimal | null {
  if (cost === null) return null;
  const stated = exactCost(cost);
  return ownKey && listCost !== null ? add(stated, exactCost(listCost)) : stated;
}

/**
 * A text has no more tokens than bytes, so the bytes of the body stand for its prompt tokens. Any of them may be written
 * to the cache, for an hour where the request says so. They bound the worst case alone: which endpoints fit is decided
 * as if the request were small. Amount null: nothing bounds the answer, or a part of the input is not in the body.
 */
function worstOn(
  model: string,
  id: string,
  request: RequestFacts,
  catalogue: Catalogue,
): { readonly reason: string } | { readonly amount: Decimal | null } {
  const { bytes, maxCompletion } = request;
  const largest = { expected: 0, max: bytes };
  const call: PricedCall = {
    ...defaultPreferences(model),
    service_tier: request.serviceTier,
    cache_ttl: request.writesForAnHour ? '1h' : '5m',
    prompt_tokens: largest,
    cached_tokens: largest,
    cache_write_tokens: NONE,
    audio_tokens: NONE,
    completion_tokens: { expected: 0, max: maxCompletion ?? 0 },
    image_output_tokens: NONE,
    audio_output_tokens: NONE,
    max_tokens: undefined,
    web_searches: 0,
  };
  const price = priceCall(call, catalogue, null);
  if (price.state === 'unpriced') return { reason: price.reason ?? `${model} has no price` };
  if (maxCompletion === null || !request.isWhole) return { amount: null };
  if (price.worst_case !== null) return { amount: price.worst_case };
  // Without the prices of all endpoints the listed price stands for them.
  const listed = { ...catalogue, endpoints: new Map([[id, NO_ENDPOINTS]]) };
  return { amount: priceCall(call, listed, null).worst_case };
}

const NONE = { expected: 0, max: null };

const NO_ENDPOINTS: EndpointList = { state: 'known', endpoints: [] };

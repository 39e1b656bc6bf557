import type { CatalogueEndpoint, CatalogueModel, Pricing } from '../../openrouter/catalogue/catalogue.js';
import { type PriceList, type ReadPriceList, readPriceList } from './price-list.js';
import type { Cap } from './request.js';

/** Prices that may apply to a request, of an endpoint or as the model lists them, and the limits of its completion there. */
export interface Offer {
  /** The endpoint's tag, for messages. */
  readonly name: string;
  readonly list: ReadPriceList;
  readonly cap: Cap;
}

export type Tier = 'default' | 'flex' | 'priority';

export interface EndpointOffer extends Offer {
  readonly endpoint: CatalogueEndpoint;
  readonly tier: Tier;
}

/** Cache: the endpoints of a model are read once per catalogue, however many calls use them. */
const offers = new WeakMap<CatalogueModel, OffersOfModel>();

interface OffersOfModel {
  readonly endpoints: readonly CatalogueEndpoint[];
  readonly read: readonly EndpointOffer[];
}

interface PricedAs {
  readonly pricing: Pricing;
  readonly list: ReadPriceList;
}

/** Reads the endpoints of a model once for each list of endpoints. */
export function endpointOffers(
  model: CatalogueModel,
  endpoints: readonly CatalogueEndpoint[],
): readonly EndpointOffer[] {
  const known = offers.get(model);
  if (known?.endpoints === endpoints) return known.read;
  // Endpoints that charge the same, or as the model lists, share one list: it is read, and a request priced with it, once.
  const firstByPrice = new Map<unknown, PricedAs>();
  if (!answersInEmbeddings(model)) {
    const list = pricesAtId(model.id, readPriceList(model.pricing));
    firstByPrice.set(model.pricing.completion, { pricing: model.pricing, list });
  }
  const read = endpoints.map((endpoint): EndpointOffer => {
    const { tag } = endpoint;
    const pricing = completed(endpoint.pricing, model);
    const first = firstByPrice.get(pricing.completion);
    const list =
      first !== undefined && chargeTheSame(first.pricing, pricing)
        ? first.list
        : pricesAtId(model.id, readPriceList(pricing));
    if (first === undefined) firstByPrice.set(pricing.completion, { pricing, list });
    return { name: tag, list, cap: capOf(endpoint, model), endpoint, tier: tierOf(tag) };
  });
  offers.set(model, { endpoints, read });
  return read;
}

/**
 * Adds the keys that the endpoint leaves to its model: the fee of a request, and of embeddings the completion, which is
 * free.
 */
function completed(pricing: Pricing, model: CatalogueModel): Pricing {
  const fee = pricing.request === undefined && (model.pricing.request ?? '0') !== '0';
  const answer = pricing.completion === undefined && answersInEmbeddings(model);
  if (!fee && !answer) return pricing;
  return { ...pricing, ...(fee && { request: model.pricing.request }), ...(answer && { completion: '0' }) };
}

/** Tells whether a model answers in embeddings alone. Only its prompt is billed then. */
export function answersInEmbeddings({ output_modalities }: CatalogueModel): boolean {
  return output_modalities.includes('embeddings') && !output_modalities.includes('text');
}

/**
 * Tells whether all prices are the same text. Overrides are not compared: endpoints that have some count as different. A discount
 * is inside the prices already.
 */
function chargeTheSame(a: Pricing, b: Pricing): boolean {
  const keys = Object.keys(a).filter((key) => key !== 'discount');
  const others = Object.keys(b).filter((key) => key !== 'discount');
  return keys.length === others.length && keys.every((key) => a[key] === b[key]);
}

/** Makes an offer of the model's listed prices, capped by its top provider, for a model without endpoints. */
export function listedOffer(model: CatalogueModel, list: PriceList): Offer {
  return { name: 'its listed price', list, cap: capOf(model.top_provider, model) };
}

/** Tells whether zero is a price of this row. Other rows list zero where they charge by the image or the song, or not yet. */
export function isFreeId(id: string): boolean {
  return id.endsWith(':free') || id === 'openrouter/free';
}

/** Returns the price list of a row; the reason where it lists zero and is not free. */
export function pricesAtId(id: string, list: ReadPriceList): ReadPriceList {
  if ('reason' in list || !list.zero || isFreeId(id)) return list;
  return { reason: 'a price of zero is free on ":free" models alone, so what it charges is not known' };
}

/** Reads the tier, which is the last part of a tag (`openai/flex`). Any other last part is a quantization, region or speed. */
function tierOf(tag: string): Tier {
  const last = tag.slice(tag.lastIndexOf('/') + 1).toLowerCase();
  return last === 'flex' || last === 'priority' ? last : 'default';
}

/** Reads the limits. Where no context length, or 0, is stated, the larger of the two windows of the model counts. */
function capOf(stated: Cap, model: CatalogueModel): Cap {
  const own = Math.max(model.top_provider.context_length ?? 0, model.context_length ?? 0);
  const context = stated.context_length === null || stated.context_length === 0 ? own : stated.context_length;
  return {
    context_length: context === 0 ? null : context,
    max_completion_tokens: stated.max_completion_tokens === 0 ? null : stated.max_completion_tokens,
  };
}

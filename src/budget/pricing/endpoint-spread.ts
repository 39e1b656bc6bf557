import type { CatalogueModel, EndpointList } from '../../openrouter/catalogue/catalogue.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { compare } from '../../lib/money/decimal.js';
import { endpointOffers } from './offer.js';
import type { EndpointOffer } from './offer.js';
import { perMillion } from './price-list.js';

/** The prices of a model's endpoints, from the cheapest to the most expensive; US dollars per million tokens. */
export interface EndpointSpread {
  /** Endpoints of the default tier. */
  readonly endpoints: number;
  /** Flex and priority endpoints, which serve only where they are asked for. */
  readonly other_tiers: number;
  /** Null where no endpoint has a price. Ordered by completion, then by prompt price, as models are listed. */
  readonly cheapest: EndpointPrice | null;
  readonly dearest: EndpointPrice | null;
}

export interface EndpointPrice {
  readonly tag: string;
  readonly prompt: Decimal;
  readonly completion: Decimal;
}

/** Finds the cheapest and the most expensive endpoint of a model; gives the reason where they are not known. */
export function endpointSpread(
  model: CatalogueModel,
  list: EndpointList | undefined,
): EndpointSpread | { readonly reason: string } {
  if (list === undefined) return { reason: 'not fetched' };
  if (list.state === 'unknown') return list;
  const offers = endpointOffers(model, list.endpoints);
  const serving = offers.filter((offer) => offer.tier === 'default');
  const prices = serving.flatMap(priceOf).toSorted(byCompletionThenPrompt);
  return {
    endpoints: serving.length,
    other_tiers: offers.length - serving.length,
    cheapest: prices.at(0) ?? null,
    dearest: prices.at(-1) ?? null,
  };
}

function priceOf({ name, list }: EndpointOffer): EndpointPrice[] {
  if ('reason' in list) return [];
  return [
    { tag: name, prompt: perMillion(list, list.base.prompt), completion: perMillion(list, list.base.completion) },
  ];
}

interface BothPrices {
  readonly prompt: Decimal;
  readonly completion: Decimal;
}

/** The order that prices are listed in: completions are the larger part of most bills. */
export function byCompletionThenPrompt(a: BothPrices, b: BothPrices): number {
  return compare(a.completion, b.completion) || compare(a.prompt, b.prompt);
}

import type { ResolvedModel } from '../../openrouter/catalogue/model-id.js';
import { compare } from '../../lib/money/decimal.js';
import type { EligibleOffers } from './eligibility.js';
import { filtersProviders } from './eligibility.js';
import type { EndpointOffer } from './offer.js';
import type { PriceList } from './price-list.js';
import { isProvider } from './provider-match.js';
import type { Quote } from './quote.js';
import { isCheaper, quote } from './quote.js';
import type { PricedRequest, PricedCall } from './request.js';

/** The quote that the estimate rests on and whose price it is, or why there is none. */
export type ExpectedQuote = { readonly quote: Quote; readonly source: string } | { readonly reason: string };

/** What is asked: a request of a call on a model, at an instant, or with null at the dearest time of the week. */
export interface Inquiry {
  readonly call: PricedCall;
  readonly model: ResolvedModel;
  readonly request: PricedRequest;
  /** The model's own price list. */
  readonly listed: PriceList;
  readonly at: Date | null;
}

export const NO_HOURLY_WRITE_PRICE = 'it has no known price for writing to the cache for an hour';

/** Whether the cheapest endpoint serves, whatever providers the call names. */
function takesCheapest({ call, model }: Inquiry): boolean {
  return model.suffixes.has('floor') || call.service_tier === 'flex';
}

/** The endpoints of the first provider in `provider.order` that has an eligible one; null where there is none. */
function firstInOrder({ call }: Inquiry, serving: readonly EndpointOffer[]): InOrder | null {
  for (const provider of call.provider?.order ?? []) {
    const offers = serving.filter((offer) => isProvider(provider, offer.endpoint));
    if (offers.length > 0) return { provider, offers };
  }
  return null;
}

interface InOrder {
  readonly provider: string;
  readonly offers: readonly EndpointOffer[];
}

/**
 * With `:floor` or flex the cheapest eligible endpoint; with `provider.sort: price` too, unless `provider.order` names a
 * provider that has one, since OpenRouter sorts only where no order is given (its API reference on `provider.sort`, as
 * of 2026-11); with the priority tier the cheapest eligible priority endpoint, where there is one; with
 * `provider.order` the cheapest eligible endpoint of its first provider that has one; else the model's listed price,
 * where no provider filter is set or an eligible endpoint has that price (the same prompt and completion price); else
 * the cheapest eligible endpoint.
 */
export function expectedQuote(inquiry: Inquiry, { serving }: EligibleOffers): ExpectedQuote {
  const { call, listed } = inquiry;
  const ordered = firstInOrder(inquiry, serving);
  const isSorted = call.provider?.sort === 'price' && ordered === null;
  if (takesCheapest(inquiry) || isSorted) return cheapestSource(inquiry, serving, 'eligible endpoint');
  const priority = call.service_tier === 'priority' ? serving.filter((offer) => offer.tier === 'priority') : [];
  if (priority.length > 0) return cheapestSource(inquiry, priority, 'eligible priority endpoint');
  if (ordered !== null) {
    const among = `eligible endpoint of ${ordered.provider}, by provider.order`;
    return cheapestSource(inquiry, ordered.offers, among);
  }
  const asListed = !filtersProviders(call) || serving.some((offer) => hasPrice(offer, listed));
  return asListed ? listedQuote(inquiry) : cheapestSource(inquiry, serving, 'eligible endpoint');
}

export function listedQuote({ model, listed, request, at }: Inquiry): ExpectedQuote {
  const own = quote(listed, request, at);
  return own === null ? { reason: NO_HOURLY_WRITE_PRICE } : { quote: own, source: `${model.id} at its listed price` };
}

/** The cheapest of the offers whose price is known. */
export function cheapest(
  { request, at }: Inquiry,
  offers: readonly EndpointOffer[],
): { readonly quote: Quote; readonly offer: EndpointOffer } | null {
  let least: { readonly quote: Quote; readonly offer: EndpointOffer } | null = null;
  for (const offer of offers) {
    // Of several that charge the same the first stands for all.
    if ('reason' in offer.list || offer.list === least?.quote.list) continue;
    const own = quote(offer.list, request, at);
    if (own !== null && (least === null || isCheaper(own, least.quote))) least = { quote: own, offer };
  }
  return least;
}

function cheapestSource(inquiry: Inquiry, offers: readonly EndpointOffer[], among: string): ExpectedQuote {
  const best = cheapest(inquiry, offers);
  if (best === null) return { reason: 'none of its eligible endpoints has a price that is known' };
  return { quote: best.quote, source: `${inquiry.model.id} at ${best.offer.name}, the cheapest ${among}` };
}

function hasPrice({ list }: EndpointOffer, listed: PriceList): boolean {
  if ('reason' in list) return false;
  return (['prompt', 'completion'] as const).every(
    (key) => compare(list.base.in_dollars[key], listed.base.in_dollars[key]) === 0,
  );
}

/**
 * Where the endpoints are not known the listed price stands in, also for the cheapest endpoint, which is not dearer as
 * a rule. Preferences that may lead to a dearer one leave the call without a price.
 */
export function quoteWithoutEndpoints(inquiry: Inquiry): ExpectedQuote {
  const { call } = inquiry;
  const ordered = (call.provider?.order ?? []).length > 0;
  const isSorted = call.provider?.sort === 'price' && !ordered;
  const isDrawn = !takesCheapest(inquiry) && !isSorted;
  const mayBeDearer = isDrawn && (call.service_tier === 'priority' || ordered);
  if (mayBeDearer || filtersProviders(call)) {
    return { reason: 'its provider preferences or service tier need the prices of its endpoints, which are not known' };
  }
  return listedQuote(inquiry);
}

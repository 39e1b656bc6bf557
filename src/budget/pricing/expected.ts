import type { ResolvedModel } from '../../openrouter/catalogue/model-id.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { compare } from '../../lib/money/decimal.js';
import type { EligibleOffers } from './eligibility.js';
import { filtersProviders, isProvider } from './eligibility.js';
import { covers, requestUnits } from './formula.js';
import type { EndpointOffer } from './offer.js';
import type { PriceList, PriceSet } from './price-list.js';
import { dollars, priceSets } from './price-list.js';
import type { PricedCall, PricedRequest } from './request.js';

/** The cost of one request by one price list, without fees, and the data that it was computed from. */
export interface Quote {
  readonly list: PriceList;
  readonly prices: PriceSet;
  readonly request: PricedRequest;
  readonly units: bigint;
}

/**
 * Computes the cost at the instant `at`, or with null at the most expensive time of the week; null where the list has no
 * price for a part of the request. Times are compared by the whole cost, never price by price.
 */
export function quote(list: PriceList, request: PricedRequest, at: Date | null): Quote | null {
  let highest: Quote | null = null;
  for (const prices of priceSets(list, request.prompt, at)) {
    if (!covers(prices, request)) return null;
    const units = requestUnits(list, prices, request);
    if (highest === null || units > highest.units) highest = { list, prices, request, units };
  }
  return highest;
}

export function costOf(quoted: Quote): Decimal {
  return dollars(quoted.list, quoted.units);
}

export function isCheaper(a: Quote, b: Quote): boolean {
  if (a.list.scale === b.list.scale) return a.units < b.units;
  const [left, right] = [a, b].map(({ units, list }) => ({ coefficient: units, scale: list.scale }));
  return left !== undefined && right !== undefined && compare(left, right) < 0;
}

/** The quote for the estimate and whose price it is, or why there is none. */
export type ExpectedQuote = { readonly quote: Quote; readonly source: string } | { readonly reason: string };

/** One request of a call on one model, at an instant, or with null at the most expensive time of the week. */
export interface PricingContext {
  readonly call: PricedCall;
  readonly model: ResolvedModel;
  readonly request: PricedRequest;
  /** The model's own price list. */
  readonly listed: PriceList;
  readonly at: Date | null;
}

export const NO_HOURLY_WRITE_PRICE = 'it has no known price for writing to the cache for an hour';

/** Whether OpenRouter picks the cheapest endpoint, whichever providers the call names. */
function takesCheapest({ call, model }: PricingContext): boolean {
  return model.suffixes.has('floor') || call.service_tier === 'flex';
}

/** Finds the endpoints of the first provider in `provider.order` that has an eligible one; null where none has. */
function firstInOrder({ call }: PricingContext, serving: readonly EndpointOffer[]): InOrder | null {
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
 * Chooses the endpoint whose price is expected. With `:floor` or flex it is the cheapest eligible endpoint; with `provider.sort: price` too, unless `provider.order` names a
 * provider that has one, since OpenRouter sorts only where no order is given (its API reference on `provider.sort`, as
 * of 2026-11); with the priority tier the cheapest eligible priority endpoint, where there is one; with
 * `provider.order` the cheapest eligible endpoint of its first provider that has one; else the model's listed price,
 * where no provider filter is set or an eligible endpoint has that price (the same prompt and completion price); else
 * the cheapest eligible endpoint.
 */
export function expectedQuote(context: PricingContext, { serving }: EligibleOffers): ExpectedQuote {
  const { call, listed } = context;
  const ordered = firstInOrder(context, serving);
  const isSorted = call.provider?.sort === 'price' && ordered === null;
  if (takesCheapest(context) || isSorted) return cheapestSource(context, serving, 'eligible endpoint');
  const priority = call.service_tier === 'priority' ? serving.filter((offer) => offer.tier === 'priority') : [];
  if (priority.length > 0) return cheapestSource(context, priority, 'eligible priority endpoint');
  if (ordered !== null) {
    const among = `eligible endpoint of ${ordered.provider}, by provider.order`;
    return cheapestSource(context, ordered.offers, among);
  }
  const asListed = !filtersProviders(call) || serving.some((offer) => hasPrice(offer, listed));
  return asListed ? listedQuote(context) : cheapestSource(context, serving, 'eligible endpoint');
}

export function listedQuote({ model, listed, request, at }: PricingContext): ExpectedQuote {
  const own = quote(listed, request, at);
  return own === null ? { reason: NO_HOURLY_WRITE_PRICE } : { quote: own, source: `${model.id} at its listed price` };
}

/** Finds the cheapest of the offers whose price is known. */
export function cheapest(
  { request, at }: PricingContext,
  offers: readonly EndpointOffer[],
): { readonly quote: Quote; readonly offer: EndpointOffer } | null {
  let least: { readonly quote: Quote; readonly offer: EndpointOffer } | null = null;
  for (const offer of offers) {
    // Offers that charge the same share one list; the first represents them all.
    if ('reason' in offer.list || offer.list === least?.quote.list) continue;
    const own = quote(offer.list, request, at);
    if (own !== null && (least === null || isCheaper(own, least.quote))) least = { quote: own, offer };
  }
  return least;
}

function cheapestSource(context: PricingContext, offers: readonly EndpointOffer[], among: string): ExpectedQuote {
  const best = cheapest(context, offers);
  if (best === null) return { reason: 'none of its eligible endpoints has a price that is known' };
  return { quote: best.quote, source: `${context.model.id} at ${best.offer.name}, the cheapest ${among}` };
}

function hasPrice({ list }: EndpointOffer, listed: PriceList): boolean {
  if ('reason' in list) return false;
  return (['prompt', 'completion'] as const).every(
    (key) => compare(list.base.in_dollars[key], listed.base.in_dollars[key]) === 0,
  );
}

/**
 * Uses the listed price where the endpoints are not known, also for the cheapest endpoint, which usually does not cost
 * more. Preferences that may lead to a more expensive one leave the call without a price.
 */
export function quoteWithoutEndpoints(context: PricingContext): ExpectedQuote {
  const { call } = context;
  const ordered = (call.provider?.order ?? []).length > 0;
  const isSorted = call.provider?.sort === 'price' && !ordered;
  const isCheapest = takesCheapest(context) || isSorted;
  const mayCostMore = !isCheapest && (call.service_tier === 'priority' || ordered);
  if (mayCostMore || filtersProviders(call)) {
    return { reason: 'its provider preferences or service tier need the prices of its endpoints, which are not known' };
  }
  return listedQuote(context);
}

import type { ResolvedModel } from '../catalogue/model-id.js';
import type { NamedCall } from '../manifest/manifest.js';
import { compare } from '../money/decimal.js';
import type { EligibleOffers, Offer } from './eligibility.js';
import { filtersProviders } from './eligibility.js';
import type { PriceList } from './price-list.js';
import { dollars } from './price-list.js';
import { isProvider } from './provider-match.js';
import type { Quote } from './quote.js';
import { cheapest } from './quote.js';

/** The quote that the estimate rests on and whose price it is, or why there is none. */
export type ExpectedQuote = { readonly quote: Quote; readonly source: string } | { readonly reason: string };

export interface ListedPrice {
  readonly list: PriceList;
  /** Null where the list has no price for a part of the request. */
  readonly quote: Quote | null;
}

export const NO_HOURLY_WRITE_PRICE = 'it has no known price for writing to the cache for an hour';

/** Whether the call asks for the cheapest of the endpoints rather than for the one that OpenRouter would draw. */
function asksForCheapest(call: NamedCall, model: ResolvedModel): boolean {
  return model.suffixes.has('floor') || call.provider?.sort === 'price' || call.service_tier === 'flex';
}

/**
 * With `:floor`, `provider.sort: price` or flex the cheapest eligible endpoint; with the priority tier the cheapest eligible
 * priority endpoint, where there is one; with `provider.order` the cheapest eligible endpoint of its first provider that
 * has one; else the model's listed price, where no provider filter is set or an eligible endpoint has that price (the
 * same prompt and completion price); else the cheapest eligible endpoint.
 */
export function expectedQuote(
  call: NamedCall,
  model: ResolvedModel,
  listed: ListedPrice,
  { serving }: EligibleOffers,
  quotes: ReadonlyMap<Offer, Quote | null>,
): ExpectedQuote {
  const cheapestOf = (offers: readonly Offer[], among: string): ExpectedQuote => {
    const best = cheapest(offers.map((offer) => quotes.get(offer) ?? null));
    if (best === null) return { reason: 'none of its eligible endpoints has a price that is known' };
    const tag = offers.find((offer) => quotes.get(offer) === best)?.endpoint.tag ?? '';
    return { quote: best, source: `${model.id} at ${tag}, the cheapest ${among}` };
  };
  if (asksForCheapest(call, model)) return cheapestOf(serving, 'eligible endpoint');
  const priority = call.service_tier === 'priority' ? serving.filter((offer) => offer.tier === 'priority') : [];
  if (priority.length > 0) return cheapestOf(priority, 'eligible priority endpoint');
  for (const provider of call.provider?.order ?? []) {
    const offers = serving.filter((offer) => isProvider(provider, offer.endpoint));
    if (offers.length > 0) return cheapestOf(offers, `eligible endpoint of ${provider}, by provider.order`);
  }
  if (!filtersProviders(call) || serving.some((offer) => hasPrice(offer, listed.list))) {
    return listedQuote(model, listed);
  }
  return cheapestOf(serving, 'eligible endpoint');
}

export function listedQuote(model: ResolvedModel, { quote }: ListedPrice): ExpectedQuote {
  return quote === null ? { reason: NO_HOURLY_WRITE_PRICE } : { quote, source: `${model.id} at its listed price` };
}

function hasPrice({ list }: Offer, listed: PriceList): boolean {
  if ('reason' in list) return false;
  return (['prompt', 'completion'] as const).every(
    (key) => compare(dollars(list, list.base[key]), dollars(listed, listed.base[key])) === 0,
  );
}

/**
 * Where the endpoints are not known the listed price stands in, also for the cheapest endpoint, which is not dearer as
 * a rule. Preferences that may lead to a dearer one leave the call without a price.
 */
export function quoteWithoutEndpoints(call: NamedCall, model: ResolvedModel, listed: ListedPrice): ExpectedQuote {
  const ordered = (call.provider?.order ?? []).length > 0;
  const mayBeDearer = !asksForCheapest(call, model) && (call.service_tier === 'priority' || ordered);
  if (mayBeDearer || filtersProviders(call)) {
    return { reason: 'its provider preferences or service tier need the prices of its endpoints, which are not known' };
  }
  return listedQuote(model, listed);
}

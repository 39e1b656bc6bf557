import type { ResolvedModel } from '../../openrouter/catalogue/model-id.js';
import { type Decimal, add, compare, ZERO } from '../../lib/money/decimal.js';
import { type EligibleOffers, filtersProviders, isProvider } from './eligibility.js';
import { feesOf, totalFees, covers, requestUnits } from './formula.js';
import { type EndpointOffer, type Offer, answersInEmbeddings } from './offer.js';
import { type PriceList, type PriceSet, type ReadPriceList, dollars, priceSets } from './price-list.js';
import { type PricedCall, type PricedRequest, longestCompletion, worstRequest } from './request.js';

/** The cost of one request by one price list, and the data that it was computed from. */
export interface Quote {
  readonly list: PriceList;
  readonly prices: PriceSet;
  readonly request: PricedRequest;
  readonly units: bigint;
  /** The fees of searches and pages, in US dollars. */
  readonly fees: Decimal;
}

/**
 * Computes the cost at the instant `at`, or with null at the most expensive time of the week; null where the list has no
 * price for a part of the request. Times are compared by the whole cost, never price by price.
 */
function quote(list: PriceList, request: PricedRequest, at: Date | null, fees: Decimal): Quote | null {
  let highest: Quote | null = null;
  for (const prices of priceSets(list, request.prompt, at)) {
    if (!covers(prices, request)) return null;
    const units = requestUnits(list, prices, request);
    if (highest === null || units > highest.units) highest = { list, prices, request, units, fees };
  }
  return highest;
}

/** Quotes a request of the context by one list, with the fees of that list. */
function quoteIn(
  context: PricingContext,
  list: PriceList,
  request: PricedRequest = context.request,
  at: Date | null = context.at,
): Quote | null {
  const { searches, call, listed } = context;
  const isPlain = searches === 0 && call.pdf_pages === 0;
  return quote(list, request, at, isPlain ? ZERO : totalFees(feesOf(searches, call.pdf_pages, list, listed)));
}

/** Returns the cost of the quoted request in US dollars, fees included. */
export function costOf({ list, units, fees }: Quote): Decimal {
  return add(dollars(list, units), fees);
}

function isCheaper(a: Quote, b: Quote): boolean {
  if (a.list.scale === b.list.scale && compare(a.fees, b.fees) === 0) return a.units < b.units;
  return compare(costOf(a), costOf(b)) < 0;
}

/** The quote for the estimate with the source of its price, or the reason why there is none. */
export type ExpectedQuote = { readonly quote: Quote; readonly source: string } | NoPrice;

/** The reason why a call has no price. `cause` decides which remedy helps. */
export interface NoPrice {
  readonly reason: string;
  readonly cause: UnpricedCause;
}

/**
 * - `model`: the name stands for no row of the catalogue.
 * - `price`: the row states no price per token that can be relied on.
 * - `request`: no endpoint can serve the request as declared.
 * - `cache_write`: writes for an hour have no price.
 * - `endpoints`: the prices of the endpoints are needed, and could not be fetched.
 * - `file`: a file that states the numbers cannot be counted.
 */
export type UnpricedCause = 'model' | 'price' | 'request' | 'cache_write' | 'endpoints' | 'file';

/** One request of a call on one model, at an instant, or with null at the most expensive time of the week. */
export interface PricingContext {
  readonly call: PricedCall;
  readonly model: ResolvedModel;
  readonly request: PricedRequest;
  /** Web searches of one request. */
  readonly searches: number;
  /** The model's own price list. */
  readonly listed: PriceList;
  readonly at: Date | null;
}

const NO_HOURLY_WRITE_PRICE = 'it has no known price for writing to the cache for an hour';

/** Tells whether OpenRouter picks the cheapest endpoint, whichever providers the call names. */
function takesCheapest({ call, model }: PricingContext): boolean {
  return model.suffixes.has('floor') || call.service_tier === 'flex';
}

/** Tells whether the call decides which of the eligible endpoints serves: the cheapest one, or a provider that it names. */
export function decidesEndpoint(context: PricingContext, serving: readonly EndpointOffer[]): boolean {
  return takesCheapest(context) || context.call.provider?.sort === 'price' || firstInOrder(context, serving) !== null;
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
 * Chooses the endpoint whose price is expected. The first rule that applies counts:
 * - `:floor` or flex: the cheapest eligible endpoint. `provider.sort: price` too, unless `provider.order` names a provider
 *   that has one: OpenRouter sorts only where no order is given (its API reference on `provider.sort`, as of 2026-11).
 * - The priority tier: the cheapest eligible priority endpoint, where there is one.
 * - `provider.order`: the cheapest eligible endpoint of its first provider that has one.
 * - No provider filter, or an eligible endpoint with the listed prompt and completion price: the model's listed price, kept
 *   within what the eligible endpoints cost.
 * - Else the cheapest eligible endpoint.
 */
export function expectedQuote(
  context: PricingContext,
  { serving }: EligibleOffers,
  extremes: QuotedExtremes,
): ExpectedQuote {
  const { call, listed } = context;
  const ordered = firstInOrder(context, serving);
  const isSorted = call.provider?.sort === 'price' && ordered === null;
  if (takesCheapest(context) || isSorted) return sourceOf(context, extremes.least, 'eligible endpoint');
  const priority = call.service_tier === 'priority' ? serving.filter((offer) => offer.tier === 'priority') : [];
  if (priority.length > 0) {
    return sourceOf(context, quotedExtremes(context, priority).least, 'eligible priority endpoint');
  }
  if (ordered !== null) {
    const among = `eligible endpoint of ${ordered.provider}, by provider.order`;
    return sourceOf(context, quotedExtremes(context, ordered.offers).least, among);
  }
  const asListed = !filtersProviders(call) || serving.some((offer) => hasPrice(offer, listed));
  return asListed
    ? withinEndpoints(context, serving, extremes)
    : sourceOf(context, extremes.least, 'eligible endpoint');
}

/** Takes the listed price, but not below the cheapest and not above the most expensive endpoint that may serve the tokens. */
function withinEndpoints(
  context: PricingContext,
  serving: readonly EndpointOffer[],
  { least, most }: QuotedExtremes,
): ExpectedQuote {
  const listed = listedQuote(context, least);
  if ('reason' in listed || least === null || least.quote === listed.quote) return listed;
  if (isCheaper(listed.quote, least.quote)) {
    const source = `${context.model.id} at ${least.offer.name}, the cheapest eligible endpoint, above its listed price`;
    return { quote: least.quote, source };
  }
  // An endpoint's price that is not known could be any, so the others are no upper bound.
  if (serving.some(({ list }) => 'reason' in list || list === context.listed)) return listed;
  if (most === null || !isCheaper(most.quote, listed.quote)) return listed;
  const source = `${context.model.id} at ${most.offer.name}, the most expensive eligible endpoint, below its listed price`;
  return { quote: most.quote, source };
}

/** Quotes the listed price. `known` is used where it was quoted by the same list. */
export function listedQuote(context: PricingContext, known: OfferQuote | null = null): ExpectedQuote {
  const { model, listed } = context;
  const own = known?.quote.list === listed ? known.quote : quoteIn(context, listed);
  return own === null
    ? { reason: NO_HOURLY_WRITE_PRICE, cause: 'cache_write' }
    : { quote: own, source: `${model.id} at its listed price` };
}

export interface OfferQuote {
  readonly quote: Quote;
  readonly offer: EndpointOffer;
}

/** The cheapest and the most expensive of some offers, for one request; null where no offer has a price that is known. */
export interface QuotedExtremes {
  readonly least: OfferQuote | null;
  readonly most: OfferQuote | null;
}

/** Quotes each price list of the offers once. Of offers that cost the same the first one counts. */
export function quotedExtremes(context: PricingContext, offers: readonly EndpointOffer[]): QuotedExtremes {
  let least: OfferQuote | null = null;
  let most: OfferQuote | null = null;
  for (const offer of offers) {
    const { list } = offer;
    // Offers that charge the same share one list.
    if ('reason' in list || list === least?.quote.list || list === most?.quote.list) continue;
    const quote = quoteIn(context, list);
    if (quote === null) continue;
    if (least === null || isCheaper(quote, least.quote)) least = { quote, offer };
    if (most === null || isCheaper(most.quote, quote)) most = { quote, offer };
  }
  return { least, most };
}

function sourceOf(context: PricingContext, best: OfferQuote | null, among: string): ExpectedQuote {
  if (best === null) return { reason: 'none of its eligible endpoints has a price that is known', cause: 'request' };
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
    const reason = 'its provider preferences or service tier need the prices of its endpoints, which are not known';
    return { reason, cause: 'endpoints' };
  }
  return listedQuote(context);
}

/** `name` is the name of the most expensive offer. */
export type WorstQuote = { readonly quote: Quote; readonly name: string } | { readonly reasons: readonly string[] };

/**
 * Finds the most expensive offer at the most expensive time of the week. Where the price of one offer is not known there is
 * no worst case: that offer could be the most expensive one.
 */
export function worstQuote(context: PricingContext, offers: readonly Offer[]): WorstQuote {
  let highest: Quote | null = null;
  let name = '';
  const reasons: string[] = [];
  const isEmbedding = answersInEmbeddings(context.model.model);
  for (const offer of offers) {
    const completion = isEmbedding ? 0 : longestCompletion(context.call, offer.cap);
    // At equal prices a completion that is not longer cannot cost more.
    if (highest?.list === offer.list && completion !== null && completion <= highest.request.completion) continue;
    const worst = worstAt(context, offer.list, completion);
    if ('reason' in worst) reasons.push(`${offer.name}: ${worst.reason}`);
    else if (highest === null || isCheaper(highest, worst)) [highest, name] = [worst, offer.name];
  }
  return highest === null || reasons.length > 0 ? { reasons } : { quote: highest, name };
}

function worstAt(
  context: PricingContext,
  list: ReadPriceList,
  completion: number | null,
): Quote | { readonly reason: string } {
  if ('reason' in list) return list;
  if (completion === null) return { reason: 'nothing bounds its completion, neither max_tokens nor the catalogue' };
  const worst = quoteIn(context, list, worstRequest(context.call, completion), null);
  if (worst === null) return { reason: NO_HOURLY_WRITE_PRICE };
  const usual = dependsOnLength(list) ? quoteIn(context, list, { ...context.request, cache: 'miss' }, null) : null;
  return usual !== null && isCheaper(worst, usual) ? usual : worst;
}

/** Tells whether prices depend on the length of the prompt: the longest request may then not be the most expensive one. */
function dependsOnLength(list: PriceList): boolean {
  return list.overrides.some((override) => override.condition.min_prompt_tokens !== null);
}

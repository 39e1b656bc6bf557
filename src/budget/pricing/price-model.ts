import type { Catalogue, CatalogueModel, EndpointList, Pricing } from '../../openrouter/catalogue/catalogue.js';
import type { ResolvedModel } from '../../openrouter/catalogue/model-id.js';
import { type Decimal, compare, fromInteger, isZero, multiply, toText } from '../../lib/money/decimal.js';
import { requestTerms, feesOf, searchesOf } from './formula.js';
import { dependsOnTime, describe } from './price-condition.js';
import { eligibleOffers } from './eligibility.js';
import {
  type ExpectedQuote,
  type NoPrice,
  decidesEndpoint,
  type PricingContext,
  expectedQuote,
  listedQuote,
  quotedExtremes,
  quoteWithoutEndpoints,
  type Quote,
  costOf,
  type WorstQuote,
  worstQuote,
} from './quotes.js';
import {
  type EndpointOffer,
  type Offer,
  answersInEmbeddings,
  endpointOffers,
  isFreeId,
  listedOffer,
  pricesAtId,
} from './offer.js';
import { type ListOverride, type PriceList, type ReadPriceList, dollars, readPriceList } from './price-list.js';
import { type PricedCall, expectedPrompt, expectedRequest } from './request.js';

const NONE: readonly string[] = [];

/** The cost of one request of a call on one model, without its fallback models. US dollars, before retries. */
export interface ModelPrice {
  readonly expected: Decimal;
  readonly source: string;
  readonly floor: Decimal | null;
  readonly worst_case: Decimal | null;
  readonly free: boolean;
  readonly prompt_price: Decimal;
  readonly completion_price: Decimal;
  readonly incomplete: readonly string[];
  readonly unknown_price_keys: readonly string[];
  readonly notes: readonly string[];
}

/** The parts of a price that are computed on demand. */
export interface PriceDetails {
  /** The arithmetic of `expected`, a line each: `source`, `1800 prompt tokens x 0.000003 = 0.0054`, the sum last. */
  readonly arithmetic: readonly string[];
  /** The arithmetic of `worst_case`; empty where it is null. */
  readonly worst_case_arithmetic: readonly string[];
}

export const NO_DETAILS: PriceDetails = { arithmetic: [], worst_case_arithmetic: [] };

/** The cost of the same request at two endpoints, in US dollars. */
export interface EndpointCosts {
  readonly least: Decimal;
  readonly most: Decimal;
}

/** The three quotes of a call on a model. */
interface Range {
  readonly expected: ExpectedQuote;
  readonly floor: Quote | null;
  readonly worst: WorstQuote;
  /** Endpoints that may serve the call. */
  readonly possible: readonly EndpointOffer[];
}

/** A call on a model with its quotes. */
interface QuotedCall extends Range {
  readonly context: PricingContext;
  readonly expected: Exclude<ExpectedQuote, NoPrice>;
  readonly endpoints: EndpointList;
}

/** Prices a call on one model of the catalogue; gives the reason where it has no price. Never throws. */
export function priceModel(
  call: PricedCall,
  model: ResolvedModel,
  catalogue: Catalogue,
  at: Date | null,
): ModelPrice | NoPrice {
  const quoted = quoteModel(call, model, catalogue, at);
  if ('reason' in quoted) return quoted;
  const { context, expected, floor, worst, possible, endpoints } = quoted;
  const total = costOf(expected.quote);
  const perToken = expected.quote.prices.in_dollars;
  const unknown = unknownKeys(context.listed, possible);
  return {
    expected: total,
    source: expected.source,
    floor: floor === null ? null : floor === expected.quote ? total : costOf(floor),
    worst_case: 'reasons' in worst ? null : costOf(worst.quote),
    free: isFreeId(model.id) && isZero(total),
    prompt_price: perToken.prompt,
    completion_price: perToken.completion,
    incomplete: incompleteness(model.id, worst, unknown),
    unknown_price_keys: unknown,
    notes: joined(serviceNotes(model.id, endpoints), reasoningNotes(model.id, context.listed, expected.quote.list)),
  };
}

/** Quotes the call anew: few prices are explained, and keeping the quotes of all of them takes time and memory. */
export function detailsOfModel(
  call: PricedCall,
  model: ResolvedModel,
  catalogue: Catalogue,
  at: Date | null,
): PriceDetails {
  const quoted = quoteModel(call, model, catalogue, at);
  if ('reason' in quoted) return NO_DETAILS;
  const { context, expected, worst } = quoted;
  return {
    arithmetic: arithmeticLines(expected.source, expected.quote, context, at),
    worst_case_arithmetic:
      'reasons' in worst ? [] : arithmeticLines(`worst case: ${model.id} at ${worst.name}`, worst.quote, context, null),
  };
}

/**
 * One request at the cheapest and at the most expensive endpoint of the default tier that may serve it; null where fewer
 * than two of their prices are known and differ, and where the call decides which endpoint serves.
 */
export function endpointCostsOfModel(
  call: PricedCall,
  model: ResolvedModel,
  catalogue: Catalogue,
  at: Date | null,
): EndpointCosts | null {
  const quoted = quoteModel(call, model, catalogue, at);
  if ('reason' in quoted) return null;
  const { context, possible } = quoted;
  const offers = possible.filter(({ tier, endpoint }) => tier === 'default' && endpoint.status >= 0);
  if (decidesEndpoint(context, offers)) return null;
  const { least, most } = quotedExtremes(context, offers);
  if (least === null || most === null || least.quote === most.quote) return null;
  return { least: costOf(least.quote), most: costOf(most.quote) };
}

function quoteModel(
  call: PricedCall,
  model: ResolvedModel,
  catalogue: Catalogue,
  at: Date | null,
): QuotedCall | NoPrice {
  const prompt = expectedPrompt(call);
  if (prompt === null) {
    return { reason: 'its prompt tokens are not known: the prompt files are not counted', cause: 'file' };
  }
  const listed = listedPrices(model);
  if ('reason' in listed) return { reason: `${model.id}: ${listed.reason}`, cause: 'price' };
  const request = expectedRequest(call, prompt);
  const context = { call, model, request, searches: searchesOf(call, model), listed, at };
  const endpoints = catalogue.endpoints.get(model.id) ?? NOT_FETCHED;
  const range = rangeOf(context, endpoints);
  if ('reason' in range) return { reason: `${model.id}: ${range.reason}`, cause: range.cause };
  const { expected, floor, worst, possible } = range;
  if ('reason' in expected) return { reason: `${model.id}: ${expected.reason}`, cause: expected.cause };
  return { context, expected, floor, worst, possible, endpoints };
}

const NOT_FETCHED: EndpointList = { state: 'unknown', reason: 'they were not fetched' };

/** Reads a model's own price list. Returns the reason where its requests cannot be priced from it. */
export function listedPrices({ id, model }: ResolvedModel): ReadPriceList {
  const { output_modalities } = model;
  const isPerToken = output_modalities.some((kind) => kind === 'text' || kind === 'embeddings');
  if (output_modalities.length > 0 && !isPerToken) return { reason: notPerToken(output_modalities) };
  if (answersInEmbeddings(model)) return pricesAtId(id, embeddingPrices(model));
  return pricesAtId(id, readPriceList(model.pricing));
}

/** Embeddings have no completion; some rows leave its price out. */
function embeddingPrices({ pricing }: CatalogueModel): ReadPriceList {
  if (pricing.completion !== undefined) return readPriceList(pricing);
  const known = withoutCompletion.get(pricing) ?? { ...pricing, completion: '0' };
  withoutCompletion.set(pricing, known);
  return readPriceList(known);
}

const withoutCompletion = new WeakMap<Pricing, Pricing>();

/** Units of outputs that are not billed per token. Source: the kinds of output in the catalogue of 2026-08-05. */
const UNITS: Readonly<Record<string, string>> = {
  image: 'image',
  video: 'second',
  audio: 'second',
  speech: 'character',
  transcription: 'second',
  rerank: 'search',
};

function notPerToken(kinds: readonly string[]): string {
  const units = [...new Set(kinds.map((kind) => (Object.hasOwn(UNITS, kind) ? (UNITS[kind] ?? '') : 'request')))];
  return `it answers in ${kinds.join(', ')} and is billed per ${units.join(' or ')}, which the catalogue does not state`;
}

/** Avoids copying in the common case that one of the two is empty. */
function joined(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.length === 0 ? b : b.length === 0 ? a : [...a, ...b];
}

function serviceNotes(id: string, list: EndpointList): readonly string[] {
  return list.state === 'known' && list.endpoints.length === 0
    ? [`${id} has no endpoint: nobody serves it now, and its listed price is used`]
    : NONE;
}

/** No recorded charge shows whether a reasoning price applies that differs from the completion's (sonar-deep-research). */
function reasoningNotes(id: string, ...lists: readonly PriceList[]): readonly string[] {
  const list = lists.find(
    ({ reasoning, base }) =>
      reasoning !== null && !isZero(reasoning) && compare(reasoning, base.in_dollars.completion) !== 0,
  );
  if (list === undefined || list.reasoning === null) return NONE;
  const price = toText(list.reasoning);
  return [
    `${id} lists ${price} per reasoning token, another price than its completion's; reasoning is counted as completion`,
  ];
}

/** Describes a listed reasoning price that differs from the price at which reasoning is counted; null where none does. */
export function reasoningPriceNote(model: ResolvedModel): string | null {
  const listed = listedPrices(model);
  return 'reason' in listed ? null : (reasoningNotes(model.id, listed)[0] ?? null);
}

function rangeOf(context: PricingContext, list: EndpointList): Range | NoPrice {
  const { call, model, request, listed } = context;
  if (list.state === 'unknown') {
    const reasons = [`its endpoints are not known (${list.reason}), so it has no floor and no worst case`];
    return { expected: quoteWithoutEndpoints(context), floor: null, worst: { reasons }, possible: [] };
  }
  if (list.endpoints.length === 0) {
    const expected = listedQuote(context);
    const floor = 'reason' in expected ? null : expected.quote;
    const worst = worstQuote(context, [listedOffer(model.model, listed)]);
    return { expected, floor, worst, possible: [] };
  }
  const offers = endpointOffers(model.model, list.endpoints);
  const eligible = eligibleOffers(call, model.suffixes, request.prompt, offers);
  if ('reason' in eligible) return { reason: eligible.reason, cause: 'request' };
  const { serving, possible } = eligible;
  const extremes = quotedExtremes(context, serving);
  return {
    expected: expectedQuote(context, eligible, extremes),
    floor: extremes.least?.quote ?? null,
    worst: worstQuote(context, possible),
    possible,
  };
}

function incompleteness(id: string, worst: WorstQuote, unknown: readonly string[]): readonly string[] {
  if (!('reasons' in worst) && unknown.length === 0) return NONE;
  return [
    ...('reasons' in worst ? worst.reasons : []).map((reason) => `${id}: ${reason}`),
    ...unknown.map((key) => `${id}: its price "${key}" is not known here and not in the figures`),
  ];
}

function unknownKeys(listed: PriceList, possible: readonly Offer[]): readonly string[] {
  if (unknownIn(listed).length === 0 && possible.every(({ list }) => unknownIn(list).length === 0)) return NONE;
  return [...new Set([listed, ...possible.map(({ list }) => list)].flatMap(unknownIn))];
}

function unknownIn(list: ReadPriceList): readonly string[] {
  return 'reason' in list ? NONE : list.unknown_keys;
}

/**
 * Shows the arithmetic of one request, one line per term, `1800 prompt tokens x 0.000003 = 0.0054`. The first lines name
 * whose prices they are and which overrides apply, the last is the sum. All digits are exact.
 */
function arithmeticLines(source: string, quote: Quote, { call, searches, listed }: PricingContext, at: Date | null) {
  const { list, prices, request } = quote;
  return [
    source,
    ...prices.applied.map((override) => overrideLine(list, override, at)),
    ...requestTerms(list, prices, request).map(({ what, quantity, price }) =>
      line(what, quantity, dollars(list, price)),
    ),
    ...feesOf(searches, call.pdf_pages, list, listed).map(({ what, quantity, price }) => line(what, quantity, price)),
    `sum = ${toText(costOf(quote))}`,
  ];
}

function line(what: string, quantity: number, price: Decimal): string {
  return `${quantity} ${what} x ${toText(price)} = ${toText(multiply(fromInteger(quantity), price))}`;
}

function overrideLine(list: PriceList, { condition, prices }: ListOverride, at: Date | null): string {
  const replaced = Object.entries(prices).map(([key, price]) => `${key} ${toText(dollars(list, price))}`);
  const time = at === null ? 'the most expensive time of the week' : at.toISOString();
  const when = dependsOnTime(condition) ? ` (${time})` : '';
  return `override, ${describe(condition)}${when}: ${replaced.join(', ')}`;
}

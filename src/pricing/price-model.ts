import type { Catalogue, EndpointList } from '../catalogue/catalogue.js';
import type { ResolvedModel } from '../catalogue/model-id.js';
import type { NamedCall } from '../manifest/manifest.js';
import type { Decimal } from '../money/decimal.js';
import { add, isZero } from '../money/decimal.js';
import { arithmeticLines } from './arithmetic.js';
import type { Offer } from './eligibility.js';
import { eligibleOffers } from './eligibility.js';
import type { ExpectedQuote, ListedPrice } from './expected-price.js';
import { expectedQuote, listedQuote, quoteWithoutEndpoints } from './expected-price.js';
import { feesOf, totalFees } from './fees.js';
import type { PriceList, ReadPriceList } from './price-list.js';
import { dollars, readPriceList } from './price-list.js';
import type { Quote } from './quote.js';
import { cheapest, costOf, quote } from './quote.js';
import { expectedPrompt, expectedRequest } from './request.js';
import type { PricedRequest } from './request.js';
import type { WorstQuote } from './worst-price.js';
import { capOf, worstQuote } from './worst-price.js';

/** What one request of a call costs on one model, its fallback models apart. US dollars, before retries. */
export interface ModelPrice {
  readonly expected: Decimal;
  readonly floor: Decimal | null;
  readonly worst_case: Decimal | null;
  readonly free: boolean;
  readonly prompt_price: Decimal;
  readonly completion_price: Decimal;
  readonly incomplete: readonly string[];
  readonly unknown_price_keys: readonly string[];
  readonly arithmetic: () => readonly string[];
}

export interface NoPrice {
  readonly reason: string;
}

/** The three quotes of a call on a model, before fees. */
interface Range {
  readonly expected: ExpectedQuote;
  readonly floor: Quote | null;
  readonly worst: WorstQuote;
  /** Price lists that the call may meet. */
  readonly lists: readonly ReadPriceList[];
}

/** Prices a call on one model of the catalogue; the reason where it has no price. Never throws. */
export function priceModel(
  call: NamedCall,
  model: ResolvedModel,
  catalogue: Catalogue,
  at: Date | null,
): ModelPrice | NoPrice {
  const prompt = expectedPrompt(call);
  if (prompt === null) return { reason: 'its prompt tokens are not known: the prompt files are not counted' };
  const list = listedPrices(model);
  if ('reason' in list) return list;
  const request = expectedRequest(call, prompt);
  const listed = { list, quote: quote(list, request, at) };
  const endpoints = catalogue.endpoints.get(model.id) ?? NOT_FETCHED;
  const range = rangeOf(call, model, listed, request, endpoints, at);
  if ('reason' in range) return { reason: `${model.id}: ${range.reason}` };
  const { expected, floor, worst } = range;
  if ('reason' in expected) return { reason: `${model.id}: ${expected.reason}` };

  const fees = feesOf(call, model, list.web_search);
  const fee = totalFees(fees);
  const total = add(costOf(expected.quote), fee);
  const { prices } = expected.quote;
  const unknown = unknownKeys([list, ...range.lists]);
  return {
    expected: total,
    floor: floor === null ? null : add(costOf(floor), fee),
    worst_case: 'reasons' in worst ? null : add(costOf(worst.quote), fee),
    free: isFreeId(model.id) && isZero(total),
    prompt_price: dollars(expected.quote.list, prices.prompt),
    completion_price: dollars(expected.quote.list, prices.completion),
    incomplete: [
      ...('reasons' in worst ? worst.reasons : []).map((reason) => `${model.id}: ${reason}`),
      ...unknown.map((key) => `${model.id}: its price "${key}" is not known here and not in the figures`),
    ],
    unknown_price_keys: unknown,
    arithmetic: () => arithmeticLines(expected.source, expected.quote, fees, total, at),
  };
}

const NOT_FETCHED: EndpointList = { state: 'unknown', reason: 'they were not fetched' };

/** Zero is a price on `:free` rows alone: others list it where they charge by the image, the song or not yet. */
function isFreeId(id: string): boolean {
  return id.endsWith(':free') || id === 'openrouter/free';
}

function listedPrices({ id, model }: ResolvedModel): PriceList | NoPrice {
  if (model.output_modalities.length > 0 && !model.output_modalities.includes('text')) {
    return { reason: `${id} does not answer in text but in ${model.output_modalities.join(', ')}` };
  }
  const list = pricesAtId(id, readPriceList(model.pricing));
  return 'reason' in list ? { reason: `${id}: ${list.reason}` } : list;
}

function pricesAtId(id: string, list: ReadPriceList): ReadPriceList {
  if ('reason' in list || !list.zero || isFreeId(id)) return list;
  return { reason: 'a price of zero is free on ":free" models alone, so what it charges is not known' };
}

function rangeOf(
  call: NamedCall,
  model: ResolvedModel,
  listed: ListedPrice,
  request: PricedRequest,
  endpoints: EndpointList,
  at: Date | null,
): Range | NoPrice {
  if (endpoints.state === 'unknown') {
    const reasons = [`its endpoints are not known (${endpoints.reason}), so it has no floor and no worst case`];
    return { expected: quoteWithoutEndpoints(call, model, listed), floor: null, worst: { reasons }, lists: [] };
  }
  if (endpoints.endpoints.length === 0) {
    const seat = { name: 'its listed price', list: listed.list, cap: capOf(model.model.top_provider, model) };
    const worst = worstQuote(call, request, [seat]);
    return { expected: listedQuote(model, listed), floor: listed.quote, worst, lists: [] };
  }
  const eligible = eligibleOffers(call, model.suffixes, request.prompt, endpoints.endpoints);
  if ('reason' in eligible) return eligible;
  const quotes = new Map<Offer, Quote | null>();
  for (const offer of eligible.serving) {
    const list = pricesAtId(model.id, offer.list);
    quotes.set(offer, 'reason' in list ? null : quote(list, request, at));
  }
  const seats = eligible.possible.map(({ endpoint, list }) => ({
    name: endpoint.tag,
    list: pricesAtId(model.id, list),
    cap: capOf(endpoint, model),
  }));
  return {
    expected: expectedQuote(call, model, listed, eligible, quotes),
    floor: cheapest(quotes.values()),
    worst: worstQuote(call, request, seats),
    lists: seats.map((seat) => seat.list),
  };
}

function unknownKeys(lists: readonly ReadPriceList[]): string[] {
  const keys = new Set<string>();
  for (const list of lists) {
    if ('reason' in list) continue;
    for (const key of list.unknown_keys) keys.add(key);
  }
  return [...keys];
}

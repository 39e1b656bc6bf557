import type { PriceList, PriceSet } from './price-list.js';
import type { PricedCall, PricedRequest } from './request.js';
import type { ResolvedModel } from '../../openrouter/catalogue/model-id.js';
import { type Decimal, ZERO, add, decimal, times } from '../../lib/money/decimal.js';

/** Callback for one billed line: a quantity and a unit price, in the list's units. */
type Charge = (what: string, quantity: number, price: bigint) => void;

/** One line of a bill. */
export interface Term {
  readonly what: string;
  readonly quantity: number;
  readonly price: bigint;
}

/**
 * Bills one request at one set of prices, without fees for searches and pages. Precondition: `covers(prices, request)`.
 *
 * OpenRouter's formula, checked against recorded charges of 2025-11 to 2026-08: prompt tokens include cached, written
 * and audio tokens, completion tokens include reasoning (which is billed as output and never added on top), image and
 * audio tokens. A price that is absent is the prompt's, or the completion's. A cache write replaces the input price,
 * unless it is below the prompt's: then it is a surcharge for storage (Google) on tokens that are billed as input, read
 * from the cache or not, as well.
 */
function bill(list: PriceList, prices: PriceSet, request: PricedRequest, charge: Charge): void {
  const { prompt, completion } = prices;
  const { cached, written, audio, image_output: images, audio_output: sound } = request;
  const write = prices.input_cache_write ?? prompt;
  const writeForAnHour = prices.input_cache_write_1h;
  const surcharge = (prices.input_cache_write ?? writeForAnHour ?? prompt) < prompt;
  const rest = request.prompt - cached - audio - (surcharge ? 0 : written);
  // This is negative where the written tokens are counted as cached too.
  charge('prompt tokens', rest < 0 ? request.prompt - cached - audio : rest, prompt);
  if (request.cache === 'hit') charge('cached tokens', cached, prices.input_cache_read ?? prompt);
  else {
    // A lifetime without a price is unknown only for declared writes: nothing else says that anything is written for it.
    const again = request.cache_ttl === '1h' ? (writeForAnHour ?? write) : write;
    charge('tokens not found in the cache', cached, again > prompt ? again : prompt);
  }
  charge('tokens written to the cache for 5m', written - request.written_1h, write);
  charge('tokens written to the cache for 1h', request.written_1h, writeForAnHour ?? write);
  charge('audio tokens', audio, prices.audio ?? prompt);
  charge('input images', request.images, list.image);

  charge('completion tokens', request.completion - images - sound, completion);
  charge('image output tokens', images, prices.image_output ?? completion);
  charge('audio output tokens', sound, prices.audio_output ?? completion);
  if (prices.request !== 0n) charge('request', 1, prices.request);
}

/** Tells whether the prices cover every part of the request. A write for one hour may have no price. */
export function covers(prices: PriceSet, request: PricedRequest): boolean {
  return request.written_1h === 0 || prices.input_cache_write_1h !== null;
}

/** Adds up the cost of the request, in the list's units. */
export function requestUnits(list: PriceList, prices: PriceSet, request: PricedRequest): bigint {
  // Sums that a float holds exactly are added as floats, which is ten times faster; the rest are big integers.
  let small = 0;
  let large = 0n;
  bill(list, prices, request, (_what, quantity, price) => {
    if (quantity <= 0) return;
    const sum = small + quantity * Number(price);
    if (sum <= Number.MAX_SAFE_INTEGER) small = sum;
    else large += BigInt(quantity) * price;
  });
  return large + BigInt(small);
}

/** Lists the lines of the bill. */
export function requestTerms(list: PriceList, prices: PriceSet, request: PricedRequest): Term[] {
  const terms: Term[] = [];
  bill(list, prices, request, (what, quantity, price) => {
    if (quantity > 0) terms.push({ what, quantity, price });
  });
  return terms;
}

/** A cost of a request besides its tokens. */
export interface Fee {
  readonly what: string;
  readonly quantity: number;
  /** US dollars for each. */
  readonly price: Decimal;
}

/**
 * The price of a request of 10 results to OpenRouter's default search engine. Source: its docs on web search, as of
 * 2026-08-07.
 */
const DEFAULT_SEARCH_PRICE = decimal('0.007');

/** The price of a page read by mistral-ocr: $2 per 1,000 pages. Source: OpenRouter's docs on PDF inputs, as of 2026-08. */
const PDF_PAGE_PRICE = decimal('0.002');

/** Perplexity's models search on every request, whether declared or not. Source: recorded charges, as of 2026-08. */
const ALWAYS_SEARCHES = 'perplexity/sonar';

/** Returns how often one request of the call searches the web. */
export function searchesOf(call: PricedCall, model: ResolvedModel): number {
  const alwaysSearches = model.suffixes.has('online') || model.id.startsWith(ALWAYS_SEARCHES);
  return alwaysSearches ? Math.max(1, call.web_searches) : call.web_searches;
}

/**
 * Lists the fees of one request at the prices of `list`. A search costs what the endpoint lists, else what the model lists,
 * a listed zero included; else it is made by the default engine.
 */
export function feesOf(searches: number, pages: number, list: PriceList, listed: PriceList): Fee[] {
  const own = list.web_search ?? listed.web_search;
  const fees: Fee[] = [];
  if (searches > 0) {
    const engine = own === null ? 'the default engine' : "the model's own engine";
    fees.push({ what: `web searches by ${engine}`, quantity: searches, price: own ?? DEFAULT_SEARCH_PRICE });
  }
  if (pages > 0) fees.push({ what: 'PDF pages', quantity: pages, price: PDF_PAGE_PRICE });
  return fees;
}

/** Adds up fees, in US dollars. */
export function totalFees(fees: readonly Fee[]): Decimal {
  return fees.reduce((total, fee) => add(total, times(fee.price, fee.quantity)), ZERO);
}

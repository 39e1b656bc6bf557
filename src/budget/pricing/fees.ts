import type { ResolvedModel } from '../../openrouter/catalogue/model-id.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { add, decimal, times, ZERO } from '../../lib/money/decimal.js';
import type { PriceList } from './price-list.js';
import type { PricedCall } from './request.js';

/** A cost of a request besides its tokens. */
export interface Fee {
  readonly what: string;
  readonly quantity: number;
  /** US dollars each. */
  readonly price: Decimal;
}

/** OpenRouter's default search engine, a request of 10 results. Source: its docs on web search, as of 2026-08-07. */
const DEFAULT_SEARCH_PRICE = decimal('0.007');

/** mistral-ocr, $2 per 1,000 pages. Source: OpenRouter's docs on PDF inputs, as of 2026-08. */
const PDF_PAGE_PRICE = decimal('0.002');

/** Perplexity's models search on every request, whether declared or not. Source: recorded charges, as of 2026-08. */
const ALWAYS_SEARCHES = 'perplexity/sonar';

/** How often one request of the call searches the web. */
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

export function totalFees(fees: readonly Fee[]): Decimal {
  return fees.reduce((total, fee) => add(total, times(fee.price, fee.quantity)), ZERO);
}

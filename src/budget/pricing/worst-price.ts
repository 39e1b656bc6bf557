import type { Inquiry } from './expected-price.js';
import { NO_HOURLY_WRITE_PRICE } from './expected-price.js';
import type { Offer } from './offer.js';
import type { PriceList, ReadPriceList } from './price-list.js';
import type { Quote } from './quote.js';
import { isCheaper, quote } from './quote.js';
import { longestCompletion, worstRequest } from './request.js';

export type WorstQuote = { readonly quote: Quote } | { readonly reasons: readonly string[] };

/** The dearest of the offers at the dearest time of the week; an offer whose price cannot be had leaves none. */
export function worstQuote(inquiry: Inquiry, offers: readonly Offer[]): WorstQuote {
  let dearest: Quote | null = null;
  const reasons: string[] = [];
  for (const offer of offers) {
    const completion = longestCompletion(inquiry.call, offer.cap);
    // At the same prices a completion that is no longer is no dearer.
    if (dearest?.list === offer.list && completion !== null && completion <= dearest.request.completion) continue;
    const worst = worstAt(inquiry, offer.list, completion);
    if ('reason' in worst) reasons.push(`${offer.name}: ${worst.reason}`);
    else if (dearest === null || isCheaper(dearest, worst)) dearest = worst;
  }
  return dearest === null || reasons.length > 0 ? { reasons } : { quote: dearest };
}

function worstAt(
  { call, request }: Inquiry,
  list: ReadPriceList,
  completion: number | null,
): Quote | { readonly reason: string } {
  if ('reason' in list) return list;
  if (completion === null) return { reason: 'nothing bounds its completion, neither max_tokens nor the catalogue' };
  const worst = quote(list, worstRequest(call, completion), null);
  if (worst === null) return { reason: NO_HOURLY_WRITE_PRICE };
  const usual = dependsOnLength(list) ? quote(list, { ...request, cache: 'miss' }, null) : null;
  return usual !== null && isCheaper(worst, usual) ? usual : worst;
}

/** The longest request need not be the dearest then. */
function dependsOnLength(list: PriceList): boolean {
  return list.overrides.some((override) => override.condition.min_prompt_tokens !== null);
}

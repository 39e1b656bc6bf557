import { type PricingContext, NO_HOURLY_WRITE_PRICE, type Quote, isCheaper, quoteIn } from './expected.js';
import { type Offer, answersInEmbeddings } from './offer.js';
import type { PriceList, ReadPriceList } from './price-list.js';
import { longestCompletion, worstRequest } from './request.js';

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

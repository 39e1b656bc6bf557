import type { ResolvedModel } from '../catalogue/model-id.js';
import type { NamedCall } from '../manifest/manifest.js';
import { NO_HOURLY_WRITE_PRICE } from './expected-price.js';
import type { PriceList, ReadPriceList } from './price-list.js';
import type { Quote } from './quote.js';
import { isCheaper, quote } from './quote.js';
import type { Cap, PricedRequest } from './request.js';
import { worstRequest } from './request.js';

/** Prices that a request may meet, and what bounds its completion there. */
export interface Seat {
  /** For messages: an endpoint's tag, or the model's listed price. */
  readonly name: string;
  readonly list: ReadPriceList;
  readonly cap: Cap;
}

export type WorstQuote = { readonly quote: Quote } | { readonly reasons: readonly string[] };

/** The dearest of the seats at the dearest time of the week; a seat whose price cannot be had leaves none. */
export function worstQuote(call: NamedCall, expected: PricedRequest, seats: readonly Seat[]): WorstQuote {
  let dearest: Quote | null = null;
  const reasons: string[] = [];
  for (const seat of seats) {
    const at = worstAt(call, expected, seat);
    if ('reason' in at) reasons.push(`${seat.name}: ${at.reason}`);
    else if (dearest === null || isCheaper(dearest, at.quote)) dearest = at.quote;
  }
  return dearest === null || reasons.length > 0 ? { reasons } : { quote: dearest };
}

function worstAt(call: NamedCall, expected: PricedRequest, seat: Seat): { quote: Quote } | { reason: string } {
  if ('reason' in seat.list) return { reason: seat.list.reason };
  const request = worstRequest(call, seat.cap);
  if (request === null)
    return { reason: 'nothing bounds its completion: neither max_tokens nor a limit of the catalogue' };
  const longest = quote(seat.list, request, null);
  if (longest === null) return { reason: NO_HOURLY_WRITE_PRICE };
  const usual = cheapensWithLength(seat.list) ? quote(seat.list, { ...expected, cache: 'miss' }, null) : null;
  return { quote: usual !== null && isCheaper(longest, usual) ? usual : longest };
}

/** With overrides the longest request need not be the dearest. */
function cheapensWithLength(list: PriceList): boolean {
  return list.overrides.some((override) => override.condition.min_prompt_tokens !== null);
}

/** The bounds of an endpoint, those that it does not state taken from the model; a bound of 0 is not stated. */
export function capOf(stated: Cap, { model }: ResolvedModel): Cap {
  const context = [stated.context_length, model.top_provider.context_length, model.context_length];
  return {
    context_length: context.find((length) => length !== null && length !== 0) ?? null,
    max_completion_tokens: stated.max_completion_tokens === 0 ? null : stated.max_completion_tokens,
  };
}

import type { PriceList, PriceSet } from './price-list.js';
import type { PricedRequest } from './request.js';

/** One line of a bill: so many of something at a price in the list's units. */
export interface Term {
  readonly what: string;
  readonly quantity: number;
  readonly price: bigint;
}

/**
 * What one request is charged for on one set of prices, fees for searches and pages apart; null where it writes to the
 * cache for an hour and the list has no price for that.
 *
 * OpenRouter's formula, checked against recorded charges of 2025-11 to 2026-08: prompt tokens include cached, written
 * and audio tokens, completion tokens include reasoning (which is billed as output and never added on top), image and
 * audio tokens. A price that is absent is the prompt's, or the completion's. A cache write replaces the input price,
 * unless it is below the prompt's: then it is a surcharge for storage (Google) on tokens that are billed as input, read
 * from the cache or not, as well.
 */
export function requestTerms(list: PriceList, prices: PriceSet, request: PricedRequest): Term[] | null {
  const { prompt, completion } = prices;
  const { cached, written, audio, image_output: images, audio_output: sound } = request;
  const terms: Term[] = [];
  const charge = (what: string, quantity: number, price: bigint): void => {
    if (quantity !== 0) terms.push({ what, quantity, price });
  };

  const write = writePrice(prices, request);
  if (write === null && (written > 0 || (cached > 0 && request.cache === 'miss'))) return null;
  const surcharge = (prices.input_cache_write ?? write ?? prompt) < prompt;
  const rest = request.prompt - cached - audio - (surcharge ? 0 : written);
  // Less than nothing is left where the tokens written are counted as cached too.
  charge('prompt tokens', Math.max(0, rest < 0 ? request.prompt - cached - audio : rest), prompt);
  const read = prices.input_cache_read ?? prompt;
  if (request.cache === 'hit') charge('cached tokens', cached, read);
  else charge('tokens not found in the cache', cached, write !== null && write > prompt ? write : prompt);
  charge(`tokens written to the cache for ${request.cache_ttl}`, written, write ?? prompt);
  charge('audio tokens', audio, prices.audio ?? prompt);
  charge('input images', request.images, list.image);

  charge('completion tokens', Math.max(0, request.completion - images - sound), completion);
  charge('image output tokens', images, prices.image_output ?? completion);
  charge('audio output tokens', sound, prices.audio_output ?? completion);
  if (prices.request !== 0n) charge('request', 1, prices.request);
  return terms;
}

/** The five-minute write has the prompt's price where none is listed; the one-hour write then has none that is known. */
function writePrice(prices: PriceSet, request: PricedRequest): bigint | null {
  return request.cache_ttl === '1h' ? prices.input_cache_write_1h : (prices.input_cache_write ?? prices.prompt);
}

export function totalUnits(terms: readonly Term[]): bigint {
  let total = 0n;
  for (const { quantity, price } of terms) total += BigInt(quantity) * price;
  return total;
}

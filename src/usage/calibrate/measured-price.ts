import { add, times, type Decimal } from '../../lib/money/decimal.js';
import type { RequestTokens } from '../../budget/pricing/price-tokens.js';
import type { UsageGroup } from '../read/aggregate.js';

/**
 * What a group's tokens cost in US dollars, by a function that prices one request; null where that has no price. A price
 * is linear in the tokens, so all requests but one are priced at the mean rounded down, and one with the remainder: the
 * sum is exact, unless the price changes with the length of the prompt within the group.
 */
export function catalogueCost(group: UsageGroup, priceOf: (tokens: RequestTokens) => Decimal | null): Decimal | null {
  const most = group.requests - 1;
  const floor = (sum: number): number => Math.floor(sum / group.requests);
  const usual = priceOf(tokensOf(group, floor));
  const last = priceOf(tokensOf(group, (sum) => sum - floor(sum) * most));
  return usual === null || last === null ? null : add(times(usual, most), last);
}

function tokensOf(group: UsageGroup, take: (sum: number) => number): RequestTokens {
  const { sums } = group;
  // Parts first: rounded apart from their whole they could be more than it.
  const apart = sums.prompt - sums.cached - sums.audio - sums.written;
  const prompt =
    apart < 0 ? take(sums.prompt) : take(apart) + take(sums.cached) + take(sums.audio) + take(sums.written);
  const images = take(sums.image_output);
  const sound = take(sums.audio_output);
  const text = take(sums.completion - sums.image_output - sums.audio_output);
  return {
    prompt,
    completion: text + images + sound,
    cached: take(sums.cached),
    written: take(sums.written),
    audio: take(sums.audio),
    reasoning: 0,
    image_output: images,
    audio_output: sound,
    web_searches: take(group.web_searches),
  };
}

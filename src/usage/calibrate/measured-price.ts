import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { add, times, type Decimal } from '../../lib/money/decimal.js';
import { priceCall } from '../../budget/pricing/price-call.js';
import type { UsageGroup } from '../read/aggregate.js';

/**
 * What a group's tokens cost at the catalogue's prices for a call, in US dollars; null where the call has no price. A
 * price is linear in the tokens, so all requests but one are priced at the mean rounded down, and one with what is left
 * over: the sum is exact, unless the price changes with the length of the prompt within the group.
 */
export function catalogueCost(
  group: UsageGroup,
  call: NamedCall,
  catalogue: Catalogue,
  at: Date | null,
): Decimal | null {
  const most = group.requests - 1;
  const floor = (sum: number): number => Math.floor(sum / group.requests);
  const usual = priceCall(withTokens(call, group, floor), catalogue, at).expected;
  const last = priceCall(
    withTokens(call, group, (sum) => sum - floor(sum) * most),
    catalogue,
    at,
  ).expected;
  return usual === null || last === null ? null : add(times(usual, most), last);
}

/** A call of a model with nothing but the default preferences; of `any` call only the shape is used. */
export function plainCall(any: NamedCall, model: string): NamedCall {
  return {
    ...any,
    provider: undefined,
    model,
    display_name: model,
    fallback_models: [],
    service_tier: 'default',
    cache_ttl: '5m',
    images: 0,
    pdf_pages: 0,
  };
}

function withTokens(call: NamedCall, group: UsageGroup, take: (sum: number) => number): NamedCall {
  const { sums } = group;
  const tokens = (sum: number): NamedCall['completion_tokens'] => ({ expected: take(sum), max: null });
  // Parts first: rounded apart from their whole they could be more than it.
  const apart = sums.prompt - sums.cached - sums.audio - sums.written;
  const prompt =
    apart < 0 ? take(sums.prompt) : take(apart) + take(sums.cached) + take(sums.audio) + take(sums.written);
  const images = take(sums.image_output);
  const sound = take(sums.audio_output);
  const text = take(sums.completion - sums.image_output - sums.audio_output);
  return {
    ...call,
    // A cap would only decide which endpoints fit; the request was served.
    max_tokens: undefined,
    prompt_tokens: { expected: prompt, max: null },
    completion_tokens: { expected: text + images + sound, max: null },
    cached_tokens: tokens(sums.cached),
    cache_write_tokens: tokens(sums.written),
    audio_tokens: tokens(sums.audio),
    reasoning_tokens: { expected: 0, max: null },
    image_output_tokens: { expected: images, max: null },
    audio_output_tokens: { expected: sound, max: null },
    web_searches: take(group.web_searches),
  };
}

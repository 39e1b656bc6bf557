import type { DynamicSuffix } from '../../openrouter/catalogue/model-id.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { compare, times } from '../../lib/money/decimal.js';
import type { EndpointOffer, Tier } from './offer.js';
import type { ReadPriceList } from './price-list.js';
import { isOneOf } from './provider-match.js';
import type { PricedCall } from './request.js';

export interface EligibleOffers {
  /** Those that count for expected and floor: the de-ranked ones (status below zero) only where there are no others. */
  readonly serving: readonly EndpointOffer[];
  /** All that may serve; they count for the worst case. */
  readonly possible: readonly EndpointOffer[];
}

/**
 * The endpoints of a model that may serve the call, by its expected tokens; a reason that names what excludes them where
 * none may. `offers` is not empty.
 */
export function eligibleOffers(
  call: PricedCall,
  suffixes: ReadonlySet<DynamicSuffix>,
  prompt: number,
  offers: readonly EndpointOffer[],
): EligibleOffers | { readonly reason: string } {
  const tiers = tiersAdmitted(call, suffixes, offers);
  const possible = thatPass(offers, (offer) => whyExcluded(call, prompt, tiers, offer) === null);
  if (possible.length === 0) {
    const excluded = new Map<string, number>();
    for (const offer of offers) {
      const why = whyExcluded(call, prompt, tiers, offer) ?? '';
      excluded.set(why, (excluded.get(why) ?? 0) + 1);
    }
    const counts = [...excluded].map(([why, count]) => `${count} ${why}`).join('; ');
    return { reason: `none of its ${offers.length} endpoints can serve the request as declared: ${counts}` };
  }
  const ranked = thatPass(possible, (offer) => offer.endpoint.status >= 0);
  return { serving: ranked.length > 0 ? ranked : possible, possible };
}

/** The list itself where all of it passes, as it does for most calls: lists without end would be copied. */
function thatPass(
  offers: readonly EndpointOffer[],
  passes: (offer: EndpointOffer) => boolean,
): readonly EndpointOffer[] {
  return offers.every(passes) ? offers : offers.filter(passes);
}

const NO_TIERS: readonly Tier[] = ['default'];

/** Tiers never serve unless asked for; flex asked for by name is served by flex alone, where the model has it. */
function tiersAdmitted(
  call: PricedCall,
  suffixes: ReadonlySet<DynamicSuffix>,
  all: readonly EndpointOffer[],
): readonly Tier[] {
  if (call.service_tier === 'flex' && all.some((offer) => offer.tier === 'flex')) return ['flex'];
  if (suffixes.size === 0 && call.service_tier === 'default') return NO_TIERS;
  const admitted: Tier[] = ['default'];
  if (suffixes.has('floor')) admitted.push('flex');
  if (suffixes.has('nitro') || call.service_tier === 'priority') admitted.push('priority');
  return admitted;
}

/** Whether `provider` rules endpoints out; an empty list rules out none. */
export function filtersProviders({ provider }: PricedCall): boolean {
  if (provider === undefined) return false;
  const { only = [], ignore = [], max_price = {} } = provider;
  const { prompt, completion } = max_price;
  return only.length > 0 || ignore.length > 0 || prompt !== undefined || completion !== undefined;
}

/** The first filter that an endpoint does not pass, worded to follow a count; null where it passes all. */
function whyExcluded(
  call: PricedCall,
  prompt: number,
  tiers: readonly Tier[],
  { endpoint, tier, list }: EndpointOffer,
): string | null {
  if (!tiers.includes(tier)) return 'of a service tier that is not asked for';
  if (call.provider !== undefined) {
    const { only = [], ignore = [], max_price = {} } = call.provider;
    if (only.length > 0 && !isOneOf(only, endpoint)) return 'not in provider.only';
    if (isOneOf(ignore, endpoint)) return 'in provider.ignore';
    if (isAbove(list, 'prompt', max_price.prompt)) return 'above provider.max_price.prompt';
    if (isAbove(list, 'completion', max_price.completion)) return 'above provider.max_price.completion';
  }
  const whole = prompt + call.completion_tokens.expected;
  if (isBelow(endpoint.context_length, whole)) return `with a context of less than ${whole} tokens`;
  if (isBelow(endpoint.max_prompt_tokens, prompt)) return `that take fewer than ${prompt} prompt tokens`;
  const { max_tokens = 0 } = call;
  if (isBelow(endpoint.max_completion_tokens, max_tokens)) return `that give fewer than max_tokens, ${max_tokens}`;
  return null;
}

/**
 * Held against the listed price, before overrides: the prices of long prompts must not make a dear endpoint vanish from
 * the worst case. A price that cannot be had excludes nothing. `limit` is US dollars per million tokens.
 */
function isAbove(list: ReadPriceList, key: 'prompt' | 'completion', limit: Decimal | undefined): boolean {
  if (limit === undefined || 'reason' in list) return false;
  return compare(times(list.base.in_dollars[key], 1_000_000), limit) > 0;
}

/** Limits that are not stated, or stated as 0, limit nothing. */
function isBelow(limit: number | null, needed: number): boolean {
  return limit !== null && limit !== 0 && limit < needed;
}

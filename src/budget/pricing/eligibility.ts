import type { Catalogue, CatalogueEndpoint } from '../../openrouter/catalogue/catalogue.js';
import { closest } from '../../lib/text/closest.js';
import type { DynamicSuffix } from '../../openrouter/catalogue/model-id.js';
import { type Decimal, compare, times } from '../../lib/money/decimal.js';
import type { EndpointOffer, Tier } from './offer.js';
import type { ReadPriceList } from './price-list.js';
import type { PricedCall } from './request.js';

export interface EligibleOffers {
  /**
   * The endpoints that count for expected and floor. De-ranked ones (status below zero) count only where there are no
   * others.
   */
  readonly serving: readonly EndpointOffer[];
  /** All endpoints that may serve the call. They count for the worst case. */
  readonly possible: readonly EndpointOffer[];
}

/**
 * Selects the endpoints of a model that may serve the call, by its expected tokens. Where none may, the reason names what
 * excludes each. `offers` must not be empty.
 */
export function eligibleOffers(
  call: PricedCall,
  suffixes: ReadonlySet<DynamicSuffix>,
  prompt: number,
  offers: readonly EndpointOffer[],
): EligibleOffers | { readonly reason: string } {
  const tiers = tiersAdmitted(call, suffixes, offers);
  const possible = filtered(offers, (offer) => whyExcluded(call, prompt, tiers, offer) === null);
  if (possible.length === 0) {
    const excluded = new Map<string, number>();
    for (const offer of offers) {
      const why = whyExcluded(call, prompt, tiers, offer) ?? '';
      excluded.set(why, (excluded.get(why) ?? 0) + 1);
    }
    const counts = [...excluded].map(([why, count]) => `${count} ${why}`).join('; ');
    return { reason: `none of its ${offers.length} endpoints can serve the request as declared: ${counts}` };
  }
  const ranked = filtered(possible, (offer) => offer.endpoint.status >= 0);
  return { serving: ranked.length > 0 ? ranked : possible, possible };
}

/** Filters the offers. Avoids copying the array in the common case that all of them pass. */
function filtered(
  offers: readonly EndpointOffer[],
  passes: (offer: EndpointOffer) => boolean,
): readonly EndpointOffer[] {
  return offers.every(passes) ? offers : offers.filter(passes);
}

const NO_TIERS: readonly Tier[] = ['default'];

/**
 * Lists the tiers that may serve the call. Flex and priority serve only where the call asks for them. `service_tier: flex`
 * means flex alone where the model has it.
 */
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

/** Tells whether `provider` excludes endpoints. An empty list excludes none. */
export function filtersProviders({ provider }: PricedCall): boolean {
  if (provider === undefined) return false;
  const { only = [], ignore = [], max_price = {} } = provider;
  const { prompt, completion } = max_price;
  return only.length > 0 || ignore.length > 0 || prompt !== undefined || completion !== undefined;
}

/** Names the first filter that an endpoint does not pass, worded to follow a count; null where it passes all. */
function whyExcluded(
  call: PricedCall,
  prompt: number,
  tiers: readonly Tier[],
  { endpoint, tier, list }: EndpointOffer,
): string | null {
  if (!tiers.includes(tier)) return 'of a service tier that the call does not ask for';
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
 * Compares the limit with the listed price, before overrides: the prices of long prompts must not remove an expensive
 * endpoint from the worst case. An unknown price excludes nothing. `limit` is US dollars per million tokens.
 */
function isAbove(list: ReadPriceList, key: 'prompt' | 'completion', limit: Decimal | undefined): boolean {
  if (limit === undefined || 'reason' in list) return false;
  return compare(times(list.base.in_dollars[key], 1_000_000), limit) > 0;
}

/** A limit that is absent or 0 limits nothing. */
function isBelow(limit: number | null, needed: number): boolean {
  return limit !== null && limit !== 0 && limit < needed;
}

/** Makes a slug of a provider's name: "Amazon Bedrock" is amazon-bedrock. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/**
 * Tells whether an entry of `provider.order`, `only` or `ignore` matches this endpoint. A base slug (`azure`) or a provider's name
 * matches all endpoints of that provider. A tag with a slash (`google-vertex/global`) matches that endpoint alone. Case is ignored.
 */
export function isProvider(entry: string, endpoint: CatalogueEndpoint): boolean {
  const tag = endpoint.tag.toLowerCase();
  if (entry.includes('/')) return entry.trim().toLowerCase() === tag;
  const wanted = slugOf(entry);
  return wanted !== '' && (wanted === slugOf(tag.split('/')[0] ?? tag) || wanted === slugOf(endpoint.provider_name));
}

function isOneOf(entries: readonly string[], endpoint: CatalogueEndpoint): boolean {
  return entries.some((entry) => isProvider(entry, endpoint));
}

/**
 * Lists the provider names of `provider.order` and `ignore` that match no endpoint of any of these models. OpenRouter
 * ignores such a name silently, and so does the estimate. Empty where some endpoints are not known.
 */
export function strayProviders({ provider }: PricedCall, models: readonly string[], catalogue: Catalogue): string[] {
  const named = (['order', 'ignore'] as const).flatMap((key) =>
    (provider?.[key] ?? []).map((entry) => ({ key, entry })),
  );
  if (named.length === 0) return [];
  const lists = models.map((model) => catalogue.endpoints.get(model));
  const endpoints = lists.flatMap((list) => (list?.state === 'known' ? list.endpoints : []));
  if (lists.some((list) => list?.state !== 'known') || endpoints.length === 0) return [];
  const tags = new Set(endpoints.flatMap(({ tag }) => [tag, tag.split('/')[0] ?? tag]));
  return named
    .filter(({ entry }) => !endpoints.some((endpoint) => isProvider(entry, endpoint)))
    .map(({ key, entry }) => {
      const near = closest(entry, tags);
      const hint = near === null ? '' : `; did you mean "${near}"?`;
      return `provider.${key} names "${entry}", which has no endpoint of ${models.join(' or ')}${hint}`;
    });
}

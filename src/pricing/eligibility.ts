import type { CatalogueEndpoint } from '../catalogue/catalogue.js';
import type { DynamicSuffix } from '../catalogue/model-id.js';
import type { NamedCall } from '../manifest/manifest.js';
import { compare, times } from '../money/decimal.js';
import type { PriceSet, ReadPriceList } from './price-list.js';
import { dollars, readPriceList } from './price-list.js';
import { isOneOf } from './provider-match.js';

/** An endpoint that may serve a call, with its prices or why they cannot be had. */
export interface Offer {
  readonly endpoint: CatalogueEndpoint;
  readonly tier: Tier;
  readonly list: ReadPriceList;
}

export type Tier = 'default' | 'flex' | 'priority';

export interface EligibleOffers {
  /** Those that count for expected and floor: the de-ranked ones (status below zero) only where there are no others. */
  readonly serving: readonly Offer[];
  /** All that may serve; they count for the worst case. */
  readonly possible: readonly Offer[];
}

const offers = new WeakMap<CatalogueEndpoint, Offer>();

function offerOf(endpoint: CatalogueEndpoint): Offer {
  const known = offers.get(endpoint);
  if (known !== undefined) return known;
  const offer = { endpoint, tier: tierOf(endpoint.tag), list: readPriceList(endpoint.pricing) };
  offers.set(endpoint, offer);
  return offer;
}

/** The tier is the last part of a tag, `openai/flex`; any other last part is a quantization, region or speed. */
function tierOf(tag: string): Tier {
  const last = tag.slice(tag.lastIndexOf('/') + 1).toLowerCase();
  return last === 'flex' || last === 'priority' ? last : 'default';
}

/** Whether `provider` rules endpoints out; an empty list rules out none. */
export function filtersProviders({ provider }: NamedCall): boolean {
  if (provider === undefined) return false;
  const { only = [], ignore = [], max_price = {} } = provider;
  const { prompt, completion } = max_price;
  return only.length > 0 || ignore.length > 0 || prompt !== undefined || completion !== undefined;
}

type Filter = readonly [excludes: (offer: Offer) => boolean, why: string];

/**
 * The endpoints of a model that may serve the call, by its expected tokens; a reason that names the filters where none
 * may. `endpoints` is not empty.
 */
export function eligibleOffers(
  call: NamedCall,
  suffixes: ReadonlySet<DynamicSuffix>,
  prompt: number,
  endpoints: readonly CatalogueEndpoint[],
): EligibleOffers | { readonly reason: string } {
  const all = endpoints.map(offerOf);
  const admitted = tiersAdmitted(call, suffixes, all);
  const filters: readonly Filter[] = [
    [(offer) => !admitted.has(offer.tier), 'of a service tier that is not asked for'],
    ...(call.provider === undefined ? [] : providerFilters(call.provider)),
    ...fitFilters(call, prompt),
  ];
  let possible: readonly Offer[] = all;
  const excluded: string[] = [];
  for (const [excludes, why] of filters) {
    const left = possible.filter((offer) => !excludes(offer));
    if (left.length < possible.length) excluded.push(`${possible.length - left.length} ${why}`);
    possible = left;
  }
  if (possible.length === 0) {
    return { reason: `none of its ${all.length} endpoints can serve the request as declared: ${excluded.join('; ')}` };
  }
  const ranked = possible.filter((offer) => offer.endpoint.status >= 0);
  return { serving: ranked.length > 0 ? ranked : possible, possible };
}

/** Tiers never serve unless asked for; flex asked for by name is served by flex alone, where the model has it. */
function tiersAdmitted(call: NamedCall, suffixes: ReadonlySet<DynamicSuffix>, all: readonly Offer[]): Set<Tier> {
  if (call.service_tier === 'flex' && all.some((offer) => offer.tier === 'flex')) return new Set(['flex']);
  const admitted = new Set<Tier>(['default']);
  if (suffixes.has('floor')) admitted.add('flex');
  if (suffixes.has('nitro') || call.service_tier === 'priority') admitted.add('priority');
  return admitted;
}

function providerFilters({ only = [], ignore = [], max_price = {} }: NonNullable<NamedCall['provider']>): Filter[] {
  const filters: Filter[] = [];
  if (only.length > 0) filters.push([({ endpoint }) => !isOneOf(only, endpoint), 'not in provider.only']);
  if (ignore.length > 0) filters.push([({ endpoint }) => isOneOf(ignore, endpoint), 'in provider.ignore']);
  for (const key of ['prompt', 'completion'] as const) {
    const limit = max_price[key];
    if (limit === undefined) continue;
    filters.push([({ list }) => isAbove(list, key, limit), `above provider.max_price.${key}`]);
  }
  return filters;
}

/**
 * Held against the listed price, before overrides: the prices of long prompts must not make a dear endpoint vanish from
 * the worst case. A price that cannot be had excludes nothing.
 */
function isAbove(list: ReadPriceList, key: keyof Pick<PriceSet, 'prompt' | 'completion'>, limit: PerMillion): boolean {
  return !('reason' in list) && compare(times(dollars(list, list.base[key]), 1_000_000), limit) > 0;
}
type PerMillion = Parameters<typeof compare>[1];

/** Limits that are not stated, or stated as 0, limit nothing. */
function fitFilters(call: NamedCall, prompt: number): Filter[] {
  const whole = prompt + call.completion_tokens.expected;
  const filters: Filter[] = [
    [({ endpoint }) => isBelow(endpoint.context_length, whole), `with a context of less than ${whole} tokens`],
    [({ endpoint }) => isBelow(endpoint.max_prompt_tokens, prompt), `that take fewer than ${prompt} prompt tokens`],
  ];
  const { max_tokens } = call;
  if (max_tokens !== undefined) {
    filters.push([
      ({ endpoint }) => isBelow(endpoint.max_completion_tokens, max_tokens),
      `that give fewer than max_tokens, ${max_tokens}`,
    ]);
  }
  return filters;
}

function isBelow(limit: number | null, needed: number): boolean {
  return limit !== null && limit !== 0 && limit < needed;
}

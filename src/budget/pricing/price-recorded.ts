import type { Decimal } from '../../lib/money/decimal.js';
import type { TokenCounts } from '../../manifest/token-parts.js';
import type { Tokens } from '../../manifest/schema.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { type CallPrice, priceCall } from './price-call.js';
import type { PricedCall } from './request.js';

/** The tokens and searches of one recorded request. */
export interface RequestTokens extends TokenCounts {
  readonly web_searches: number;
  /** How many of the written tokens are kept for an hour; absent: as the call declares, for a model's id none. */
  readonly written_1h?: number;
}

/**
 * Prices one request of so many tokens. Null for `at` takes prices that depend on the hour at their most expensive hour.
 * Never throws: where there is no price, `reason` says why.
 */
export function priceTokens(
  preferences: CallPreferences,
  tokens: RequestTokens,
  catalogue: Catalogue,
  at: Date | null = null,
): CallPrice {
  const request: PricedCall = {
    ...preferences,
    // A cap would only decide which endpoints fit; the request was served.
    max_tokens: undefined,
    prompt_tokens: exactly(tokens.prompt),
    completion_tokens: exactly(tokens.completion),
    cached_tokens: exactly(tokens.cached),
    cache_write_tokens: exactly(tokens.written),
    audio_tokens: exactly(tokens.audio),
    image_output_tokens: exactly(tokens.image_output),
    audio_output_tokens: exactly(tokens.audio_output),
    web_searches: tokens.web_searches,
    ...(tokens.written_1h === undefined ? {} : { cache_write_1h_tokens: tokens.written_1h }),
  };
  return priceCall(request, catalogue, at);
}

function exactly(expected: number): Tokens {
  return { expected, max: null };
}

/** The fields of a call that decide which endpoints may serve it and at which prices, apart from its tokens. */
export type CallPreferences = Pick<
  PricedCall,
  'model' | 'provider' | 'fallback_models' | 'service_tier' | 'cache_ttl' | 'images' | 'pdf_pages'
>;

/** Returns the preferences of a request that states its model alone. */
export function defaultPreferences(model: string): CallPreferences {
  return {
    model,
    provider: undefined,
    fallback_models: [],
    service_tier: 'default',
    cache_ttl: '5m',
    images: 0,
    pdf_pages: 0,
  };
}

/** How a request was served, where that has a price of its own; `fast` is Anthropic's `speed: fast`. */
export type ServedTier = 'flex' | 'priority' | 'batch' | 'fast';

/** At which prices a request was served. */
interface Served {
  /** Null where the price is not known. */
  readonly preferences: CallPreferences | null;
  /** The model, whose row for the tier is not in the catalogue; null where there is one, or none is needed. */
  readonly without_row: string | null;
}

/**
 * Returns the preferences at which a request of a tier is priced: flex and priority are endpoints of the model, fast and
 * batch are rows of their own. Without its row a batch keeps the model's price, which is higher (providers bill about half
 * of it); fast costs more, so without its row it has no price.
 */
export function servedAs(tier: ServedTier | null, preferences: CallPreferences, { models }: Catalogue): Served {
  if (tier === null) return { preferences, without_row: null };
  if (tier === 'flex' || tier === 'priority') {
    return { preferences: { ...preferences, service_tier: tier }, without_row: null };
  }
  const resolution = resolveModel(preferences.model, models);
  const id = resolution.state === 'resolved' ? resolution.id : preferences.model;
  const model = tier === 'fast' ? fastModel(id) : batchModel(id);
  if (models.has(model)) return { preferences: { ...preferences, model }, without_row: null };
  return { preferences: tier === 'batch' ? preferences : null, without_row: id };
}

/** The row of a model that is served fast. */
export function fastModel(id: string): string {
  return id.endsWith('-fast') ? id : `${id}-fast`;
}

/** The row of a model that is served as a batch. */
export function batchModel(id: string): string {
  return `${id.replace(/:.*$/, '')}:batch`;
}

/** Returns what one recorded request of a model cost as it was served, in US dollars; null where it has no price. */
export function priceServed(
  id: string,
  tier: ServedTier | null,
  tokens: RequestTokens,
  catalogue: Catalogue,
): Decimal | null {
  const { preferences } = servedAs(tier, defaultPreferences(id), catalogue);
  return preferences === null ? null : priceTokens(preferences, tokens, catalogue).expected;
}

import type { Decimal } from '../../lib/money/decimal.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { type CallPreferences, type RequestTokens, defaultPreferences, priceTokens } from './price-tokens.js';

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

import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { withSuggestion } from '../../openrouter/catalogue/resolve-name.js';
import type { ModelResolution, UnresolvedModel } from '../../openrouter/catalogue/model-id.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { compare, maximum } from '../../lib/money/decimal.js';
import type { CallPrice, FallbackPrice } from './call-price.js';
import type { ModelPrice, NoPrice } from './price-model.js';
import { priceModel } from './price-model.js';
import type { PricedCall } from './request.js';
import { answersInEmbeddings } from './offer.js';
import { isCapped } from './request.js';
import { strayProviders } from './eligibility.js';

const NONE: readonly string[] = [];

/** A model that a call names, and the price of the call on it. */
interface Candidate {
  readonly declared: string;
  readonly resolution: ModelResolution;
  readonly price: ModelPrice | NoPrice;
}

/**
 * Prices one request of a call on its model and, for the worst case, on its fallback models. With `at` null, prices that
 * depend on the hour are taken at their most expensive hour; an instant fixes it for expected and floor. Never throws: a
 * call that cannot be priced says why.
 */
export function priceCall(call: PricedCall, catalogue: Catalogue, at: Date | null): CallPrice {
  const own = priceOn(call.model, call, catalogue, at);
  const fallbacks = call.fallback_models.map((declared) => priceOn(declared, call, catalogue, at));
  const all = [own, ...fallbacks];
  const { resolution } = own;
  const price = call.uncounted === undefined ? own.price : { reason: call.uncounted };
  const priced = 'reason' in price ? null : price;
  return {
    state: priced === null ? 'unpriced' : priced.free ? 'free' : 'priced',
    reason: 'reason' in price ? price.reason : null,
    resolved_model: resolution.state === 'resolved' ? resolution.id : null,
    // What stands for a configuration that cannot be counted has no model.
    known_as: (call.model === '' ? [] : all).map((candidate) => ({
      declared: candidate.declared,
      names: candidate.resolution.names,
    })),
    expected: priced?.expected ?? null,
    source: priced?.source ?? null,
    floor: priced?.floor ?? null,
    worst_case: highestOf(all),
    capped: isCapped(call) || (resolution.state === 'resolved' && answersInEmbeddings(resolution.model)),
    spread: priced?.spread ?? null,
    prompt_price: priced?.prompt_price ?? null,
    completion_price: priced?.completion_price ?? null,
    fallback_prices: fallbacks.map(fallbackPrice),
    incomplete: priced === null ? [] : joined(priced.incomplete, fallbacks, whyIncomplete),
    unknown_price_keys: distinct(joined(unknownKeys(own), fallbacks, unknownKeys)),
    notes: [...joined(notesOf(own), fallbacks, notesOf), ...strayProviders(call, resolvedIds(all), catalogue)],
    arithmetic: priced?.arithmetic ?? (() => []),
    worst_case_arithmetic: () => worstArithmetic(all),
  };
}

function priceOn(declared: string, call: PricedCall, catalogue: Catalogue, at: Date | null): Candidate {
  const resolution = resolveModel(declared, catalogue.models, catalogue.source);
  const price =
    resolution.state === 'resolved'
      ? priceModel(call, resolution, catalogue, at)
      : { reason: unresolvedReason(declared, resolution, catalogue) };
  return { declared, resolution, price };
}

function unresolvedReason(declared: string, { reason, isUnknown }: UnresolvedModel, { models }: Catalogue): string {
  return isUnknown ? withSuggestion(declared, reason, models) : reason;
}

function resolvedIds(candidates: readonly Candidate[]): string[] {
  return candidates.flatMap(({ resolution }) => (resolution.state === 'resolved' ? [resolution.id] : []));
}

function fallbackPrice({ declared, price }: Candidate): FallbackPrice {
  if ('reason' in price) {
    return { model: declared, expected: null, free: false, prompt_price: null, completion_price: null };
  }
  const { expected, free, prompt_price, completion_price } = price;
  return { model: declared, expected, free, prompt_price, completion_price };
}

/** Joins the texts about the model and about its fallbacks. Avoids copying in the common case of no fallbacks. */
function joined(
  own: readonly string[],
  fallbacks: readonly Candidate[],
  textsOf: (candidate: Candidate) => readonly string[],
): readonly string[] {
  return fallbacks.length === 0 ? own : [...own, ...fallbacks.flatMap(textsOf)];
}

function distinct(keys: readonly string[]): readonly string[] {
  return keys.length < 2 ? keys : [...new Set(keys)];
}

function unknownKeys({ price }: Candidate): readonly string[] {
  return 'reason' in price ? NONE : price.unknown_price_keys;
}

function whyIncomplete({ price }: Candidate): readonly string[] {
  return 'reason' in price ? [`a fallback model has no price: ${price.reason}`] : price.incomplete;
}

/** Null where one of the prices is not known: it could be the highest. */
function highestOf(candidates: readonly Candidate[]): Decimal | null {
  let most: Decimal | null = null;
  for (const { price } of candidates) {
    if ('reason' in price || price.worst_case === null) return null;
    most = most === null ? price.worst_case : maximum(most, price.worst_case);
  }
  return most;
}

function notesOf({ resolution, price }: Candidate): readonly string[] {
  if (resolution.state === 'unresolved') return NONE;
  const own = 'reason' in price ? NONE : price.notes;
  const batch = resolution.id.endsWith(':batch')
    ? [`${resolution.id} is served through the batch API alone; other requests to it fail`]
    : NONE;
  return own.length + batch.length === 0 ? resolution.notes : [...resolution.notes, ...batch, ...own];
}

function worstArithmetic(candidates: readonly Candidate[]): readonly string[] {
  const worst = highestOf(candidates);
  if (worst === null) return [];
  const found = candidates.find(
    ({ price }) => !('reason' in price) && price.worst_case !== null && compare(price.worst_case, worst) === 0,
  );
  return found === undefined || 'reason' in found.price ? [] : found.price.worst_case_arithmetic();
}

import { type Decimal, compare, maximum } from '../../lib/money/decimal.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { withSuggestion } from '../../openrouter/catalogue/resolve-name.js';
import { type ModelResolution, type UnresolvedModel, resolveModel } from '../../openrouter/catalogue/model-id.js';
import {
  type EndpointCosts,
  type ModelPrice,
  type PriceDetails,
  NO_DETAILS,
  detailsOfModel,
  endpointCostsOfModel,
  priceModel,
} from './price-model.js';
import { type PricedCall, isCapped } from './request.js';
import type { NoPrice, UnpricedCause } from './quotes.js';
import { answersInEmbeddings } from './offer.js';
import { strayProviders } from './eligibility.js';

/** The cost of one request of a call, in US dollars and before retries, with the reasons. */
export interface CallPrice {
  readonly state: 'priced' | 'free' | 'unpriced';
  /** Why the call has no price; null where it has one. */
  readonly reason: string | null;
  /** The kind of reason; null where the call has a price. */
  readonly cause: UnpricedCause | null;
  /** The catalogue id of the declared model; null where there is none. */
  readonly resolved_model: string | null;
  /**
   * Every id that a model pattern of the policy is compared with: declared, resolved, canonical, fallbacks, each also
   * without suffixes.
   */
  readonly known_as: readonly ModelNames[];
  readonly expected: Decimal | null;
  /** The source of `expected`: "openai/gpt-5 at azure, the cheapest eligible endpoint"; null where unpriced. */
  readonly source: string | null;
  readonly floor: Decimal | null;
  /** The most expensive request over the model and its fallbacks; null where one of their prices is not known. */
  readonly worst_case: Decimal | null;
  /** False where neither `max_tokens` nor a `max` of the completion bounds the worst case. */
  readonly capped: boolean;
  /** US dollars per token of the expected price, overrides applied; null where unpriced. */
  readonly prompt_price: Decimal | null;
  readonly completion_price: Decimal | null;
  /** The expected prices of the fallback models, for the price ceilings. */
  readonly fallback_prices: readonly FallbackPrice[];
  /** The reasons why a figure is missing or may be too low: endpoints not fetched, an unknown pricing key. */
  readonly incomplete: readonly string[];
  /** Notes for the reader: an alias that may move, an id found by its slug. */
  readonly notes: readonly string[];
  /** Unknown keys, other than zero, of the prices in use: the figures may be too low. */
  readonly unknown_price_keys: readonly string[];
  /**
   * Computes the details that are shown of the price. The arithmetic of the worst case is that of the model or fallback whose
   * request costs most. Empty where the call is unpriced.
   */
  readonly details: () => PriceDetails;
}

interface FallbackPrice {
  readonly model: string;
  /** US dollars for one request of the call; null where it has no price. */
  readonly expected: Decimal | null;
  readonly free: boolean;
  readonly prompt_price: Decimal | null;
  readonly completion_price: Decimal | null;
}

interface ModelNames {
  /** The name in the manifest. */
  readonly declared: string;
  /** All spellings a pattern may match. */
  readonly names: readonly string[];
}

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
  const [own, fallbacks] = candidatesOf(call, catalogue, at);
  const all = [own, ...fallbacks];
  const { resolution } = own;
  const price = call.uncounted === undefined ? own.price : { reason: call.uncounted, cause: 'file' as const };
  const priced = 'reason' in price ? null : price;
  return {
    state: priced === null ? 'unpriced' : priced.free ? 'free' : 'priced',
    reason: 'reason' in price ? price.reason : null,
    cause: 'reason' in price ? price.cause : null,
    resolved_model: resolution.state === 'resolved' ? resolution.id : null,
    // A call of a configuration that cannot be counted has no model.
    known_as: (call.model === '' ? [] : all).map((candidate) => ({
      declared: candidate.declared,
      names: candidate.resolution.names,
    })),
    expected: priced?.expected ?? null,
    source: priced?.source ?? null,
    floor: priced?.floor ?? null,
    worst_case: highestOf(all),
    capped: isCapped(call) || (resolution.state === 'resolved' && answersInEmbeddings(resolution.model)),
    prompt_price: priced?.prompt_price ?? null,
    completion_price: priced?.completion_price ?? null,
    fallback_prices: fallbacks.map(fallbackPrice),
    incomplete: priced === null ? [] : joined(priced.incomplete, fallbacks, whyIncomplete),
    unknown_price_keys: distinct(joined(unknownKeys(own), fallbacks, unknownKeys)),
    notes: allNotes(call, own, fallbacks, catalogue),
    details: priced === null ? () => NO_DETAILS : detailsOnDemand(call, catalogue, at),
  };
}

function candidatesOf(call: PricedCall, catalogue: Catalogue, at: Date | null): [Candidate, Candidate[]] {
  return [
    priceOn(call.model, call, catalogue, at),
    call.fallback_models.map((declared) => priceOn(declared, call, catalogue, at)),
  ];
}

function priceOn(declared: string, call: PricedCall, catalogue: Catalogue, at: Date | null): Candidate {
  const resolution = resolveModel(declared, catalogue.models, catalogue.source);
  const price =
    resolution.state === 'resolved'
      ? priceModel(call, resolution, catalogue, at)
      : { reason: unresolvedReason(declared, resolution, catalogue), cause: 'model' as const };
  return { declared, resolution, price };
}

function unresolvedReason(declared: string, { reason, isUnknown }: UnresolvedModel, { models }: Catalogue): string {
  return isUnknown ? withSuggestion(declared, reason, models) : reason;
}

function resolvedIds(candidates: readonly Candidate[]): string[] {
  return candidates.flatMap(({ resolution }) => (resolution.state === 'resolved' ? [resolution.id] : []));
}

function allNotes(
  call: PricedCall,
  own: Candidate,
  fallbacks: readonly Candidate[],
  catalogue: Catalogue,
): readonly string[] {
  const notes = joined(notesOf(own), fallbacks, notesOf);
  return call.provider === undefined
    ? notes
    : [...notes, ...strayProviders(call, resolvedIds([own, ...fallbacks]), catalogue)];
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

/** Returns the highest worst case. Null where one of the prices is not known: it could be the highest. */
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

/** A function of its own, so that nothing but these arguments is kept for each call. */
function detailsOnDemand(call: PricedCall, catalogue: Catalogue, at: Date | null): () => PriceDetails {
  return () => {
    const [own, fallbacks] = candidatesOf(call, catalogue, at);
    const detailsOf = ({ resolution }: Candidate): PriceDetails =>
      resolution.state === 'resolved' ? detailsOfModel(call, resolution, catalogue, at) : NO_DETAILS;
    const highest = mostExpensive([own, ...fallbacks]);
    return {
      ...detailsOf(own),
      worst_case_arithmetic: highest === null ? [] : detailsOf(highest).worst_case_arithmetic,
    };
  };
}

/** What the request costs at the endpoints of the declared model; see `endpointCostsOfModel`. Null where that model has no price. */
export function endpointCosts(call: PricedCall, catalogue: Catalogue, at: Date | null): EndpointCosts | null {
  const resolution = resolveModel(call.model, catalogue.models, catalogue.source);
  return resolution.state === 'resolved' ? endpointCostsOfModel(call, resolution, catalogue, at) : null;
}

/** Finds the candidate with the highest worst case; null where one of them is not known. */
function mostExpensive(candidates: readonly Candidate[]): Candidate | null {
  const worst = highestOf(candidates);
  if (worst === null) return null;
  const costs = ({ price }: Candidate): boolean =>
    !('reason' in price) && price.worst_case !== null && compare(price.worst_case, worst) === 0;
  return candidates.find(costs) ?? null;
}

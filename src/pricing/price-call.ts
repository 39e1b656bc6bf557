import type { Catalogue } from '../catalogue/catalogue.js';
import type { ModelResolution } from '../catalogue/model-id.js';
import { resolveModel } from '../catalogue/model-id.js';
import type { NamedCall } from '../manifest/manifest.js';
import type { Decimal } from '../money/decimal.js';
import { maximum } from '../money/decimal.js';
import type { CallPrice } from './call-price.js';
import type { ModelPrice, NoPrice } from './price-model.js';
import { priceModel } from './price-model.js';
import { isCapped } from './request.js';

/**
 * What one request of a call costs on the model and, at worst, on its fallback models. With `at` null prices that depend
 * on the hour are taken at their dearest; an instant fixes it for expected and floor. Never throws: a call that cannot be
 * priced says why.
 */
export function priceCall(call: NamedCall, catalogue: Catalogue, at: Date | null): CallPrice {
  const candidates = [call.model, ...call.fallback_models].map((declared) => {
    const resolution = resolveModel(declared, catalogue.models);
    return { declared, resolution, price: priceOf(call, resolution, catalogue, at) };
  });
  const [own, ...fallbacks] = candidates;
  if (own === undefined) throw new RangeError('a call has a model');
  const { resolution, price } = own;
  const shared = {
    resolved_model: resolution.state === 'resolved' ? resolution.id : null,
    known_as: candidates.map(({ declared, resolution: { names } }) => ({ declared, names })),
    capped: isCapped(call),
    fallback_prices: fallbacks.map(({ declared, price: fallback }) => ({
      model: declared,
      prompt_price: 'reason' in fallback ? null : fallback.prompt_price,
      completion_price: 'reason' in fallback ? null : fallback.completion_price,
    })),
    notes: candidates.flatMap((candidate) => notesOf(candidate.resolution)),
  };
  if ('reason' in price) return { ...shared, ...UNPRICED, reason: price.reason };
  const all = [price, ...fallbacks.map((fallback) => fallback.price)];
  return {
    ...shared,
    state: price.free ? 'free' : 'priced',
    reason: null,
    expected: price.expected,
    floor: price.floor,
    worst_case: dearest(all),
    prompt_price: price.prompt_price,
    completion_price: price.completion_price,
    incomplete: [
      ...price.incomplete,
      ...fallbacks.flatMap(({ price: fallback }) =>
        'reason' in fallback ? [`the fallback model has no price: ${fallback.reason}`] : fallback.incomplete,
      ),
    ],
    unknown_price_keys: [...new Set(all.flatMap((one) => ('reason' in one ? [] : one.unknown_price_keys)))],
    arithmetic: price.arithmetic,
  };
}

const UNPRICED = {
  state: 'unpriced',
  expected: null,
  floor: null,
  worst_case: null,
  prompt_price: null,
  completion_price: null,
  incomplete: [],
  unknown_price_keys: [],
  arithmetic: () => [],
} as const;

function priceOf(
  call: NamedCall,
  resolution: ModelResolution,
  catalogue: Catalogue,
  at: Date | null,
): ModelPrice | NoPrice {
  return resolution.state === 'resolved' ? priceModel(call, resolution, catalogue, at) : resolution;
}

/** Null where one of the prices cannot be had: the worst may be that one. */
function dearest(prices: readonly (ModelPrice | NoPrice)[]): Decimal | null {
  const known: Decimal[] = [];
  for (const price of prices) {
    if ('reason' in price || price.worst_case === null) return null;
    known.push(price.worst_case);
  }
  const [first, ...rest] = known;
  return first === undefined ? null : maximum(first, ...rest);
}

function notesOf(resolution: ModelResolution): readonly string[] {
  if (resolution.state === 'unresolved') return [];
  const batch = resolution.id.endsWith(':batch')
    ? [`${resolution.id} is served through the batch API alone; other requests to it fail`]
    : [];
  return [...resolution.notes, ...batch];
}

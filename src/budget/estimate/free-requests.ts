import { isFreeId } from '../pricing/offer.js';
import type { CallEstimate } from './estimate.js';

/** Requests that these calls make to `:free` models in a run, which OpenRouter counts by the day whatever they cost. */
export function freeRequests(calls: readonly CallEstimate[]): bigint {
  return calls
    .filter(({ price: { resolved_model: id } }) => id !== null && isFreeId(id))
    .reduce((total, call) => total + call.requests_per_run, 0n);
}

import type { Network } from '../../lib/http/network.js';
import { RETRY_LIMITS, type RetryLimits } from '../../lib/http/retry.js';
import { openRouterClient, type OpenRouterClient } from '../client.js';
import { fetchModels, type ModelListing } from './live-models.js';

/** The request for the list of models, which is made before it is known which of them are in use. */

export interface CatalogueServer {
  readonly url: URL;
  /** Attempts and deadlines; `totalMs` is for the whole catalogue. */
  readonly limits?: RetryLimits;
}

export interface StartedModels {
  readonly listing: ModelListing;
  /** The time that the list took, in milliseconds, out of the total for the whole catalogue. */
  readonly tookMs: number;
}

/**
 * Requests the list of models now, for a `fetchCatalogue` that comes later or not at all. A failure is thrown by that
 * `fetchCatalogue`; where nothing awaits the list, its failure has no effect.
 */
export function startModels(options: CatalogueServer, effects: Network): Promise<StartedModels> {
  const began = effects.now();
  const models = fetchModels(catalogueClient(options, effects)).then((listing) => ({
    listing,
    tookMs: effects.now() - began,
  }));
  // Node ends a process with a rejected promise that has no handler.
  models.catch(() => undefined);
  return models;
}

/**
 * Makes a client for the catalogue, which has spent `spentMs` of the total time. It sends no key without `apiKey`: the
 * catalogue needs none.
 */
export function catalogueClient(
  { url, limits = RETRY_LIMITS }: CatalogueServer,
  network: Network,
  { spentMs = 0, apiKey = null }: { readonly spentMs?: number; readonly apiKey?: string | null } = {},
): OpenRouterClient {
  const { totalMs } = limits;
  return openRouterClient({ base: url, purpose: 'the catalogue', totalMs, spentMs, limits, apiKey }, network);
}

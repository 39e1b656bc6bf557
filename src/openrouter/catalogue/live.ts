import { failureSentence, HttpFailure } from '../../lib/http/failure.js';
import type { Network } from '../../lib/http/network.js';
import { RETRY_LIMITS, type RetryLimits } from '../../lib/http/retry.js';
import { pricesUnusable } from '../../lib/errors/problem.js';
import { utcTime } from '../../lib/text/amount.js';
import type { Catalogue } from './catalogue.js';
import { catalogueClient } from './live-client.js';
import { fetchEndpoints } from './live-endpoints.js';
import { duplicateNote, fetchModels } from './live-models.js';
import { modelsInUse } from './models-in-use.js';
import { catalogueUrlText } from '../../lib/inputs/catalogue-url.js';

export interface LiveCatalogueOptions {
  readonly url: URL;
  /** Model ids as manifests declare them, of head and base alike. */
  readonly idsInUse: readonly string[];
  /** Attempts and deadlines; `totalMs` is for the whole catalogue. */
  readonly limits?: RetryLimits;
}

/**
 * The live catalogue: the list of models, then the endpoints of each model in use, side by side. Without the list there
 * are no prices (exit code 3); without some endpoints there are, less floor and worst case.
 */
export async function fetchCatalogue(options: LiveCatalogueOptions, effects: Network): Promise<Catalogue> {
  const client = catalogueClient(options.url, effects, options.limits ?? RETRY_LIMITS);
  try {
    const listing = await fetchModels(client);
    const inUse = modelsInUse(options.idsInUse, listing.models);
    const duplicates = new Set(inUse.filter((id) => listing.duplicates.has(id)));
    return {
      source: 'live',
      url: catalogueUrlText(options.url),
      fetched_at: utcTime(listing.fetchedAt),
      sha256: listing.sha256,
      models: listing.models,
      endpoints: await fetchEndpoints(client, inUse),
      notes: [...duplicateNote(duplicates), ...listing.notes],
    };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw pricesUnusable(`Live prices cannot be had: ${failureSentence(client.host, error)}.`);
  }
}

/** The same catalogue with the endpoints of these declared ids, a request for each; those that fail are `unknown`. */
export async function withEndpoints(
  catalogue: Catalogue,
  options: LiveCatalogueOptions,
  effects: Network,
): Promise<Catalogue> {
  const client = catalogueClient(options.url, effects, options.limits ?? RETRY_LIMITS);
  return { ...catalogue, endpoints: await fetchEndpoints(client, modelsInUse(options.idsInUse, catalogue.models)) };
}

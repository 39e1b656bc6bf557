import { failureSentence, HttpFailure } from '../../lib/http/failure.js';
import type { Network } from '../../lib/http/network.js';
import { pricesUnusable } from '../../lib/errors/problem.js';
import { utcTime } from '../../lib/text/amount.js';
import { keyMayBeSentTo, type OpenRouterClient } from '../client.js';
import type { BodyLimits } from '../../lib/http/body.js';
import { readEndpoints } from './answers.js';
import type { Catalogue, EndpointList } from './catalogue.js';
import { duplicateNote } from './live-models.js';
import { idOfName, modelsInUse } from './resolve-name.js';
import { type CatalogueServer, catalogueClient, type StartedModels, startModels } from './start-models.js';
import { catalogueUrlText } from '../../lib/inputs.js';

export interface LiveCatalogueOptions extends CatalogueServer {
  /** Model ids as manifests declare them, of head and base alike. */
  readonly idsInUse: readonly string[];
  /** A key at hand. It is sent only where a list of endpoints is refused without one, and only where keys may be sent. */
  readonly apiKey?: string | null;
}

/**
 * Fetches the live catalogue: the list of models, unless it was requested before, then the endpoints of each model in use,
 * several at a time. Without the list there are no prices (exit code 3). Without the endpoints of a model it has no floor
 * and no worst case. The list and the endpoints share one total time, in which the time between them does not count.
 */
export async function fetchCatalogue(
  options: LiveCatalogueOptions,
  effects: Network,
  models: Promise<StartedModels> = startModels(options, effects),
): Promise<Catalogue> {
  try {
    const { listing, tookMs } = await models;
    const inUse = modelsInUse(knownIds(options.idsInUse, listing.models), listing.models);
    const duplicates = new Set(inUse.filter((id) => listing.duplicates.has(id)));
    return {
      source: 'live',
      url: catalogueUrlText(options.url),
      fetched_at: utcTime(listing.fetchedAt),
      sha256: listing.sha256,
      models: listing.models,
      endpoints: await fetchEndpoints(options, effects, inUse, tookMs),
      notes: [...duplicateNote(duplicates), ...listing.notes],
    };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw pricesUnusable(`Live prices cannot be fetched: ${failureSentence(options.url.host, error)}.`);
  }
}

/** Adds the endpoints of these declared ids to a catalogue, one request for each; those that fail are `unknown`. */
export async function withEndpoints(
  catalogue: Catalogue,
  options: LiveCatalogueOptions,
  effects: Network,
): Promise<Catalogue> {
  const inUse = modelsInUse(knownIds(options.idsInUse, catalogue.models), catalogue.models);
  return { ...catalogue, endpoints: await fetchEndpoints(options, effects, inUse, 0) };
}

/**
 * Resolves names of other tools, as a promptfoo configuration has them, to catalogue ids. Unknown names stay as they are.
 */
function knownIds(names: readonly string[], models: Catalogue['models']): string[] {
  return names.map((name) => idOfName(name, models) ?? name);
}

/** The second step where a list of endpoints is refused without a key: a client with the key, or the remedy for the reason. */
type WithKey = { readonly keyed: OpenRouterClient } | { readonly remedy: string };

/**
 * OpenRouter's OpenAPI document (2026-08-22) states a key for lists of endpoints, though none is needed. A key at hand is
 * sent only to OpenRouter and to this machine.
 */
function withKey(options: LiveCatalogueOptions, network: Network, spentMs: number): WithKey {
  const { apiKey = null, url } = options;
  if (!keyMayBeSentTo(url)) return { remedy: 'keys are sent to OpenRouter and to this machine alone' };
  if (apiKey !== null) return { keyed: catalogueClient(options, network, { spentMs, apiKey }) };
  return { remedy: 'give it a key: openrouter-api-key in the action, OPENROUTER_API_KEY on the command line' };
}

const AT_ONCE = 8;

/** Eight of these are in memory at once, so each may be a fraction of the list of models; today's longest has 100 kB. */
const ENDPOINT_BOUNDS: BodyLimits = { maxWireBytes: 2 * 1024 * 1024, maxBytes: 8 * 1024 * 1024 };

/** Fetches the endpoints of each model, by its id. A list that fails is `unknown` with the reason; the run goes on. */
async function fetchEndpoints(
  options: LiveCatalogueOptions,
  network: Network,
  ids: readonly string[],
  spentMs: number,
): Promise<ReadonlyMap<string, EndpointList>> {
  const client = catalogueClient(options, network, { spentMs });
  const otherwise = withKey(options, network, spentMs);
  const lists = new Map<string, EndpointList>(ids.map((id) => [id, { state: 'unknown', reason: 'not fetched' }]));
  const waiting = lists.keys();
  const worker = async () => {
    for (const id of waiting) lists.set(id, await fetchList(client, otherwise, id));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, lists.size) }, worker));
  return lists;
}

/** Asks without a key. Where that is refused, asks once more with the key. */
async function fetchList(client: OpenRouterClient, otherwise: WithKey, id: string): Promise<EndpointList> {
  const path = endpointsPath(id);
  if (path === null) return { state: 'unknown', reason: 'its id cannot be part of a URL' };
  const list = await requestList(client, path);
  if (list.state !== 'refused') return list;
  if ('remedy' in otherwise) return { state: 'unknown', reason: `${list.reason}; ${otherwise.remedy}` };
  const keyed = await requestList(otherwise.keyed, path);
  return keyed.state === 'refused' ? { state: 'unknown', reason: `${keyed.reason}, with the key too` } : keyed;
}

/** Requests one list of endpoints. It is `refused` where the answer is a status for a missing or wrong key. */
async function requestList(
  client: OpenRouterClient,
  path: string,
): Promise<EndpointList | { readonly state: 'refused'; readonly reason: string }> {
  try {
    const answer = await client.get(client.urlOf(path), { bounds: ENDPOINT_BOUNDS, read: readEndpoints });
    return { state: 'known', endpoints: answer.content };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const isRefused = error.status === 401 || error.status === 403;
    return { state: isRefused ? 'refused' : 'unknown', reason: failureSentence(client.host, error) };
  }
}

/**
 * `/models/{author}/{slug}/endpoints`; a static variant keeps its suffix (`:free`). Null where a part of the id would be
 * taken for a step in the path, or is not valid text (half a surrogate pair).
 */
export function endpointsPath(id: string): string | null {
  const parts = id.split('/');
  if (parts.length < 2 || parts.some((part) => /^\.{0,2}$|\p{Cs}/u.test(part))) return null;
  const encoded = parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':'));
  return `/models/${encoded.join('/')}/endpoints`;
}

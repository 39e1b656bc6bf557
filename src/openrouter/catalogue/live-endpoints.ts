import type { BodyLimits } from '../../lib/http/body.js';
import { failureSentence, HttpFailure } from '../../lib/http/failure.js';
import type { EndpointList } from './catalogue.js';
import type { CatalogueClient } from './live-client.js';
import { readEndpoints } from './response-schema.js';

const AT_ONCE = 8;

/** Eight of these are held at once, so each is a fraction of what the list of models may be; today's longest has 100 kB. */
const LIMITS: BodyLimits = { maxWireBytes: 2 * 1024 * 1024, maxBytes: 8 * 1024 * 1024 };

/** The endpoints of each model, by its id. A list that cannot be had is `unknown` with the reason; it never fails the run. */
export async function fetchEndpoints(
  client: CatalogueClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EndpointList>> {
  const lists = new Map<string, EndpointList>(ids.map((id) => [id, { state: 'unknown', reason: 'not fetched' }]));
  const waiting = lists.keys();
  const worker = async () => {
    for (const id of waiting) lists.set(id, await fetchList(client, id));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, lists.size) }, worker));
  return lists;
}

async function fetchList(client: CatalogueClient, id: string): Promise<EndpointList> {
  const path = endpointsPath(id);
  if (path === null) return { state: 'unknown', reason: 'its id is not one that can be asked for' };
  try {
    const answer = await client.get(client.urlOf(path), LIMITS, readEndpoints);
    return { state: 'known', endpoints: answer.content };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return { state: 'unknown', reason: failureSentence(client.host, error) };
  }
}

/**
 * `/models/{author}/{slug}/endpoints`; a static variant keeps its suffix (`:free`). Null where a part of the id would be
 * taken for a step in the path, or is no text (half a surrogate pair).
 */
export function endpointsPath(id: string): string | null {
  const parts = id.split('/');
  if (parts.length < 2 || parts.some((part) => /^\.{0,2}$|\p{Cs}/u.test(part))) return null;
  const encoded = parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':'));
  return `/models/${encoded.join('/')}/endpoints`;
}

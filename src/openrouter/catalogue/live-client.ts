import type { BodyLimits } from '../../lib/http/body.js';
import { getJson } from '../../lib/http/request.js';
import type { Network } from '../../lib/http/network.js';
import { retry, sharedTime, type RetryLimits } from '../../lib/http/retry.js';
import { catalogueUrlText } from '../../lib/inputs/catalogue-url.js';

/** GETs from one catalogue, all within one stretch of time. */
export interface CatalogueClient {
  /** The catalogue's host, as messages name it. */
  readonly host: string;
  now(): number;
  /** The URL of a path below the catalogue's own. */
  urlOf(path: string): URL;
  /** One document, fetched under the retry policy, with `read` as the last step of each attempt. Throws `HttpFailure`. */
  get<T>(url: URL, limits: BodyLimits, read: (value: unknown) => T): Promise<CatalogueAnswer<T>>;
}

export interface CatalogueAnswer<T> {
  readonly content: T;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

/** Nothing else is sent: the catalogue needs no key, and whoever runs it is told nothing. */
const HEADERS = { accept: 'application/json', 'user-agent': 'llm-budget' };

/**
 * A client whose requests share `limits.totalMs` from now on: a catalogue that hangs on every model in use costs the run
 * one such time, not one for each.
 */
export function catalogueClient(url: URL, effects: Network, limits: RetryLimits): CatalogueClient {
  const base = catalogueUrlText(url);
  const send = effects.connect();
  const within = sharedTime('the catalogue', limits.totalMs, effects);
  return {
    host: url.host,
    now: () => effects.now(),
    urlOf: (path) => new URL(`${base}${path}`),
    get: async (target, bodyLimits, read) => {
      const attempt = async (signal: AbortSignal) => {
        const answer = await getJson(send, target, { headers: HEADERS, signal, ...bodyLimits }, effects.now());
        return { content: read(answer.value), headers: answer.headers, bytes: answer.bytes };
      };
      return await retry(attempt, effects, within(limits));
    },
  };
}

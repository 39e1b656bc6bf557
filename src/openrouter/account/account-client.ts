import { catalogueUrlText, DEFAULT_CATALOGUE_URL, isLoopback } from '../../lib/inputs/catalogue-url.js';
import type { Network } from '../../lib/http/network.js';
import { RETRY_LIMITS, type RetryLimits } from '../../lib/http/retry.js';
import { openRouterClient } from '../client.js';

export interface AccountAccess {
  readonly catalogueUrl: URL;
  /** Never empty; it is sent as a bearer token and stands in no message. */
  readonly apiKey: string;
  readonly effects: Network;
  readonly limits?: RetryLimits;
}

export interface AccountClient {
  /** The host, as messages name it. */
  readonly host: string;
  /**
   * Fetches one document below the API's base, with `read` as the last step of each attempt. `isPending` names statuses
   * that mean "not yet", which are asked again. Throws `HttpFailure`, whose message holds nothing of the key or of a body.
   */
  get<T>(path: string, read: (value: unknown) => T, isPending?: (status: number) => boolean): Promise<T>;
}

/** For all requests of one client together: OpenRouter hanging on fifty generations costs this time once. */
const ACCOUNT_TOTAL_MS = 120_000;
/** Answers are a few hundred bytes long. */
const BOUNDS = { maxWireBytes: 100_000, maxBytes: 1_000_000 };

const OPENROUTER = new URL(DEFAULT_CATALOGUE_URL);

/** Makes a client for the account behind an API key. */
export function accountClient({ catalogueUrl, apiKey, effects, limits = RETRY_LIMITS }: AccountAccess): AccountClient {
  const base = accountUrl(catalogueUrl);
  const client = openRouterClient({ base, purpose: 'the account', totalMs: ACCOUNT_TOTAL_MS, limits, apiKey }, effects);
  return {
    host: client.host,
    get: async (path, read, isPending = () => false) => {
      const url = client.urlOf(path);
      if (!keyMayBeSentTo(url)) throw new RangeError(`the key may not be sent to ${url.origin}`);
      return (await client.get(url, { bounds: BOUNDS, read, isPending })).content;
    },
  };
}

/** Whether an API key may go there: to OpenRouter itself over https, or to this machine. */
export function keyMayBeSentTo(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === OPENROUTER.origin) return true;
  return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(url.hostname);
}

/** The server that is asked about a key's account: the catalogue's where that is this machine, else always OpenRouter's. */
export function accountUrl(catalogueUrl: URL): URL {
  return isLoopback(catalogueUrl.hostname) ? new URL(catalogueUrlText(catalogueUrl)) : OPENROUTER;
}

/** The sentence for a key that is refused: a warning where credits were asked for, the error of `--generations`. */
export function refusedLine(status: number): string {
  return `OpenRouter refused the key (${status}): it is wrong, disabled or expired. Prices do not need it.`;
}

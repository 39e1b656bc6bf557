import { catalogueUrlText } from '../../lib/inputs/catalogue-url.js';
import { HttpFailure, statusFailure } from '../../lib/http/failure.js';
import type { Network } from '../../lib/http/network.js';
import { parseJson, type HttpResponse } from '../../lib/http/request.js';
import { retry, RETRY_LIMITS, sharedTime, type RetryLimits } from '../../lib/http/retry.js';
import { accountUrl, keyMayBeSentTo } from './key-destination.js';
import { errorSchema } from './account-schema.js';

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
   * One document below the API's base, with `read` as the last step of each attempt. `isPending` names statuses that
   * mean "not yet", which are asked again. Throws `HttpFailure`, whose message holds nothing of the key or of a body.
   */
  get<T>(path: string, read: (value: unknown) => T, isPending?: (status: number) => boolean): Promise<T>;
}

/** What all questions of one client may take together: OpenRouter hanging on fifty generations costs one such time. */
const ACCOUNT_TOTAL_MS = 120_000;
/** Answers are a few hundred bytes long. */
const LARGEST_ANSWER = { maxWireBytes: 100_000, maxBytes: 1_000_000 };

export function accountClient({ catalogueUrl, apiKey, effects, limits = RETRY_LIMITS }: AccountAccess): AccountClient {
  const send = effects.connect();
  const within = sharedTime('the account', ACCOUNT_TOTAL_MS, effects);
  const base = accountUrl(catalogueUrl);
  const headers = { accept: 'application/json', authorization: `Bearer ${apiKey}`, 'user-agent': 'llm-budget' };

  return {
    host: base.host,
    get: async (path, read, isPending = () => false) => {
      const url = new URL(`${catalogueUrlText(base)}${path}`);
      if (!keyMayBeSentTo(url)) throw new RangeError(`the key may not be sent to ${url.origin}`);
      return await retry(
        async (signal) => {
          const answer = await send(url, { headers, signal, ...LARGEST_ANSWER }, (status) => status === 200);
          refuseStatus(answer.status, answer, effects.now(), isPending);
          const value = jsonOf(answer.body);
          // A 200 can carry an error; its code means what the status would have meant.
          const error = errorSchema.safeParse(value);
          if (error.success) refuseStatus(error.data.error.code, answer, effects.now(), isPending);
          return read(value);
        },
        effects,
        within(limits),
      );
    },
  };
}

function refuseStatus(status: number, answer: HttpResponse, now: number, isPending: (status: number) => boolean): void {
  if (status === 200) return;
  const failure = statusFailure(status, answer.headers, now);
  if (!isPending(status)) throw failure;
  throw new HttpFailure(failure.message, {
    kind: 'status',
    status,
    retryAfterMs: failure.retryAfterMs,
    transient: true,
  });
}

/** Without the excerpt that the failure of a page has: whoever answers might repeat what was sent. */
function jsonOf(body: Uint8Array): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.kind !== 'shape') throw error;
    throw new HttpFailure('sent something that is not JSON', { kind: 'shape', transient: false });
  }
}

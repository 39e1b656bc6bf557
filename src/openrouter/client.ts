import { z } from 'zod';
import type { BodyLimits } from '../lib/http/body.js';
import { HttpFailure, isTransientStatus } from '../lib/http/failure.js';
import type { Network } from '../lib/http/network.js';
import { getJson } from '../lib/http/request.js';
import { retry, sharedTime, type RetryLimits } from '../lib/http/retry.js';
import { catalogueUrlText, DEFAULT_CATALOGUE_URL, isLoopback } from '../lib/inputs.js';

export const OPENROUTER = new URL(DEFAULT_CATALOGUE_URL);

/** Tells whether an API key may be sent to a URL: of OpenRouter itself over https, or of this machine. */
export function keyMayBeSentTo(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === OPENROUTER.origin) return true;
  return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(url.hostname);
}

export interface ClientOptions {
  /** Paths are appended to it. */
  readonly base: URL;
  /** What the requests are for, as messages name it: "the catalogue". */
  readonly purpose: string;
  /** All requests of one client together may take this long, so that a server that hangs costs it once. */
  readonly totalMs: number;
  /** What an earlier client has spent of `totalMs`; 0 without it. */
  readonly spentMs?: number;
  readonly limits: RetryLimits;
  /** Sent as a bearer token; null sends no key. No message holds it, nor any part of an answer to it. */
  readonly apiKey: string | null;
}

interface Question<T> {
  readonly bounds: BodyLimits;
  /** Reads the document as the last step of each attempt. It reports another shape by throwing an `HttpFailure`. */
  readonly read: (value: unknown) => T | Promise<T>;
  /** Statuses that mean "not yet", which are asked again. */
  readonly isPending?: (status: number) => boolean;
}

interface Answer<T> {
  readonly content: T;
  readonly headers: ReadonlyMap<string, string>;
  /** The body's size, decompressed, and its bytes. */
  readonly bytes: Uint8Array;
}

/** Asks one server of OpenRouter, or of one that answers like it, for JSON documents. */
export interface OpenRouterClient {
  /** The host, as messages name it. */
  readonly host: string;
  now(): number;
  urlOf(path: string): URL;
  /** Fetches one document with status 200 under the retry policy. Throws `HttpFailure`. */
  get<T>(url: URL, question: Question<T>): Promise<Answer<T>>;
}

/** Makes a client; its total time starts now. */
export function openRouterClient(options: ClientOptions, network: Network): OpenRouterClient {
  const { base, apiKey, limits } = options;
  const send = network.connect();
  const within = sharedTime(options.purpose, options.totalMs, network, options.spentMs);
  const headers = {
    accept: 'application/json',
    'user-agent': 'llm-budget',
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    host: base.host,
    now: () => network.now(),
    urlOf: (path) => new URL(`${catalogueUrlText(base)}${path}`),
    get: async (url, { bounds, read, isPending = () => false }) => {
      const attempt = async (signal: AbortSignal) => {
        try {
          const answer = await getJson(send, url, { headers, signal, ...bounds }, network.now());
          refuseError(answer.value);
          return answer;
        } catch (error) {
          if (!(error instanceof HttpFailure)) throw error;
          throw whenPending(apiKey === null ? error : withoutExcerpt(error), isPending);
        }
      };
      const whole = async (signal: AbortSignal) => {
        const { value, headers: received, bytes } = await attempt(signal);
        return { content: await read(value), headers: received, bytes };
      };
      return await retry(whole, network, within(limits));
    },
  };
}

function whenPending(failure: HttpFailure, isPending: (status: number) => boolean): HttpFailure {
  const { kind, status, retryAfterMs } = failure;
  if (status === null || !isPending(status)) return failure;
  return new HttpFailure(failure.message, { kind, status, retryAfterMs, transient: true });
}

/** Removes the excerpt of a body that is not JSON: where a key was sent, whoever answers might repeat the key. */
function withoutExcerpt(failure: HttpFailure): HttpFailure {
  if (failure.kind !== 'shape' || failure.status !== null) return failure;
  return new HttpFailure('sent something that is not JSON', { kind: 'shape', transient: false });
}

const errorBody = z.object({ error: z.unknown() });

/** OpenRouter may report an error with status 200. The code in it then stands for the status. */
function refuseError(value: unknown): void {
  const error = errorBody.safeParse(value).data?.error ?? null;
  if (error === null) return;
  const code = z.object({ code: z.number().int() }).safeParse(error).data?.code ?? null;
  throw new HttpFailure(`answered with an error in place of data${code === null ? '' : ` (code ${code})`}`, {
    kind: 'shape',
    status: code,
    transient: code !== null && isTransientStatus(code),
  });
}

import { request as undiciRequest, type Dispatcher } from 'undici';
import { BODY_LIMITS, readBody, type BodyLimits } from './body.js';
import { connectionFailure } from './connection-failure.js';
import { HttpFailure, statusFailure } from './failure.js';
import { parseJson } from './json.js';

export interface HttpRequest extends Partial<BodyLimits> {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal;
  /** Where to send it through; undici's global dispatcher without it, which knows of a proxy. */
  readonly dispatcher?: Dispatcher;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; a repeated header's values are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decompressed. */
  readonly body: Buffer;
}

/**
 * One request, one answer, whatever its status. No redirect is followed: a 301, 302, 303, 307 or 308 is a failure.
 * Where `wanted` refuses the status, the body is not read: a failed answer must not take time that an attempt could have.
 * Throws `HttpFailure`.
 */
export async function send(
  url: string | URL,
  request: HttpRequest = {},
  wanted: (status: number) => boolean = () => true,
): Promise<HttpResponse> {
  try {
    const answer = await undiciRequest(url, {
      method: request.method ?? 'GET',
      headers: { 'accept-encoding': 'gzip, br', ...request.headers },
      body: request.body ?? null,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.dispatcher === undefined ? {} : { dispatcher: request.dispatcher }),
    });
    const status = answer.statusCode;
    const headers = headerMap(answer.headers);
    // Reading may be given up at any byte; undici reports that on the stream as well, where nobody listens.
    answer.body.on('error', () => undefined);
    if (REDIRECTS.has(status) || !wanted(status)) {
      answer.body.destroy();
      if (REDIRECTS.has(status))
        throw new HttpFailure(`answered with a redirect (${status})`, { kind: 'redirect', status, transient: false });
      return { status, headers, body: Buffer.alloc(0) };
    }
    return { status, headers, body: await readBody(answer.body, headers, limitsOf(request)) };
  } catch (error) {
    throw connectionFailure(error, request.signal);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function limitsOf(request: HttpRequest): BodyLimits {
  return {
    maxWireBytes: request.maxWireBytes ?? BODY_LIMITS.maxWireBytes,
    maxBytes: request.maxBytes ?? BODY_LIMITS.maxBytes,
  };
}

function headerMap(headers: Readonly<Record<string, string | string[] | undefined>>): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), typeof value === 'string' ? value : value.join(', '));
  }
  return map;
}

export interface JsonAnswer {
  readonly value: unknown;
  readonly headers: ReadonlyMap<string, string>;
  /** The body's bytes, decompressed. */
  readonly bytes: Buffer;
}

/** GETs a JSON document with status 200; anything else is an `HttpFailure`. `now` dates a `Retry-After`. */
export async function getJson(url: string | URL, request: HttpRequest, now: number): Promise<JsonAnswer> {
  const answer = await send(url, request, (status) => status === 200);
  if (answer.status !== 200) throw statusFailure(answer.status, answer.headers, now);
  return { value: parseJson(answer.body), headers: answer.headers, bytes: answer.body };
}

export interface FetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal;
}

const WITHOUT_BODY = new Set([204, 205, 304]);
/** They describe the body on the wire, which the response no longer has. */
const OF_THE_WIRE = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

/**
 * `fetch` for octokit (`getOctokit(token, {request: {fetch: fetchLike}})`) with the same limits on a body, and without
 * redirects. A failure surfaces as octokit's `RequestError`; `httpFailureIn` finds the `HttpFailure` in it.
 */
export async function fetchLike(url: string | URL, init: FetchInit = {}): Promise<Response> {
  const answer = await send(url, init);
  const { status } = answer;
  if (status < 200 || status > 599)
    throw new HttpFailure(`answered ${status}`, { kind: 'status', status, transient: false });
  const headers = [...answer.headers].filter(([name]) => !OF_THE_WIRE.has(name));
  return new Response(WITHOUT_BODY.has(status) ? null : new Uint8Array(answer.body), { status, headers });
}

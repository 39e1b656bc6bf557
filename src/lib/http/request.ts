import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { errorCode } from '../errors/problem.js';
import { readOnce } from '../read-once.js';
import { BODY_LIMITS, readBody, type BodyLimits } from './body.js';
import { HttpFailure, statusFailure } from './failure.js';
import { Agent } from './undici.js';

/** One HTTP request and its answer, as bytes or as JSON. Everything that goes wrong is an `HttpFailure`. */

export interface HttpRequest extends Partial<BodyLimits> {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; a repeated header's values are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decompressed. */
  readonly body: Buffer;
}

/**
 * Sends one request and returns the answer, whatever its status. No redirect is followed: a 301, 302, 303, 307 or 308 is
 * a failure. Where `wanted` refuses the status, the body is not read, so that it takes no time from the next attempt.
 * Throws `HttpFailure`.
 */
export type Send = (
  url: string | URL,
  request?: HttpRequest,
  wanted?: (status: number) => boolean,
) => Promise<HttpResponse>;

/** Sends requests through this dispatcher: a proxy's; where it is null, over direct connections of its own. */
export function sendThrough(dispatcher: Dispatcher | null): Send {
  const through = dispatcher ?? new Agent();
  return async (url, request = {}, wanted = () => true) => {
    try {
      const { origin, pathname, search } = new URL(url);
      const answer = await through.request({
        origin,
        path: `${pathname}${search}`,
        method: request.method ?? 'GET',
        headers: { 'accept-encoding': 'gzip, br', ...request.headers },
        body: request.body ?? null,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      const status = answer.statusCode;
      const headers = headerMap(answer.headers);
      // Reading may stop at any byte. undici then emits an error on the stream too, which must have a listener.
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
  };
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

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const HEADERS_TOO_LARGE = new Set(['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW']);
/** Codes of mistakes in our own request, which no retry can mend. */
const DEFECTS = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/**
 * Converts what undici or the socket threw into an `HttpFailure`. Connection errors are transient whatever their code. The
 * message holds only the code, since the texts of such errors may contain bytes of the server. Our own defects stay as they are.
 */
function connectionFailure(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) {
    return signal.reason instanceof HttpFailure
      ? signal.reason
      : new HttpFailure('was given up', { kind: 'timeout', transient: true, cause: error });
  }
  if (error instanceof HttpFailure) return error;
  const code = errorCode(error) ?? '';
  if (DEFECTS.has(code) || error instanceof TypeError) return error;
  if (TIMEOUTS.has(code)) {
    return new HttpFailure('did not answer in time', { kind: 'timeout', transient: true, cause: error });
  }
  if (HEADERS_TOO_LARGE.has(code)) {
    return new HttpFailure('sent more headers than are read', { kind: 'too_large', transient: false, cause: error });
  }
  const proxy = /Proxy response \((\d{3})\)/.exec(String(error))?.[1];
  const message =
    proxy === undefined
      ? `could not be reached, or the connection broke${/^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : ''}`
      : `could not be reached: the proxy answered ${proxy}`;
  return new HttpFailure(message, { kind: 'connection', transient: true, cause: error });
}

export interface JsonAnswer {
  readonly value: unknown;
  readonly headers: ReadonlyMap<string, string>;
  /** The body's bytes, decompressed. */
  readonly bytes: Buffer;
}

/**
 * Fetches a JSON document with status 200; anything else is an `HttpFailure`. `now`, in milliseconds since the epoch, is the
 * time that a `Retry-After` date is compared with.
 */
export async function getJson(send: Send, url: string | URL, request: HttpRequest, now: number): Promise<JsonAnswer> {
  const answer = await send(url, request, (status) => status === 200);
  if (answer.status !== 200) throw statusFailure(answer.status, answer.headers, now);
  return { value: parseJson(answer.body), headers: answer.headers, bytes: answer.body };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a body as JSON. One that starts as an object or array and does not parse was probably cut during transfer, and so
 * was an empty one: transient. Anything else is some other page (of a proxy or a login), which a retry would bring again.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decode(body).trim();
  if (text === '') throw new HttpFailure('sent an empty body', { kind: 'truncated', transient: true });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw text.startsWith('{') || text.startsWith('[')
      ? new HttpFailure('sent JSON that was cut short or is damaged', {
          kind: 'truncated',
          transient: true,
          cause: error,
        })
      : new HttpFailure(`sent something that is not JSON, beginning with ${excerpt(text)}`, {
          kind: 'shape',
          transient: false,
        });
  }
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw new HttpFailure('sent bytes that are not UTF-8', { kind: 'shape', transient: false, cause: error });
  }
}

/** Quotes the first 40 characters of an unexpected body. Only letters, digits and a few harmless signs are kept. */
export function excerpt(text: string): string {
  const start = text.slice(0, 40).replace(/[^A-Za-z0-9.,_<>/!=-]+/g, ' ');
  return `"${start.trim()}"`;
}

/** Reads the part of a JSON answer that the schema describes. Throws an `HttpFailure` where the answer has another shape. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = readOnce(schema, value);
  if (result.success) return result.data;
  throw new HttpFailure('sent JSON that is not what was asked for', { kind: 'shape', transient: false });
}

interface FetchInit extends Partial<BodyLimits> {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal;
}
export type Fetch = (url: string | URL, init?: FetchInit) => Promise<Response>;

const WITHOUT_BODY = new Set([204, 205, 304]);
/** These describe the body as it was transferred; the response holds it decompressed. */
const TRANSFER_HEADERS = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

/**
 * A `fetch` for octokit (`getOctokit(token, {request: {fetch}})`) with the same limits on a body, and without redirects.
 * octokit wraps a failure in its `RequestError`; `httpFailureIn` finds the `HttpFailure` in it.
 */
export function fetchOver(send: Send): Fetch {
  return async (url, init = {}) => {
    const answer = await send(url, init);
    const { status } = answer;
    if (status < 200 || status > 599)
      throw new HttpFailure(`answered ${status}`, { kind: 'status', status, transient: false });
    const headers = [...answer.headers].filter(([name]) => !TRANSFER_HEADERS.has(name));
    return new Response(WITHOUT_BODY.has(status) ? null : new Uint8Array(answer.body), { status, headers });
  };
}

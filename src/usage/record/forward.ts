import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { request, upgrade, type Dispatcher } from 'undici';
import { errorCode } from '../../lib/errors/problem.js';

/** Passes one request to its upstream and the answer back, byte for byte and without delay. */

/** Where a request goes, and how. */
export interface Passage {
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  /** The body where it was read already; null: it is streamed from the request. */
  readonly body: Buffer | null;
}

/** How the passage ended. */
export type Passed =
  /** The answer passed whole. */
  | { readonly state: 'whole'; readonly status: number }
  /** The client went away, or the upstream broke off. `status` is null where no answer had begun. */
  | { readonly state: 'cut'; readonly status: number | null; readonly by: 'client' | 'upstream' }
  /** No request was sent: the upstream cannot be reached. The client has no answer yet. */
  | { readonly state: 'unreachable'; readonly reason: string };

/** Callbacks for the answer while it is passed on. The next bytes wait until `chunk` has resolved. */
export interface Listener {
  readonly head: (status: number, header: (name: string) => string) => void;
  readonly chunk: (bytes: Buffer) => Promise<void>;
}

/** Headers between two neighbours of a connection (RFC 9110, 7.6.1), and what each side of the recorder sets anew. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** `host` names the recorder; `expect` was answered by Node; the name of the call is for the recorder alone. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(['host', 'expect', 'x-llm-budget-call']);

/** Headers without those of the connection and `others`. Names and values alternate, as in Node's `rawHeaders`. */
function endToEnd(raw: readonly string[], others: ReadonlySet<string> = new Set()): string[] {
  const named = new Set(
    valuesOf(raw, 'connection').flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())),
  );
  return pairs(raw).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    return HOP_BY_HOP.has(lower) || named.has(lower) || others.has(lower) ? [] : [name, value];
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) found.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return found;
}

function valuesOf(raw: readonly string[], name: string): string[] {
  return pairs(raw).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
}

/** Never throws. Where the answer has begun and breaks off, the client's connection is cut as well. */
export async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { url, dispatcher, body }: Passage,
  listener: Listener,
): Promise<Passed> {
  const abort = new AbortController();
  const onClose = (): void => {
    if (!outgoing.writableFinished) abort.abort();
  };
  outgoing.once('close', onClose);
  let status: number | null = null;
  try {
    const answer = await request(url, {
      dispatcher,
      method: isMethod(incoming.method) ? incoming.method : 'GET',
      headers: endToEnd(incoming.rawHeaders, NOT_FORWARDED),
      body: body ?? (hasBody(incoming) ? incoming : null),
      signal: abort.signal,
      responseHeaders: 'raw',
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    status = answer.statusCode;
    const raw = rawHeaders(answer.headers);
    listener.head(status, (name) => valuesOf(raw, name).join(', '));
    outgoing.sendDate = false;
    outgoing.writeHead(status, answer.statusText, endToEnd(raw));
    outgoing.flushHeaders();
    for await (const chunk of answer.body) {
      const bytes = bytesOf(chunk);
      if (!outgoing.write(bytes)) await either(outgoing, 'drain', 'close');
      await listener.chunk(bytes);
    }
    outgoing.end();
    if (!outgoing.writableFinished && !outgoing.destroyed) await either(outgoing, 'finish', 'close');
    return outgoing.writableFinished ? { state: 'whole', status } : { state: 'cut', status, by: 'client' };
  } catch (error) {
    if (status === null && !abort.signal.aborted && wasNotSent(error)) {
      return { state: 'unreachable', reason: unreachableReason(error) };
    }
    const by = abort.signal.aborted ? 'client' : 'upstream';
    // Where no answer had begun the recorder answers instead.
    if (status !== null) outgoing.destroy();
    return { state: 'cut', status, by };
  } finally {
    outgoing.off('close', onClose);
  }
}

/** Waits for one of two events and forgets the other. */
function either(emitter: ServerResponse, one: string, other: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      emitter.off(one, done);
      emitter.off(other, done);
      resolve();
    };
    emitter.once(one, done);
    emitter.once(other, done);
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** undici sends every method that Node's parser accepts, although its type names the common ones only. */
function isMethod(method: string | undefined): method is Dispatcher.HttpMethod {
  return method !== undefined && METHODS.includes(method);
}

function rawHeaders(headers: unknown): string[] {
  if (!Array.isArray(headers)) return [];
  return headers.filter((text) => typeof text === 'string');
}

function bytesOf(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.alloc(0);
}

/** Errors of making a connection: nothing had been sent. */
const BEFORE_SENDING: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'its name is not known'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no network to it'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the connection timed out'],
  ['UND_ERR_PRX_TLS', 'the proxy could not be reached over TLS'],
  ['UND_ERR_INVALID_ARG', 'the request cannot be forwarded as it is'],
  ['UND_ERR_NOT_SUPPORTED', 'the request cannot be forwarded as it is'],
]);

function wasNotSent(error: unknown): boolean {
  const code = codeOf(error);
  return BEFORE_SENDING.has(code) || /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO/.test(code) || isProxyFailure(error);
}

/** undici reports a proxy that does not connect by its message alone. */
function isProxyFailure(error: unknown): boolean {
  return error instanceof Error && /Proxy response \(\d+\)/.test(error.message);
}

function unreachableReason(error: unknown): string {
  const code = codeOf(error);
  if (isProxyFailure(error)) return 'the proxy did not connect to it';
  return BEFORE_SENDING.get(code) ?? `its certificate is not accepted (${code})`;
}

function codeOf(error: unknown): string {
  const own = errorCode(error);
  if (own !== null) return own;
  return error instanceof Error && error.cause !== undefined ? (errorCode(error.cause) ?? '') : '';
}

/** Joins the client's socket with one to the upstream, for a request to upgrade. Never throws. */
export async function tunnel(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  url: URL,
  dispatcher: Dispatcher,
): Promise<void> {
  try {
    const protocol = incoming.headers.upgrade ?? '';
    const { headers, socket: upstream } = await upgrade(url, {
      dispatcher,
      headers: Object.fromEntries(pairs(endToEnd(incoming.rawHeaders, NOT_FORWARDED))),
      protocol,
    });
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value ?? '']).map((each) => `${name}: ${each}`),
    );
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) upstream.write(head);
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
    upstream.pipe(socket).pipe(upstream);
  } catch {
    socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  }
}

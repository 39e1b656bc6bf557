/** The kind of a failed request. Only `transient` and `retryAfterMs` decide whether it is made again. */
export type HttpFailureKind =
  /** There was no connection, or it broke before the whole answer had come. */
  | 'connection'
  /** The deadline of the attempt or of all attempts passed. */
  | 'timeout'
  /** The status is not the expected one. */
  | 'status'
  /** A redirect; none is followed. */
  | 'redirect'
  /** The body was cut short: fewer bytes than announced, half a chunk, half a gzip stream, half a JSON text. */
  | 'truncated'
  /** The answer is larger than what is read of any answer. */
  | 'too_large'
  /** The answer is whole but not what was asked for: HTML, a wrong encoding, missing fields, an `error` with status 200. */
  | 'shape';

export interface HttpFailureFacts {
  readonly kind: HttpFailureKind;
  readonly status?: number | null;
  /** The pause that the server asked for, in milliseconds; null where it did not say. */
  readonly retryAfterMs?: number | null;
  /** Whether another attempt may succeed. */
  readonly transient: boolean;
  /** The number of attempts that were made. */
  readonly attempts?: number;
  readonly cause?: unknown;
}

/** A request that brought no usable answer. The message is a predicate ("answered 503") without any byte of a body. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: HttpFailureKind;
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  readonly transient: boolean;
  readonly attempts: number;

  constructor(message: string, facts: HttpFailureFacts) {
    super(message, { cause: facts.cause });
    this.kind = facts.kind;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.transient = facts.transient;
    this.attempts = facts.attempts ?? 1;
  }
}

/** "openrouter.ai answered 503 (4 attempts)". */
export function failureSentence(host: string, failure: HttpFailure): string {
  const attempts = failure.attempts > 1 ? ` (${failure.attempts} attempts)` : '';
  return `${host} ${failure.message}${attempts}`;
}

/** The failure inside an error that a client library wrapped around it, as octokit's `RequestError` does. */
export function httpFailureIn(error: unknown): HttpFailure | null {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (current instanceof HttpFailure) return current;
    current = typeof current === 'object' && current !== null && 'cause' in current ? current.cause : null;
  }
  return null;
}

/** Statuses after which the same request may succeed: time-outs, limits, and every server-side failure (52x: CDN). */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599);
}

const SECONDS = /^\d{1,9}$/;

/**
 * `Retry-After` in milliseconds from `now` (milliseconds since the epoch); null where the header is absent or is neither
 * whole seconds nor an HTTP date (RFC 9110, 10.2.3). A date that has passed asks for no wait.
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (SECONDS.test(text)) return Number(text) * 1000;
  const time = parseHttpDate(text);
  return time === null ? null : Math.max(0, time - now);
}

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** An HTTP date (IMF-fixdate, the one form that may be sent) in milliseconds since the epoch; null for anything else. */
export function parseHttpDate(value: string): number | null {
  const time = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** Makes the failure for a status, with the pause that the server asked for. */
export function statusFailure(status: number, headers: ReadonlyMap<string, string>, now: number): HttpFailure {
  const sent = parseHttpDate(headers.get('date') ?? '');
  return new HttpFailure(`answered ${status}`, {
    kind: 'status',
    status,
    transient: isTransientStatus(status),
    retryAfterMs: parseRetryAfter(headers.get('retry-after') ?? null, sent ?? now),
  });
}

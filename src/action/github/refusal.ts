import { z } from 'zod';
import { HttpFailure, isTransientStatus, parseRetryAfter } from '../../lib/http/failure.js';

/** Why GitHub refused. `limit`: too many requests, and a pause helps; `locked`: the conversation takes no comments. */
export type RefusalReason = 'credentials' | 'permission' | 'limit' | 'locked' | 'not_found' | 'other';

/** GitHub's side of an `HttpFailure`, carried as its cause; the message is for a debug log, in our words. */
export class GitHubRefusal extends Error {
  override readonly name = 'GitHubRefusal';

  constructor(
    readonly reason: RefusalReason,
    /** When the limit is lifted, in milliseconds since the epoch; null where GitHub does not say. */
    readonly resetAt: number | null = null,
  ) {
    super(reason);
  }
}

export function refusalIn(error: unknown): GitHubRefusal | null {
  return error instanceof Error && error.cause instanceof GitHubRefusal ? error.cause : null;
}

type Headers = ReadonlyMap<string, string>;

const errorBody = z.object({ message: z.string() });

function sayingOf(body: unknown): string {
  const result = errorBody.safeParse(body);
  return result.success ? result.data.message : '';
}

/**
 * When a limit ends: `retry-after`, else `x-ratelimit-reset` where nothing remains
 * (docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, 2026-11).
 */
function limitEnds(headers: Headers, now: number): number | null {
  const pause = parseRetryAfter(headers.get('retry-after') ?? null, now);
  if (pause !== null) return now + pause;
  const reset = headers.get('x-ratelimit-reset') ?? '';
  const spent = headers.get('x-ratelimit-remaining') === '0';
  return spent && /^\d{1,12}$/.test(reset) ? Number(reset) * 1000 : null;
}

/** GitHub advises to wait a minute where a limit comes without a time. */
const PAUSE_WITHOUT_TIME_MS = 60_000;

/** A limit that was hit, as a failure that is repeated if its end is near enough. */
export function limitFailure(status: number, headers: Headers, now: number): HttpFailure {
  const resetAt = limitEnds(headers, now);
  return new HttpFailure(`answered ${status}: too many requests`, {
    kind: 'status',
    status,
    transient: true,
    retryAfterMs: resetAt === null ? PAUSE_WITHOUT_TIME_MS : Math.max(0, resetAt - now),
    cause: new GitHubRefusal('limit', resetAt),
  });
}

function reasonOf(status: number, saying: string): RefusalReason {
  if (status === 401) return 'credentials';
  if (/\blocked\b/i.test(saying) && (status === 403 || status === 422 || status === 410)) return 'locked';
  if (status === 403) return 'permission';
  if (status === 404 || status === 410) return 'not_found';
  return 'other';
}

/** A failed status as a failure; limits are told from missing permissions, which share 403. */
export function refusedStatus(status: number, headers: Headers, body: unknown, now: number): HttpFailure {
  const saying = sayingOf(body);
  const limited =
    status === 429 ||
    (status === 403 &&
      (headers.has('retry-after') ||
        headers.get('x-ratelimit-remaining') === '0' ||
        /\b(?:secondary rate|rate) limit\b/i.test(saying)));
  if (limited) return limitFailure(status, headers, now);
  return new HttpFailure(`answered ${status}`, {
    kind: 'status',
    status,
    transient: isTransientStatus(status),
    retryAfterMs: parseRetryAfter(headers.get('retry-after') ?? null, now),
    cause: new GitHubRefusal(reasonOf(status, saying)),
  });
}

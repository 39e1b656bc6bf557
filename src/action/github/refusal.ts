import { z } from 'zod';
import { HttpFailure, isTransientStatus, parseRetryAfter } from '../../lib/http/failure.js';
import { configurationError } from '../../lib/errors/problem.js';
import { utcTime } from '../../lib/text/amount.js';

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

/** One entry of a GraphQL answer's `errors`; GitHub adds `type` to what is not the query's own fault. */
export interface GraphqlError {
  readonly type: string | null;
  readonly path: readonly (string | number)[];
}

const errorSchema = z
  .object({
    type: z.string().nullish(),
    path: z.array(z.union([z.string(), z.number()])).nullish(),
    extensions: z.object({ code: z.string().nullish() }).nullish(),
  })
  .transform((error) => ({ type: error.type ?? error.extensions?.code ?? null, path: error.path ?? [] }));
const answerSchema = z.object({ data: z.unknown(), errors: z.array(errorSchema).nullish() });

/** Errors that another attempt may not bring: GitHub sends them without a type, or as its own fault. */
const TRANSIENT_TYPES: readonly (string | null)[] = [null, 'INTERNAL', 'SERVICE_UNAVAILABLE', 'TIMEOUT'];

const REASONS: ReadonlyMap<string, RefusalReason> = new Map([
  ['FORBIDDEN', 'permission'],
  ['INSUFFICIENT_SCOPES', 'permission'],
  ['NOT_FOUND', 'not_found'],
] as const);

/**
 * The data of a GraphQL answer. It comes with status 200 whether or not it worked, and with half the data beside errors:
 * every error is a failure, except those that `tolerate` accepts.
 */
export function readGraphqlAnswer(
  body: unknown,
  headers: ReadonlyMap<string, string>,
  now: number,
  tolerate: (error: GraphqlError) => boolean,
): { data: unknown; tolerated: readonly GraphqlError[] } {
  const answer = answerSchema.safeParse(body);
  if (!answer.success) {
    throw new HttpFailure('sent something that is not a GraphQL answer', { kind: 'shape', transient: true });
  }
  const errors = answer.data.errors ?? [];
  const serious = errors.find((error) => !tolerate(error));
  if (serious === undefined) return { data: answer.data.data, tolerated: errors };
  if (errors.some((error) => error.type === 'RATE_LIMITED' || error.type === 'RATE_LIMIT')) {
    throw limitFailure(200, headers, now);
  }
  const named = /^\w{1,40}$/.test(serious.type ?? '') ? ` ${serious.type ?? ''}` : '';
  throw new HttpFailure(`answered with the GraphQL error${named}`, {
    kind: 'shape',
    status: 200,
    transient: TRANSIENT_TYPES.includes(serious.type),
    cause: new GitHubRefusal(REASONS.get(serious.type ?? '') ?? 'other'),
  });
}

function remedyFor(failure: HttpFailure): string {
  const refusal = refusalIn(failure);
  switch (refusal?.reason) {
    case 'credentials':
      return 'The github-token is not valid (any more); pass `${{ github.token }}`';
    case 'permission':
    case 'not_found':
      return 'The github-token needs `contents: read` and `pull-requests: write` under `permissions:` in the workflow';
    case 'limit':
      return refusal.resetAt === null
        ? 'The token has asked too much; run the job again in some minutes'
        : `The token has asked too much; run the job again after ${utcTime(refusal.resetAt)}`;
    case 'locked':
    case 'other':
    case undefined:
      return failure.kind === 'shape'
        ? 'Check GITHUB_API_URL and GITHUB_GRAPHQL_URL, and any proxy between'
        : 'Run the job again; githubstatus.com tells of outages';
  }
}

/**
 * A read that failed for good, as the end of the run: what could not be read is never taken for absent. Errors that are
 * no failure of the network pass unchanged.
 */
export function unreadable(what: string, error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error;
  return configurationError(`${what} could not be read: GitHub ${error.message}. ${remedyFor(error)}.`);
}

import { z } from 'zod';
import { HttpFailure, isTransientStatus, parseRetryAfter } from '../../lib/http/failure.js';
import { readOnce } from '../../lib/read-once.js';
import { configurationError } from '../../lib/errors/problem.js';
import { utcTime } from '../../lib/text/amount.js';
import { safeLine, maskSecrets } from '../../lib/text/plain.js';

/** GitHub's refusals, over REST and GraphQL: what they mean, whether to ask again, and what a person can do. */

type RefusalReason =
  /** The token is not valid. */
  | 'credentials'
  /** The token lacks a permission. */
  | 'permission'
  /** Too many requests. */
  | 'limit'
  /** The conversation takes no comments. */
  | 'locked'
  | 'not_found'
  /** The server does not know a field of the query: an old GitHub Enterprise Server. */
  | 'unknown_field'
  /** The query asks for more than GitHub computes for one request. */
  | 'resources'
  | 'other';

/** GitHub's side of an `HttpFailure`, which carries it as its cause. */
class GitHubRefusal extends Error {
  override readonly name = 'GitHubRefusal';

  constructor(
    readonly reason: RefusalReason,
    /** When the limit is lifted, in milliseconds since the epoch; null where GitHub does not say. */
    readonly resetAt: number | null = null,
  ) {
    super(reason);
  }
}

/** The refusal that a failure carries; null where GitHub did not refuse. */
function refusalIn(error: unknown): GitHubRefusal | null {
  return error instanceof Error && error.cause instanceof GitHubRefusal ? error.cause : null;
}

/** Whether GitHub may answer the same query in smaller parts: the answer was too large, or took GitHub too long. */
export function isTooMuch(error: unknown): boolean {
  if (!(error instanceof HttpFailure)) return false;
  const tooSlow = error.status === 502 || error.status === 504;
  return error.kind === 'too_large' || tooSlow || refusalIn(error)?.reason === 'resources';
}

type Headers = ReadonlyMap<string, string>;

/** What reading an answer needs beside the answer. */
export interface Reading {
  /** In milliseconds since the epoch. */
  readonly now: number;
  /** Texts that no message may hold. */
  readonly secrets: readonly string[];
}

const errorBody = z.object({ message: z.string() });

function messageIn(body: unknown): string {
  const result = errorBody.safeParse(body);
  return result.success ? result.data.message : '';
}

/**
 * GitHub's own words as the end of a sentence, on one line, so that a person can search for them. What a log would take for
 * a command (`::`, `##[`) and what a comment would take for a mention is left out, and so are secrets: a server might repeat what was sent.
 */
function quoted(message: string, secrets: readonly string[]): string {
  const harmless = maskSecrets(message, secrets)
    .replace(/:{2,}/g, ':')
    .replace(/#{2,}/g, '#')
    .replaceAll('@', '')
    .replaceAll('"', "'");
  const line = safeLine(harmless, 200);
  return line === '' ? '' : `: "${line}"`;
}

/** GitHub advises to wait a minute where a secondary limit comes without a time. */
const PAUSE_WITHOUT_TIME_MS = 60_000;

/**
 * The failure for a limit. A primary limit is lifted up to an hour later, at `x-ratelimit-reset` whatever
 * `x-ratelimit-remaining` says, so it is not asked again. A secondary limit is lifted after `retry-after`, else a minute
 * (docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, 2026-11).
 */
function limitFailure(status: number, headers: Headers, message: string, { now, secrets }: Reading): HttpFailure {
  const pause = parseRetryAfter(headers.get('retry-after') ?? null, now);
  const reset = headers.get('x-ratelimit-reset') ?? '';
  const resetAt = /^\d{1,12}$/.test(reset) ? Number(reset) * 1000 : null;
  const isSecondary = pause !== null || (SECONDARY.test(message) && headers.get('x-ratelimit-remaining') !== '0');
  const wait = pause ?? PAUSE_WITHOUT_TIME_MS;
  const endsAt = pause !== null ? now + pause : isSecondary ? null : resetAt;
  return new HttpFailure(`answered ${status}, too many requests${quoted(message, secrets)}`, {
    kind: 'status',
    status,
    transient: isSecondary,
    retryAfterMs: isSecondary ? wait : null,
    cause: new GitHubRefusal('limit', endsAt),
  });
}

const SECONDARY = /secondary rate limit|abuse detection/i;
const ANY_LIMIT = /\b(?:secondary rate|API rate|rate) limit\b|abuse detection/i;

function reasonOf(status: number, message: string): RefusalReason {
  if (status === 401) return 'credentials';
  if (/\blocked\b/i.test(message) && (status === 403 || status === 422 || status === 410)) return 'locked';
  if (status === 403) return 'permission';
  if (status === 404 || status === 410) return 'not_found';
  return 'other';
}

/** Makes the failure for a REST status. Limits and missing permissions share status 403 and are distinguished here. */
export function refusedStatus(status: number, headers: Headers, body: unknown, reading: Reading): HttpFailure {
  const message = messageIn(body);
  const isLimited =
    status === 429 ||
    (status === 403 &&
      (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0' || ANY_LIMIT.test(message)));
  if (isLimited) return limitFailure(status, headers, message, reading);
  return new HttpFailure(`answered ${status}${quoted(message, reading.secrets)}`, {
    kind: 'status',
    status,
    transient: isTransientStatus(status),
    retryAfterMs: parseRetryAfter(headers.get('retry-after') ?? null, reading.now),
    cause: new GitHubRefusal(reasonOf(status, message)),
  });
}

/** One entry of a GraphQL answer's `errors`. GitHub adds a `type` unless the error is a fault of its own. */
export interface GraphqlError {
  readonly type: string | null;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const errorSchema = z
  .object({
    type: z.string().nullish(),
    message: z.string().catch(''),
    path: z.array(z.union([z.string(), z.number()])).nullish(),
    extensions: z.object({ code: z.string().nullish() }).nullish(),
  })
  .transform(({ type, message, path, extensions }) => ({
    type: type ?? extensions?.code ?? null,
    path: path ?? [],
    message,
  }));
/** A refused query has errors and no `data`; a limit may come as `message` alone, as over REST. */
const answerSchema = z
  .object({ data: z.unknown().optional(), errors: z.array(errorSchema).nullish(), message: z.string().optional() })
  .refine(({ data, errors, message }) => data !== undefined || (errors ?? []).length > 0 || message !== undefined);

/** Errors that another attempt may not bring: GitHub sends them without a type, or as its own fault. */
const TRANSIENT_TYPES: readonly (string | null)[] = [null, 'INTERNAL', 'SERVICE_UNAVAILABLE', 'TIMEOUT'];
const LIMIT_TYPES: readonly (string | null)[] = ['RATE_LIMIT', 'RATE_LIMITED', 'graphql_rate_limit'];

const REASONS: ReadonlyMap<string, RefusalReason> = new Map([
  ['FORBIDDEN', 'permission'],
  ['INSUFFICIENT_SCOPES', 'permission'],
  ['NOT_FOUND', 'not_found'],
  ['undefinedField', 'unknown_field'],
  ['RESOURCE_LIMITS_EXCEEDED', 'resources'],
] as const);

/**
 * Reads the data of a GraphQL answer. GitHub sends status 200 whether or not the query worked, and may send partial data
 * beside errors. Every error is an `HttpFailure`, except those that `tolerate` accepts.
 */
export function readGraphqlAnswer(
  body: unknown,
  headers: ReadonlyMap<string, string>,
  reading: Reading,
  tolerate: (error: GraphqlError) => boolean,
): { data: unknown; tolerated: readonly GraphqlError[] } {
  const answer = readOnce(answerSchema, body);
  if (!answer.success) {
    throw new HttpFailure('sent something that is not a GraphQL answer', { kind: 'shape', transient: true });
  }
  const { data, message } = answer.data;
  const errors = answer.data.errors ?? [];
  const limited = errors.find((error) => LIMIT_TYPES.includes(error.type) || SECONDARY.test(error.message));
  if (limited !== undefined) throw limitFailure(200, headers, limited.message, reading);
  if (data === undefined && message !== undefined && ANY_LIMIT.test(message)) {
    throw limitFailure(200, headers, message, reading);
  }
  const serious = errors.find((error) => !tolerate(error));
  if (serious === undefined && data !== undefined) return { data, tolerated: errors };
  const type = serious?.type ?? null;
  const name = /^\w{1,40}$/.test(type ?? '') ? ` ${type ?? ''}` : '';
  throw new HttpFailure(
    `answered with the GraphQL error${name}${quoted(serious?.message ?? message ?? '', reading.secrets)}`,
    {
      kind: 'shape',
      status: 200,
      transient: TRANSIENT_TYPES.includes(type),
      cause: new GitHubRefusal(REASONS.get(type ?? '') ?? 'other'),
    },
  );
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
        ? 'The token has made too many requests; run the job again in some minutes'
        : `The token has made too many requests; run the job again after ${utcTime(refusal.resetAt)}`;
    case 'unknown_field':
      return 'This GitHub Enterprise Server is too old; 3.18 and later are supported';
    case 'resources':
    case 'locked':
    case 'other':
    case undefined:
      break;
  }
  if (failure.kind === 'connection') {
    return 'Check that the runner reaches GitHub, through the proxy of HTTPS_PROXY where there is one';
  }
  return failure.kind === 'shape' && refusal === null
    ? 'Check GITHUB_API_URL and GITHUB_GRAPHQL_URL'
    : 'Run the job again; githubstatus.com lists outages';
}

/**
 * Converts a read that failed for good into the error that ends the run, since what could not be read must not count as
 * absent. Errors that are no failure of the network are returned unchanged.
 */
export function unreadable(what: string, error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error;
  return configurationError(`${what} could not be read: GitHub ${error.message}. ${remedyFor(error)}.`);
}

/** Why a comment could not be written: a status, and a sentence with GitHub's own words and the remedy. */
export interface NotWritten {
  readonly status: 'skipped' | 'forbidden' | 'failed';
  readonly warning: string;
}

export const MAY_NOT_WRITE: NotWritten = {
  status: 'forbidden',
  warning:
    'The comment was not written: the token lacks `pull-requests: write`; add it under `permissions:` in the workflow. ' +
    'Runs for forks have a token that only reads; a second workflow on workflow_run can comment for them.',
};

/** Explains an error that came up while a comment was written. Never throws. */
export function notWritten(error: unknown): NotWritten {
  if (!(error instanceof HttpFailure)) return failed('something unexpected happened in LLM Budget itself');
  const refusal = refusalIn(error);
  switch (refusal?.reason) {
    case 'permission':
      return MAY_NOT_WRITE;
    case 'locked':
      return { status: 'forbidden', warning: 'The comment was not written: the conversation is locked.' };
    case 'limit':
      return {
        status: 'skipped',
        warning:
          refusal.resetAt === null
            ? 'The comment was skipped: this token has made too many requests, and GitHub does not say for how long.'
            : `The comment was skipped: this token has made too many requests; GitHub accepts none before ${utcTime(refusal.resetAt)}.`,
      };
    case 'credentials':
      return failed('the github-token is not valid (any more); pass `${{ github.token }}`');
    case 'not_found':
      return failed(`GitHub ${error.message}: the pull request or the comment is gone, or the token may not see it`);
    case 'unknown_field':
    case 'resources':
    case 'other':
    case undefined:
      return failed(`GitHub ${error.message}`);
  }
}

function failed(reason: string): NotWritten {
  return { status: 'failed', warning: `The comment was not written: ${reason}.` };
}

/** Whether GitHub answered that what was to be changed or removed is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof HttpFailure && (error.status === 404 || error.status === 410);
}

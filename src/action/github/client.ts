import { z } from 'zod';
import { HttpFailure, httpFailureIn } from '../../lib/http/failure.js';
import { parseJson, shaped, type Fetch } from '../../lib/http/request.js';
import { retry, RETRY_LIMITS, type RetryEffects, type RetryLimits } from '../../lib/http/retry.js';
import { readGraphqlAnswer, refusedStatus, type GraphqlError, type Reading } from './refusal.js';

interface GitHubRepository {
  readonly owner: string;
  readonly name: string;
}

export interface ClientOptions {
  readonly token: string;
  /** GITHUB_API_URL and GITHUB_GRAPHQL_URL: on GitHub Enterprise Server neither follows from the other. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly repository: GitHubRepository;
  /** Follows no redirect and bounds what it reads. */
  readonly fetch: Fetch;
  readonly effects: RetryEffects;
  /** Texts that no message may hold, beside the token. */
  readonly secrets?: readonly string[];
  /** `GITHUB_LIMITS` without it. */
  readonly limits?: RetryLimits;
}

/** A secondary limit lasts a minute, so a request may take longer than with other servers. */
const GITHUB_LIMITS: RetryLimits = { ...RETRY_LIMITS, totalMs: 150_000 };

type Parameters = Readonly<Record<string, string | number>>;

/**
 * GitHub's two APIs, for one repository. Every method throws `HttpFailure` (with a `GitHubRefusal` as its cause where
 * GitHub refused) once the retry policy is at its end, and checks each answer's shape as part of the attempt.
 */
export interface GitHubClient {
  readonly repository: GitHubRepository;
  readonly effects: RetryEffects;
  /** What a request may take; `totalMs` is what is left of it now. */
  readonly limits: RetryLimits;
  /** A GraphQL query: reading only, so it is repeated freely. `owner` and `name` are added to the variables. */
  query<T>(document: string, variables: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): Promise<T>;
  /** As `query`, but errors that `tolerate` accepts are returned beside the data that did come. */
  queryWith<T>(
    document: string,
    variables: Readonly<Record<string, unknown>>,
    schema: z.ZodType<T>,
    tolerate: (error: GraphqlError) => boolean,
  ): Promise<{ data: T; tolerated: readonly GraphqlError[] }>;
  /** A REST request that does the same when it is made twice (GET, PATCH, DELETE); `owner` and `repo` are added. */
  request<T>(route: string, parameters: Parameters, schema: z.ZodType<T>): Promise<T>;
  /** A REST request that must not be repeated blindly: one attempt. */
  requestOnce<T>(route: string, parameters: Parameters, schema: z.ZodType<T>): Promise<T>;
  /** The bytes of a git object (a file's content), at most `maxBytes` of them. */
  blob(oid: string, maxBytes: number): Promise<Uint8Array>;
  /** The same client with a total of time for all that is done with it, instead of for each request. */
  within(milliseconds: number): GitHubClient;
}

interface RawAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: ReadonlyMap<string, string>;
}
type Send = (route: string, parameters: Readonly<Record<string, unknown>>) => Promise<RawAnswer>;

const requestError = z.object({
  status: z.number().int(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }),
});

function headerMap(headers: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

const USER_AGENT = 'llm-budget';

/** The body of a refusal; null where it is not JSON. */
function jsonIn(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch {
    return null;
  }
}

/** Converts an error of octokit into an HttpFailure: a failed connection, or the status that GitHub answered with. */
function asFailure(error: unknown, reading: Reading): unknown {
  const failure = httpFailureIn(error);
  if (failure !== null) return failure;
  const refused = requestError.safeParse(error);
  if (!refused.success) return error;
  const { status, response } = refused.data;
  return refusedStatus(status, headerMap(response.headers), response.data, reading);
}

/** octokit returns text or bytes where a body is not JSON, whatever its status and type say. */
function jsonOf(data: unknown): unknown {
  if (typeof data !== 'string' && !(data instanceof ArrayBuffer)) return data;
  throw new HttpFailure('sent something that is not JSON, or JSON that was cut short', {
    kind: 'shape',
    transient: true,
  });
}

function clientOf(options: ClientOptions, send: Send, until: number | null): GitHubClient {
  const { effects, repository } = options;
  const wholePath = { owner: repository.owner, repo: repository.name };

  const secrets = [options.token, ...(options.secrets ?? [])];
  const reading = (): Reading => ({ now: effects.now(), secrets });

  function limitsNow(): RetryLimits {
    const limits = options.limits ?? GITHUB_LIMITS;
    return until === null ? limits : { ...limits, totalMs: Math.min(limits.totalMs, until - effects.now()) };
  }
  function attempt<T>(make: (signal: AbortSignal) => Promise<T>, attempts?: number): Promise<T> {
    const limits = limitsNow();
    return retry(make, effects, attempts === undefined ? limits : { ...limits, attempts });
  }
  async function sent(route: string, parameters: Readonly<Record<string, unknown>>): Promise<RawAnswer> {
    try {
      return await send(route, parameters);
    } catch (error) {
      throw asFailure(error, reading());
    }
  }
  function rest<T>(route: string, parameters: Parameters, schema: z.ZodType<T>, attempts?: number): Promise<T> {
    return attempt(async (signal) => {
      const { data, status } = await sent(route, { ...wholePath, ...parameters, request: { signal } });
      return shaped(schema, status === 204 ? null : jsonOf(data));
    }, attempts);
  }

  const client: GitHubClient = {
    repository,
    effects,
    get limits() {
      return limitsNow();
    },
    async query(document, variables, schema) {
      return (await client.queryWith(document, variables, schema, () => false)).data;
    },
    queryWith(document, variables, schema, tolerate) {
      const scope = document.includes('$owner') ? repository : {};
      const body = { query: document, variables: { ...scope, ...variables } };
      return attempt(async (signal) => {
        const { data, headers } = await sent(`POST ${options.graphqlUrl}`, { ...body, request: { signal } });
        const answer = readGraphqlAnswer(jsonOf(data), headers, reading(), tolerate);
        return { data: shaped(schema, answer.data), tolerated: answer.tolerated };
      });
    },
    request: (route, parameters, schema) => rest(route, parameters, schema),
    blob: (oid, maxBytes) =>
      attempt(async (signal) => {
        // Not through octokit, which would decode the bytes as text.
        const path = `/repos/${repository.owner}/${repository.name}/git/blobs/${oid}`;
        const response = await options.fetch(`${options.apiUrl.replace(/\/+$/, '')}${path}`, {
          headers: {
            accept: 'application/vnd.github.raw+json',
            authorization: `token ${options.token}`,
            'user-agent': USER_AGENT,
          },
          signal,
          maxBytes,
          maxWireBytes: maxBytes,
        });
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (response.status === 200) return bytes;
        const headers = headerMap(Object.fromEntries(response.headers));
        throw refusedStatus(response.status, headers, jsonIn(bytes), reading());
      }),
    requestOnce: (route, parameters, schema) => rest(route, parameters, schema, 1),
    within: (milliseconds) => clientOf(options, send, effects.now() + milliseconds),
  };
  return client;
}

/** octokit would print an endpoint's deprecation, with a link from the answer, to the log that the runner reads. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {
  return undefined;
}

/**
 * A client for the repository. `@actions/github` is loaded here and not before: it reads and parses the event's file the
 * moment it is imported, and would end the run with a stack where that file is broken. `eager` keeps the bundle one file.
 */
export async function createClient(options: ClientOptions): Promise<GitHubClient> {
  const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github');
  const octokit = getOctokit(options.token, {
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    request: { fetch: options.fetch, log: SILENT },
    log: SILENT,
    userAgent: USER_AGENT,
  });
  const send: Send = async (route, parameters) => {
    const answer = await octokit.request(route, parameters);
    return { status: answer.status, data: answer.data, headers: headerMap(answer.headers) };
  };
  return clientOf(options, send, null);
}

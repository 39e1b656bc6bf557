import { configurationError } from '../../lib/errors/problem.js';

/** Where requests go, and the variables that give clients their addresses. */

type UpstreamName = 'openrouter' | 'openai' | 'anthropic';

/** An API that requests are passed on to. */
export interface Upstream {
  readonly name: UpstreamName;
  /** The base URL that clients used before. */
  readonly base: URL;
  /** The variables that get the recorder's address. */
  readonly variables: readonly string[];
}

interface Vendor {
  readonly name: UpstreamName;
  /** The variable of today's clients first, then the older one. */
  readonly variables: readonly string[];
  readonly base: string;
}

/** Names and defaults: the clients of OpenAI, Anthropic and OpenRouter, as of 2026-11. */
const VENDORS: readonly Vendor[] = [
  {
    name: 'openrouter',
    variables: ['OPENROUTER_BASE_URL', 'OPENROUTER_API_BASE'],
    base: 'https://openrouter.ai/api/v1',
  },
  { name: 'openai', variables: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'], base: 'https://api.openai.com/v1' },
  { name: 'anthropic', variables: ['ANTHROPIC_BASE_URL'], base: 'https://api.anthropic.com' },
];

/**
 * The upstreams: for each vendor the address in its variable, else in the older one, else the vendor's own. An empty
 * variable counts as absent. NoVerdictError (2) where a value is no http or https URL; its value is not shown, since it
 * may hold a password.
 */
export function upstreamsOf(environment: ReadonlyMap<string, string>): readonly Upstream[] {
  return VENDORS.map(({ name, variables, base }) => {
    const given = variables.find((variable) => (environment.get(variable) ?? '').trim() !== '');
    const text = given === undefined ? base : (environment.get(given) ?? '').trim();
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return { name, base: url, variables };
    throw configurationError(
      `The environment variable ${given ?? name} is not the URL of an API; https://HOST/PATH or http://HOST/PATH is accepted.`,
    );
  });
}

/**
 * The variables that the command gets: each upstream's address at the recorder, and the recorder's host among those
 * that need no proxy. `address` is `http://127.0.0.1:PORT/SECRET`. The path of the base URL stays at the end, since some
 * clients look at it, and so do credentials and a query.
 */
export function commandVariables(
  upstreams: readonly Upstream[],
  address: string,
  environment: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const { name, base, variables: names } of upstreams) {
    const url = new URL(`${address}/${name}${base.pathname === '/' ? '' : base.pathname}${base.search}`);
    url.username = base.username;
    url.password = base.password;
    for (const variable of names) variables.set(variable, url.href);
  }
  for (const variable of ['NO_PROXY', 'no_proxy']) {
    const hosts = environment.get(variable) ?? environment.get(otherCase(variable)) ?? '';
    variables.set(variable, [hosts, '127.0.0.1'].filter((part) => part.trim() !== '').join(','));
  }
  return variables;
}

function otherCase(variable: string): string {
  return variable === 'NO_PROXY' ? 'no_proxy' : 'NO_PROXY';
}

/** What a request asks for, as far as its method and path show. */
type RouteKind =
  /** An answer of a model or an embedding: it is counted. */
  | 'answer'
  | 'embedding'
  /** It costs nothing by the API's documentation. */
  | 'free'
  /** Whether it costs anything is not known. */
  | 'unknown';

/** How a request is handled. */
export interface Route {
  readonly kind: RouteKind;
  /** The API whose form errors take. */
  readonly errors: 'openai' | 'openrouter' | 'anthropic';
  /** Whether a stream states usage only where the request asks for it (OpenAI's `stream_options`). */
  readonly needsStreamOptions: boolean;
}

/** Methods that make no answer: they read, or delete what was made before. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/** Anthropic's API and OpenRouter's form of it; OpenAI's `/threads/ID/messages` is another thing. */
const MESSAGES = /(?:^|\/)v\d+\/messages$/;

/**
 * POSTs without a charge: counting tokens and ending a response (https://docs.anthropic.com/en/docs/build-with-claude/token-counting,
 * https://platform.openai.com/docs/api-reference/responses), moderation (https://platform.openai.com/docs/guides/moderation), and
 * Claude Code's own log of events, which it sends to the base URL (https://github.com/BerriAI/litellm/pull/20504,
 * https://github.com/Wei-Shaw/claude-relay-service/pull/811).
 */
const FREE: readonly RegExp[] = [
  /\/messages\/count_tokens$/,
  /\/responses\/input_tokens$/,
  /\/responses\/[^/]+\/cancel$/,
  /\/moderations$/,
  /\/api\/event_logging\/batch$/,
];

/** `path` is the path at the upstream, without a query. */
export function routeOf(method: string, path: string, upstream: Upstream): Route {
  const plain = path.replace(/\/+$/, '');
  const isMessages = MESSAGES.test(plain);
  return {
    kind: kindOf(method, plain, isMessages),
    errors: isMessages ? 'anthropic' : formOf(upstream),
    needsStreamOptions: plain.endsWith('/chat/completions') || plain.endsWith('/completions'),
  };
}

function kindOf(method: string, path: string, isMessages: boolean): RouteKind {
  if (READING.has(method)) return 'free';
  if (method === 'POST') {
    if (
      isMessages ||
      path.endsWith('/chat/completions') ||
      path.endsWith('/completions') ||
      path.endsWith('/responses')
    )
      return 'answer';
    if (path.endsWith('/embeddings')) return 'embedding';
    if (FREE.some((pattern) => pattern.test(path))) return 'free';
  }
  return 'unknown';
}

function formOf({ name, base }: Upstream): Route['errors'] {
  return base.hostname === 'openrouter.ai' ? 'openrouter' : name;
}

/** The status and the reason of an error that the recorder itself answers with. */
export interface RecorderError {
  readonly status: 402 | 502;
  readonly message: string;
}

/**
 * The body of an error in the form of its API, so that clients raise their own error:
 * https://docs.anthropic.com/en/api/errors, https://platform.openai.com/docs/guides/error-codes/api-errors,
 * https://openrouter.ai/docs/api-reference/errors.
 */
export function errorBody(form: Route['errors'], { status, message }: RecorderError): string {
  const isCap = status === 402;
  switch (form) {
    case 'anthropic':
      return JSON.stringify({ type: 'error', error: { type: isCap ? 'billing_error' : 'api_error', message } });
    case 'openrouter':
      return JSON.stringify({ error: { code: status, message } });
    case 'openai':
      return JSON.stringify({
        error: {
          message,
          type: isCap ? 'insufficient_quota' : 'server_error',
          param: null,
          code: isCap ? 'budget_exceeded' : 'upstream_unreachable',
        },
      });
  }
}

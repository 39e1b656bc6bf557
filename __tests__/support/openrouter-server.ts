import { startCatalogueServer, type CatalogueAnswer, type CatalogueRequest } from './catalogue-server.js';

/** OpenRouter's account pages on a loopback port, in every shape they come in. */

export const API_KEY = 'sk-or-v1-0123456789abcdef';

/** What is answered to one request; a list is answered one after the other, the last for ever. */
type Answers = CatalogueAnswer | readonly [CatalogueAnswer, ...CatalogueAnswer[]];

export interface AccountPages {
  readonly key?: Answers;
  /** The older path of `key`; 404 without it. */
  readonly auth_key?: Answers;
  readonly credits?: Answers;
  /** By generation id; any other is 404. */
  readonly generations?: Readonly<Record<string, Answers>>;
}

export interface OpenRouterServer {
  /** The API's base URL, `http://127.0.0.1:PORT/api/v1`. */
  readonly url: URL;
  readonly requests: readonly CatalogueRequest[];
  close(): Promise<void>;
}

export async function startOpenRouter(pages: AccountPages): Promise<OpenRouterServer> {
  const server = await startCatalogueServer({ models: [] });
  server.intercept(accountPages(pages));
  return { url: new URL(server.url), requests: server.requests, close: () => server.close() };
}

/** The account pages of a catalogue server, which answers for the models itself: pass it to `intercept`. */
export function accountPages(pages: AccountPages): (request: CatalogueRequest) => CatalogueAnswer | null {
  const byPath = new Map<string, Answers>();
  const add = (path: string, answers: Answers | undefined): void => {
    if (answers !== undefined) byPath.set(`/api/v1${path}`, answers);
  };
  add('/key', pages.key);
  add('/auth/key', pages.auth_key);
  add('/credits', pages.credits);
  for (const [id, answers] of Object.entries(pages.generations ?? {})) add(`/generation?id=${id}`, answers);

  const asked = new Map<string, number>();
  return (request) => {
    if (isOfModels(request)) return null;
    if (request.headers.authorization !== `Bearer ${API_KEY}`) return answers.unauthorized;
    const found = byPath.get(request.path);
    if (found === undefined) return answers.notFound;
    if (!isList(found)) return found;
    const before = asked.get(request.path) ?? 0;
    asked.set(request.path, before + 1);
    return found[Math.min(before, found.length - 1)] ?? answers.notFound;
  };
}

/** Whether a request asks for prices, for which no key is needed; none may be sent unprompted. */
export function isOfModels({ path }: CatalogueRequest): boolean {
  return path.startsWith('/api/v1/models');
}

function isList(found: Answers): found is readonly [CatalogueAnswer, ...CatalogueAnswer[]] {
  return Array.isArray(found);
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): CatalogueAnswer {
  return { status, headers, body: JSON.stringify(value) };
}

function error(code: number, message: string, headers: Readonly<Record<string, string>> = {}): CatalogueAnswer {
  return json(code, { error: { code, message } }, headers);
}

export const answers = {
  unauthorized: error(401, 'User not found.'),
  paymentRequired: error(402, 'Insufficient credits. Add more using https://openrouter.ai/credits'),
  forbidden: error(403, 'Only management keys can perform this operation'),
  notFound: error(404, 'Not found'),
  tooMany: error(429, 'Rate limit exceeded', { 'retry-after': '2' }),
  broken: error(500, 'Internal Server Error'),
  /** 200, with an error inside. */
  hiddenPaymentRequired: json(200, { error: { code: 402, message: 'Insufficient credits' } }),
  html: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
  redirect: { status: 302, headers: { location: 'http://127.0.0.1:9/api/v1/key' }, body: '' },
} as const satisfies Record<string, CatalogueAnswer>;

/** A text that names the server, without the port that the system chose. */
export function withoutPort(text: string): string {
  return text.replace(/127\.0\.0\.1:\d+/g, 'HOST');
}

/** `GET /key`, of an unlimited key of a paying account unless told otherwise. */
export function keyAnswer(changes: Readonly<Record<string, unknown>> = {}): CatalogueAnswer {
  return json(200, {
    data: {
      label: 'sk-or-v1-012...def',
      limit: null,
      limit_remaining: null,
      limit_reset: null,
      usage: 25.5,
      usage_daily: 1.25,
      usage_weekly: 8,
      usage_monthly: 25.5,
      is_free_tier: false,
      rate_limit: { requests: -1, interval: '10s' },
      ...changes,
    },
  });
}

/** `GET /key`, of a key with a limit of $50.00. */
export function limitedKey(remaining: number, reset: string | null = null): CatalogueAnswer {
  return keyAnswer({ limit: 50, limit_remaining: remaining, limit_reset: reset });
}

export function creditsAnswer(total_credits: number, total_usage: number): CatalogueAnswer {
  return json(200, { data: { total_credits, total_usage } });
}

/** `GET /generation`, charged $0.00353025 for gpt-5-mini at OpenAI unless told otherwise. */
export function generationAnswer(changes: Readonly<Record<string, unknown>> = {}): CatalogueAnswer {
  return json(200, {
    data: {
      id: 'gen-1',
      total_cost: 0.00353025,
      model: 'openai/gpt-5-mini-2025-08-07',
      provider_name: 'OpenAI',
      native_tokens_prompt: 17,
      native_tokens_completion: 1763,
      native_tokens_reasoning: 832,
      native_tokens_cached: 0,
      is_byok: false,
      created_at: '2026-11-24T09:00:00.000Z',
      cancelled: false,
      ...changes,
    },
  });
}

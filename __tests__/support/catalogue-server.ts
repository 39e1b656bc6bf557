import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model as `/models` lists it: OpenRouter's shape, with the fields that matter. */
export interface ModelRow {
  readonly id: string;
  readonly canonical_slug: string;
  readonly name: string;
  readonly context_length: number | null;
  readonly architecture: {
    readonly input_modalities: readonly string[];
    readonly output_modalities: readonly string[];
  };
  readonly pricing: Readonly<Record<string, unknown>>;
  readonly top_provider: { readonly context_length: number | null; readonly max_completion_tokens: number | null };
  readonly alias_target?: { readonly slug: string };
  readonly hugging_face_id?: string;
}

/** An endpoint as `/models/{author}/{slug}/endpoints` lists it. */
export interface EndpointRow {
  readonly provider_name: string;
  readonly tag: string;
  readonly context_length: number | null;
  readonly max_prompt_tokens: number | null;
  readonly max_completion_tokens: number | null;
  readonly pricing: Readonly<Record<string, unknown>>;
  readonly status: number;
}

/** A text model at $1 a million prompt tokens and $2 a million completion tokens, where `changes` do not say otherwise. */
export function modelRow(id: string, changes: Partial<ModelRow> = {}): ModelRow {
  return {
    id,
    canonical_slug: id,
    name: id,
    context_length: 128_000,
    architecture: { input_modalities: ['text'], output_modalities: ['text'] },
    pricing: { prompt: '0.000001', completion: '0.000002' },
    top_provider: { context_length: 128_000, max_completion_tokens: 16_000 },
    ...changes,
  };
}

/** A healthy endpoint of the default tier at the same price as `modelRow`. */
export function endpointRow(tag: string, changes: Partial<EndpointRow> = {}): EndpointRow {
  return {
    provider_name: tag.split('/')[0] ?? tag,
    tag,
    context_length: 128_000,
    max_prompt_tokens: null,
    max_completion_tokens: 16_000,
    pricing: { prompt: '0.000001', completion: '0.000002', discount: 0 },
    status: 0,
    ...changes,
  };
}

export interface CatalogueRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface CatalogueAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A promise holds the answer back until it is kept. */
type Interceptor = (request: CatalogueRequest) => CatalogueAnswer | null | Promise<CatalogueAnswer | null>;

export interface CatalogueServer {
  /** The catalogue's base URL on loopback, `http://127.0.0.1:PORT/api/v1`. */
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly CatalogueRequest[];
  /** From now on this answers first; where it returns null, and after `intercept(null)`, the catalogue does. */
  intercept(answer: Interceptor | null): void;
  close(): Promise<void>;
}

export interface CatalogueContent {
  readonly models: readonly ModelRow[];
  /** By model id; a model without an entry has no endpoints page (404). */
  readonly endpoints?: Readonly<Record<string, readonly EndpointRow[]>>;
  /** The `Date` header, for a catalogue of a known age; the real time without it. */
  readonly date?: string;
}

/** OpenRouter's catalogue on a loopback port: `/models` and the endpoints of each model, as given. */
export async function startCatalogueServer(content: CatalogueContent): Promise<CatalogueServer> {
  const requests: CatalogueRequest[] = [];
  const endpoints = new Map(Object.entries(content.endpoints ?? {}));
  let interceptor: Interceptor | null = null;

  const answerTo = async (incoming: IncomingMessage, response: ServerResponse) => {
    // The real server lists text models without this query, and so may one that ignores it.
    const path = decodeURIComponent(incoming.url ?? '/').replace(/(?<=\/models)\?output_modalities=all$/, '');
    const request = { method: incoming.method ?? '', path, headers: incoming.headers };
    requests.push(request);
    const answer = (await interceptor?.(request)) ?? catalogueAnswer(path, content.models, endpoints);
    if (content.date !== undefined) response.setHeader('date', content.date);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body ?? '');
  };
  const server = createServer((incoming, response) => void answerTo(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${portOf(server.address())}/api/v1`,
    requests,
    intercept: (answer) => {
      interceptor = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function catalogueAnswer(
  path: string,
  models: readonly ModelRow[],
  endpoints: ReadonlyMap<string, readonly EndpointRow[]>,
): CatalogueAnswer {
  if (path === '/api/v1/models') return { status: 200, body: JSON.stringify({ data: models }) };
  const id = /^\/api\/v1\/models\/(.+)\/endpoints$/.exec(path)?.[1];
  const rows = id === undefined ? undefined : endpoints.get(id);
  if (rows === undefined) return { status: 404, body: JSON.stringify({ error: { code: 404, message: 'Not found' } }) };
  return { status: 200, body: JSON.stringify({ data: { id, endpoints: rows } }) };
}

/** The port of a server that listens on TCP. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a TCP port');
  return address.port;
}

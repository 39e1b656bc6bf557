import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { add, decimal, times, toText, ZERO, type Decimal, toNumber } from '../../src/lib/money/decimal.js';
import { portOf } from './catalogue-server.js';

/**
 * A provider on loopback that answers in the forms of the vendors' own documentation and bills $1 a million prompt
 * tokens, $0.1 a million cached ones and $2 a million completion tokens; without the cache as `modelRow` lists them: https://platform.openai.com/docs/api-reference,
 * https://docs.anthropic.com/en/api/messages-streaming, https://openrouter.ai/docs/use-cases/usage-accounting.
 */
export interface LlmUpstream {
  /** Without a slash at the end. */
  readonly url: string;
  readonly requests: readonly UpstreamRequest[];
  readonly bill: () => Decimal;
  /** Answers instead of the provider; null: the provider again. */
  readonly intercept: (answer: Interceptor | null) => void;
  close(): Promise<void>;
}

interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

type Interceptor = (request: UpstreamRequest, response: ServerResponse, incoming: IncomingMessage) => void;

/** The text of every answer; a recorder keeps nothing of it. */
export const ANSWER_TEXT = 'THE-ANSWER-OF-THE-MODEL';

const PROMPT_PRICE = decimal('0.000001');
const CACHED_PRICE = decimal('0.0000001');
const COMPLETION_PRICE = decimal('0.000002');
/** The prices of the bill, as a catalogue has them. */
export const UPSTREAM_PRICING = {
  prompt: toText(PROMPT_PRICE),
  completion: toText(COMPLETION_PRICE),
  input_cache_read: toText(CACHED_PRICE),
};

export interface UpstreamOptions {
  /** Whether answers state their cost, as OpenRouter's do. */
  readonly statesCost?: boolean;
  /** Completion tokens of the n-th answer, counted from 1; 10 x n by default. */
  readonly completionOf?: (n: number) => number;
  /** Prompt tokens of the n-th answer; 100 + n by default. */
  readonly promptOf?: (n: number) => number;
  /** Prompt tokens of the n-th answer that come from the cache; none by default. Embeddings have none. */
  readonly cachedOf?: (n: number) => number;
}

export async function startLlmUpstream(options: UpstreamOptions = {}): Promise<LlmUpstream> {
  const requests: UpstreamRequest[] = [];
  let interceptor: Interceptor | null = null;
  let billed = ZERO;
  let answers = 0;
  const provider = (request: UpstreamRequest, response: ServerResponse): void => {
    answers += 1;
    const asked = parsedBody(request.body);
    const isEmbedding = request.path.endsWith('/embeddings');
    const prompt = options.promptOf?.(answers) ?? 100 + answers;
    const completion = isEmbedding ? 0 : (options.completionOf?.(answers) ?? 10 * answers);
    const cached = isEmbedding ? 0 : (options.cachedOf?.(answers) ?? 0);
    const input = add(times(PROMPT_PRICE, prompt - cached), times(CACHED_PRICE, cached));
    const cost = add(input, times(COMPLETION_PRICE, completion));
    billed = add(billed, cost);
    const stated = options.statesCost === true ? { cost: toNumber(cost), is_byok: false } : {};
    answerIn(response, request.path, { n: answers, asked, prompt, completion, cached, stated });
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        rawHeaders: incoming.rawHeaders,
        body: Buffer.concat(chunks),
      };
      requests.push(request);
      (interceptor ?? provider)(request, response, incoming);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String(portOf(server.address()))}`,
    requests,
    bill: () => billed,
    intercept: (answer) => {
      interceptor = answer;
    },
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly statesUsage: boolean;
}

function parsedBody(body: Buffer): Asked {
  const value: unknown = JSON.parse(body.toString('utf8') || '{}');
  const text = JSON.stringify(value);
  return {
    model: /"model":"([^"]+)"/.exec(text)?.[1] ?? '',
    stream: text.includes('"stream":true'),
    statesUsage: text.includes('"include_usage":true'),
  };
}

interface Answer {
  readonly n: number;
  readonly asked: Asked;
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly stated: object;
}

function answerIn(response: ServerResponse, path: string, answer: Answer): void {
  const [whole, events] = path.endsWith('/messages')
    ? messages(answer)
    : path.endsWith('/responses')
      ? responses(answer)
      : path.endsWith('/embeddings')
        ? embeddings(answer)
        : chat(answer);
  if (!answer.asked.stream) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(whole));
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  for (const [name, event] of events)
    response.write(`${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(event)}\n\n`);
  response.end(path.endsWith('/chat/completions') ? 'data: [DONE]\n\n' : undefined);
}

type Form = readonly [object, readonly (readonly [string, object])[]];

function chat({ n, asked, prompt, completion, cached, stated }: Answer): Form {
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(cached > 0 ? { prompt_tokens_details: { cached_tokens: cached } } : {}),
    ...stated,
  };
  const base = { id: `chatcmpl-${String(n)}`, created: 1_764_000_000, model: asked.model };
  const chunk = (fields: object): readonly [string, object] => [
    '',
    { ...base, object: 'chat.completion.chunk', ...fields },
  ];
  const delta = (fields: object, reason: string | null) => [{ index: 0, delta: fields, finish_reason: reason }];
  return [
    {
      ...base,
      object: 'chat.completion',
      choices: [
        { index: 0, message: { role: 'assistant', content: ANSWER_TEXT, refusal: null }, finish_reason: 'stop' },
      ],
      usage,
    },
    [
      chunk({ choices: delta({ role: 'assistant', content: '' }, null) }),
      chunk({ choices: delta({ content: ANSWER_TEXT }, null) }),
      chunk({ choices: delta({}, 'stop') }),
      ...(asked.statesUsage || 'cost' in stated ? [chunk({ choices: [], usage })] : []),
    ],
  ];
}

function messages({ n, asked, prompt, completion, cached, stated }: Answer): Form {
  const base = { id: `msg_${String(n)}`, type: 'message', role: 'assistant', model: asked.model };
  // The cached part is beside the input in Anthropic's convention.
  const input = { input_tokens: prompt - cached, cache_read_input_tokens: cached, cache_creation_input_tokens: 0 };
  const usage = { ...input, output_tokens: completion, ...stated };
  const start = { ...base, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  return [
    { ...base, content: [{ type: 'text', text: ANSWER_TEXT }], stop_reason: 'end_turn', stop_sequence: null, usage },
    [
      ['message_start', { type: 'message_start', message: start }],
      ['content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ANSWER_TEXT } },
      ],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      [
        'message_delta',
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null },
          usage: { output_tokens: completion },
        },
      ],
      ['message_stop', { type: 'message_stop' }],
    ],
  ];
}

function responses({ n, asked, prompt, completion, cached, stated }: Answer): Form {
  const base = { id: `resp_${String(n)}`, object: 'response', created_at: 1_764_000_000, model: asked.model };
  const output = [
    {
      type: 'message',
      id: `out_${String(n)}`,
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: ANSWER_TEXT, annotations: [] }],
    },
  ];
  const usage = {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: completion,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: prompt + completion,
    ...stated,
  };
  const whole = { ...base, status: 'completed', output, usage };
  return [
    whole,
    [
      [
        'response.created',
        { type: 'response.created', response: { ...base, status: 'in_progress', output: [], usage: null } },
      ],
      [
        'response.output_text.delta',
        { type: 'response.output_text.delta', item_id: `out_${String(n)}`, delta: ANSWER_TEXT },
      ],
      ['response.completed', { type: 'response.completed', response: whole }],
    ],
  ];
}

function embeddings({ asked, prompt, stated }: Answer): Form {
  const data = [{ object: 'embedding', index: 0, embedding: [0.1, 0.2] }];
  return [
    { object: 'list', data, model: asked.model, usage: { prompt_tokens: prompt, total_tokens: prompt, ...stated } },
    [],
  ];
}

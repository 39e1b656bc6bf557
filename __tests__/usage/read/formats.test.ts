import { describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import * as fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { decimal } from '../../../src/lib/money/decimal.js';
import { FORMATS } from '../../../src/usage/read/formats.js';
import { modelTotals } from '../../../src/usage/totals/model-totals.js';
import { notUnderstood, readFiles, withoutUsage } from '../../support/usage.js';

/** What a recording says was used: model, requests, prompt, completion, cached, written, reasoning tokens. */
type Used = readonly [
  model: string | null,
  requests: number | null,
  prompt: number,
  completion: number,
  ...parts: number[],
];

async function usedIn(files: Readonly<Record<string, string | Uint8Array>>): Promise<readonly Used[]> {
  const { usage } = await readFiles(files);
  expect(notUnderstood(usage)).toEqual([]);
  return modelTotals(usage, null).map(({ recorded, requests, tokens }) => {
    const parts = [tokens.cached, tokens.written, tokens.reasoning];
    return [recorded, requests, tokens.prompt, tokens.completion, ...(parts.every((part) => part === 0) ? [] : parts)];
  });
}

const json = (value: unknown): string => JSON.stringify(value);
const lines = (...values: readonly unknown[]): string => values.map(json).join('\n');

const STATED = { input_tokens: 70, output_tokens: 30, total_tokens: 100 };
const SAMPLE = {
  id: 1,
  epoch: 1,
  output: { model: 'gpt-x', usage: STATED },
  model_usage: { 'openai/gpt-x': STATED },
  events: [
    {
      event: 'model',
      model: 'openai/gpt-x',
      output: { model: 'gpt-x', usage: STATED },
      call: { response: { id: 'c-1', usage: { prompt_tokens: 70, completion_tokens: 30 } } },
    },
  ],
};
const EVAL_LOG = { eval: { task: 'q' }, stats: { model_usage: { 'openai/gpt-x': STATED } } };
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(json(value));

/** A result of one assertion, 10 of whose prompt tokens come from the cache. */
const grading = (provider: string | undefined, prompt: number, completion: number) => ({
  pass: true,
  tokensUsed: { prompt, completion, numRequests: 1, completionDetails: { cacheReadInputTokens: 10 } },
  assertion: { type: 'llm-rubric', provider },
});

type FormatCase = readonly [string, Readonly<Record<string, string | Uint8Array>>, readonly Used[]];
const CASES: readonly FormatCase[] = [
  [
    'OpenRouter Activity as CSV, a cell with a line end included',
    {
      'a.csv':
        'generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,variant,app_name\n' +
        'gen-1,2026-06-28,0.5,70,30,4,20,acme/one,standard,"two\nlines"\n',
    },
    [['acme/one', 1, 70, 30, 20, 0, 4]],
  ],
  [
    'OpenRouter Activity from the API: a row is a sum of requests',
    {
      'a.json': json({
        data: [
          {
            date: '2026-06-28',
            model: 'acme/one',
            usage: 0.5,
            requests: 3,
            prompt_tokens: 70,
            completion_tokens: 30,
            reasoning_tokens: 0,
          },
        ],
      }),
    },
    [['acme/one', 3, 70, 30]],
  ],
  [
    'inspect_ai: one request in five places',
    { 'a.json': json({ ...EVAL_LOG, samples: [SAMPLE] }) },
    [['openai/gpt-x', 1, 70, 30]],
  ],
  ['inspect_ai: a log of its header alone', { 'a.json': json(EVAL_LOG) }, [['openai/gpt-x', null, 70, 30]]],
  [
    'inspect_ai: an .eval file',
    {
      'a.eval': zipSync({
        'header.json': bytes(EVAL_LOG),
        'samples/1_epoch_1.json': bytes(SAMPLE),
        'summaries.json': bytes([]),
      }),
    },
    [['openai/gpt-x', 1, 70, 30]],
  ],
  [
    "LangChain: the message's own usage beside the provider's",
    {
      'a.json': json({
        type: 'constructor',
        kwargs: {
          response_metadata: { model_name: 'gpt-x', token_usage: { prompt_tokens: 70, completion_tokens: 30 } },
          usage_metadata: { ...STATED, input_token_details: { cache_read: 20 } },
        },
      }),
    },
    [['gpt-x', 1, 70, 30, 20, 0, 0]],
  ],
  [
    'LangChain: choices of one request state the same usage, requests of a batch their own',
    {
      'a.json': json({
        generations: [
          [
            { message: { response_metadata: { usage: { prompt_tokens: 40, completion_tokens: 10 } }, id: 'run-1-0' } },
            { message: { response_metadata: { usage: { prompt_tokens: 40, completion_tokens: 10 } }, id: 'run-1-1' } },
          ],
          [{ message: { usage_metadata: { input_tokens: 30, output_tokens: 20, total_tokens: 50 }, id: 'run-2-0' } }],
        ],
        llmOutput: { tokenUsage: { promptTokens: 70, completionTokens: 30 } },
      }),
    },
    [[null, 2, 70, 30]],
  ],
  [
    'LangChain: lifetimes of cache writes, whose sum is stated as 0 beside them',
    {
      'a.json': json({
        response_metadata: { model_name: 'claude-x' },
        usage_metadata: {
          ...STATED,
          input_token_details: { cache_creation: 0, ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 5 },
        },
      }),
    },
    [['claude-x', 1, 70, 30, 0, 15, 0]],
  ],
  [
    'LangChain: a completion of text, with usage in the output alone',
    {
      'a.json': json({
        generations: [[{ text: 'x' }]],
        llmOutput: { tokenUsage: { promptTokens: 70, completionTokens: 30, totalTokens: 100 } },
      }),
    },
    [[null, 1, 70, 30]],
  ],
  [
    'LangChain: a run as a tracer hands it over states usage in its outputs, and is the message that was logged too',
    {
      'a.jsonl': lines(
        {
          id: 'p',
          run_type: 'chain',
          child_runs: [
            {
              id: 'c',
              run_type: 'llm',
              parent_run_id: 'p',
              extra: { metadata: { ls_model_name: 'gpt-x' } },
              outputs: { generations: [[{ message: { kwargs: { usage_metadata: STATED, id: 'm-1' } } }]] },
            },
          ],
        },
        { kwargs: { usage_metadata: STATED, id: 'm-1', response_metadata: { model_name: 'gpt-x' } } },
      ),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'LangSmith: parents repeat the sums of their children',
    {
      'a.jsonl': lines(
        { id: 'p', run_type: 'chain', prompt_tokens: 70, completion_tokens: 30 },
        {
          id: 'c',
          run_type: 'llm',
          parent_run_id: 'p',
          prompt_tokens: 70,
          completion_tokens: 30,
          extra: { metadata: { ls_model_name: 'gpt-x' } },
        },
      ),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'Langfuse: kinds of tokens apart, as the total says',
    {
      'a.json': json([
        {
          id: 'o',
          traceId: 't',
          type: 'GENERATION',
          model: 'gpt-x',
          usageDetails: { input: 50, input_cached_tokens: 20, output: 26, output_reasoning_tokens: 4, total: 100 },
        },
      ]),
    },
    [['gpt-x', 1, 70, 30, 20, 0, 4]],
  ],
  [
    'LiteLLM: the payload of a callback',
    {
      'a.json': json({
        id: 'x',
        call_type: 'acompletion',
        response_cost: 0.1,
        model: 'gpt-x',
        prompt_tokens: 70,
        completion_tokens: 30,
        status: 'success',
      }),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'DeepEval: the judge of a metric',
    { 'a.json': json({ metricsData: [{ evaluationModel: 'gpt-x', inputTokenCount: 70, outputTokenCount: 30 }] }) },
    [['gpt-x', null, 70, 30]],
  ],
  [
    'OpenInference, nested attributes',
    {
      'a.json': json({
        context: { trace_id: 't', span_id: 's' },
        attributes: {
          llm: { model_name: 'gpt-x', token_count: { prompt: 70, completion: 30, prompt_details: { cache_read: 20 } } },
        },
      }),
    },
    [['gpt-x', 1, 70, 30, 20, 0, 0]],
  ],
  [
    'a table of spans with a column for each attribute',
    {
      'a.jsonl': lines({
        'context.span_id': 's',
        'attributes.llm.model_name': 'gpt-x',
        'attributes.llm.token_count.prompt': 70,
        'attributes.llm.token_count.completion': 30,
      }),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'Jaeger',
    {
      'a.json': json({
        data: [
          {
            spans: [
              {
                traceID: 't',
                spanID: 's',
                tags: [
                  { key: 'gen_ai.request.model', value: 'gpt-x' },
                  { key: 'gen_ai.usage.input_tokens', value: 70 },
                  { key: 'gen_ai.usage.output_tokens', value: 30 },
                ],
              },
            ],
          },
        ],
      }),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'the AI SDK: every step is a request, and the sum of them is none',
    {
      'a.json': json({
        steps: [
          { usage: { inputTokens: 40, outputTokens: 10, totalTokens: 50 }, response: { id: '1', modelId: 'gpt-x' } },
          {
            usage: { inputTokens: 30, outputTokens: 20, totalTokens: 50, cachedInputTokens: 20 },
            response: { id: '2', modelId: 'gpt-x' },
          },
        ],
        usage: { inputTokens: 30, outputTokens: 20 },
        totalUsage: { inputTokens: 70, outputTokens: 30 },
      }),
    },
    [['gpt-x', 2, 70, 30, 20, 0, 0]],
  ],
  [
    'the AI SDK: what the API itself stated, cache writes included',
    {
      'a.json': json({
        usage: {
          inputTokens: 70,
          outputTokens: 30,
          raw: {
            input_tokens: 40,
            cache_read_input_tokens: 20,
            cache_creation_input_tokens: 10,
            cache_creation: { ephemeral_1h_input_tokens: 10 },
            output_tokens: 30,
          },
        },
        response: { id: '1', modelId: 'claude-x' },
      }),
    },
    [['claude-x', 1, 70, 30, 20, 10, 0]],
  ],
  [
    'the AI SDK: embeddings, by the body of the response or by the tokens alone',
    {
      'a.json': json({
        embedding: [0.5],
        usage: { tokens: 40 },
        response: { body: { model: 'embed-x', usage: { prompt_tokens: 40, total_tokens: 40 } } },
      }),
      'b.json': json({ model: 'embed-x', usage: { tokens: 30 } }),
    },
    [['embed-x', 2, 70, 0]],
  ],
  [
    'promptfoo: each grader apart, those of a set once, with the cached tokens that their sum lacks',
    {
      'a.json': json({
        success: true,
        provider: { id: 'acme/one' },
        response: { tokenUsage: { prompt: 30, completion: 20, numRequests: 1 } },
        gradingResult: {
          tokensUsed: { prompt: 40, completion: 10, numRequests: 2 },
          componentResults: [
            grading('openai:chat:gpt-x', 25, 4),
            { ...grading(undefined, 15, 6), assertion: undefined, componentResults: [grading('acme:gpt-x', 15, 6)] },
            grading('acme:gpt-x', 15, 6),
          ],
        },
      }),
    },
    [
      ['acme/one', 1, 30, 20],
      ['gpt-x', 2, 40, 10, 20, 0, 0],
    ],
  ],
  [
    'promptfoo: what graders used beyond their assertions is one row, and code is no model',
    {
      'a.json': json({
        success: true,
        provider: 'file://provider.py',
        response: { tokenUsage: { prompt: 30, completion: 20 } },
        gradingResult: {
          tokensUsed: { prompt: 40, completion: 10, numRequests: 2 },
          componentResults: [grading('acme:gpt-x', 15, 6)],
        },
      }),
    },
    [[null, 3, 70, 30]],
  ],
  ...['./provider.py', 'providers/rag.mjs', 'evals/ask.py:answer'].map((provider): FormatCase => [
    `promptfoo: ${provider} is code and no model`,
    { 'a.json': json({ success: true, provider, response: { tokenUsage: { prompt: 30, completion: 20 } } }) },
    [[null, 1, 30, 20]],
  ]),
  [
    'Bedrock Converse: the cache is beside the input',
    {
      'a.json': json({
        modelId: 'claude-x',
        output: {},
        usage: {
          inputTokens: 40,
          outputTokens: 30,
          totalTokens: 70,
          cacheReadInputTokens: 20,
          cacheWriteInputTokens: 10,
        },
      }),
    },
    [['claude-x', 1, 70, 30, 20, 10, 0]],
  ],
  [
    'Bedrock: the invocation log of a model whose answer has a form of its own',
    {
      'a.jsonl': lines({
        modelId: 'meta.llama',
        input: { inputTokenCount: 70 },
        output: { outputTokenCount: 30, outputBodyJson: { text: 'x' } },
      }),
    },
    [['meta.llama', 1, 70, 30]],
  ],
  [
    'Codex: an event with an unchanged total repeats the one before',
    {
      'a.jsonl': lines(
        { type: 'session_meta', payload: { id: 's' } },
        { type: 'turn_context', payload: { model: 'gpt-x' } },
        ...[1, 2].map(() => ({
          type: 'event_msg',
          payload: {
            type: 'token_count',
            info: {
              total_token_usage: { total_tokens: 100 },
              last_token_usage: {
                input_tokens: 70,
                cached_input_tokens: 20,
                output_tokens: 30,
                reasoning_output_tokens: 4,
                total_tokens: 100,
              },
            },
          },
        })),
      ),
    },
    [['gpt-x', 1, 70, 30, 20, 0, 4]],
  ],
  [
    'Gemini CLI: thoughts are beside the candidates',
    {
      'a.json': json({
        stats: {
          models: {
            'gemini-x': {
              api: { totalRequests: 3, totalErrors: 1 },
              tokens: { prompt: 70, candidates: 26, thoughts: 4, cached: 20, tool: 0 },
            },
          },
        },
      }),
    },
    [['gemini-x', 2, 70, 30, 20, 0, 4]],
  ],
  [
    'Gemini CLI: tokens of requests that are not counted',
    { 'a.json': json({ stats: { models: { 'gemini-x': { tokens: { prompt: 70, candidates: 30 } } } } }) },
    [['gemini-x', null, 70, 30]],
  ],
  [
    'Cohere: what is billed',
    {
      'a.json': json({
        id: 'c',
        model: 'command-x',
        usage: { billed_units: { input_tokens: 70, output_tokens: 30 }, tokens: { input_tokens: 900 } },
      }),
    },
    [['command-x', 1, 70, 30]],
  ],
  [
    'embeddings: the total alone is the input',
    { 'a.json': json({ model: 'embed-x', usage: { total_tokens: 70 } }) },
    [['embed-x', 1, 70, 0]],
  ],
  [
    'Ollama: the last object of a stream',
    {
      'a.jsonl': lines(
        { model: 'llama', created_at: 'x', done: false },
        { model: 'llama', created_at: 'x', done: true, prompt_eval_count: 70, eval_count: 30 },
      ),
    },
    [['llama', 1, 70, 30]],
  ],
  [
    'pydantic-ai',
    {
      'a.json': json([
        {
          kind: 'response',
          parts: [],
          model_name: 'gpt-x',
          usage: { input_tokens: 70, output_tokens: 30, cache_read_tokens: 20, details: { reasoning_tokens: 4 } },
        },
      ]),
    },
    [['gpt-x', 1, 70, 30, 20, 0, 4]],
  ],
  [
    'Helicone',
    {
      'a.jsonl': lines({
        request_id: 'h',
        request_model: 'gpt-x',
        response_model: 'gpt-x-2026-01-01',
        prompt_tokens: 70,
        completion_tokens: 30,
        response_status: 200,
      }),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'Braintrust: a task repeats the sums of its calls',
    {
      'a.jsonl': lines(
        {
          span_id: 'p',
          root_span_id: 'p',
          span_attributes: { type: 'task' },
          metrics: { prompt_tokens: 70, completion_tokens: 30 },
        },
        {
          span_id: 'c',
          root_span_id: 'p',
          span_parents: ['p'],
          span_attributes: { type: 'llm' },
          metadata: { model: 'gpt-x' },
          metrics: { prompt_tokens: 70, completion_tokens: 30, prompt_cached_tokens: 20 },
        },
      ),
    },
    [['gpt-x', 1, 70, 30, 20, 0, 0]],
  ],
  [
    'aider',
    {
      'a.jsonl': lines({
        event: 'message_send',
        user_id: 'u',
        properties: { main_model: 'gpt-x', prompt_tokens: 70, completion_tokens: 30, cost: 0.1, total_cost: 9 },
      }),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'Polly.js: a compressed body as a list of base64 chunks',
    {
      'a.har': json({
        log: {
          entries: [
            {
              request: { url: 'https://api.openai.com/v1/responses' },
              response: {
                status: 200,
                content: {
                  encoding: 'base64',
                  text: json([gzipSync(json({ model: 'gpt-x', usage: STATED })).toString('base64')]),
                },
              },
            },
          ],
        },
      }),
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'Ruby VCR: a body in !binary with white space before the JSON',
    {
      'a.yml': `http_interactions:\n- response:\n    body:\n      string: !binary |-\n        ${Buffer.from(`\n \r\n${json({ model: 'gpt-x', usage: STATED })}`).toString('base64')}\n`,
    },
    [['gpt-x', 1, 70, 30]],
  ],
  [
    'Anthropic: stream events an object each, and a compaction among the iterations',
    {
      'a.jsonl': lines(
        {
          type: 'message_start',
          message: { id: 'm', model: 'claude-x', usage: { input_tokens: 70, output_tokens: 1 } },
        },
        { type: 'message_delta', delta: {}, usage: { output_tokens: 30 } },
        { type: 'message_stop' },
      ),
      'b.json': json({
        id: 'n',
        model: 'claude-y',
        usage: {
          input_tokens: 10,
          output_tokens: 10,
          cache_read_input_tokens: 0,
          iterations: [
            { type: 'compaction', input_tokens: 60, output_tokens: 20 },
            { type: 'message', input_tokens: 10, output_tokens: 10 },
          ],
        },
      }),
    },
    [
      ['claude-x', 1, 70, 30],
      ['claude-y', 1, 70, 30],
    ],
  ],
  [
    'an advisor of another model among the iterations is a request of that model',
    {
      'a.json': json({
        id: 'n',
        model: 'claude-y',
        usage: {
          input_tokens: 10,
          output_tokens: 10,
          iterations: [
            { type: 'message', input_tokens: 70, output_tokens: 30 },
            { type: 'advisor_message', model: 'claude-z', input_tokens: 5, output_tokens: 6 },
          ],
        },
      }),
    },
    [
      ['claude-y', 1, 70, 30],
      ['claude-z', 1, 5, 6],
    ],
  ],
  [
    'OpenAI Realtime: the model stands in the session',
    {
      'a.jsonl': lines(
        { type: 'session.created', session: { model: 'gpt-rt' } },
        {
          type: 'response.done',
          response: { id: 'r', usage: { ...STATED, input_token_details: { cached_tokens: 20, audio_tokens: 9 } } },
        },
      ),
    },
    [['gpt-rt', 1, 70, 30, 20, 0, 0]],
  ],
  [
    'Gemini Live: the model stands in the setup',
    {
      'a.jsonl': lines(
        { setup: { model: 'models/gemini-live' } },
        { serverContent: {}, usageMetadata: { promptTokenCount: 70, responseTokenCount: 30, totalTokenCount: 100 } },
      ),
    },
    [['models/gemini-live', 1, 70, 30]],
  ],
  [
    'xAI: reasoning at the top level, beside the completion',
    {
      'a.json': json({
        model: 'grok',
        usage: {
          prompt_tokens: 70,
          completion_tokens: 26,
          reasoning_tokens: 4,
          total_tokens: 100,
          cached_prompt_text_tokens: 20,
        },
      }),
    },
    [['grok', 1, 70, 30, 20, 0, 4]],
  ],
  [
    'Gemini by way of an OpenAI-compatible answer: what the total has and no part is thoughts',
    { 'a.json': json({ model: 'gemini-x', usage: { prompt_tokens: 70, completion_tokens: 10, total_tokens: 100 } }) },
    [['gemini-x', 1, 70, 30, 0, 0, 20]],
  ],
  [
    'a table of spans on the console, objects over many lines',
    {
      'a.json': [1, 2]
        .map((id) =>
          JSON.stringify(
            {
              context: { trace_id: 't', span_id: `${id}` },
              attributes: {
                'gen_ai.request.model': 'gpt-x',
                'gen_ai.usage.input_tokens': 35,
                'gen_ai.usage.output_tokens': 15,
              },
            },
            null,
            4,
          ),
        )
        .join('\n'),
    },
    [['gpt-x', 2, 70, 30]],
  ],
];

describe('a recording of', () => {
  test.each(CASES)('%s', async (_, files, expected) => {
    expect(await usedIn(files)).toEqual(expected);
  });
});

test("the AI SDK: OpenRouter's charge, in the raw usage and, before version 6, in the provider's metadata", async () => {
  const response = { modelId: 'acme/one' };
  const { usage } = await readFiles({
    'a.jsonl': lines(
      {
        usage: { inputTokens: 7, outputTokens: 3, raw: { prompt_tokens: 7, completion_tokens: 3, cost: 0.25 } },
        response,
      },
      {
        usage: { inputTokens: 70, outputTokens: 30, totalTokens: 100 },
        providerMetadata: { openrouter: { usage: { promptTokens: 70, cost: 0.5 } } },
        response,
      },
    ),
  });
  expect(modelTotals(usage, null).map(({ charged }) => charged)).toEqual([decimal('0.75')]);
});

test('LangChain: the charge, an own key and the searches are those that the provider stated', async () => {
  const provider = { prompt_tokens: 70, completion_tokens: 30, cost: 0.01, is_byok: true };
  const { rows } = await readFiles({
    'a.json': json({
      usage_metadata: STATED,
      response_metadata: {
        model_name: 'acme/one',
        usage: {
          ...provider,
          cost_details: { upstream_inference_cost: 0.2 },
          server_tool_use_details: { web_search_requests: 2 },
        },
      },
    }),
  });
  expect(rows).toMatchObject([{ cost: 0.01, list_cost: 0.2, own_key: true, web_searches: 2 }]);
});

test('LangChain: a run of a model without usage in its outputs is a request without usage', async () => {
  const { usage } = await readFiles({
    'a.json': json({ id: 'r', run_type: 'llm', outputs: { generations: [[{ text: 'x' }]] } }),
  });
  expect(withoutUsage(usage)).toEqual(['a span of a request that states no usage']);
});

test('every format is reached by a key of its own, and none has a name that another has', () => {
  expect(FORMATS.filter(({ keys }) => keys.length === 0)).toEqual([]);
  expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
});

describe('what looks like usage and is in no known form is not understood, each place once', () => {
  test.each([
    [{ result: { inputTokens: 5 } }, 'inputTokens in no known form'],
    [{ meter: { billedUnits: { input: 5 } } }, 'billedUnits in no known form'],
    [{ spend: 0.5 }, 'spend in no known form'],
    [{ a: { tokenUsage: { prompt: 5 } } }, 'tokenUsage in no known form'],
    [{ 'llm.token_count.total': 9 }, 'llm.token_count.total in no known form'],
    [{ tokens_used: 9, parts: { input_tokens: 9 } }, 'input_tokens in no known form'],
  ])('%j', async (value, what) => {
    const { usage } = await readFiles({ 'a.json': json(value) });
    expect(notUnderstood(usage)).toEqual([what]);
  });

  test.each([
    { max_tokens: 5 },
    { inputTokens: 0 },
    { token_limit: 900 },
    { remaining_tokens: 5 },
    { avg_prompt_tokens: 7 },
  ])('%j is no usage', async (value) => {
    expect(notUnderstood((await readFiles({ 'a.json': json(value) })).usage)).toEqual([]);
  });
});

describe('Perplexity bills reasoning, searches and citations beside the answer', () => {
  const research = (fields: object) => ({
    model: 'sonar-x',
    usage: {
      prompt_tokens: 70,
      completion_tokens: 20,
      num_search_queries: 3,
      citation_tokens: 500,
      reasoning_tokens: 10,
      ...fields,
    },
  });
  const CITATIONS =
    'citation tokens have no price in the catalogue; Perplexity bills them, and the cost shown leaves them out';

  test.each([
    ['of prompt and answer', 90],
    ['with the reasoning', 100],
    ['with the citations', 590],
    ['with both', 600],
    ['that is not stated', undefined],
  ])('a total %s holds, and the citations are named with their number', async (_, total_tokens) => {
    const { usage, rows } = await readFiles({ 'a.json': json(research({ total_tokens })) });
    expect(rows.map(({ tokens, web_searches }) => [tokens.completion, tokens.reasoning, web_searches])).toEqual([
      [30, 10, 3],
    ]);
    expect(usage.notes.map(({ message }) => message)).toEqual([`500 ${CITATIONS}`]);
  });

  test('a total that no part explains is a gap', async () => {
    const { usage } = await readFiles({ 'a.json': json(research({ total_tokens: 97, citation_tokens: 0 })) });
    expect(usage.notes.map(({ message }) => message)).toEqual(['7 of 97 total tokens are in no part']);
  });

  test('a gateway that states details has the reasoning inside the answer', async () => {
    const details = { completion_tokens_details: { reasoning_tokens: 10 }, total_tokens: 90 };
    const { rows } = await readFiles({ 'a.json': json(research(details)) });
    expect(rows.map(({ tokens }) => [tokens.completion, tokens.reasoning])).toEqual([[20, 10]]);
  });
});

test('the amounts of equal notes are added up, those of a request that is recorded twice once', async () => {
  const gap = (id: string, total_tokens: number) =>
    json({ id, model: 'm', usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens } });
  const { usage } = await readFiles({ 'a.jsonl': [gap('1', 9), gap('2', 1016), gap('1', 9)].join('\n') });
  // 3 of 9 and 1,010 of 1,016
  expect(usage.notes).toEqual([
    { message: '1,013 of 1,025 total tokens are in no part', count: 2, file: 'a.jsonl', line: 1 },
  ]);
});

test('of two records of one request the notes of the one that counts are kept, whatever their order', async () => {
  const record = (completion_tokens: number, total_tokens: number) =>
    json({ id: '1', model: 'm', usage: { prompt_tokens: 50, completion_tokens, total_tokens } });
  // The finished one counts: 95 - 50 - 10 = 35. The unfinished one had a gap of its own, 60 - 50 - 2 = 8.
  const records = [record(2, 60), record(10, 95)];
  for (const lines of [records, records.toReversed()]) {
    const { usage } = await readFiles({ 'a.jsonl': lines.join('\n') });
    expect(usage.notes.map(({ message, count }) => [message, count])).toEqual([
      ['35 of 95 total tokens are in no part', 1],
    ]);
  }
  const withoutGap = [record(2, 52), record(10, 60)];
  expect((await readFiles({ 'a.jsonl': [record(2, 60), ...withoutGap].join('\n') })).usage.notes).toEqual([]);
});

test('a gap of the total is named with its size', async () => {
  const { usage } = await readFiles({
    'a.json': json({ model: 'm', usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 9 } }),
  });
  expect(usage.notes).toEqual([
    { message: '3 of 9 total tokens are in no part', count: 1, file: 'a.json', line: null },
  ]);
});

describe('any mixture of exchanges, split over files in any way', () => {
  const known = (id: number): string =>
    json({ id: `k-${id}`, model: `m${id % 3}`, usage: { prompt_tokens: id, completion_tokens: 1 } });
  const cached = json({ success: true, provider: 'a:b', response: { cached: true, tokenUsage: { cached: 9 } } });
  const unknown = json({ somethingNew: { promptTokens: 7 } });
  const broken = '{"usage": ';
  const kinds = fc.array(fc.tuple(fc.constantFrom('known', 'cached', 'unknown', 'broken'), fc.nat(2)), {
    minLength: 1,
    maxLength: 12,
  });

  test('has the same totals and the same account, and the sum of the account is all of them (property)', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, async (exchanges) => {
        const texts = exchanges.map(([kind, file], at) => {
          const text =
            kind === 'known' ? known(at + 1) : kind === 'cached' ? cached : kind === 'unknown' ? unknown : broken;
          return { text, file };
        });
        const whole = await readFiles({ 'all.jsonl': texts.map(({ text }) => text).join('\n') });
        const files: Record<string, string> = {};
        for (const { text, file } of [...texts].reverse()) {
          files[`f${file}.jsonl`] = `${files[`f${file}.jsonl`] ?? ''}${text}\n`;
        }
        const split = await readFiles(files);
        expect(modelTotals(split.usage, null)).toEqual(modelTotals(whole.usage, null));
        expect(split.usage.exchanges).toEqual(whole.usage.exchanges);
        const { read, without_usage, not_understood } = split.usage.exchanges;
        expect(read + without_usage + not_understood).toBe(exchanges.length);
        expect(withoutUsage(split.usage)).toHaveLength(exchanges.filter(([kind]) => kind === 'cached').length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the events of a stream that are kept as a list within a record', () => {
  /** As Bedrock logs InvokeModelWithResponseStream, and as fetch loggers keep a parsed stream. */
  const events = (id: number) => [
    {
      type: 'message_start',
      message: { id: `m-${id}`, model: 'claude-x', usage: { input_tokens: 70, output_tokens: 1 } },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 30 } },
    { type: 'message_stop' },
  ];
  const chunk = { model: 'llama-x', created_at: '2026-06-28T00:00:00Z', done: false };
  const chunks = () => [chunk, { ...chunk, done: true, prompt_eval_count: 70, eval_count: 30 }];
  const names = (id: number) => ({ suite: `suite ${id}`, call: `call ${id}` });
  const url = 'http://localhost/v1/messages';
  const wrappers: readonly (readonly [string, (id: number) => object])[] = [
    [
      'the invocation log of Bedrock',
      (id) => ({
        ...names(id),
        modelId: 'claude-x',
        input: { inputTokenCount: 70 },
        output: { outputTokenCount: 30, outputBodyJson: events(id) },
      }),
    ],
    ['an HTTP exchange', (id) => ({ ...names(id), request: { url }, response: { status: 200, body: events(id) } })],
    [
      'an HTTP exchange of Ollama',
      (id) => ({ ...names(id), request: { url }, response: { status: 200, body: chunks() } }),
    ],
    ['a record of an own form', (id) => ({ ...names(id), events: events(id) })],
  ];

  test.each(wrappers)('are one request with the suite and the call of %s', async (_, wrap) => {
    const { usage, rows } = await readFiles({ 'a.jsonl': lines(wrap(1), wrap(2)) });
    expect(rows.map(({ suite, call, tokens }) => [suite, call, tokens.prompt, tokens.completion])).toEqual([
      ['suite 1', 'call 1', 70, 30],
      ['suite 2', 'call 2', 70, 30],
    ]);
    expect([usage.requests, withoutUsage(usage), notUnderstood(usage)]).toEqual([2, [], []]);
  });

  test('of Ollama are one request where each object stands in a line with a time of its own', async () => {
    const [, end] = chunks();
    const line = (response: unknown, second: number) => ({
      suite: 's',
      timestamp: `2026-06-28T00:00:0${String(second)}Z`,
      response,
    });
    const { usage, rows } = await readFiles({ 'a.jsonl': lines(line(chunk, 1), line(chunk, 2), line(end, 3)) });
    expect(rows.map(({ suite, tokens }) => [suite, tokens.prompt, tokens.completion])).toEqual([['s', 70, 30]]);
    expect([usage.requests, withoutUsage(usage)]).toEqual([1, []]);
  });

  test('are one request without an answer where a line of a batch has none of them', async () => {
    const line = (body: unknown) => ({ custom_id: 'c', response: { status_code: 200, body } });
    const { usage, rows } = await readFiles({ 'a.jsonl': lines(line(events(1)), line([{ type: 'message_stop' }])) });
    expect(rows.map(({ tier, tokens }) => [tier, tokens.prompt, tokens.completion])).toEqual([['batch', 70, 30]]);
    expect(withoutUsage(usage)).toEqual(['a request of a batch that brought no answer']);
  });

  test.each([
    ['of Anthropic', [events(1)[0]], 'suite 1', 'claude-x'],
    ['of Ollama', [chunk], 'suite 1', 'llama-x'],
  ])('%s are one request without usage where the stream was cut', async (_, body, suite, model) => {
    const exchange = (id: number, response: unknown) => ({
      ...names(id),
      request: { url },
      response: { body: response },
    });
    const whole = exchange(2, model === 'claude-x' ? events(2) : chunks());
    const { usage, rows } = await readFiles({ 'a.json': json([exchange(1, body), whole]) });
    expect([rows.length, usage.requests]).toEqual([1, 2]);
    expect(usage.unmeasured.map((group) => [group.suite, group.model, group.requests])).toEqual([[suite, model, 1]]);
  });
});

/** As https://github.com/ChatGPTNextWeb/ChatGPT-Next-Web/blob/main/docs/bedrock-response-format.md has the events. */
describe('a stream on Bedrock', () => {
  const end = {
    'amazon-bedrock-invocationMetrics': { inputTokenCount: 70, outputTokenCount: 30, firstByteLatency: 9 },
  };
  const chunk = { object: 'chat.completion.chunk', id: 'c-1', model: 'mistral-x', choices: [], usage: null };
  const llama = [
    { generation: 'a', prompt_token_count: 70, generation_token_count: 1, stop_reason: null },
    { generation: 'b', prompt_token_count: null, generation_token_count: 2, stop_reason: null },
    { generation: '', prompt_token_count: null, generation_token_count: 30, stop_reason: 'stop', ...end },
  ];
  const streams: readonly (readonly [string, readonly object[]])[] = [
    ['Llama, whose events have running counts', llama],
    [
      'Titan, whose events repeat the count of the input',
      [
        { outputText: 'a', completionReason: null, inputTextTokenCount: 70, totalOutputTextTokenCount: null },
        { outputText: '', completionReason: 'FINISH', inputTextTokenCount: 70, totalOutputTextTokenCount: 30, ...end },
      ],
    ],
    ['Mistral, whose events have no counts', [{ outputs: [{ text: 'a' }] }, { outputs: [{ text: '' }], ...end }]],
    [
      'Mistral Large, whose last event states the usage twice',
      [chunk, chunk, { ...chunk, usage: { prompt_tokens: 70, completion_tokens: 30, total_tokens: 100 }, ...end }],
    ],
    ['a model whose events name the answer', [chunk, chunk, { ...chunk, ...end }]],
  ];
  /** A frame has its length, that of its headers and a check sum, the payload, and a check sum. */
  const frame = (event: object): Uint8Array => {
    const payload = Buffer.from(json({ bytes: Buffer.from(json(event)).toString('base64') }));
    const bytes = Buffer.alloc(16 + payload.length);
    bytes.writeUInt32BE(bytes.length, 0);
    payload.copy(bytes, 12);
    return bytes;
  };
  const url = 'https://bedrock-runtime.us-east-1.amazonaws.com/model/some.model/invoke-with-response-stream';
  const exchange = (response: unknown) => ({ request: { url }, response });
  const log = (body: unknown) => ({
    modelId: 'some.model',
    input: { inputTokenCount: 70 },
    output: { outputTokenCount: 30, outputBodyJson: body },
  });

  test.each(streams)('of %s is one request with the usage of the whole, however it is recorded', async (_, events) => {
    const base64_string = Buffer.concat(events.map(frame)).toString('base64');
    for (const record of [log(events), exchange({ body: events }), exchange({ body: { base64_string } })]) {
      const { usage, rows } = await readFiles({ 'a.json': json([record]) });
      expect(rows.map(({ tokens }) => [tokens.prompt, tokens.completion])).toEqual([[70, 30]]);
      expect([usage.requests, withoutUsage(usage), notUnderstood(usage)]).toEqual([1, [], []]);
    }
  });

  test('that was cut off has the counts of the log, and is without usage in an exchange', async () => {
    const cut = llama.slice(0, 2);
    const { usage, rows } = await readFiles({ 'a.json': json([log(cut), exchange({ body: cut })]) });
    expect(rows.map(({ tokens }) => [tokens.prompt, tokens.completion])).toEqual([[70, 30]]);
    expect([usage.requests, withoutUsage(usage)]).toEqual([2, ['a stream that was cut off']]);
  });
});

/**
 * Events with the fields of recorded ones, and other numbers: of version 2 in M-Lai-ai/LLM-Provider-reference on GitHub
 * (Cohere/streaming.md), of version 1 in the tests of vercel/ai for its Cohere provider.
 */
describe('an event stream of Cohere', () => {
  const stream = (events: readonly object[]) => events.map((event) => `data: ${json(event)}\n\n`).join('');
  const exchange = (events: readonly object[]) =>
    json({
      request: { url: 'https://api.cohere.com/v2/chat', model: 'command-x' },
      response: { body: stream(events) },
    });
  const usage = {
    billed_units: { input_tokens: 70, output_tokens: 30 },
    tokens: { input_tokens: 90, output_tokens: 30 },
  };
  const start = { type: 'message-start', id: 'c-1', delta: { message: { role: 'assistant' } } };
  const delta = { type: 'content-delta', index: 0, delta: { message: { content: { text: 'x' } } } };

  test.each([
    ['version 2', [start, delta, { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } }]],
    [
      'version 1',
      [
        { is_finished: false, event_type: 'text-generation', text: 'x' },
        { is_finished: true, event_type: 'stream-end', response: { generation_id: 'c-1', meta: usage } },
      ],
    ],
  ])('of %s is one request with what is billed', async (_, events) => {
    expect(await usedIn({ 'a.json': exchange(events) })).toEqual([['command-x', 1, 70, 30]]);
  });

  test('that was cut off is one request without usage', async () => {
    const { usage: read } = await readFiles({ 'a.json': exchange([start, delta]) });
    expect([read.requests, read.exchanges.read, withoutUsage(read).length]).toEqual([1, 0, 1]);
  });
});

describe('a list of answers of Google without ids', () => {
  const answer = (completion: number, finishReason?: string) => ({
    candidates: [{ content: {}, finishReason }],
    usageMetadata: { promptTokenCount: 70, candidatesTokenCount: completion },
    modelVersion: 'gemini-x',
  });

  test('is one stream with the usage so far in each chunk, where only the last chunk says why it ended', async () => {
    const chunks = [answer(10), answer(20), answer(30, 'STOP')];
    expect(await usedIn({ 'a.json': json(chunks) })).toEqual([['gemini-x', 1, 70, 30]]);
  });

  test.each([
    ['each', [answer(10, 'STOP'), answer(20, 'MAX_TOKENS')]],
    ['none', [answer(10), answer(20)]],
  ])('is as many requests where %s says why it ended', async (_, answers) => {
    expect(await usedIn({ 'a.json': json(answers) })).toEqual([['gemini-x', 2, 140, 30]]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { decimal, toText, exactCost } from '../../../src/lib/money/decimal.js';
import type { UsageRow } from '../../../src/usage/read/exchange.js';
import { readUsage } from '../../../src/usage/read/read-usage.js';
import { modelTotals } from '../../../src/usage/totals/model-totals.js';
import { hasOpenRouterData, realCatalogue } from '../../support/openrouter-data.js';
import { counts, invoice, notUnderstood, readFiles, readFixture, usageRow, withoutUsage } from '../../support/usage.js';

/** What was charged, at list price for own keys; of a tool that works costs out itself its estimate. */
function charged(row: UsageRow | undefined): string | null {
  const cost = (row?.own_key === true ? row.list_cost : row?.cost) ?? row?.estimate ?? null;
  return cost === null ? null : toText(exactCost(cost));
}

function byModel(rows: readonly UsageRow[], model: string): UsageRow | undefined {
  return rows.find((row) => row.model === model);
}

describe('a VCR.py cassette of OpenRouter', () => {
  test('a plain, a gzip and a streamed body are one row each; quoted usage in prompts and answers is none', async () => {
    const { rows, usage } = await readFixture('vcr-openrouter.yaml');
    expect(rows.map((row) => [row.model, row.tokens])).toEqual([
      ['openai/gpt-5-mini', counts({ prompt: 17, completion: 1763, reasoning: 832 })],
      ['anthropic/claude-sonnet-4.6', counts({ prompt: 2572, completion: 100, written: 2569 })],
      ['google/gemini-2.5-flash', counts({ prompt: 2168, completion: 50, cached: 2161, written: 2161 })],
    ]);
    expect(notUnderstood(usage)).toEqual([]);
  });

  test('17 x $0.25/M + 1,763 x $2/M = 0.00000425 + 0.003526 = the $0.00353025 charged, reasoning not added again', async () => {
    const row = byModel((await readFixture('vcr-openrouter.yaml')).rows, 'openai/gpt-5-mini');
    expect(charged(row)).toBe('0.00353025');
    expect(invoice(row?.tokens ?? counts({}), { prompt: '0.25', completion: '2' })).toBe('0.00353025');
  });

  test('3 x $3/M + 2,569 written x $3.75/M + 100 x $15/M = 0.000009 + 0.00963375 + 0.0015 = $0.01114275', async () => {
    const row = byModel((await readFixture('vcr-openrouter.yaml')).rows, 'anthropic/claude-sonnet-4.6');
    expect(charged(row)).toBe('0.01114275');
    expect(invoice(row?.tokens ?? counts({}), { prompt: '3', completion: '15', written: '3.75' })).toBe('0.01114275');
  });

  test('7 x $0.3/M + 2,161 cached x $0.03/M + the same written x $0.0833/M + 50 x $2.5/M = $0.0003719413', async () => {
    const row = byModel((await readFixture('vcr-openrouter.yaml')).rows, 'google/gemini-2.5-flash');
    const prices = { prompt: '0.3', completion: '2.5', cached: '0.03', written: '0.0833', write_on_top: true };
    expect(charged(row)).toBe('0.0003719413');
    expect(invoice(row?.tokens ?? counts({}), prices)).toBe('0.0003719413');
  });
});

describe('a nock recording of Anthropic', () => {
  test("Anthropic's input excludes the cache: read and written tokens are added to it", async () => {
    const { rows } = await readFixture('nock-anthropic.json');
    // 50 + 950 read; 100 + 3,000 read + 2,000 written, with the 400 outputs of the last delta; 10 and 30 as they are.
    expect(rows.map((row) => row.tokens)).toEqual([
      counts({ prompt: 1000, completion: 200, cached: 950 }),
      counts({ prompt: 5100, completion: 400, cached: 3000, written: 2000 }),
      counts({ prompt: 10, completion: 20 }),
      counts({ prompt: 30, completion: 40 }),
    ]);
    expect(new Set(rows.map((row) => row.model))).toEqual(new Set(['claude-sonnet-4-5']));
  });

  test('100 x $3/M + 3,000 x $0.3/M + 2,000 x $3.75/M + 400 x $15/M = 0.0003 + 0.0009 + 0.0075 + 0.006 = $0.0147', async () => {
    const { rows } = await readFixture('nock-anthropic.json');
    const prices = { prompt: '3', completion: '15', cached: '0.3', written: '3.75' };
    expect(invoice(rows[1]?.tokens ?? counts({}), prices)).toBe('0.0147');
  });
});

test('a HAR file with a base64 body of the Responses API keeps the audio and cached parts inside their wholes', async () => {
  const { rows } = await readFixture('har-openai.json');
  expect(rows).toEqual([
    usageRow({
      model: 'gpt-audio',
      tokens: counts({ prompt: 1000, completion: 500, cached: 200, audio: 300, audio_output: 100 }),
      source: 'har-openai.json',
    }),
  ]);
});

describe('a log of OpenRouter responses in JSON Lines', () => {
  test('the same id counts once, as the finished answer has it: 1,000 x $2.5/M + 120 x $10/M = $0.0037', async () => {
    const { rows, usage } = await readFixture('openrouter-log.jsonl');
    const answers = rows.filter((row) => row.call === 'answer');
    expect(answers.map((row) => [row.suite, row.tokens.completion, charged(row)])).toEqual([['rag', 120, '0.0037']]);
    expect(usage.repeated).toBe(1);
    expect(invoice(counts({ prompt: 1000, completion: 120 }), { prompt: '2.5', completion: '10' })).toBe('0.0037');
  });

  test('an own key has the list price 400 x $2.5/M + 10 x $10/M = $0.0011, also where is_byok is not stated', async () => {
    const { rows } = await readFixture('openrouter-log.jsonl');
    const own = rows.filter((row) => row.own_key);
    expect(own.map(charged)).toEqual(['0.0011', '0.0011']);
    expect(invoice(counts({ prompt: 400, completion: 10 }), { prompt: '2.5', completion: '10' })).toBe('0.0011');
  });

  test('an account of a generation is read by its native counts: 2,000 x $1.1/M + 1,304 x $4.4/M = $0.0079376', async () => {
    const row = byModel((await readFixture('openrouter-log.jsonl')).rows, 'openai/o4-mini');
    expect(row?.tokens).toEqual(counts({ prompt: 2000, completion: 1304, reasoning: 1280 }));
    expect(charged(row)).toBe('0.0079376');
    expect(invoice(row?.tokens ?? counts({}), { prompt: '1.1', completion: '4.4' })).toBe('0.0079376');
  });

  test('a float with an exponent, 1.6e-7, is the exact $0.00000016 = 5 x $0.02/M + 1 x $0.06/M', async () => {
    const row = byModel((await readFixture('openrouter-log.jsonl')).rows, 'meta-llama/llama-3.1-8b-instruct');
    expect(charged(row)).toBe('0.00000016');
    expect(invoice(row?.tokens ?? counts({}), { prompt: '0.02', completion: '0.06' })).toBe('0.00000016');
  });

  test('lines without usage are no rows', async () => {
    const { usage } = await readFixture('openrouter-log.jsonl');
    expect([usage.exchanges.read, notUnderstood(usage)]).toEqual([5, []]);
  });
});

describe('Google', () => {
  test('thoughts and tool prompts are added, cached audio is not counted as audio again', async () => {
    const { rows } = await readFixture('google.jsonl');
    // 1,000 + 50 for tools; 60 + 440 thoughts; of 300 audio tokens 100 came from the cache.
    expect(rows[0]?.tokens).toEqual(counts({ prompt: 1050, completion: 500, cached: 600, reasoning: 440, audio: 200 }));
  });

  test('the last chunk of a list counts, and a model that no answer states is taken from the request', async () => {
    const { rows } = await readFixture('google.jsonl');
    expect([rows.length, rows[1]?.model]).toEqual([2, 'gemini-2.5-flash-image']);
    expect(rows[1]?.tokens).toEqual(counts({ prompt: 20, completion: 1300, image_output: 1290 }));
  });
});

describe('parts that are counted beside their whole, told by the total', () => {
  async function tokensOf(usage: object): Promise<UsageRow | undefined> {
    const { rows } = await readFiles({ 'a.json': JSON.stringify({ model: 'm', usage }) });
    return rows[0];
  }

  test('xAI: 20 + 5 + 100 reasoning = 125 in total, so 105 of them are the completion', async () => {
    const details = { reasoning_tokens: 100 };
    const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 125, completion_tokens_details: details };
    expect((await tokensOf(usage))?.tokens).toEqual(counts({ prompt: 20, completion: 105, reasoning: 100 }));
  });

  test('Mistral: 11 + 15 + 375 of audio = 401 in total, so 386 of them are the prompt', async () => {
    const details = { audio_tokens: 375, cached_tokens: 9 };
    const usage = { prompt_tokens: 11, completion_tokens: 15, total_tokens: 401, prompt_tokens_details: details };
    expect((await tokensOf(usage))?.tokens).toEqual(counts({ prompt: 386, completion: 15, cached: 9, audio: 375 }));
  });

  test('reasoning of another tokenizer, 11 of 10 completion tokens at a total without it, is all of the completion', async () => {
    const details = { reasoning_tokens: 11 };
    const usage = { prompt_tokens: 43, completion_tokens: 10, total_tokens: 53, completion_tokens_details: details };
    expect((await tokensOf(usage))?.tokens).toEqual(counts({ prompt: 43, completion: 10, reasoning: 10 }));
  });

  test('Perplexity: the cost is the sum that stands among its parts', async () => {
    const cost = { input_tokens_cost: 0.001, request_cost: 0.005, total_cost: 0.006 };
    expect((await tokensOf({ prompt_tokens: 1, completion_tokens: 1, cost }))?.cost).toBe(0.006);
  });
});

test('a charge without tokens, as for a transcription, is a row too', async () => {
  const { rows } = await readFiles({ 'a.json': '{"text": "Hm.", "usage": {"seconds": 6, "cost": 0.0006}}' });
  expect(rows.map((row) => [charged(row), row.tokens])).toEqual([['0.0006', counts({})]]);
});

describe("promptfoo's output", () => {
  test('answers from its cache are not spent, and the sums in it are not counted', async () => {
    const { rows, usage } = await readFixture('promptfoo.json');
    expect([rows.length, withoutUsage(usage)]).toEqual([4, ['cached answer']]);
  });

  test("a grader's tokens are a call of their own, of the model the assertion names or of none", async () => {
    const { rows } = await readFixture('promptfoo.json');
    const graders = rows.filter((row) => row.call === 'grader');
    expect(graders.map((row) => [row.model, row.tokens.prompt, row.cost])).toEqual([
      ['gpt-5', 300, null],
      [null, 100, null],
    ]);
  });

  test('700 x $0.25/M + 300 cached x $0.025/M + 200 x $2/M = 0.000175 + 0.0000075 + 0.0004 = the cost of $0.0005825', async () => {
    const row = byModel((await readFixture('promptfoo.json')).rows, 'openai/gpt-5-mini');
    expect(row?.tokens).toEqual(counts({ prompt: 1000, completion: 200, cached: 300, reasoning: 64 }));
    expect(charged(row)).toBe('0.0005825');
    expect(invoice(row?.tokens ?? counts({}), { prompt: '0.25', completion: '2', cached: '0.025' })).toBe('0.0005825');
  });

  test("Anthropic's own prompt count is told by its parts being larger, and a cost of 0 is no cost", async () => {
    const row = byModel((await readFixture('promptfoo.json')).rows, 'claude-sonnet-4-5-20250929');
    // 20 + 900 read + 80 written
    expect(row?.tokens).toEqual(counts({ prompt: 1000, completion: 100, cached: 900, written: 80 }));
    expect(row?.cost).toBeNull();
  });
});

describe('traces', () => {
  test('only leaves count, under old and new names; a parent two levels up repeats their sum', async () => {
    const { rows, usage } = await readFixture('traces.jsonl');
    expect(rows.map((row) => [row.suite, row.call, row.model, row.tokens])).toEqual([
      ['agents', 'plan', 'openai/gpt-4o', counts({ prompt: 1000, completion: 100, cached: 400 })],
      // 50 is less than its 900 cached: Anthropic's own number, 50 + 900 + 80.
      ['agents', null, 'claude-sonnet-4-5', counts({ prompt: 1030, completion: 20, cached: 900, written: 80 })],
    ]);
    expect(usage.sums).toBe(1);
  });

  test('600 x $2.5/M + 400 cached x $1.25/M + 100 x $10/M = 0.0015 + 0.0005 + 0.001 = the $0.003 of the span', async () => {
    const row = byModel((await readFixture('traces.jsonl')).rows, 'openai/gpt-4o');
    expect(charged(row)).toBe('0.003');
    expect(invoice(row?.tokens ?? counts({}), { prompt: '2.5', completion: '10', cached: '1.25' })).toBe('0.003');
  });

  test.each([
    ['none', {}],
    ['an empty one', { traceId: 't1', spanId: '' }],
    ['all zeros, which OTLP calls invalid', { traceId: '0'.repeat(32), spanId: '0'.repeat(16) }],
  ])('spans whose id is %s are all counted, each as a request of its own', async (_, ids) => {
    const { rows, usage } = await readFiles({ 'a.json': spans(...[100, 200, 300].map((input) => span(input, ids))) });
    expect(rows.map((row) => row.tokens.prompt)).toEqual([100, 200, 300]);
    expect([usage.repeated, usage.sums]).toEqual([0, 0]);
  });

  test('a span without an id is told from others by the id of its response', async () => {
    const answered = span(100, {}, 'gen-1');
    const { rows, usage } = await readFiles({ 'a.json': spans(answered, answered, span(100, {}, 'gen-2')) });
    expect([rows.length, usage.repeated]).toEqual([2, 1]);
  });

  test('a span without an id is a leaf: the sums of the spans above it are not counted again', async () => {
    const [root, step] = [
      span(300, { traceId: 't1', spanId: 'root' }),
      span(null, { traceId: 't1', spanId: 'step', parentSpanId: 'root' }),
    ];
    const leaves = [100, 200].map((input) => span(input, { traceId: 't1', parentSpanId: 'step' }));
    const { rows, usage } = await readFiles({ 'a.json': spans(root, ...leaves, step) });
    expect(rows.map((row) => row.tokens.prompt)).toEqual([100, 200]);
    expect(usage.sums).toBe(1);
  });

  test('an id of a span whose trace is not stated holds within its file alone', async () => {
    const [root, leaf] = [span(300, { spanId: '1' }), span(300, { spanId: '2', parentSpanId: '1' })];
    const { rows, usage } = await readFiles({ 'a.json': spans(root, leaf), 'b.jsonl': spans(leaf, leaf) });
    expect(rows.map((row) => row.source)).toEqual(['a.json', 'b.jsonl']);
    expect([usage.sums, usage.repeated]).toEqual([1, 1]);
  });
});

/** A span that states so many input tokens; null: none. */
function span(input: number | null, ids: Readonly<Record<string, string>>, response?: string): object {
  const attributes = [
    ...(input === null ? [] : [{ key: 'gen_ai.usage.input_tokens', value: { intValue: String(input) } }]),
    ...(response === undefined ? [] : [{ key: 'gen_ai.response.id', value: { stringValue: response } }]),
  ];
  return { ...ids, attributes };
}

function spans(...all: readonly object[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: all }] }] });
}

describe('Claude Code', () => {
  test('every model of a session is a row with its own cost, and the usage of the main model is not counted again', async () => {
    const { rows } = await readFixture('claude-code.json');
    expect(rows.map((row) => [row.model, row.tokens, charged(row)])).toEqual([
      ['claude-haiku-4-5-20251001', counts({ prompt: 2828, completion: 270 }), '0.004178'],
      [
        'claude-opus-4-5-20251101',
        // 5 + 60,000 read + 30,000 written
        counts({ prompt: 90_005, completion: 1600, cached: 60_000, written: 30_000 }),
        '0.277525',
      ],
    ]);
  });

  test('2,828 x $1/M + 270 x $5/M = $0.004178; 5 x $5/M + 60,000 x $0.5/M + 30,000 x $6.25/M + 1,600 x $25/M + 2 searches x $0.01 = $0.277525', async () => {
    const { rows } = await readFixture('claude-code.json');
    const [haiku, opus] = rows;
    expect(invoice(haiku?.tokens ?? counts({}), { prompt: '1', completion: '5' })).toBe('0.004178');
    const prices = { prompt: '5', completion: '25', cached: '0.5', written: '6.25' };
    expect(opus?.web_searches).toBe(2);
    expect(invoice(opus?.tokens ?? counts({}), prices, decimal('0.02'))).toBe('0.277525');
  });

  test('messages of a stream are replaced by its result; those of a session without one stand', async () => {
    const { rows, usage } = await readFixture('claude-code-stream.jsonl');
    expect(rows.map((row) => [row.tokens.prompt, row.tokens.completion, charged(row)])).toEqual([
      [30, 100, '0.00053'],
      [40, 4, null],
    ]);
    expect(usage.sums).toBe(2);
  });

  const message = JSON.stringify({
    type: 'assistant',
    session_id: 's-9',
    message: {
      id: 'msg_z',
      model: 'claude-haiku-4-5',
      role: 'assistant',
      usage: { input_tokens: 7, output_tokens: 3 },
    },
  });
  const result = JSON.stringify({
    type: 'result',
    session_id: 's-9',
    modelUsage: { 'claude-haiku-4-5': { inputTokens: 9, outputTokens: 5, costUSD: 0.00002 } },
  });

  test.each([
    ['the first file has both', { 'a.jsonl': `${message}\n${result}`, 'b.jsonl': message }],
    ['the last file has both', { 'a.jsonl': message, 'b.jsonl': `${message}\n${result}` }],
    ['each file has one', { 'a.jsonl': result, 'b.jsonl': message }],
    ['each file has both', { 'a.jsonl': `${result}\n${message}`, 'b.jsonl': `${message}\n${result}` }],
  ])('a session goes across files, and counts once whatever they are called: %s', async (_, files) => {
    const { rows } = await readFiles(files);
    expect(rows.map((row) => [row.tokens.prompt, row.tokens.completion])).toEqual([[9, 5]]);
  });

  describe('the result of a subagent', () => {
    const asked = (id: string, input: number, output: number) =>
      JSON.stringify({
        type: 'assistant',
        sessionId: 's-7',
        message: { id, model: 'claude-haiku-4-5', usage: { input_tokens: input, output_tokens: output } },
      });
    const used = (uuid: string, input: number, output: number) =>
      JSON.stringify({
        type: 'user',
        uuid,
        sessionId: 's-7',
        toolUseResult: { agentId: `a-${uuid}`, usage: { input_tokens: input, output_tokens: output } },
      });
    const MISSING = 'the result of a subagent whose own messages are not in the recordings';

    test.each([
      ['in one file', { 'a.jsonl': [asked('m1', 10, 50), asked('m2', 20, 30), used('u1', 20, 30)].join('\n') }],
      [
        'in a transcript of its own',
        { 'a.jsonl': `${asked('m1', 10, 50)}\n${used('u1', 20, 30)}`, 'b.jsonl': asked('m2', 20, 30) },
      ],
      [
        'that came first',
        { 'a.jsonl': used('u1', 20, 30), 'b.jsonl': `${asked('m2', 20, 29)}\n${asked('m1', 10, 50)}` },
      ],
    ])('repeats the last of its messages, %s', async (_, files) => {
      const { rows, usage } = await readFiles(files);
      expect(rows.map((row) => row.tokens.prompt).sort()).toEqual([10, 20]);
      expect([notUnderstood(usage), usage.sums]).toEqual([[], 1]);
    });

    test('is not understood where its messages are missing, and once in several files', async () => {
      const transcript = `${asked('m1', 10, 50)}\n${used('u1', 20, 30)}`;
      const { rows, usage } = await readFiles({ 'a.jsonl': transcript, 'b.jsonl': transcript });
      expect(rows.map((row) => row.tokens.prompt)).toEqual([10]);
      expect([notUnderstood(usage), usage.sums]).toEqual([[MISSING], 0]);
    });

    test('needs a message of its own: one message does not stand for two results', async () => {
      const lines = [asked('m1', 20, 30), used('u1', 20, 30), used('u2', 20, 30)];
      const { usage } = await readFiles({ 'a.jsonl': lines.join('\n') });
      expect([notUnderstood(usage), usage.sums]).toEqual([[MISSING], 1]);
    });

    test('is in the sums of a session that has them by model', async () => {
      const sums = {
        type: 'result',
        session_id: 's-7',
        modelUsage: { 'claude-haiku-4-5': { inputTokens: 30, outputTokens: 80 } },
      };
      const { rows, usage } = await readFiles({ 'a.jsonl': `${used('u1', 20, 30)}\n${JSON.stringify(sums)}` });
      expect(rows.map((row) => row.tokens.prompt)).toEqual([30]);
      expect([notUnderstood(usage), usage.sums]).toEqual([[], 1]);
    });

    test('of another tool states no usage and is no repetition', async () => {
      const other = JSON.stringify({
        type: 'user',
        sessionId: 's-7',
        toolUseResult: { stdout: 'usage: 7 input_tokens' },
      });
      const { usage } = await readFiles({ 'a.jsonl': `${asked('m1', 10, 50)}\n${other}` });
      expect([notUnderstood(usage), usage.sums]).toEqual([[], 0]);
    });
  });

  test('a model whose name is longer than 128 characters is named as unreadable, the others are counted', async () => {
    const usage = { inputTokens: 10, outputTokens: 1, costUSD: 0.00001 };
    const modelUsage = { ['m'.repeat(129)]: usage, ['m'.repeat(128)]: usage };
    const { rows, usage: read } = await readFiles({ 'a.json': JSON.stringify({ type: 'result', modelUsage }) });
    expect(rows.map((row) => row.model)).toEqual(['m'.repeat(128)]);
    expect(notUnderstood(read)).toEqual(['the name of a model has 129 characters; at most 128 are accepted']);
  });
});

/** Recordings beside the checkout, with right values worked out by hand; without that folder there is nothing to test. */
const CASES = fileURLToPath(new URL('../../../../shared/cases/usage/', import.meta.url));
const rightSchema = z.tuple([
  z.string().nullable(),
  z.number().nullable(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.string().nullable(),
]);
type Right = z.infer<typeof rightSchema>;
const expected = z.array(z.object({ name: z.string(), why: z.string(), right: z.array(rightSchema) }));
const file = join(CASES, 'expected.json');
const cases = existsSync(file) && hasOpenRouterData ? expected.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];

/**
 * Where the right values contradict each other or the rules that they illustrate. `model`: a dated name is the dated row
 * where the catalogue has one, as other cases of the same file say. `estimate`: the amount is worked out by the tool that
 * recorded it and was charged by nobody, so it stands apart. `unlisted`: the catalogue has no such row any more.
 */
const EXCEPTIONS: Readonly<
  Record<string, { readonly model?: string; readonly estimate?: string; readonly unlisted?: string }>
> = {
  'ruby-vcr-binary-newline-first.yml': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'langchain-usage-metadata.json': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'vercel-ai-result.json': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'pydantic-ai-messages.json': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'langfuse-observations.json': { estimate: '0.00021' },
  'langsmith-runs.jsonl': { estimate: '0.000315' },
  'openinference-otlp.json': { estimate: '0.00021' },
  'aider-analytics.jsonl': { estimate: '0.0015' },
  'deepeval-latest-test-run.json': { estimate: '0.000315' },
  'promptfoo-agent-num-requests.json': { estimate: '0.03' },
  'bedrock-invoke-anthropic.jsonl': { unlisted: 'claude-3-5-sonnet-20241022' },
};

/** Names that the right values have for models without a row: as recorded, or described. */
const UNLISTED: Readonly<Record<string, string>> = { '(a fine-tune: no price)': 'ft:gpt-4o-mini-2024-07-18:acme::abc' };

const sorted = <Row extends readonly unknown[]>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

(cases.length > 0 ? describe : describe.skip)('recordings as tools really write them', () => {
  const prices = cases.length > 0 ? realCatalogue() : null;
  /** The model as priced where the catalogue has it; of others the recorded name counts, where the right values have one. */
  const nameOf = (right: Right[0], exception: (typeof EXCEPTIONS)[string] | undefined) =>
    exception?.model ?? exception?.unlisted ?? (right === null ? null : (UNLISTED[right] ?? right));

  test.each(cases.length > 0 ? cases : [{ name: '', why: '', right: [] }])('$name: $why', async ({ name, right }) => {
    const usage = await readUsage([name], { cwd: CASES, within: null });
    const exception = EXCEPTIONS[name];
    const rows = right.map(([model, requests, prompt, completion, cached, written, reasoning, cost]): Right => {
      const charged = exception?.estimate === undefined ? cost : null;
      return [nameOf(model, exception), requests, prompt, completion, cached, written, reasoning, charged];
    });
    const totals = modelTotals(usage, prices);
    const isNamed = new Set(rows.map(([model]) => model));
    expect(
      sorted(
        totals.map(({ recorded, model, requests, tokens, charged }) => [
          model ?? (isNamed.has(recorded) ? recorded : null),
          requests,
          tokens.prompt,
          tokens.completion,
          tokens.cached,
          tokens.written,
          tokens.reasoning,
          charged === null ? null : toText(charged),
        ]),
      ),
    ).toEqual(sorted(rows));
    if (exception?.estimate !== undefined) {
      expect(totals.map(({ estimate }) => estimate && toText(estimate))).toEqual([exception.estimate]);
    }
    expect(usage.exchanges.not_understood).toBe(0);
  });

  test('an exception is one: without it the case fails', () => {
    for (const [name, { model, estimate }] of Object.entries(EXCEPTIONS)) {
      const right = cases.find((one) => one.name === name)?.right ?? [];
      if (model !== undefined) expect(right.map(([stated]) => stated)).not.toContain(model);
      if (estimate !== undefined) expect(right.map((row) => row[7])).toContain(estimate);
    }
  });
});

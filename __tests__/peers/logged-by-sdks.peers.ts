import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { sum, toText, ZERO } from '../../src/lib/money/decimal.js';
import { modelTotals } from '../../src/usage/totals/model-totals.js';
import { catalogue, model } from '../support/catalogue.js';
import { startLlmUpstream, UPSTREAM_PRICING, type LlmUpstream, type UpstreamOptions } from '../support/llm-upstream.js';
import { installPeers, type Peers } from '../support/peers.js';
import { notUnderstood, readFiles } from '../support/usage.js';

/**
 * Requests that an upstream bills, written to files in the way each tool writes them itself, and read back: what was
 * used equals the bill. Nothing of ours stands between the tool and its file.
 */

const PRICES = catalogue([model({ id: 'openai/gpt-4o-mini', pricing: UPSTREAM_PRICING })]);

/** No two answers have the same tokens. */
const TOKENS = {
  promptOf: (n: number) => 1013 + 17 * n,
  cachedOf: (n: number) => 500 + n,
  completionOf: (n: number) => 7 + n,
};

let peers: Peers;
let upstream: LlmUpstream;
const folder = mkdtempSync(join(tmpdir(), 'llm-budget-logged-'));

beforeAll(async () => {
  peers = await installPeers(
    [
      'ai@7.0.173',
      '@ai-sdk/openai@4.0.118',
      '@openrouter/ai-sdk-provider@3.1.0',
      'zod@4.6.7',
      '@langchain/openai@1.6.0',
      '@langchain/core@1.4.0',
    ],
    { onNode24: true },
  );
});
afterEach(() => upstream.close());
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await peers.remove();
});

async function bill(options: UpstreamOptions = {}): Promise<string> {
  upstream = await startLlmUpstream({ ...TOKENS, ...options });
  return `${upstream.url}/v1`;
}

/** Sums of the files: requests, what was charged, and what the same tokens cost at the catalogue's prices. */
async function used(files: Readonly<Record<string, string>>) {
  const { usage } = await readFiles(files);
  expect(notUnderstood(usage)).toEqual([]);
  expect(usage.exchanges.without_usage).toBe(0);
  const totals = modelTotals(usage, PRICES);
  expect(totals.map(({ model: id }) => id)).toEqual(totals.map(() => 'openai/gpt-4o-mini'));
  return totals.map(({ requests, charged, at_catalogue_prices: priced }) => ({
    requests,
    charged: charged === null ? null : toText(charged),
    priced: toText(priced ?? ZERO),
  }));
}

async function logOf(script: string): Promise<string> {
  const ended = await peers.runScriptOnNode24(script);
  expect({ exitCode: ended.exitCode, stderr: ended.exitCode === 0 ? '' : ended.stderr }).toEqual({
    exitCode: 0,
    stderr: '',
  });
  return ended.stdout;
}

test('ai: results of generateText and of streamText, by chat completions and by responses, and of embed', async () => {
  const url = await bill();
  const log = await logOf(`
    import { createOpenAI } from '@ai-sdk/openai';
    import { embed, generateText, streamText } from 'ai';
    const openai = createOpenAI({ apiKey: 'x', baseURL: ${JSON.stringify(url)} });
    const log = (value) => console.log(JSON.stringify(value));
    for (const model of [openai('gpt-4o-mini'), openai.chat('gpt-4o-mini')]) {
      log(await generateText({ model, prompt: 'q' }));
      let finished;
      const streamed = streamText({ model, prompt: 'q', onFinish: (event) => { finished = event; } });
      for await (const part of streamed.textStream);
      log(finished);
      // The usage alone, beside the model, is the same request again.
      log({ usage: await streamed.usage, response: await streamed.response });
    }
    log(await embed({ model: openai.embedding('gpt-4o-mini'), value: 'q' }));
  `);
  expect(await used({ 'a.jsonl': log })).toEqual([{ requests: 5, charged: null, priced: toText(upstream.bill()) }]);
});

test("ai: OpenRouter's provider hands on the charge, which is the bill", async () => {
  const url = await bill({ statesCost: true });
  const log = await logOf(`
    import { createOpenRouter } from '@openrouter/ai-sdk-provider';
    import { generateText, streamText } from 'ai';
    const model = createOpenRouter({ apiKey: 'x', baseURL: ${JSON.stringify(url)} })('openai/gpt-4o-mini');
    console.log(JSON.stringify(await generateText({ model, prompt: 'q' })));
    let finished;
    for await (const part of streamText({ model, prompt: 'q', onFinish: (event) => { finished = event; } }).textStream);
    console.log(JSON.stringify(finished));
  `);
  const billed = toText(upstream.bill());
  expect(await used({ 'a.jsonl': log })).toEqual([{ requests: 2, charged: billed, priced: billed }]);
});

/** Each of three ways to log the same four requests, by chat completions and by responses, streamed and not. */
const LANGCHAIN = (url: string) => `
  import { appendFileSync } from 'node:fs';
  import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
  import { BaseTracer } from '@langchain/core/tracers/base';
  import { ChatOpenAI } from '@langchain/openai';
  const logs = { message: [], callback: [], tracer: [] };
  class Callback extends BaseCallbackHandler {
    name = 'callback';
    handleLLMEnd(result) { logs.callback.push(JSON.stringify(result)); }
  }
  class Tracer extends BaseTracer {
    name = 'tracer';
    persistRun(run) { logs.tracer.push(JSON.stringify(run)); return Promise.resolve(); }
  }
  for (const useResponsesApi of [false, true]) {
    const model = new ChatOpenAI({
      model: 'gpt-4o-mini', maxTokens: 100, useResponsesApi, apiKey: 'x', configuration: { baseURL: ${JSON.stringify(url)} },
      callbacks: [new Callback(), new Tracer()],
    });
    logs.message.push(JSON.stringify(await model.invoke('q')));
    let whole;
    for await (const part of await model.stream('q')) whole = whole === undefined ? part : whole.concat(part);
    logs.message.push(JSON.stringify(whole));
  }
  console.log(JSON.stringify(logs));
`;

test('@langchain/openai: messages, results of a callback and runs of a tracer are the bill, each by itself and all together', async () => {
  const logs = z.record(z.string(), z.array(z.string())).parse(JSON.parse(await logOf(LANGCHAIN(await bill()))));
  const files = Object.entries(logs).map(([name, lines]): [string, string] => [`${name}.jsonl`, lines.join('\n')]);
  const expected = [{ requests: 4, charged: null, priced: toText(upstream.bill()) }];
  expect(files.map(([name]) => name)).toEqual(['message.jsonl', 'callback.jsonl', 'tracer.jsonl']);
  for (const [name, text] of files) expect([name, await used({ [name]: text })]).toEqual([name, expected]);
  expect(await used(Object.fromEntries(files))).toEqual(expected);
});

/** A provider of one's own as promptfoo documents it: https://www.promptfoo.dev/docs/providers/custom-api/. */
const PROVIDER = (url: string) => `
  export default class {
    id() { return 'openai/gpt-4o-mini'; }
    async callApi(prompt) {
      const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: prompt }] });
      const answer = await (await fetch(${JSON.stringify(url)} + '/chat/completions', { method: 'POST', body })).json();
      const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details } = answer.usage;
      return {
        output: answer.choices[0].message.content,
        tokenUsage: {
          prompt: prompt_tokens, completion: completion_tokens, total: total_tokens, numRequests: 1,
          completionDetails: { cacheReadInputTokens: prompt_tokens_details.cached_tokens },
        },
      };
    }
  }
`;

test("promptfoo: a provider of one's own and one of promptfoo, and the grader of each, in its JSON and its JSON Lines", async () => {
  const url = await bill();
  const promptfoo = await installPeers(['promptfoo@0.121.20']);
  const grader = { id: 'openai:chat:gpt-4o-mini', config: { apiBaseUrl: url, apiKey: 'x' } };
  const config = {
    prompts: ['Say {{x}}'],
    providers: ['file://provider.mjs', grader],
    tests: [
      { vars: { x: 'one' } },
      {
        vars: { x: 'two' },
        assert: [
          { type: 'llm-rubric', value: 'is polite', provider: grader },
          { type: 'assert-set', assert: [{ type: 'llm-rubric', value: 'is short', provider: grader }] },
        ],
      },
    ],
  };
  writeFileSync(join(folder, 'promptfooconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'provider.mjs'), PROVIDER(url));
  const args = ['eval', '-c', 'promptfooconfig.json', '--no-cache', '--no-write', '--no-table', '--no-progress-bar'];
  const env = {
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
    PROMPTFOO_CONFIG_DIR: join(folder, 'p'),
  };
  // The grader's answers are no grades, so tests fail and the exit code is 100; the files have all results.
  const ended = await promptfoo.runBin('promptfoo', [...args, '-o', 'out.json', '-o', 'out.jsonl'], {
    cwd: folder,
    env,
  });
  expect([0, 100]).toContain(ended.exitCode);
  // Two providers, two tests, and for each provider two graders in the second test.
  expect(upstream.requests).toHaveLength(8);
  for (const name of ['out.json', 'out.jsonl']) {
    const file = { [name]: readFileSync(join(folder, name), 'utf8') };
    const totals = await used(file);
    expect(totals.reduce((sum, { requests }) => sum + (requests ?? 0), 0)).toBe(8);
    const priced = modelTotals((await readFiles(file)).usage, PRICES).map((total) => total.at_catalogue_prices ?? ZERO);
    expect([name, toText(sum(priced))]).toEqual([name, toText(upstream.bill())]);
  }
  await promptfoo.remove();
});

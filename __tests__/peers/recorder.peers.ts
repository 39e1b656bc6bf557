import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toText } from '../../src/lib/money/decimal.js';
import { endpointRow, modelRow, startCatalogueServer, type CatalogueServer } from '../support/catalogue-server.js';
import { commandLine, DATE } from '../support/command-line.js';
import { ANSWER_TEXT, startLlmUpstream, type LlmUpstream } from '../support/llm-upstream.js';
import { installPeers, type Peers } from '../support/peers.js';
import { runToEnd } from '../support/process.js';
import { temporaryFolderForEachTest } from '../support/set-up.js';
import { ROOT } from '../support/project-files.js';

/** Clients that need Node 22 behind `llm-budget record`, with their base URL from the environment alone. */

const MODEL = 'openai/gpt-4o-mini';

let peers: Peers;
let catalogue: CatalogueServer;
let upstream: LlmUpstream;
const folder = temporaryFolderForEachTest();

beforeAll(async () => {
  peers = await installPeers(
    ['ai@7.0.173', '@ai-sdk/openai@4.0.118', 'zod@4.6.7', '@langchain/openai@1.6.0', '@langchain/core@1.4.0'],
    { onNode24: true },
  );
  catalogue = await startCatalogueServer({
    models: [modelRow(MODEL)],
    endpoints: { [MODEL]: [endpointRow('one')] },
    date: DATE,
  });
});
afterAll(async () => {
  await catalogue.close();
  await peers.remove();
});
beforeEach(async () => {
  upstream = await startLlmUpstream({ promptOf: (n) => 997 + n * 13, completionOf: (n) => 7 * n });
});
afterEach(async () => {
  await upstream.close();
});

/** The Vercel AI SDK: OpenAI's responses, its chat completions, and embeddings. */
const AI_SDK = `
import { openai } from '@ai-sdk/openai';
import { embed, generateText, streamText } from 'ai';

const prompt = 'THE-PROMPT';
for (const model of [openai('gpt-4o-mini'), openai.chat('gpt-4o-mini')]) {
  const { text } = await generateText({ model, prompt, maxOutputTokens: 100 });
  console.log(text);
  for await (const part of streamText({ model, prompt, maxOutputTokens: 100 }).textStream) process.stdout.write(part);
  console.log();
}
await embed({ model: openai.embedding('gpt-4o-mini'), value: prompt });
`;

/** LangChain: its chat model, by chat completions and by responses. */
const LANGCHAIN = `
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';

for (const useResponsesApi of [false, true]) {
  const model = new ChatOpenAI({ model: 'gpt-4o-mini', maxTokens: 100, useResponsesApi });
  console.log((await model.invoke('THE-PROMPT')).text);
  for await (const part of await model.stream('THE-PROMPT')) process.stdout.write(part.text);
  console.log();
}
await new OpenAIEmbeddings({ model: 'gpt-4o-mini' }).embedQuery('THE-PROMPT');
`;

/** The same command line as __tests__/cli/record.test.ts starts, around a script in the folder of the packages. */
async function record(script: string) {
  const program = [
    '--import',
    pathToFileURL(join(ROOT, 'scripts/typescript.mjs')).href,
    join(ROOT, 'src/cli/index.ts'),
    'record',
    '--suite',
    'evals',
    '--usage-file',
    join(folder.path, 'llm-budget.usage.jsonl'),
    '--catalogue-url',
    catalogue.url,
  ];
  return await runToEnd(process.execPath, [...program, '--', 'npx', '-y', '-p', 'node@24', 'node', script], {
    cwd: peers.folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      OPENAI_BASE_URL: `${upstream.url}/v1`,
      OPENAI_API_KEY: 'sk-THE-KEY',
    },
  });
}

test.each([
  ['ai and @ai-sdk/openai', AI_SDK],
  ['@langchain/openai', LANGCHAIN],
])('%s: the sum of the file equals the bill to the last digit', async (_, source) => {
  const script = join(peers.folder, 'ask.mjs');
  writeFileSync(script, source);
  const ended = await record(script);
  expect({ exitCode: ended.exitCode, answers: ended.stdout.split(ANSWER_TEXT).length - 1 }).toEqual({
    exitCode: 0,
    answers: 4,
  });
  // Streamed and not, by two APIs, and an embedding.
  expect(upstream.requests.map(({ path }) => path).toSorted()).toEqual(
    ['chat/completions', 'chat/completions', 'embeddings', 'responses', 'responses'].map((path) => `/v1/${path}`),
  );
  const rows = folder.read('llm-budget.usage.jsonl');
  expect(rows.trimEnd().split('\n')).toHaveLength(5);
  expect(`${rows}${ended.stderr}`).not.toMatch(/THE-PROMPT|THE-ANSWER|THE-KEY/);
  const used = await commandLine(['usage', 'llm-budget.usage.jsonl', '--json', '--catalogue-url', catalogue.url], {
    cwd: folder.path,
  });
  expect(JSON.parse(used.stdout)).toMatchObject({
    models: [{ requests: 5, at_catalogue_prices: toText(upstream.bill()) }],
  });
});

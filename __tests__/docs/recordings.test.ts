import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { portOf } from '../support/catalogue-server.js';
import { runToEnd } from '../support/process.js';
import { codeBlocks, readProjectFile, ROOT } from '../support/project-files.js';
import { withFiles } from '../support/temporary-folder.js';
import { readFiles } from '../support/usage.js';

/** The snippets of docs/recordings.md: run with the makers' own SDKs against answers that the makers' APIs gave, and read. */

const ANSWER = 'A summary of three articles.';

/**
 * The first two answers of packages/opentelemetry-instrumentation-openai/tests/traces/cassettes/test_prompt_caching/
 * test_openai_prompt_caching.yaml in https://github.com/traceloop/openllmetry at 93429cfb9767e6b51db6cb35f6b70f758117669a, of
 * 2025-04-18: the same prompt twice, the second time from the cache. Every field is as recorded but the text of the answer.
 */
const OPENAI_ANSWERS = [
  openaiAnswer('chatcmpl-BNi3xzj4EEAzo6vce1IwHwie9IRhH', 1744990621, { completion: 315, total: 1464, cached: 0 }),
  openaiAnswer('chatcmpl-BNi420iFNtIOHzy8Gq2fVS5utTus7', 1744990626, { completion: 353, total: 1502, cached: 1024 }),
];

function openaiAnswer(id: string, created: number, counts: { completion: number; total: number; cached: number }) {
  const message = { role: 'assistant', content: ANSWER, refusal: null, annotations: [] };
  return {
    id,
    object: 'chat.completion',
    created,
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 1149,
      completion_tokens: counts.completion,
      total_tokens: counts.total,
      prompt_tokens_details: { cached_tokens: counts.cached, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_0392822090',
  };
}

/**
 * The answers of packages/opentelemetry-instrumentation-anthropic/tests/cassettes/test_prompt_caching/
 * test_anthropic_prompt_caching_with_events_with_no_content.yaml at the same commit, of 2025-03-15: the first writes the
 * cache, the second reads it. Every field is as recorded but the text of the answer.
 */
const ANTHROPIC_ANSWERS = [
  anthropicAnswer('msg_01EF3r8zYyZntM4Sg9a5kc6k', { written: 1163, read: 0, output: 187 }),
  anthropicAnswer('msg_01YGB3PuEANUSkLuzemhtNVF', { written: 0, read: 1163, output: 202 }),
];

function anthropicAnswer(id: string, { written, read, output }: { written: number; read: number; output: number }) {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: 'claude-3-5-sonnet-20240620',
    content: [{ type: 'text', text: ANSWER }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 4,
      cache_creation_input_tokens: written,
      cache_read_input_tokens: read,
      output_tokens: output,
    },
  };
}

let server: Server;
let origin: string;
beforeAll(async () => {
  const answers = new Map<string, object[]>([
    ['/v1/chat/completions', OPENAI_ANSWERS],
    ['/v1/messages', ANTHROPIC_ANSWERS],
  ]);
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      const answer = answers.get(request.url ?? '')?.shift();
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${String(portOf(server.address()))}`;
});
afterAll(() => {
  server.close();
});

const page = await readProjectFile('docs/recordings.md');
const snippets = codeBlocks('docs/recordings.md', page);

function environment(): Record<string, string> {
  const keys = { OPENAI_API_KEY: 'sk-test', ANTHROPIC_API_KEY: 'sk-ant-test' };
  return { PATH: process.env.PATH ?? '', OPENAI_BASE_URL: `${origin}/v1`, ANTHROPIC_BASE_URL: origin, ...keys };
}

/** What two calls of a TypeScript snippet leave in its recording. */
async function recordedBy(source: string): Promise<string> {
  const { code } = transformSync(`${source}\nawait ask('Hello');\nawait ask('Hello');\n`, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  return await withFiles({ 'ask.mjs': code }, async (path) => {
    symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'), 'junction');
    const ended = await runToEnd(process.execPath, ['ask.mjs'], { env: environment(), cwd: path });
    expect(ended).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(existsSync(join(path, 'recordings.jsonl'))).toBe(true);
    return readFileSync(join(path, 'recordings.jsonl'), 'utf8');
  });
}

const typescript = (maker: string) => snippets.find(({ language, text }) => language === 'ts' && text.includes(maker));

describe('a recording that is written beside the call', () => {
  test('of OpenAI has what each answer says, and nothing of prompt and answer', async () => {
    const text = await recordedBy(typescript("from 'openai'")?.text ?? '');
    for (const word of ['Hello', ANSWER]) expect(text).not.toContain(word);
    const { usage, rows } = await readFiles({ 'recordings.jsonl': text });
    expect(usage.rows.size()).toBe(2);
    expect(rows).toMatchObject([
      { suite: 'evals', model: 'gpt-4o-mini-2024-07-18', tokens: { prompt: 1149, completion: 315, cached: 0 } },
      { suite: 'evals', model: 'gpt-4o-mini-2024-07-18', tokens: { prompt: 1149, completion: 353, cached: 1024 } },
    ]);
  });

  test('of Anthropic has its cached tokens in the prompt: 4 + 1,163, written first and then read', async () => {
    const text = await recordedBy(typescript("from '@anthropic-ai/sdk'")?.text ?? '');
    for (const word of ['Hello', ANSWER]) expect(text).not.toContain(word);
    const { usage, rows } = await readFiles({ 'recordings.jsonl': text });
    expect(usage.rows.size()).toBe(2);
    expect(rows).toMatchObject([
      { suite: 'evals', model: 'claude-3-5-sonnet-20240620', tokens: { prompt: 1167, completion: 187, cached: 0 } },
      { suite: 'evals', model: 'claude-3-5-sonnet-20240620', tokens: { prompt: 1167, completion: 202, cached: 1163 } },
    ]);
    expect(rows.map(({ tokens }) => tokens.written)).toEqual([1163, 0]);
  });
});

test.each(['openai', 'anthropic'])(
  'the Python snippet for %s keeps the same fields as the one in TypeScript',
  (maker) => {
    const python = snippets.find(
      ({ language, text }) => language === 'python' && text.includes(`from ${maker} import`),
    );
    const kept = [...(/include=\{([^}]*)\}/.exec(python?.text ?? '')?.[1] ?? '').matchAll(/"(\w+)"/g)].map(
      ([, name]) => name,
    );
    const script = typescript(maker === 'openai' ? "from 'openai'" : "from '@anthropic-ai/sdk'");
    const destructured = /const \{ ([^}]*) \} = answer/.exec(script?.text ?? '')?.[1] ?? '';
    expect(kept.length).toBeGreaterThan(3);
    expect(kept).toEqual(destructured.split(', '));
  },
);

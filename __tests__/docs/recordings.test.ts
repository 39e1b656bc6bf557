import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { portOf } from '../support/catalogue-server.js';
import { runToEnd } from '../support/process.js';
import { codeBlocks, readProjectFile, ROOT } from '../support/project-files.js';
import { temporaryFolder } from '../support/repository.js';
import { readFiles } from '../support/usage.js';

/** The snippets of docs/recordings.md: run with the makers' own SDKs against answers from their documentation, and read. */

/** https://platform.openai.com/docs/api-reference/chat/create, with 128 of the prompt tokens cached. */
const OPENAI_ANSWER = {
  id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
  object: 'chat.completion',
  created: 1741569952,
  model: 'gpt-5-mini-2025-08-07',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello! How can I assist you today?', refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 190,
    completion_tokens: 10,
    total_tokens: 200,
    prompt_tokens_details: { cached_tokens: 128, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 4,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  },
  service_tier: 'default',
};

/** https://docs.claude.com/en/api/messages, with 2,000 tokens read from a cache beside the 95 of the input. */
const ANTHROPIC_ANSWER = {
  id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'Hi! My name is Claude.' }],
  model: 'claude-haiku-4-5-20251001',
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 95,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 2000,
    output_tokens: 503,
    service_tier: 'standard',
  },
};

let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      const answers = new Map<string, object>([
        ['/v1/chat/completions', OPENAI_ANSWER],
        ['/v1/messages', ANTHROPIC_ANSWER],
      ]);
      const answer = answers.get(request.url ?? '');
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
  const { path, remove } = temporaryFolder();
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'), 'junction');
    const { code } = transformSync(`${source}\nawait ask('Hello');\nawait ask('Hello');\n`, {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    writeFileSync(join(path, 'ask.mjs'), code);
    const ended = await runToEnd(process.execPath, ['ask.mjs'], { env: environment(), cwd: path });
    expect(ended).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(existsSync(join(path, 'recordings.jsonl'))).toBe(true);
    return readFileSync(join(path, 'recordings.jsonl'), 'utf8');
  } finally {
    remove();
  }
}

const typescript = (maker: string) => snippets.find(({ language, text }) => language === 'ts' && text.includes(maker));

describe('a recording that is written beside the call', () => {
  test('of OpenAI has what the answer says, and nothing of prompt and answer', async () => {
    const text = await recordedBy(typescript("from 'openai'")?.text ?? '');
    expect(text).not.toContain('Hello');
    expect(text.trim().split('\n')).toHaveLength(2);
    // Both rows have one id, so they are one request.
    const { usage, rows } = await readFiles({ 'recordings.jsonl': text });
    expect(usage.rows.size()).toBe(1);
    expect(rows[0]).toMatchObject({ suite: 'evals', model: 'gpt-5-mini-2025-08-07' });
    expect(rows[0]?.tokens).toMatchObject({ prompt: 190, completion: 10, cached: 128, reasoning: 4 });
  });

  test('of Anthropic has its cached tokens in the prompt: 95 + 2,000', async () => {
    const text = await recordedBy(typescript("from '@anthropic-ai/sdk'")?.text ?? '');
    expect(text).not.toContain('Hi!');
    const { usage, rows } = await readFiles({ 'recordings.jsonl': text });
    expect(usage.rows.size()).toBe(1);
    expect(rows[0]).toMatchObject({ suite: 'evals', model: 'claude-haiku-4-5-20251001' });
    expect(rows[0]?.tokens).toMatchObject({ prompt: 2095, completion: 503, cached: 2000 });
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

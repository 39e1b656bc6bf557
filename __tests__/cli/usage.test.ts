import { describe, expect, test } from '@jest/globals';
import { usageDocumentSchema, type UsageDocument } from '../../src/usage/totals/usage-output.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, type Setting } from '../support/command-line.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** acme/one costs $1 a million prompt and $2 a million completion tokens. */

const written = { prompt: '0.000001', completion: '0.000002', input_cache_write_1h: '0.000002' };
const server = catalogueForAllTests({
  models: [
    modelRow('acme/one'),
    modelRow('acme/two', { pricing: { ...written, input_cache_write: '0.00000125' } }),
    modelRow('acme/two-fast', { pricing: { prompt: '0.000003', completion: '0.000006' } }),
    modelRow('acme/one:batch', { pricing: { prompt: '0.0000005', completion: '0.000001' } }),
  ],
  endpoints: { 'acme/one': [endpointRow('one')] },
  date: DATE,
});
const folder = temporaryFolderForEachTest();

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
}

const usage = (args: readonly string[], setting: Partial<Setting> = {}) =>
  commandLine(['usage', ...args, '--catalogue-url', server.url], { cwd: folder.path, ...setting });

async function documentOf(files: Readonly<Record<string, string>>, exitCode = 0): Promise<UsageDocument> {
  write(files);
  const ended = await usage(['**/*', '--json']);
  expect(ended.exitCode).toBe(exitCode);
  return usageDocumentSchema.parse(JSON.parse(ended.stdout));
}

function answer(id: string, fields: object = {}, model = 'acme/one'): string {
  return JSON.stringify({ id, model, usage: { prompt_tokens: 1000, completion_tokens: 100, ...fields } });
}

describe('--json', () => {
  test('has each model with its tokens, what was charged and 2 x (1,000 x $1/M + 100 x $2/M) = $0.0024 by the catalogue', async () => {
    const { models, exchanges, files } = await documentOf({
      'a.jsonl': `${answer('1', { cost: 0.0013, prompt_tokens_details: { cached_tokens: 400 } })}\n${answer('2', { cost: 0.0012 })}`,
    });
    expect(models).toEqual([
      {
        recorded: 'acme/one',
        model: 'acme/one',
        requests: 2,
        prompt_tokens: 2000,
        completion_tokens: 200,
        cached_tokens: 400,
        cache_write_tokens: 0,
        cache_write_1h_tokens: 0,
        reasoning_tokens: 0,
        web_searches: 0,
        charged: '0.0025',
        at_catalogue_prices: '0.0024',
        requests_without_usage: 0,
        estimated_by_recorder: null,
      },
    ]);
    expect(exchanges).toEqual({ read: 2, without_usage: 0, not_understood: 0 });
    expect(files).toEqual({ read: 1, without_usage: [], not_understood: [] });
  });

  test('accounts for every file and every exchange, and the sum is all of them', async () => {
    const refused = {
      request: { url: 'https://api.openai.com/v1/chat/completions' },
      response: { status: 429, body: '{}' },
    };
    const other = { request: { url: 'https://example.com/status' }, response: { status: 200, body: '{}' } };
    const { files, exchanges } = await documentOf({
      'good.jsonl': answer('1'),
      'mixed.jsonl': [answer('2'), JSON.stringify(refused), JSON.stringify(other), '{"new": {"promptTokens": 7}}'].join(
        '\n',
      ),
      'empty.json': '{"level": "info"}',
    });
    expect(files).toEqual({
      read: 2,
      without_usage: [
        { file: 'empty.json', reason: 'no recorded exchange in it', count: 0 },
        { file: 'mixed.jsonl', reason: 'error status 429', count: 1 },
        { file: 'mixed.jsonl', reason: 'no LLM host (example.com)', count: 1 },
      ],
      not_understood: [{ file: 'mixed.jsonl', what: 'promptTokens in no known form', count: 1, lines: [4] }],
    });
    expect(exchanges).toEqual({ read: 2, without_usage: 2, not_understood: 1 });
  });

  test('counts a stream that was cut as a request without usage', async () => {
    const body = 'data: {"id":"gen-2","model":"acme/one","choices":[{"index":0,"delta":{"content":"cut"}}]}\n\n';
    const cut = { request: { url: 'https://openrouter.ai/api/v1/chat/completions' }, response: { status: 200, body } };
    const { models, exchanges } = await documentOf({ 'a.jsonl': `${answer('1')}\n${JSON.stringify(cut)}` });
    expect(models.map((model) => [model.requests, model.requests_without_usage, model.at_catalogue_prices])).toEqual([
      // The one that is measured: 1,000 x $1/M + 100 x $2/M
      [2, 1, '0.0012'],
    ]);
    expect(exchanges).toEqual({ read: 1, without_usage: 1, not_understood: 0 });
  });

  test('prices what was kept for an hour, served fast or in a batch at the prices of that', async () => {
    const message = {
      input_tokens: 100,
      output_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 900,
    };
    const kept = { ...message, cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 500 } };
    const body: unknown = JSON.parse(answer('b'));
    const batch = { custom_id: 'a', response: { status_code: 200, body } };
    const { models } = await documentOf({
      'hour.json': JSON.stringify({ id: 'h', model: 'acme/two', usage: kept }),
      'fast.json': answer('f', { speed: 'fast' }, 'acme/two'),
      'batch.jsonl': `${JSON.stringify(batch)}\n`,
    });
    expect(models.map(({ model, at_catalogue_prices }) => [model, at_catalogue_prices])).toEqual([
      // half of 0.0012
      ['acme/one', '0.0006'],
      // 100 x $1/M + 400 x $1.25/M + 500 x $2/M = 0.0001 + 0.0005 + 0.001
      ['acme/two', '0.0016'],
      // three times 0.0012
      ['acme/two-fast', '0.0036'],
    ]);
  });

  test('has no model and no amount for what is not in the catalogue', async () => {
    const { models } = await documentOf({ 'a.json': answer('1', {}, 'somebody/else') });
    expect(models).toMatchObject([
      { recorded: 'somebody/else', model: null, charged: null, at_catalogue_prices: null },
    ]);
  });

  test.each([
    [
      'all answers came from a cache',
      '{"success": true, "provider": "a:b", "response": {"cached": true, "tokenUsage": {"cached": 9}}}',
      0,
    ],
    ['nothing was understood', '{"new": {"promptTokens": 7}}', 2],
    ['there is nothing', '{}', 2],
  ])('exit code where %s', async (_, text, exitCode) => {
    expect((await documentOf({ 'a.json': text }, exitCode)).exchanges.read).toBe(0);
  });
});

describe('for a person', () => {
  test('there is a table within 60 columns, and a last line that accounts for every file', async () => {
    write({ 'a.jsonl': `${answer('1', { cost: 0.0013 })}\n{"new": {"promptTokens": 7}}\n`, 'b.json': '{}' });
    const ended = await usage(['*'], { terminal: 60 });
    expect(ended.stdout.split('\n').filter((line) => line.length > 60)).toEqual([]);
    expect(ended.stdout.split('\n').slice(0, 2)).toEqual([
      'model     requests  prompt  completion  charged  catalogue',
      'acme/one         1   1,000         100  $0.0013    $0.0012',
    ]);
    expect(ended.stdout).toContain('Not understood: a.jsonl, line 2: promptTokens in no known');
    expect(ended.stdout).toContain('Without usage: b.json: no recorded exchange in it');
    expect(ended.stdout.replaceAll('\n', ' ')).toContain(
      '2 files: 1 read, 1 without usage, 1 with something not understood; 2 exchanges: 1 read, 0 without usage, 1 not understood.',
    );
  });

  test('a model is not called unknown to the catalogue where there is none', async () => {
    write({ 'a.json': answer('1') });
    const ended = await commandLine(['usage', 'a.json', '--offline'], { cwd: folder.path });
    expect(ended.stdout).toContain('acme/one');
    expect(ended.stdout).not.toContain('no model of the catalogue');
  });

  test('a note is shown whole, however long', async () => {
    write({ 'a.json': answer('1', { citation_tokens: 7 }) });
    const { stdout } = await usage(['a.json'], { terminal: 60 });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'a.json: 7 citation tokens have no price in the catalogue; Perplexity bills them, and the cost shown leaves them out',
    );
  });

  test('one request that was served fast, at a price that is not known, is named', async () => {
    write({ 'a.json': answer('1', { speed: 'fast' }) });
    const { stdout } = await usage(['a.json']);
    expect(stdout.replaceAll('\n', ' ')).toContain(
      '1 request of acme/one, served fast: the catalogue does not have the price of that',
    );
  });

  test('nothing is asked of the catalogue with --offline', async () => {
    write({ 'a.jsonl': answer('1') });
    const before = server.requests.length;
    const ended = await commandLine(['usage', 'a.jsonl', '--offline', '--json'], { cwd: folder.path });
    expect([ended.exitCode, server.requests.length]).toEqual([0, before]);
    expect(usageDocumentSchema.parse(JSON.parse(ended.stdout)).models[0]?.at_catalogue_prices).toBeNull();
  });

  test('a glob is needed', async () => {
    expect(await usage([])).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('needs GLOB') });
  });
});

import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { CatalogueServer } from '../support/catalogue-server.js';
import { commandLine, DATE } from '../support/command-line.js';
import { hasOpenRouterData, startRealCatalogueServer } from '../support/openrouter-data.js';
import { temporaryFolderForEachTest } from '../support/set-up.js';

/** The commands that the cases beside the checkout name, with their right values; skipped where the folder is absent. */
const CASES = fileURLToPath(new URL('../../../shared/cases/', import.meta.url));
const isThere = existsSync(CASES) && hasOpenRouterData;

let server: CatalogueServer;
beforeAll(async () => {
  if (isThere) server = await startRealCatalogueServer(DATE);
});
afterAll(() => (isThere ? server.close() : undefined));
const folder = temporaryFolderForEachTest();
beforeEach(() => {
  if (isThere) cpSync(CASES, folder.path, { recursive: true });
});

const run = (...args: string[]) => commandLine([...args, '--catalogue-url', server.url], { cwd: folder.path });

const proposalSchema = z.object({ field: z.string(), to: z.union([z.string(), z.object({ expected: z.number() })]) });
const calibrationSchema = z.object({
  requests: z.number(),
  is_complete: z.boolean(),
  exchanges: z.object({ read: z.number(), without_usage: z.number(), not_understood: z.number() }),
  suites: z.array(
    z.object({
      name: z.string(),
      estimated_per_run: z.string().nullable(),
      used_per_run: z.string().nullable(),
      error_percent: z.string().nullable(),
      calls: z.array(z.object({ recorded_requests: z.number(), prompt_error_percent: z.string().nullable() })),
    }),
  ),
  unknown: z.array(z.object({ model: z.string().nullable(), requests: z.number() })),
  notes: z.array(z.object({ message: z.string() })),
  proposals: z.array(proposalSchema),
  token_error_percent: z.record(z.string(), z.string().nullable()),
});

async function calibrated(recording: string, manifest: string, ...more: string[]) {
  const ended = await run('calibrate', '--json', '--usage', recording, ...more, manifest);
  const document = calibrationSchema.parse(JSON.parse(ended.stdout));
  const proposed = Object.fromEntries(
    document.proposals.map(({ field, to }) => [field, typeof to === 'string' ? to : to.expected]),
  );
  return { exitCode: ended.exitCode, ...document, used: document.suites[0]?.used_per_run, proposed };
}

const all = isThere ? describe : describe.skip;

all('recordings of public bug reports, calibrated', () => {
  test.each([
    // 100 x $3/M + 50 x $15/M + 100,000 written for an hour x $6/M = 0.0003 + 0.00075 + 0.6
    ['b01', 'b01-cache-1h', '0.60105', { cache_ttl: '1h', cache_write_tokens: 100_000 }],
    // 180,000 + 23,000 and 3,500 + 1,000 over the iterations: 203,000 x $5/M + 4,500 x $25/M = 1.015 + 0.1125
    ['b03', 'b03-compaction', '1.1275', { prompt_tokens: 203_000, completion_tokens: 4500 }],
    // 623 - 20 = 603 completion: 20 x $0.3/M + 603 x $2.5/M = 0.000006 + 0.0015075
    ['b04', 'b04-remainder-of-total', '0.0015135', { completion_tokens: 603 }],
    ['b05', 'b05-deepseek-top-level', '0.00017178', { cached_tokens: 9000 }],
    // 108 x $2/M + (3,256 + 73,248) x $8/M + 74 x $0.005 = 0.000216 + 0.612032 + 0.37
    ['b07', 'b07-perplexity-top-level', '0.982248', { completion_tokens: 76_504, web_searches: 74 }],
    // 100,000 x $5/M + 10,000 x $25/M = 0.5 + 0.25
    ['b11', 'b11-native-id-opus-4-5', '0.75', { prompt_tokens: 100_000, completion_tokens: 10_000 }],
    ['b13', 'b13-fast-mode', '0.06', { model: 'anthropic/claude-opus-5-fast' }],
    // 1,000 x $0.25/M + 100 x $2/M + 4 x $0.01 = 0.00045 + 0.04
    ['b15', 'b15-responses-web-search', '0.04045', { web_searches: 4 }],
  ])('%s: %s is used at $%s', async (name, recording, used, proposed) => {
    const found = await calibrated(`reports/${recording}.jsonl`, `reports/${name}.yml`, '--suite', 's');
    expect({ exitCode: found.exitCode, used: found.used, is_complete: found.is_complete }).toEqual({
      exitCode: 0,
      used,
      is_complete: true,
    });
    expect(found.proposed).toMatchObject(proposed);
  });

  test('b07: a price of reasoning that was not used is named, and so are citations, which have none', async () => {
    const { notes } = await calibrated('reports/b07-perplexity-top-level.jsonl', 'reports/b07.yml', '--suite', 's');
    const messages = notes.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/7,299 citation tokens/);
    expect(messages).toMatch(/lists 0\.000003 per reasoning token/);
  });

  test('b09: usage objects of three conventions are three requests, two of one model', async () => {
    const found = await calibrated('reports/b09-mixed-conventions.jsonl', 'reports/b09.yml', '--suite', 's');
    expect(found.exchanges).toEqual({ read: 3, without_usage: 0, not_understood: 0 });
    expect(found.suites[0]?.calls.map((call) => call.recorded_requests)).toEqual([2]);
    expect(found.unknown).toMatchObject([{ model: 'anthropic.claude-sonnet-4-6', requests: 1 }]);
  });

  test('b17: a stream that was cut is a request without usage: no lower count is proposed, and nothing is complete', async () => {
    const found = await calibrated('reports/b17-cut-stream.jsonl', 'reports/b17.yml', '--suite', 's');
    expect(found.exchanges).toEqual({ read: 1, without_usage: 1, not_understood: 0 });
    expect({ requests: found.requests, is_complete: found.is_complete }).toEqual({ requests: 2, is_complete: false });
    expect(Object.keys(found.proposed)).not.toContain('count');
  });

  test.each(['b01', 'b03', 'b04', 'b05', 'b07', 'b11', 'b13', 'b15'])(
    '%s: after --write the same recording says 0 %%',
    async (name) => {
      const args = ['--usage', `reports/${name}-*.jsonl`, '--suite', 's'] as const;
      expect((await run('calibrate', ...args, '--write', `reports/${name}.yml`)).exitCode).toBe(0);
      const again = await calibrated(args[1], `reports/${name}.yml`, '--suite', 's', '--max-error', '0');
      expect({ exitCode: again.exitCode, proposals: again.proposals, error: again.token_error_percent }).toEqual({
        exitCode: 0,
        proposals: [],
        error: { s: '0.00' },
      });
    },
  );
});

/** Recordings that state no model: no call can be made of them, so there is nothing to compare. */
const WITHOUT_MODEL = ['cohere-v2.json', 'gemini-live-response-tokens.jsonl', 'promptfoo-all-cached.json'];

all('the manifest that init makes of a recording', () => {
  const names = isThere
    ? z
        .array(z.object({ name: z.string() }))
        .parse(JSON.parse(readFileSync(join(CASES, 'usage/expected.json'), 'utf8')))
    : [];
  const made = names.filter(({ name }) => !WITHOUT_MODEL.includes(name));

  test.each(made.length > 0 ? made : [{ name: '' }])(
    '$name: passes check and calibrate has nothing to change',
    async ({ name }) => {
      const init = await run('init', '--usage', `usage/${name}`, '--stdout');
      expect(init.exitCode).toBe(0);
      folder.write('m.yml', init.stdout);
      expect((await run('check', 'm.yml')).exitCode).toBe(0);
      const { proposals, unknown, suites, token_error_percent: errors } = await calibrated(`usage/${name}`, 'm.yml');
      expect({ proposals, unknown }).toEqual({ proposals: [], unknown: [] });
      // Of a model without a price there is no estimate to compare with.
      const expected = suites.map(({ name: suite, estimated_per_run }) => [
        suite,
        estimated_per_run === null ? null : '0.00',
      ]);
      expect(errors).toEqual(Object.fromEntries(expected));
    },
  );
});

all('commands over several recordings', () => {
  test('init and calibrate account for every file that they are given', async () => {
    const both = ['--usage', 'usage/openai-batch-output.jsonl', '--usage', 'usage/litellm-spend-logs.json'];
    const made = await run('init', ...both, '--stdout');
    expect(made.exitCode).toBe(0);
    expect(made.stderr.replaceAll(/\s+/g, ' ')).toContain(
      '2 files: 2 read, 0 without usage, 0 with something not understood; 4 exchanges: 4 read',
    );
    folder.write('m.yml', made.stdout);
    const compared = await run('calibrate', ...both, 'm.yml');
    expect(compared.stdout).toMatch(/4 requests of 1 run in 2 files/);
  });

  test('a folder of one-test files is one suite: 3 requests, 200 prompt tokens on average', async () => {
    const made = await run('init', '--usage', 'usage/cassette-folder/**/*.yaml', '--stdout');
    expect(made.stdout).toMatch(/^ {2}test_rag:/m);
    expect(made.stdout).not.toMatch(/test_q1/);
    expect(made.stdout).toMatch(/count: 3/);
    expect(made.stdout).toMatch(/(?:prompt_tokens: 200|expected: 200)\b/);
  });

  test.each(['openai-batch-output.jsonl', 'openrouter-web-search-two-of-three.jsonl'])(
    'the manifest that init makes of %s has a limit and passes check',
    async (name) => {
      const made = await run('init', '--usage', `usage/${name}`, '--stdout');
      folder.write('m.yml', made.stdout);
      expect(made.stdout).toMatch(/per_run: /);
      expect((await run('check', 'm.yml')).exitCode).toBe(0);
    },
  );

  test('a dated id is matched to the call of its family: 2 requests of (1,000 + 4,000) / 2 = 2,500', async () => {
    const found = await calibrated('usage/calibrate-dated-id.jsonl', 'usage/calibrate-dated-id.manifest.yml');
    expect(found.suites[0]?.calls).toEqual([{ recorded_requests: 2, prompt_error_percent: '150.00' }]);
    // 5,000 x $0.15/M + 200 x $0.6/M = 0.00087 against 2,000 and 200: 0.00042
    expect(found.suites[0]).toMatchObject({ used_per_run: '0.00087', error_percent: '107.14' });
    expect(found.unknown).toEqual([]);
    expect(found.proposed).toMatchObject({ prompt_tokens: 2500 });
  });

  test.each([
    ['gpt-4o-2024-08-06', 'openai/gpt-4o'],
    ['gpt-5.2-2025-12-11', 'openai/gpt-5.2'],
    ['claude-sonnet-4-20250514', 'anthropic/claude-sonnet-4'],
  ])('and so is %s, to a call of %s', async (recorded, declared) => {
    const replaced = (file: string, from: RegExp, to: string) => {
      const path = join(folder.path, 'usage', file);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
    };
    replaced('calibrate-dated-id.jsonl', /gpt-4o-mini-2024-07-18/g, recorded);
    replaced('calibrate-dated-id.manifest.yml', /openai\/gpt-4o-mini/g, declared);
    const found = await calibrated('usage/calibrate-dated-id.jsonl', 'usage/calibrate-dated-id.manifest.yml');
    expect(found.suites[0]?.calls).toEqual([{ recorded_requests: 2, prompt_error_percent: '150.00' }]);
    expect(found.unknown).toEqual([]);
  });
});

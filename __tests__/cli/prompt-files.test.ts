import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { errorReportSchema, reportSchema, type Report } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, type Ended } from '../support/command-line.js';
import { withFiles } from '../support/temporary-folder.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** Prompt files on the command line: from the working tree at head, from git at `--base REF`. $1 a million tokens. */

const GPT = 'openai/gpt-5-mini';

const server = catalogueForAllTests({
  models: [modelRow(GPT)],
  endpoints: { [GPT]: [endpointRow('one')] },
  date: DATE,
});
const repository = repositoryForEachTest();

/** 1,000 requests of the prompt once and 500 of it twice; "Hello world!" is 3 tokens, " Hello" one more. */
const MANIFEST = `version: 1
suites:
  rag:
    calls:
      - {name: once, model: ${GPT}, count: 1000, prompt_files: [prompts/shared.md], completion_tokens: 0}
      - {name: twice, model: ${GPT}, count: 500, prompt_files: [prompts/shared.md, prompts/shared.md], completion_tokens: 0}
`;

const check = (args: readonly string[], cwd = repository.path): Promise<Ended> =>
  commandLine(['check', ...args, '--format', 'json', '--catalogue-url', server.url], { cwd });
const report = async (args: readonly string[], cwd?: string): Promise<Report> =>
  reportSchema.parse(JSON.parse((await check(args, cwd)).stdout));
const errors = async (args: readonly string[]) =>
  errorReportSchema.parse(JSON.parse((await check(args)).stdout)).errors;

function commit(manifest: string, prompt: string | Uint8Array | null): string {
  repository.write('llm-budget.yml', manifest);
  if (prompt !== null) repository.write('prompts/shared.md', prompt);
  return repository.commit();
}

describe('a word more in a shared prompt', () => {
  test('costs each call that has it, against a git ref: 1000 x 1 x $1/M + 500 x 2 x $1/M = $0.002', async () => {
    commit(MANIFEST, 'Hello world!');
    repository.write('prompts/shared.md', 'Hello world! Hello');
    const { head, base, delta, suites } = await report(['--base', 'HEAD']);
    // 1000 x 3 + 500 x 6 = 6,000 tokens before, 8,000 after
    expect([base?.per_run, head.per_run, delta?.per_run]).toEqual(['0.006', '0.008', '0.002']);
    expect(suites[0]?.calls.map((call) => call.delta_per_run)).toEqual(['0.001', '0.001']);
  });

  test('is the same between two commits, and from a folder within the repository', async () => {
    commit(MANIFEST, 'Hello world!');
    commit(MANIFEST, 'Hello world! Hello');
    mkdirSync(join(repository.path, 'evals'));
    expect((await report(['--base', 'HEAD~1'])).delta?.per_run).toBe('0.002');
    const within = await report(['../llm-budget.yml', '--base', 'HEAD~1'], join(repository.path, 'evals'));
    expect(within.delta?.per_run).toBe('0.002');
  });

  test('is in both where base is a file: its prompts are those of the working tree', async () => {
    commit(MANIFEST, 'Hello world! Hello');
    repository.write('base.yml', MANIFEST.replace('count: 1000', 'count: 999'));
    // one request of 4 tokens
    expect((await report(['--base', 'base.yml'])).delta?.per_run).toBe('0.000004');
  });

  test('counts outside of a repository from where the command runs', async () => {
    await withFiles({ 'llm-budget.yml': MANIFEST, 'prompts/shared.md': 'Hello world!' }, async (folder) => {
      expect((await report([], folder)).head.per_run).toBe('0.006');
    });
  });
});

test('a file that is renamed together with the manifest changes no figure', async () => {
  commit(MANIFEST, 'Hello world!');
  repository.git('mv', 'prompts/shared.md', 'prompts/renamed.md');
  repository.write('llm-budget.yml', MANIFEST.replaceAll('shared.md', 'renamed.md'));
  expect((await report(['--base', 'HEAD'])).delta).toMatchObject({ per_run: '0', percent: '0.00' });
});

test('a file that base lacks counts nothing there, with one note', async () => {
  commit(MANIFEST, null);
  repository.write('prompts/shared.md', 'Hello world!');
  const { delta, notes } = await report(['--base', 'HEAD']);
  expect(delta?.per_run).toBe('0.006');
  expect(notes.filter(({ code }) => code === 'prompt_file_missing').map(({ message }) => message)).toEqual([
    'Prompt file prompts/shared.md does not exist at base; there it counts no tokens.',
  ]);
});

describe('a file of head that cannot be counted is an error where the manifest names it', () => {
  const place = (line: number, column: number) => ({ file: 'llm-budget.yml', line, column });

  test.each<[string, () => void, string]>([
    ['deleted', () => repository.git('rm', '--quiet', 'prompts/shared.md'), 'does not exist'],
    [
      'binary',
      () => {
        repository.write('prompts/shared.md', new Uint8Array([0, 159, 146, 150]));
      },
      'is a binary file',
    ],
    [
      'not UTF-8',
      () => {
        repository.write('prompts/shared.md', Buffer.from('caf\xe9', 'latin1'));
      },
      'is not valid UTF-8; a text in UTF-8 is accepted',
    ],
    [
      'oversized',
      () => {
        repository.write('prompts/shared.md', 'x'.repeat(500_001));
      },
      'is too large; at most 500,000 bytes are accepted',
    ],
    [
      'a pointer of Git LFS',
      () => {
        repository.write('prompts/shared.md', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
      },
      'is a Git LFS pointer',
    ],
    [
      'a link',
      () => {
        repository.git('rm', '--quiet', 'prompts/shared.md');
        repository.write('elsewhere.md', 'Hello');
        repository.link('prompts/shared.md', '../elsewhere.md');
      },
      'is a link or is reached through one; a plain file is accepted',
    ],
  ])('%s', async (_, spoil, message) => {
    commit(MANIFEST, 'Hello world!');
    spoil();
    const found = await errors(['--base', 'HEAD']);
    expect(found.map(({ file, line, column }) => ({ file, line, column }))).toEqual([
      place(5, 76),
      place(6, 76),
      place(6, 95),
    ]);
    for (const { message: reported } of found) {
      expect(reported.startsWith('prompt file prompts/shared.md ')).toBe(true);
      expect(reported).toContain(message);
    }
    expect((await check(['--base', 'HEAD'])).exitCode).toBe(2);
  });
});

test('a file of base that cannot be counted leaves the increase unjudged, with a note', async () => {
  commit(MANIFEST, new Uint8Array([0, 1, 2]));
  repository.write('prompts/shared.md', 'Hello world!');
  const { head, base, delta, notes } = await report(['--base', 'HEAD']);
  expect([head.per_run, base?.per_run, delta?.per_run]).toEqual(['0.006', null, null]);
  expect(notes.map(({ code }) => code)).toContain('files_not_counted');
});

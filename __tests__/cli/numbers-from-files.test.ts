import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { errorReportSchema, reportSchema, type Report } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, type Ended } from '../support/command-line.js';
import { withFiles } from '../support/temporary-folder.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/**
 * Numbers from files on the command line: of the working tree at head, from git at `--base REF`. A prompt token costs $1 a
 * million and a completion token $2, so that a request of 1,000 and 100 costs $0.0012.
 */

const GPT = 'openai/gpt-5-mini';
const CASES = 'evals/cases.jsonl';

const server = catalogueForAllTests({
  models: [modelRow(GPT)],
  endpoints: { [GPT]: [endpointRow('one')] },
  date: DATE,
});
const repository = repositoryForEachTest();

const manifest = (count: string) => `version: 1
suites:
  evals:
    calls:
      - {name: answer, model: ${GPT}, count: ${count}, prompt_tokens: 1000, completion_tokens: 100}
`;
const rows = (number: number) => '{"question": "why?"}\n'.repeat(number);

const run = (args: readonly string[], cwd = repository.path): Promise<Ended> =>
  commandLine(['check', ...args, '--catalogue-url', server.url], { cwd });
const report = async (args: readonly string[] = [], cwd?: string): Promise<Report> =>
  reportSchema.parse(JSON.parse((await run([...args, '--format', 'json'], cwd)).stdout));
const errors = async (args: readonly string[] = []) =>
  errorReportSchema.parse(JSON.parse((await run([...args, '--format', 'json'])).stdout)).errors;
const callOf = ({ suites }: Report) => suites[0]?.calls[0];

describe('rows', () => {
  beforeEach(() => {
    repository.write('llm-budget.yml', manifest(`{rows: ${CASES}, times: 2}`));
    repository.write(CASES, rows(3));
  });

  test('are those of the working tree at head, and of the commit at base: (5 - 3) x 2 x $0.0012 = $0.0048', async () => {
    repository.commit();
    repository.write(CASES, rows(5));
    const { head, base, delta, changes } = await report(['--base', 'HEAD']);
    expect([base?.per_run, head.per_run, delta?.per_run]).toEqual(['0.0072', '0.012', '0.0048']);
    expect(changes?.map(({ file, what, from, to }) => [file, what, from, to])).toEqual([[CASES, 'rows', 3, 5]]);
  });

  test('above 512,000 bytes are counted at a commit as well', async () => {
    repository.write(CASES, rows(30_000));
    repository.commit();
    repository.write(CASES, rows(1));
    const { base, head } = await report(['--base', 'HEAD']);
    // 30,000 x 2 x $0.0012 and 1 x 2 x $0.0012
    expect([base?.per_run, head.per_run]).toEqual(['72', '0.0024']);
  });

  test('of two fields of one file are counted apart, however their names are divided by blanks', async () => {
    repository.write('cases.json', JSON.stringify({ a: [{ 'b c': 'why? why? why?' }], 'a b': [{ c: 'why?' }] }));
    const call = (name: string, at: string, field: string) =>
      `{name: ${name}, model: ${GPT}, count: 1, completion_tokens: 0, prompt_files: [{rows: cases.json, at: ${at}, field: ${field}}]}`;
    repository.write(
      'llm-budget.yml',
      `version: 1\nsuites: {evals: {calls: [${call('one', 'a', 'b c')}, ${call('two', 'a b', 'c')}]}}\n`,
    );
    const { suites } = await report();
    // "why?" has 2 tokens of o200k, and so has " why?".
    expect(suites[0]?.calls.map(({ head }) => head?.prompt_tokens)).toEqual([6, 2]);
  });

  test('are counted from a folder of the repository, by the path from its root', async () => {
    expect((await report(['../llm-budget.yml'], join(repository.path, 'evals'))).head.per_run).toBe('0.0072');
  });

  test('are counted outside of a repository from where the command runs', async () => {
    await withFiles({ 'llm-budget.yml': manifest(`{rows: ${CASES}}`), [CASES]: rows(2) }, async (folder) => {
      expect((await report([], folder)).head.per_run).toBe('0.0024');
    });
  });

  test('are named with their file in the report, and their arithmetic is explained', async () => {
    expect(callOf(await report())?.count_source).toBe(`${CASES}: 3 rows x 2`);
    const { arithmetic } = callOf(await report(['--explain'])) ?? {};
    expect(arithmetic?.[0]).toBe(`count: ${CASES}: 3 rows x 2 = 6 requests`);
    expect((await run(['--explain'])).stdout.replaceAll(/\s+/g, ' ')).toContain(
      `count: ${CASES}: 3 rows x 2 = 6 requests`,
    );
  });

  test('of one row, asked once, are explained in the singular', async () => {
    repository.write('llm-budget.yml', manifest(`{rows: ${CASES}}`));
    repository.write(CASES, rows(1));
    expect(callOf(await report(['--explain']))?.arithmetic?.[0]).toBe(`count: ${CASES}: 1 row = 1 request`);
  });
});

describe('a data file that is not accepted is an error where the manifest names it', () => {
  test.each<[string, () => void, string]>([
    ['missing', () => undefined, 'does not exist'],
    [
      'a folder',
      () => {
        mkdirSync(join(repository.path, CASES), { recursive: true });
      },
      'is a folder, not a file',
    ],
    [
      'a link inside of the repository',
      () => {
        repository.write('evals/other.jsonl', rows(1));
        repository.link(CASES, 'other.jsonl');
      },
      'is a link or is reached through one; a plain file is accepted',
    ],
    [
      'a link to a file outside of it',
      () => {
        repository.link(CASES, '/etc/passwd');
      },
      'is a link or is reached through one; a plain file is accepted',
    ],
    [
      'in a folder that is a link',
      () => {
        repository.write('data/cases.jsonl', rows(1));
        repository.link('evals', 'data');
      },
      'is a link or is reached through one; a plain file is accepted',
    ],
    [
      'larger than 10 MB',
      () => {
        repository.write(CASES, 'x'.repeat(10_000_001));
      },
      'is too large; at most 10,000,000 bytes are accepted',
    ],
    [
      'of more than 100,000 rows',
      () => {
        repository.write(CASES, '1\n'.repeat(100_001));
      },
      'has more than 100,000 rows',
    ],
    [
      'a pointer of Git LFS',
      () => {
        repository.write(CASES, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
      },
      'is a Git LFS pointer; the file has to be in the repository itself',
    ],
    [
      'binary',
      () => {
        repository.write(CASES, new Uint8Array([0, 1, 2]));
      },
      'is a binary file; a text in UTF-8 is accepted',
    ],
  ])('%s', async (_, spoil, reason) => {
    repository.write('llm-budget.yml', manifest(`{rows: ${CASES}}`));
    spoil();
    expect(await errors()).toEqual([
      { message: `data file ${CASES} ${reason}`, file: 'llm-budget.yml', line: 5, column: 50 },
    ]);
  });

  test.each(['../outside.jsonl', '/etc/passwd.jsonl', 'C:/cases.jsonl', 'evals\\\\cases.jsonl'])(
    'outside of the repository, before it is read: %s',
    async (path) => {
      repository.write('llm-budget.yml', manifest(`{rows: "${path}"}`));
      const found = await errors();
      expect(found.map(({ line }) => line)).toEqual([5]);
      expect(found[0]?.message).toContain('suites.evals.calls[0].count');
    },
  );
});

describe('files that match a pattern', () => {
  beforeEach(() => {
    repository.write('llm-budget.yml', manifest('{files: "evals/*.md"}'));
    repository.write('evals/a.md', 'x');
    repository.write('evals/b.md', 'x');
  });

  test('are those of the working tree that git does not ignore, committed or not, and no folder', async () => {
    repository.write('.gitignore', 'evals/ignored.md\n');
    repository.commit();
    repository.write('evals/new.md', 'x');
    repository.write('evals/ignored.md', 'x');
    repository.write('evals/folder.md/a.txt', 'x');
    rmSync(join(repository.path, 'evals/b.md'));
    const found = await report(['--base', 'HEAD']);
    // a.md and new.md at head, a.md and b.md at base
    expect([callOf(found)?.head?.requests_per_run, callOf(found)?.base?.requests_per_run]).toEqual([2, 2]);
    expect(callOf(found)?.count_source).toBe('evals/*.md: 2 files');
  });

  test('are counted outside of a repository too', async () => {
    const found = { 'evals/a.md': 'x', 'evals/deep/b.md': 'x', 'evals/deep/c.txt': 'x' };
    await withFiles({ 'llm-budget.yml': manifest('{files: "evals/**/*.md"}'), ...found }, async (folder) => {
      expect(callOf(await report([], folder))?.requests_per_run).toBe(2);
    });
  });

  test('and are links are refused, whatever they lead to', async () => {
    repository.link('evals/c.md', '/etc/passwd');
    expect((await errors()).map(({ message }) => message)).toEqual([
      'evals/*.md matches evals/c.md, which is a link; plain files are accepted',
    ]);
  });
});

describe('the calls of a promptfoo configuration', () => {
  const suite = `version: 1\nsuites:\n  evals:\n    promptfoo: {config: evals/c.yaml, completion_tokens: 100}\n`;
  beforeEach(() => {
    repository.write('llm-budget.yml', suite);
    repository.write(
      'evals/c.yaml',
      'prompts: [file://answer.txt]\nproviders: [openai:gpt-5-mini]\ntests: file://cases.csv\nevaluateOptions: {repeat: 3}\n',
    );
    repository.write('evals/answer.txt', '{{question}}');
    repository.write('evals/cases.csv', 'question\nHello world!\nHello world!\n');
  });

  test('are explained with the data, the repeats and the provider that asks', async () => {
    const found = await report(['--explain']);
    // 2 x 3 x (3 x $1/M + 100 x $2/M)
    expect(found.head.per_run).toBe('0.001218');
    expect(callOf(found)?.count_source).toBe('evals/cases.csv: 2 rows x 3');
    expect(callOf(found)?.arithmetic?.[0]).toBe(
      'count: evals/cases.csv: 2 rows x 3 = 6 requests, as evals/c.yaml asks openai:gpt-5-mini',
    );
  });

  test('are compared with those of a commit', async () => {
    repository.commit();
    repository.write('evals/cases.csv', 'question\nHello world!\nHello world!\nHello world!\n');
    // 3 more requests
    expect((await report(['--base', 'HEAD'])).delta?.per_run).toBe('0.000609');
  });

  test('are refused where a file of theirs is a link', async () => {
    rmSync(join(repository.path, 'evals/answer.txt'));
    repository.link('evals/answer.txt', '/etc/passwd');
    expect((await errors()).map(({ message }) => message)).toEqual([
      'suites.evals.promptfoo: evals/answer.txt is a link or is reached through one; a plain file is accepted',
    ]);
  });
});

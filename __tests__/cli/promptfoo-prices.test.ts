import { beforeEach, describe, expect, test } from '@jest/globals';
import { lockfileSchema } from '../../src/openrouter/catalogue/lockfile.js';
import { errorReportSchema, reportSchema, type Report } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE } from '../support/command-line.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** Data sets and promptfoo configurations on the command line. $1 a million prompt tokens, $2 a million completion tokens. */

const GPT = 'openai/gpt-5-mini';
const HAIKU = 'anthropic/claude-haiku-4.5';
const OPEN = 'deepseek/deepseek-chat';

const server = catalogueForAllTests({
  models: [
    modelRow(GPT),
    modelRow(HAIKU, { canonical_slug: 'anthropic/claude-4.5-haiku-20251001' }),
    modelRow(OPEN, { hugging_face_id: 'deepseek-ai/DeepSeek-V3' }),
    modelRow('acme/other'),
  ],
  endpoints: Object.fromEntries([GPT, HAIKU, OPEN].map((id) => [id, [endpointRow('one')]])),
  date: DATE,
});
const repository = repositoryForEachTest();

const run = (...args: string[]) => commandLine([...args, '--catalogue-url', server.url], { cwd: repository.path });
const check = (...args: string[]) => run('check', '--format', 'json', ...args);
const reportOf = async (...args: string[]): Promise<Report> =>
  reportSchema.parse(JSON.parse((await check(...args)).stdout));
const errorsOf = async () => errorReportSchema.parse(JSON.parse((await check()).stdout)).errors;

const SUITE = `version: 1
suites:
  evals:
    promptfoo: {config: evals/promptfooconfig.yaml, completion_tokens: 100}
`;

/** Each prompt is the 3 tokens of o200k in "Hello world!". */
function writeEvals(providers: string, tests = 'question\none\ntwo\n'): void {
  repository.write('llm-budget.yml', SUITE);
  const config = `prompts: [file://answer.txt]\nproviders: ${providers}\ntests: file://cases.csv\n`;
  repository.write('evals/promptfooconfig.yaml', config);
  repository.write('evals/answer.txt', 'Hello world!\n');
  repository.write('evals/cases.csv', tests);
}

describe("a lockfile and promptfoo's own names for models", () => {
  const NAMES = [
    'openai:chat:gpt-5-mini',
    'anthropic:messages:claude-haiku-4-5-20251001',
    'huggingface:text-generation:deepseek-ai/DeepSeek-V3',
  ];
  const IDS = [HAIKU, OPEN, GPT];

  beforeEach(async () => {
    writeEvals(JSON.stringify(NAMES));
    expect((await run('lock')).exitCode).toBe(0);
  });

  test('lock writes the models that the names stand for, and no others', async () => {
    const text = repository.read('llm-budget.lock.json');
    const { models } = lockfileSchema.parse(JSON.parse(text));
    expect(models.map(({ id }) => id)).toEqual(IDS);
    expect((await run('lock', '--check')).stdout).toMatch(/^llm-budget\.lock\.json covers 3 models/);
  });

  test('price everything by the lockfile where the catalogue cannot be had, as they would live', async () => {
    const live = await reportOf();
    server.intercept(() => ({ status: 503, body: '' }));
    const ended = await check();
    const report = reportSchema.parse(JSON.parse(ended.stdout));
    expect([ended.exitCode, report.prices.source]).toEqual([0, 'lock']);
    expect(report.suites[0]?.calls.map(({ model, state }) => [model, state])).toEqual([
      [GPT, 'priced'],
      [HAIKU, 'priced'],
      [OPEN, 'priced'],
    ]);
    expect(report.head).toEqual(live.head);
    expect(report.violations.map(({ rule, severity }) => [rule, severity])).toEqual([['stale_prices', 'warn']]);
  });

  test('price everything by the lockfile where endpoints alone cannot be had', async () => {
    server.intercept(({ path }) => (path.endsWith('/endpoints') ? { status: 503, body: '' } : null));
    const report = await reportOf();
    expect([report.prices.source, report.coverage]).toEqual(['lock', { priced: 3, free: 0, unpriced: 0 }]);
    expect(report.notes.map(({ code }) => code)).toContain('prices_from_lock');
  });

  test('have no price where the lockfile lacks the model, and check names it', async () => {
    writeEvals(JSON.stringify([...NAMES, 'openai:gpt-5']));
    server.intercept(() => ({ status: 503, body: '' }));
    const report = await reportOf();
    expect(report.coverage).toEqual({ priced: 3, free: 0, unpriced: 1 });
    expect(report.violations.map(({ rule, call }) => [rule, call])).toContainEqual([
      'unpriced',
      'openai:gpt-5 / evals/answer.txt',
    ]);
    expect(report.notes.map(({ message }) => message)).toContain(
      'openai:gpt-5 in evals/promptfooconfig.yaml fits no single model of the catalogue: name it in the manifest, promptfoo: {models: {"openai:gpt-5": ID}}.',
    );
    expect((await run('lock', '--check')).stdout).toMatch(/does not cover: openai\/gpt-5$/m);
  });
});

describe('a change of a data set against a git ref', () => {
  test('is priced by its rows, without a change of the manifest: 2 x $0.0012', async () => {
    const call = `{name: answer, model: ${GPT}, count: {rows: evals/cases.jsonl}, prompt_tokens: 1000, completion_tokens: 100}`;
    repository.write('llm-budget.yml', `version: 1\nsuites:\n  evals:\n    calls:\n      - ${call}\n`);
    repository.write('evals/cases.jsonl', '{}\n{}\n{}\n');
    repository.commit();
    repository.write('evals/cases.jsonl', '{}\n\n{}\n{}\n{}\n{}');
    const { base, head, changes } = await reportOf('--base', 'HEAD');
    expect([base?.per_run, head.per_run]).toEqual(['0.0036', '0.006']);
    expect(changes).toMatchObject([
      { call: 'answer', file: 'evals/cases.jsonl', what: 'rows', from: 3, to: 5, per_run: '0.0024' },
    ]);
  });

  test('is priced by the calls and gradings that promptfoo makes of it', async () => {
    writeEvals('[openai:gpt-5-mini]');
    const graded = `${SUITE.trimEnd().slice(0, -1)}, grader: {prompt_tokens: 200, completion_tokens: 50}}\n`;
    repository.write('llm-budget.yml', graded);
    const config = repository.read('evals/promptfooconfig.yaml');
    const assertion = `{type: llm-rubric, value: polite, provider: 'anthropic:messages:claude-haiku-4-5'}`;
    repository.write('evals/promptfooconfig.yaml', `${config}defaultTest: {assert: [${assertion}, ${assertion}]}\n`);
    const commit = repository.commit();
    repository.write('evals/cases.csv', 'question\none\ntwo\nthree\n');
    const { base, head, changes } = await reportOf('--base', commit);
    // An answer costs 3 + 2 x 100 millionths, and its 2 gradings 2 x (200 + 2 x 50): 803 in all.
    expect([base?.per_run, head.per_run]).toEqual(['0.001606', '0.002409']);
    expect(changes).toMatchObject([
      { file: 'evals/cases.csv', what: 'rows', from: 2, to: 3, per_run: '0.000203' },
      { file: 'evals/cases.csv', what: 'rows', from: 2, to: 3, per_run: '0.0006' },
    ]);
  });
});

describe('a pointer of Git LFS', () => {
  const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
  const REASON = 'is a Git LFS pointer; the file has to be in the repository itself';

  test.each([
    ['a promptfoo configuration', 'evals/promptfooconfig.yaml', 'suites.evals.promptfoo: evals/promptfooconfig.yaml'],
    ['a prompt of one', 'evals/answer.txt', 'suites.evals.promptfoo: evals/answer.txt'],
    ['its tests', 'evals/cases.csv', 'suites.evals.promptfoo: evals/cases.csv'],
  ])('in place of %s is named, with what to do', async (_, path, where) => {
    writeEvals('[openai:gpt-5-mini]');
    repository.write(path, POINTER);
    expect((await errorsOf()).map(({ message }) => message)).toEqual([`${where} ${REASON}`]);
  });

  test.each([
    ['rows', 'count: {rows: evals/cases.jsonl}, prompt_tokens: 1', 'data file evals/cases.jsonl'],
    ['a field of rows', 'count: 1, prompt_files: [{rows: evals/cases.jsonl, field: q}]', 'data file evals/cases.jsonl'],
    ['a prompt file', 'count: 1, prompt_files: [evals/cases.jsonl]', 'prompt file evals/cases.jsonl'],
  ])('in place of %s is named, with the line of the manifest', async (_, fields, where) => {
    const call = `{model: ${GPT}, ${fields}, completion_tokens: 1}`;
    repository.write('llm-budget.yml', `version: 1\nsuites:\n  evals:\n    calls:\n      - ${call}\n`);
    repository.write('evals/cases.jsonl', POINTER);
    expect(await errorsOf()).toMatchObject([{ message: `${where} ${REASON}`, file: 'llm-budget.yml', line: 5 }]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { toText } from '../../src/lib/money/decimal.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { reportSchema } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE } from '../support/command-line.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** First manifests from promptfoo configurations. Every model costs $1 a million prompt tokens and $2 a million completion tokens. */

const MODELS = ['openai/gpt-5-mini', 'anthropic/claude-haiku-4.5', 'openai/gpt-5.5', 'openai/text-embedding-3-large'];

const server = catalogueForAllTests({
  models: MODELS.map((id) => modelRow(id)),
  endpoints: Object.fromEntries(MODELS.map((id) => [id, [endpointRow('one')]])),
  date: DATE,
});
const repository = repositoryForEachTest();

const run = (args: readonly string[], folder = '.') =>
  commandLine([...args, '--catalogue-url', server.url], { cwd: join(repository.path, folder) });
const init = (...args: string[]) => run(['init', '--no-workflow', ...args]);
const text = () => repository.read('llm-budget.yml');
const isWritten = () => existsSync(join(repository.path, 'llm-budget.yml'));
/** The suite's `promptfoo`, as it is written. */
const written = (): unknown => manifestSchema.parse(parse(text())).suites.evals.promptfoo;
const manifestSchema = z.object({ suites: z.object({ evals: z.object({ promptfoo: z.unknown() }) }) });
const limit = async () => {
  const fail = (await parseManifest(text(), 'llm-budget.yml')).budget.per_run?.fail;
  return fail === undefined || fail === null ? null : toText(fail);
};

/** 3 tokens of o200k. */
const HELLO = 'Hello world!';

function config({ providers = '[openai:gpt-5-mini]', tests = '[{vars: {q: 1}}]', more = '' } = {}): string {
  return `prompts: ['${HELLO}']\nproviders: ${providers}\ntests: ${tests}\n${more}`;
}

describe('init --promptfoo', () => {
  test('writes a suite of the calls that the configuration makes, which passes check', async () => {
    repository.write('promptfooconfig.yaml', config({ tests: 'file://cases.csv' }));
    repository.write('cases.csv', 'q\none\ntwo\nthree\nfour\n');
    const ended = await init('--promptfoo');
    expect([ended.exitCode, ended.stdout]).toEqual([0, 'llm-budget.yml\n']);
    expect(written()).toEqual({ config: 'promptfooconfig.yaml', completion_tokens: 300 });
    const checked = await run(['check', '--format', 'json']);
    const report = reportSchema.parse(JSON.parse(checked.stdout));
    expect([checked.exitCode, report.verdict]).toEqual([0, 'pass']);
    // 4 x (3 x 0.000001 + 300 x 0.000002) = 4 x 0.000603
    expect(report.head.per_run).toBe('0.002412');
  });

  test('limits a run to its cost and a quarter, up to two digits: 1.25 x 4 x 0.000603 = 0.003015, so 0.0031', async () => {
    repository.write('promptfooconfig.yaml', config({ tests: `[${'{vars: {q: 1}}, '.repeat(4)}]` }));
    const { stderr } = await init('--promptfoo');
    expect(await limit()).toBe('0.0031');
    expect(stderr).toContain('promptfooconfig.yaml: 4 requests to 1 model, $0.0024 a run at current prices.');
  });

  test('writes names that YAML would take for something else in quotes, and the catalogue id as promptfoo names it', async () => {
    const labelled =
      '[{id: "anthropic:messages:claude-haiku-4-5-20251001", label: "on: #1", config: {max_tokens: 50}}, openai:gpt-5-mini]';
    repository.write('promptfooconfig.yaml', config({ providers: labelled }));
    expect((await init('--promptfoo')).stderr).toContain('is priced as anthropic/claude-haiku-4.5.');
    expect(written()).toEqual({
      config: 'promptfooconfig.yaml',
      completion_tokens: { 'on: #1': 50, 'openai:gpt-5-mini': 300 },
    });
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test.each([
    [50, 200],
    [200, 50],
  ])('writes the lower cap of two providers with one name: %i and %i', async (...caps) => {
    const providers = caps.map((cap) => `{id: "anthropic:messages:claude-haiku-4-5", config: {max_tokens: ${cap}}}`);
    repository.write('promptfooconfig.yaml', config({ providers: `[${providers.join(', ')}]` }));
    expect((await init('--promptfoo')).exitCode).toBe(0);
    expect(written()).toEqual({ config: 'promptfooconfig.yaml', completion_tokens: 50 });
  });

  test('counts one request in the singular', async () => {
    repository.write('promptfooconfig.yaml', config());
    // 3 x 0.000001 + 300 x 0.000002 = 0.000603
    expect((await init('--promptfoo')).stderr).toContain('promptfooconfig.yaml: 1 request to 1 model, $0.0006 a run');
  });

  test('writes without a limit where there are no prices, and says so', async () => {
    repository.write('promptfooconfig.yaml', config());
    const ended = await init('--promptfoo', '--offline');
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('there is no limit on a run yet') });
    expect([await limit(), (await run(['check'])).exitCode]).toEqual([null, 0]);
  });

  test('prints the manifest and writes nothing with --stdout', async () => {
    repository.write('promptfooconfig.yaml', config());
    const { stdout } = await init('--promptfoo', '--stdout');
    expect((await parseManifest(stdout, 'stdout')).suites[0]?.promptfoo?.config).toBe('promptfooconfig.yaml');
    expect(isWritten()).toBe(false);
  });

  test('overwrites nothing', async () => {
    repository.write('promptfooconfig.yaml', config());
    repository.write('llm-budget.yml', 'mine\n');
    expect(await init('--promptfoo')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('exists already') });
    expect(text()).toBe('mine\n');
  });

  test.each([
    [['--model', 'openai/gpt-5-mini'], 'takes no --model with --promptfoo'],
    [['--calls', '3'], 'takes no --calls with --promptfoo'],
    [['--usage', 'usage.jsonl'], 'takes no --usage with --promptfoo'],
    [['--provider-model', 'file://rag.py'], '--provider-model accepts PROVIDER=ID'],
    [['--provider-model', 'a=b', 'a=c'], '--provider-model names "a" twice'],
    [
      ['--provider-model', 'file://rg.py=openai/gpt-5-mini'],
      'names "file://rg.py", which is not asked; these are: openai:gpt-5-mini',
    ],
  ])('refuses %j', async (options, message) => {
    repository.write('promptfooconfig.yaml', config());
    expect(await init('--promptfoo', ...options)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  });

  test.each(['--provider-model', '--grader', '--embedding'])('takes %s with a configuration alone', async (option) => {
    expect(await init(option, 'a=b')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`takes ${option} only with --promptfoo`),
    });
  });
});

describe('the configuration', () => {
  test.each(['promptfooconfig.yml', 'promptfooconfig.json', 'evals/promptfooconfig.yaml'])(
    'is found where %s is the only one of the repository',
    async (path) => {
      repository.write(path, path.endsWith('.json') ? JSON.stringify(parse(config())) : config());
      expect((await init('--promptfoo')).exitCode).toBe(0);
      expect(written()).toMatchObject({ config: path });
    },
  );

  test('is that of the current folder where there are several, by its path from the root', async () => {
    repository.write('a/promptfooconfig.yaml', config());
    repository.write('b/promptfooconfig.yaml', config());
    repository.write('b/promptfooconfig.ts', 'export default {};\n');
    const { stdout } = await run(['init', '--promptfoo', '--stdout'], 'b');
    expect((await parseManifest(stdout, 'stdout')).suites[0]?.promptfoo?.config).toBe('b/promptfooconfig.yaml');
  });

  test('is named from the current folder', async () => {
    repository.write('evals/mine.yaml', config());
    const { stdout } = await run(['init', '--promptfoo', 'mine.yaml', '--stdout'], 'evals');
    expect((await parseManifest(stdout, 'stdout')).suites[0]?.promptfoo?.config).toBe('evals/mine.yaml');
  });

  test('is asked for where there are several and none in the current folder', async () => {
    repository.write('a/promptfooconfig.yaml', config());
    repository.write('b/promptfooconfig.yaml', config());
    expect((await init('--promptfoo')).stderr).toBe(
      'There are 2 promptfoo configurations: a/promptfooconfig.yaml, b/promptfooconfig.yaml. Name one: llm-budget init --promptfoo a/promptfooconfig.yaml\n',
    );
  });

  test.each<[string, Readonly<Record<string, string>>, string[], RegExp]>([
    [
      'that is not there',
      {},
      [],
      /^There is no promptfooconfig\.yaml, promptfooconfig\.yml, promptfooconfig\.json in this/,
    ],
    ['that is named and not there', {}, ['no.yaml'], /^no\.yaml does not exist$/m],
    [
      'outside of the repository',
      {},
      ['../no.yaml'],
      /--promptfoo accepts a file of this repository, not "\.\.\/no\.yaml"/,
    ],
    [
      'that is code',
      { 'evals/promptfooconfig.ts': 'export default {};\n' },
      [],
      /^evals\/promptfooconfig\.ts is code, which is not run: write the configuration in YAML or JSON, or list its calls .* calls: \[\{model: /,
    ],
    [
      'of another kind',
      { 'a.toml': '' },
      ['a.toml'],
      /^a\.toml is neither YAML nor JSON; \.yaml, \.yml and \.json are accepted$/m,
    ],
    [
      'that cannot be counted',
      {
        'promptfooconfig.yaml':
          'prompts: [hi]\nproviders: [openai:gpt-5-mini]\ntests:\n  - vars: {q: 1}\n  - cases.py\n',
      },
      [],
      /^promptfooconfig\.yaml:5:5: tests cases\.py are code, which is not run: list the calls/,
    ],
  ])('%s is refused, and nothing is written', async (_, files, named, message) => {
    for (const [path, content] of Object.entries(files)) repository.write(path, content);
    expect(await init('--promptfoo', ...named)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
    expect(isWritten()).toBe(false);
  });
});

describe('a provider whose name does not tell its model', () => {
  const PROVIDERS = `\n  - openai:gpt-5-mini\n  - file://rag.py\n  - id: 'https://example.com/ask?a=b'\n    label: it's\n  - openai:assistant:asst_1`;

  test('is named, each with its place and the option to give', async () => {
    repository.write('promptfooconfig.yaml', config({ providers: PROVIDERS }));
    const ended = await init('--promptfoo');
    expect([ended.exitCode, isWritten()]).toEqual([2, false]);
    expect(ended.stderr.split('\n')).toEqual([
      "promptfooconfig.yaml:4:5: provider file://rag.py is code, which is not run: name its model with --provider-model 'file://rag.py=openai/gpt-5-mini', or --provider-model 'file://rag.py=null' if it asks no model",
      "promptfooconfig.yaml:5:5: provider it's is code, which is not run: name its model with --provider-model 'it'\\''s=openai/gpt-5-mini', or --provider-model 'it'\\''s=null' if it asks no model",
      "promptfooconfig.yaml:7:5: provider openai:assistant:asst_1 does not tell its model: name its model with --provider-model 'openai:assistant:asst_1=openai/gpt-5-mini'",
      '',
    ]);
  });

  test('is written with the model that the option names', async () => {
    repository.write('promptfooconfig.yaml', config({ providers: PROVIDERS }));
    const models = [
      'file://rag.py=openai/gpt-5-mini',
      'https://example.com/ask?a=b=null',
      'openai:assistant:asst_1=openai/gpt-5-mini',
    ];
    expect((await init('--promptfoo', '--provider-model', ...models)).exitCode).toBe(0);
    expect(written()).toMatchObject({
      models: {
        'file://rag.py': 'openai/gpt-5-mini',
        'https://example.com/ask?a=b': null,
        'openai:assistant:asst_1': 'openai/gpt-5-mini',
      },
    });
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('and a model that the catalogue does not have are refused with the option to give', async () => {
    repository.write('promptfooconfig.yaml', config({ providers: '[openai:gpt-9, groq:nobody-1]' }));
    const { exitCode, stderr } = await init('--promptfoo');
    expect([exitCode, isWritten()]).toEqual([2, false]);
    expect(stderr).toMatch(
      /^openai:gpt-9 \/ prompt \w{6} has no price: .*--provider-model 'openai:gpt-9=ID' \(llm-budget models/m,
    );
    expect(stderr).toMatch(/^groq:nobody-1 \/ prompt \w{6} has no price: .*--provider-model 'groq:nobody-1=ID'/m);
  });
});

describe('model-graded assertions', () => {
  const graded = (assertion: string) => config({ more: `defaultTest: {assert: [${assertion}]}\n` });

  test("get promptfoo's own grader where they name none, and tokens that are proposed", async () => {
    repository.write('promptfooconfig.yaml', graded('{type: llm-rubric, value: polite}'));
    await init('--promptfoo');
    // 500 for the grading prompt, and the answer of 300.
    expect(written()).toMatchObject({
      grader: { model: 'openai/gpt-5.5', prompt_tokens: 800, completion_tokens: 200 },
    });
    expect(text()).toMatch(/model: openai\/gpt-5\.5 # promptfoo's own where only OPENAI_API_KEY is set/);
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('get the grader of --grader', async () => {
    repository.write('promptfooconfig.yaml', graded('{type: llm-rubric, value: polite}'));
    await init('--promptfoo', '--grader', 'anthropic/claude-haiku-4.5');
    expect(written()).toMatchObject({ grader: { model: 'anthropic/claude-haiku-4.5' } });
  });

  test('keep the grader that they name', async () => {
    repository.write('promptfooconfig.yaml', graded('{type: factuality, value: x, provider: openai:gpt-5-mini}'));
    await init('--promptfoo', '--completion-tokens', '100');
    expect(written()).toMatchObject({ completion_tokens: 100, grader: { prompt_tokens: 600, completion_tokens: 200 } });
    expect(text()).not.toContain('gpt-5.5');
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test("that compare embeddings get promptfoo's own model for these, or that of --embedding", async () => {
    repository.write('promptfooconfig.yaml', graded('{type: similar, value: x}'));
    const { stdout } = await init('--promptfoo', '--stdout', '--embedding', 'openai/gpt-5-mini');
    expect(stdout).toMatch(/^ +model: openai\/gpt-5-mini # as --embedding says$/m);
    await init('--promptfoo');
    expect(written()).toMatchObject({
      grader: { embedding: { model: 'openai/text-embedding-3-large', prompt_tokens: 300 } },
    });
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test.each([
    ['--grader', '{type: llm-rubric, value: x}', 'name the model that grades with --grader ID'],
    ['--embedding', '{type: similar, value: x}', 'name the model of embeddings with --embedding ID'],
  ])('refuse a %s without a price', async (option, assertion, message) => {
    repository.write('promptfooconfig.yaml', graded(assertion));
    expect(await init('--promptfoo', option, 'openai/nothing')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

describe('completion tokens', () => {
  test.each<[string, string, string[], unknown]>([
    ['are what the option says', '[openai:gpt-5-mini]', ['--completion-tokens', '120'], 120],
    [
      'are at most the cap that every provider sends',
      '[{id: openai:gpt-5-mini, config: {max_completion_tokens: 64}}]',
      [],
      64,
    ],
    [
      'are for each provider where caps differ',
      '[openai:gpt-5-mini, {id: openai:gpt-5-mini, label: short, config: {max_completion_tokens: 64}}]',
      [],
      { 'openai:gpt-5-mini': 300, short: 64 },
    ],
  ])('%s', async (_, providers, options, expected) => {
    repository.write('promptfooconfig.yaml', config({ providers }));
    expect((await init('--promptfoo', ...options)).exitCode).toBe(0);
    expect(written()).toMatchObject({ completion_tokens: expected });
    expect((await run(['check'])).exitCode).toBe(0);
  });
});

import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseManifest } from '../../src/manifest/parse.js';
import { toText } from '../../src/lib/money/decimal.js';
import { reportSchema } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE } from '../support/command-line.js';
import { commandsIn } from '../support/runner.js';
import { actionlint, stepsOf } from '../support/workflows.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const server = catalogueForAllTests({
  models: ['acme/one', 'openai/gpt-5-mini', 'acme/gift:free'].map((id) =>
    modelRow(id, id.endsWith(':free') ? { pricing: { prompt: '0', completion: '0' } } : {}),
  ),
  endpoints: {
    'acme/one': [endpointRow('one')],
    'openai/gpt-5-mini': [endpointRow('openai')],
    'acme/gift:free': [endpointRow('gift', { pricing: { prompt: '0', completion: '0' } })],
  },
  date: DATE,
});
const repository = repositoryForEachTest();

const run = (args: readonly string[], folder = '.') =>
  commandLine([...args, '--catalogue-url', server.url], { cwd: join(repository.path, folder) });
const init = (...args: string[]) => run(['init', ...args]);
const text = (path: string) => repository.read(path);
const manifest = () => parseManifest(text('llm-budget.yml'), 'llm-budget.yml');
const WORKFLOW = '.github/workflows/llm-budget.yml';

describe('init', () => {
  test('writes a manifest that passes check, and a workflow, and names both', async () => {
    const ended = await init();
    expect([ended.exitCode, ended.stdout]).toEqual([0, `llm-budget.yml\n${WORKFLOW}\n`]);
    const checked = await run(['check', '--format', 'json']);
    expect([checked.exitCode, reportSchema.parse(JSON.parse(checked.stdout)).verdict]).toEqual([0, 'pass']);
  });

  test('limits a run to its cost and a quarter, up to two digits: 1.25 x 100 x (0.001 + 0.0006) = 0.2', async () => {
    await init();
    const { budget } = await manifest();
    expect(budget.per_run?.fail && toText(budget.per_run.fail)).toBe('0.2');
  });

  test('takes the numbers of the first call: 1.25 x 7 x (0.01 + 0.0004) = 0.091', async () => {
    await init(
      '--model',
      'acme/one',
      '--suite',
      'rag',
      '--calls',
      '7',
      '--prompt-tokens',
      '10000',
      '--completion-tokens',
      '200',
    );
    const { suites, budget } = await manifest();
    expect(suites).toMatchObject([
      {
        name: 'rag',
        calls: [
          {
            model: 'acme/one',
            count: 7,
            prompt_tokens: { expected: 10_000 },
            completion_tokens: { expected: 200 },
            max_tokens: 400,
          },
        ],
      },
    ]);
    expect(budget.per_run?.fail && toText(budget.per_run.fail)).toBe('0.091');
  });

  test('sets no limit on a run of free models, and passes check', async () => {
    await init('--model', 'acme/gift:free', '--calls', '1', '--completion-tokens', '0');
    expect((await manifest()).budget.per_run).toBeUndefined();
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('writes max_tokens, and proposes a limit on the worst case: 1.25 x 100 x (0.001 + 2 x 0.0006) = 0.275, so 0.28', async () => {
    await init();
    expect((await manifest()).suites[0]?.calls[0]?.max_tokens).toBe(600);
    const written = text('llm-budget.yml');
    const [proposal = ''] = /^  # worst_case_per_run: .*$/m.exec(written) ?? [];
    expect(proposal).toMatch(
      /^ {2}# worst_case_per_run: 0\.28 # \$0\.22 at the most expensive endpoint, .*plus a quarter$/,
    );
    const taken = written.replace(proposal, proposal.replace('# ', ''));
    repository.write('llm-budget.yml', taken);
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('has the schema line for editors first, and says what every number is', async () => {
    await init('--action', 'acme/llm-budget@v1');
    const [first, ...lines] = text('llm-budget.yml').split('\n');
    expect(first).toBe(
      '# yaml-language-server: $schema=https://raw.githubusercontent.com/acme/llm-budget/v1/llm-budget.schema.json',
    );
    const numbers = lines.filter((line) => /^\s+(?:count|\w+_tokens|per_run): \d/.test(line));
    expect(numbers.length).toBeGreaterThan(3);
    expect(numbers.filter((line) => !line.includes(' # '))).toEqual([]);
  });

  test.each(['on', '12', 'a: b', 'null'])(
    'keeps the name %s, which YAML would take for something else',
    async (name) => {
      await init('--suite', name);
      expect((await manifest()).suites[0]?.name).toBe(name);
    },
  );

  test('writes without a limit where there are no prices, and says so', async () => {
    const ended = await init('--offline');
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('there is no limit on a run yet') });
    expect((await manifest()).budget.per_run).toBeUndefined();
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('refuses a model that the catalogue does not have: exit 2, the nearest id, nothing written', async () => {
    expect(await init('--model', 'acme/noe')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/did you mean "acme\/one"\?.*llm-budget models/),
    });
    expect(existsSync(join(repository.path, 'llm-budget.yml'))).toBe(false);
  });

  test.each([
    ['--calls', '0', /--calls accepts a whole number from 1/],
    ['--calls', '1e3', /--calls accepts a whole number/],
    ['--prompt-tokens', '-1', /--prompt-tokens accepts a whole number/],
    ['--completion-tokens', '2000000000', /--completion-tokens accepts a whole number from 0 to 1000000000, not/],
    ['--suite', '-x', /--suite accepts 1-64 letters/],
    ['--suite', 'a|b', /--suite accepts/],
    ['--model', '', /--model accepts/],
    ['--action', 'acme', /--action accepts OWNER\/REPOSITORY@REF/],
    ['--runs', '2', /takes --runs only with --usage/],
  ])('refuses %s %j', async (option, value, message) => {
    expect(await init(option, value)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  test('prints the manifest and writes nothing with --stdout', async () => {
    const { stdout } = await init('--stdout');
    expect((await parseManifest(stdout, 'stdout')).suites).toHaveLength(1);
    expect([existsSync(join(repository.path, 'llm-budget.yml')), existsSync(join(repository.path, WORKFLOW))]).toEqual([
      false,
      false,
    ]);
  });
});

test('shows the next command as a shell takes it', async () => {
  const { stderr } = await init('my evals.yml', '--no-workflow');
  expect(stderr).toContain("llm-budget check 'my evals.yml'");
});

describe('init overwrites nothing', () => {
  test.each(['llm-budget.yml', WORKFLOW])('where %s exists it is named and neither is written', async (path) => {
    repository.write(path, 'mine\n');
    const ended = await init();
    expect([ended.exitCode, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toBe(`${path} exists already and is left as it is; move it away first\n`);
    expect(text(path)).toBe('mine\n');
    expect(['llm-budget.yml', WORKFLOW].map((file) => existsSync(join(repository.path, file)))).toEqual(
      ['llm-budget.yml', WORKFLOW].map((file) => file === path),
    );
  });

  test('where both exist both are named', async () => {
    repository.write('llm-budget.yml', 'mine\n');
    repository.write(WORKFLOW, 'mine\n');
    expect((await init()).stderr.split('\n').filter((line) => line.includes('exists already'))).toHaveLength(2);
  });

  test('nor does it write through a link to nowhere', async () => {
    symlinkSync('elsewhere.yml', join(repository.path, 'llm-budget.yml'));
    expect((await init()).exitCode).toBe(2);
    expect(existsSync(join(repository.path, 'elsewhere.yml'))).toBe(false);
  });

  test('but adds a manifest beside a workflow with --no-workflow', async () => {
    repository.write(WORKFLOW, 'mine\n');
    expect((await init('--no-workflow')).stdout).toBe('llm-budget.yml\n');
    expect(text(WORKFLOW)).toBe('mine\n');
  });

  test('a folder in the way is exit 2 that names the file', async () => {
    repository.write('.github', '');
    expect(await init()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`${WORKFLOW} cannot be written`),
    });
  });
});

describe('the workflow of init', () => {
  test('names the action, with the permissions that it needs and no checkout', async () => {
    await init('--action', 'acme/llm-budget@v1');
    expect(parse(text(WORKFLOW))).toMatchObject({
      on: { pull_request: { types: expect.arrayContaining(['opened', 'synchronize', 'labeled']) } },
      permissions: { contents: 'read', 'pull-requests': 'write' },
      jobs: { budget: { steps: [{ uses: 'acme/llm-budget@v1' }] } },
    });
  });

  test('is one in which actionlint finds nothing, with a manifest below the root too', async () => {
    mkdirSync(join(repository.path, 'a "b" #c'));
    expect((await run(['init', '--action', 'acme/llm-budget@v1'], 'a "b" #c')).exitCode).toBe(0);
    expect(await actionlint({ name: WORKFLOW, text: text(WORKFLOW) })).toEqual([]);
    expect(stepsOf(text(WORKFLOW))).toMatchObject([{ with: { manifest: 'a "b" #c/llm-budget.yml' } }]);
  });

  test('stands at the root of the repository and names a manifest below it', async () => {
    mkdirSync(join(repository.path, 'packages/bot'), { recursive: true });
    expect((await run(['init'], 'packages/bot')).exitCode).toBe(0);
    expect(existsSync(join(repository.path, 'packages/bot/llm-budget.yml'))).toBe(true);
    expect(parse(text(WORKFLOW))).toMatchObject({
      jobs: { budget: { steps: [{ with: { manifest: 'packages/bot/llm-budget.yml' } }] } },
    });
  });

  test('reads its manifest from the repository, so one outside is refused before anything is asked or written', async () => {
    const ended = await run(['init', '../outside.yml']);
    expect([ended.exitCode, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toMatch(/init accepts a path in this repository, not "\.\.\/outside\.yml": .*--no-workflow/);
    expect([existsSync(join(repository.path, WORKFLOW)), existsSync(join(repository.path, '../outside.yml'))]).toEqual([
      false,
      false,
    ]);
  });

  test('follows links: none leads out of the repository, and the workflow has the path that git has', async () => {
    const outside = temporaryFolder();
    try {
      symlinkSync(outside.path, join(repository.path, 'out'));
      const refused = await run(['init', 'out/llm-budget.yml']);
      expect([refused.exitCode, existsSync(join(outside.path, 'llm-budget.yml'))]).toEqual([2, false]);
      expect(refused.stderr).toContain('init accepts a path in this repository, not "out/llm-budget.yml"');
    } finally {
      outside.remove();
    }
    mkdirSync(join(repository.path, 'real'));
    symlinkSync('real', join(repository.path, 'linked'));
    expect((await init('linked/llm-budget.yml')).exitCode).toBe(0);
    expect(parse(text(WORKFLOW))).toMatchObject({
      jobs: { budget: { steps: [{ with: { manifest: 'real/llm-budget.yml' } }] } },
    });
  });

  test('says that OWNER is to be replaced as long as it is', async () => {
    expect((await init('--action', 'OWNER/llm-budget@v1')).stderr).toMatch(/in place of OWNER/);
    repository.git('clean', '-fdq');
    expect((await init('--action', 'acme/llm-budget@v1')).stderr).not.toMatch(/OWNER/);
  });
});

describe('init --usage', () => {
  const row = {
    suite: 'rag',
    call: 'answer',
    model: 'acme/one',
    usage: { prompt_tokens: 1000, completion_tokens: 500, cost: 0.002 },
  };

  test('makes suites and calls of recordings: 4 requests in 2 runs are 2 a run', async () => {
    repository.write('usage.jsonl', Array.from({ length: 4 }, () => JSON.stringify(row)).join('\n'));
    const ended = await init('--usage', 'usage.jsonl', '--runs', '2');
    expect([ended.exitCode, ended.stdout]).toEqual([0, `llm-budget.yml\n${WORKFLOW}\n`]);
    expect((await manifest()).suites).toMatchObject([
      { name: 'rag', calls: [{ name: 'answer', model: 'acme/one', count: 2, prompt_tokens: { expected: 1000 } }] },
    ]);
    expect(text('llm-budget.yml')).toMatch(/^# yaml-language-server: /);
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('writes the catalogue’s id for the names that makers and tools record: 3 names of one model are one call', async () => {
    const names = ['gpt-5-mini-2025-08-07', 'azure/gpt-5-mini', 'openai/gpt-5-mini'];
    repository.write('usage.jsonl', names.map((model) => JSON.stringify({ ...row, model })).join('\n'));
    expect((await init('--usage', 'usage.jsonl')).exitCode).toBe(0);
    expect((await manifest()).suites).toMatchObject([
      { name: 'rag', calls: [{ name: 'answer', model: 'openai/gpt-5-mini', count: 3 }] },
    ]);
    expect((await run(['check'])).exitCode).toBe(0);
  });

  test('counts recorders as runs where --runs is absent: 6 requests of 3 are 2 a run', async () => {
    const rows = ['a', 'a', 'a', 'a', 'b', 'c'].map((run) => JSON.stringify({ ...row, llm_budget_record: 1, run }));
    repository.write('usage.jsonl', rows.join('\n'));
    expect((await init('--usage', 'usage.jsonl')).exitCode).toBe(0);
    expect((await manifest()).suites).toMatchObject([{ name: 'rag', calls: [{ name: 'answer', count: 2 }] }]);
  });

  test('counts the recorders of each suite: a suite that another job records is of its own runs', async () => {
    const of = (suite: string, run: string, count: number) =>
      Array.from({ length: count }, () => JSON.stringify({ ...row, suite, llm_budget_record: 1, run }));
    // 4 requests in one run, and 6 in two
    repository.write(
      'usage.jsonl',
      [...of('rag', 'a', 4), ...of('agents', 'b', 3), ...of('agents', 'c', 3)].join('\n'),
    );
    expect((await init('--usage', 'usage.jsonl')).exitCode).toBe(0);
    expect((await manifest()).suites).toMatchObject([
      { name: 'agents', calls: [{ count: 3 }] },
      { name: 'rag', calls: [{ count: 4 }] },
    ]);
  });

  test('on stdout starts no runner command, whatever the recordings say, and is the same manifest', async () => {
    const hostile = { ...row, suite: 'a ##[error]x', call: '::error::x', model: '##[group]a/b' };
    repository.write('##[error]x.jsonl', JSON.stringify(hostile));
    const printed = await init('--usage', '*.jsonl', '--stdout');
    expect(printed.exitCode).toBe(0);
    expect(commandsIn(printed.stdout)).toEqual([]);
    const models = (await parseManifest(printed.stdout, 'f')).suites.flatMap(({ calls }) =>
      calls.map(({ model }) => model),
    );
    expect(models).toEqual(['##[group]a/b']);
  });

  test('takes nothing else that the recordings tell, and needs files', async () => {
    expect(await init('--usage', 'none/*.jsonl')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('none/*.jsonl'),
    });
    expect(await init('--usage', 'usage.jsonl', '--model', 'acme/one')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--model'),
    });
  });
});

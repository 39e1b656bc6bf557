import { describe, expect, test } from '@jest/globals';
import { calibrationSchema } from '../../src/usage/calibrate/usage-report.js';
import { reportSchema } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText, type Setting } from '../support/command-line.js';
import { accountPages, answers, API_KEY, generationAnswer, isOfModels } from '../support/openrouter-server.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** acme/one costs $1 a million prompt and $2 a million completion tokens, acme/two twice that. */

const double = { prompt: '0.000002', completion: '0.000004' };
const server = catalogueForAllTests({
  models: [modelRow('acme/one'), modelRow('acme/two', { pricing: double })],
  endpoints: {
    'acme/one': [endpointRow('one')],
    'acme/two': [endpointRow('two', { pricing: double }), endpointRow('two/flex')],
  },
  date: DATE,
});
const folder = temporaryFolderForEachTest();

const run = (args: readonly string[], setting: Partial<Setting> = {}) =>
  commandLine([...args, '--catalogue-url', server.url], { cwd: folder.path, ...setting });
const calibrate = (...args: string[]) => run(['calibrate', ...args]);

interface Recorded {
  readonly count?: number;
  readonly prompt?: number;
  readonly completion?: number;
  readonly cost?: number;
  readonly model?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** By default 100 requests of 1,300 prompt and 500 completion tokens at $0.0013 + $0.001 = $0.0023. */
function recording(options: Recorded = {}): string {
  const { count = 100, prompt = 1300, completion = 500, cost = 0.0023, model = 'acme/one', more = {} } = options;
  const usage = { prompt_tokens: prompt, completion_tokens: completion, cost };
  return `${Array.from({ length: count }, () => JSON.stringify({ model, usage, ...more })).join('\n')}\n`;
}

/** The manifest of one call says 100 requests of 1,000 and 500 tokens: $0.20. */
function writeFiles(usage = recording()): void {
  folder.write('llm-budget.yml', manifestText());
  folder.write('usage.jsonl', usage);
}

describe('the table', () => {
  test('has what is declared, what was measured, the difference in percent, and the proposal', async () => {
    writeFiles();
    const ended = await calibrate('--usage', 'usage.jsonl');
    expect(ended.exitCode).toBe(0);
    const [read, , suite, ...rows] = ended.stdout.split('\n');
    expect(read).toBe('100 requests of 1 run in 1 file');
    // 100 x 0.0023 = 0.23 against 0.20
    expect(suite).toBe('evals: used $0.23 a run, estimated $0.20 (+15 %)');
    expect(rows.slice(0, 5).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['call', 'requests/run', 'prompt', 'completion', 'cached', 'cost/run'],
      ['answer', '100', '1,000', '500', '0', '$0.20'],
      ['measured', '100', '1,300', '500', '0', '$0.23'],
      ['difference', '+30 %', '+15 %'],
      ['proposed', '1,300'],
    ]);
  });

  test('names calls that were never seen, and use that the manifest lacks', async () => {
    const never = '      - {name: unused, model: acme/two, count: 1, prompt_tokens: 10, completion_tokens: 10}\n';
    folder.write('llm-budget.yml', manifestText() + never);
    folder.write('usage.jsonl', recording() + recording({ count: 2, model: 'acme/three' }));
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    expect(stdout).toMatch(/^unused +never seen/m);
    expect(stdout).toContain('In use, not in the manifest: evals / acme/three, 2 requests');
  });

  test('matches requests that were recorded under names of makers and tools: 60 + 40 are the 100 of acme/one', async () => {
    writeFiles(
      recording({ count: 60, model: 'One-2025-08-07' }) + recording({ count: 40, model: 'openrouter/acme/one' }),
    );
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    // 100 x 0.0023 = 0.23 against 0.20
    expect(stdout).toContain('evals: used $0.23 a run, estimated $0.20 (+15 %)');
    expect(stdout).not.toContain('not in the manifest');
  });

  test('keeps a price error apart from a token error: charged 0.46 for what the catalogue says is 0.23', async () => {
    writeFiles(recording({ cost: 0.0046 }));
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    expect(stdout).toContain(
      '  answer: the price differs: the recorded tokens were charged $0.46, the catalogue says $0.23 (+100 %)',
    );
  });

  test('says how far above list price a model charged, and what decides it: 0.2691 / 0.23 = 1.17', async () => {
    writeFiles(recording({ cost: 0.002691 }));
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    expect(stdout).toContain('acme/one: charged 1.17x the listed price where it differs. ');
    expect(stdout).toContain('`provider.order`, `sort` or `max_price`');
  });

  test('--json has the same per model as a field, keeps to its schema, and has the notes of the recordings', async () => {
    const gap = { model: 'acme/one', usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 9, cost: 1 } };
    writeFiles(`${recording({ cost: 0.002691 })}${JSON.stringify(gap)}\n`);
    folder.write('below.jsonl', recording({ cost: 0.00115 }));
    const { stdout } = await calibrate('--usage', 'usage.jsonl', '--json');
    const document = calibrationSchema.parse(JSON.parse(stdout));
    // 100 x $0.002691 + $1 against 100 x $0.0023 + (5 x $1/M + 1 x $2/M): 1.2691 / 0.230007 = 5.5177
    expect(document.charged_against_list).toEqual([
      { model: 'acme/one', charged: '1.2691', listed: '0.230007', ratio: '5.52' },
    ]);
    expect(document.notes.map(({ message, file, line }) => [message, file, line])).toContainEqual([
      '3 of 9 total tokens are in no part',
      'usage.jsonl',
      101,
    ]);
    // 0.00115 / 0.0023
    const below = calibrationSchema.parse(JSON.parse((await calibrate('--usage', 'below.jsonl', '--json')).stdout));
    expect(below.charged_against_list).toEqual([
      { model: 'acme/one', charged: '0.115', listed: '0.23', ratio: '0.50' },
    ]);
  });

  test('shows the notes of the recordings below the table', async () => {
    const gap = { model: 'acme/one', usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 9 } };
    writeFiles(JSON.stringify(gap));
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    expect(stdout).toContain('Note: usage.jsonl, line 1: 3 of 9 total tokens are in no part');
  });

  test.each([0.0023, 0.00115])(
    'says nothing of it where a request was charged $%d, not above $0.0023',
    async (cost) => {
      writeFiles(recording({ cost }));
      expect((await calibrate('--usage', 'usage.jsonl')).stdout).not.toContain('x the listed price');
    },
  );

  test('divides by the runs: 100 requests of 4 runs are 25 a run, at $0.0575 (0.058)', async () => {
    writeFiles();
    const { stdout } = await calibrate('--usage', 'usage.jsonl', '--runs', '4');
    expect(stdout).toContain('100 requests of 4 runs in 1 file');
    expect(stdout).toMatch(/^ {2}measured +25 /m);
    expect(stdout).toContain('evals: used $0.058 a run, estimated $0.20 (-71.3 %)');
  });

  test('counts recorders as runs: 60 and 40 requests of two are 50 a run, at $0.115 (0.12); --runs says otherwise', async () => {
    const of = (run: string, count: number) => recording({ count, more: { llm_budget_record: 1, run } });
    writeFiles(of('first', 60) + of('second', 40));
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    expect(stdout).toContain('100 requests of 2 runs in 1 file');
    expect(stdout).toMatch(/^ {2}measured +50 /m);
    expect(stdout).toContain('evals: used $0.12 a run');
    expect((await calibrate('--usage', 'usage.jsonl', '--runs', '1')).stdout).toContain('100 requests of 1 run in');
  });

  test('cannot be made to command a runner by what a recording calls its model', async () => {
    writeFiles(
      recording() + recording({ count: 1, model: '##[error]own' }) + recording({ count: 1, model: '::error::own' }),
    );
    const { stdout } = await calibrate('--usage', 'usage.jsonl');
    expect(stdout).not.toMatch(/##\[|^\s*::/m);
    expect(stdout).toContain('[error]own');
  });
});

const COMMENTED = `# What our evals cost.\r
version: 1\r
suites:\r
  evals: # the only one\r
    calls:\r
      - name: answer\t# from the index
        model: "acme/one"
        count:   100   # a run
        prompt_tokens: 1000 # grows
        completion_tokens: {expected: 500, max: 600}\t
# the end, without a line end`;

describe('the proposals', () => {
  test('are a unified diff on stdout, and nothing is written', async () => {
    writeFiles();
    const before = folder.read('llm-budget.yml');
    const { stdout, stderr } = await calibrate('--usage', 'usage.jsonl');
    const line = (prompt: number) =>
      `      - {name: answer, model: acme/one, count: 100, prompt_tokens: ${prompt}, completion_tokens: 500, max_tokens: 1000}`;
    expect(stdout.slice(stdout.indexOf('---')).split('\n')).toEqual([
      '--- a/llm-budget.yml',
      '+++ b/llm-budget.yml',
      '@@ -3,4 +3,4 @@',
      ' suites:',
      '   evals:',
      '     calls:',
      `-${line(1000)}`,
      `+${line(1300)}`,
      '',
    ]);
    expect(stderr).toBe('Nothing was written; --write puts these numbers into the file.\n');
    expect(folder.read('llm-budget.yml')).toBe(before);
  });

  test('go into the file with --write, and no other byte changes', async () => {
    folder.write('llm-budget.yml', COMMENTED);
    folder.write('usage.jsonl', recording({ count: 120, prompt: 1300, completion: 550, cost: 0.0024 }));
    const ended = await calibrate('--usage', 'usage.jsonl', '--write');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toContain('llm-budget.yml: 3 lines changed');
    expect(folder.read('llm-budget.yml')).toBe(
      COMMENTED.replace('count:   100 ', 'count:   120 ')
        .replace('prompt_tokens: 1000 #', 'prompt_tokens: 1300 #')
        .replace('{expected: 500, max: 600}', '{expected: 550, max: 550}'),
    );
  });

  test('are none after they were written', async () => {
    writeFiles();
    await calibrate('--usage', 'usage.jsonl', '--write');
    const written = folder.read('llm-budget.yml');
    const { stdout, exitCode } = await calibrate('--usage', 'usage.jsonl', '--write', '--max-error', '0');
    expect(stdout).toContain('The manifest has the measured numbers already; nothing to change.');
    expect([exitCode, folder.read('llm-budget.yml')]).toEqual([0, written]);
  });

  test('leave the tokens of prompt files to the files: 1,300 measured - 3 of "Hello world!" = 1,297', async () => {
    const manifest = manifestText()
      .replaceAll('acme/one', 'openai/one')
      .replace('count:', 'prompt_files: [p.md], count:');
    folder.write('llm-budget.yml', manifest);
    folder.write('p.md', 'Hello world!');
    folder.write('usage.jsonl', recording({ model: 'openai/one' }));
    await calibrate('--usage', 'usage.jsonl', '--write');
    expect(folder.read('llm-budget.yml')).toBe(manifest.replace('prompt_tokens: 1000', 'prompt_tokens: 1297'));
  });
});

describe('numbers that come from files', () => {
  test('stay there: a count of 3 rows that were asked twice as often is no proposal', async () => {
    const manifest = manifestText().replace('count: 100', 'count: {rows: cases.jsonl}');
    folder.write('llm-budget.yml', manifest);
    folder.write('cases.jsonl', '{"q": 1}\n{"q": 2}\n{"q": 3}\n');
    folder.write('usage.jsonl', recording({ count: 6, prompt: 1000 }));
    await calibrate('--usage', 'usage.jsonl', '--write');
    expect(folder.read('llm-budget.yml')).toBe(manifest);
  });

  test('stay in the promptfoo configuration, and no other call is written over', async () => {
    const suite =
      '\n  evals:\n    promptfoo: {config: p.yaml, completion_tokens: 40, models: {"file://a.py": acme/one}}\n';
    const manifest = `version: 1\nbudget: {per_run: 1}\nsuites:${suite}`;
    folder.write('llm-budget.yml', manifest);
    folder.write('p.yaml', 'providers: [file://a.py]\nprompts: [Say hello]\ntests: [{vars: {a: 1}}, {vars: {a: 2}}]\n');
    folder.write('usage.jsonl', recording({ count: 5 }));
    const { stdout } = await calibrate('--usage', 'usage.jsonl', '--write');
    expect(stdout).toContain('the call comes from p.yaml: change its numbers there');
    expect(folder.read('llm-budget.yml')).toBe(manifest);
  });
});

describe('--max-error', () => {
  // The estimate of $0.20 is off by $0.03, 15 % of it.
  test.each([
    ['14.9', 1],
    ['15', 0],
    ['20', 0],
  ])('of %s percent exits in %i where a suite is off by 15', async (most, exitCode) => {
    writeFiles();
    const ended = await calibrate('--usage', 'usage.jsonl', '--max-error', most);
    expect(ended.exitCode).toBe(exitCode);
    const complaint = 'llm-budget.yml: the estimate of suite "evals" is off by more than --max-error\n';
    expect(ended.stderr.includes(complaint)).toBe(exitCode === 1);
  });

  test('counts an estimate that is too high as well: 100 x 0.0015 = 0.15 is 25 % below 0.20', async () => {
    writeFiles(recording({ prompt: 500, cost: 0.0015 }));
    expect((await calibrate('--usage', 'usage.jsonl', '--max-error', '20')).exitCode).toBe(1);
  });
});

describe('--suite', () => {
  const TWO = `${manifestText()}  other:
    calls:
      - {name: answer, model: acme/one, count: 50, prompt_tokens: 1000, completion_tokens: 500}
`;

  test('says whose the recordings are that name none', async () => {
    folder.write('llm-budget.yml', TWO);
    folder.write('usage.jsonl', recording());
    const undecided = await calibrate('--usage', 'usage.jsonl');
    expect(undecided.stdout).toContain('may be evals / answer or other / answer');
    const { stdout } = await calibrate('--usage', 'usage.jsonl', '--suite', 'other');
    // 0.23 against 50 x 0.002
    expect(stdout).toContain('other: used $0.23 a run, estimated $0.10 (+130 %)');
    expect(stdout).not.toContain('evals:');
  });

  test('that the manifest does not have is an error that names those it has', async () => {
    folder.write('llm-budget.yml', TWO);
    folder.write('usage.jsonl', recording());
    expect(await calibrate('--usage', 'usage.jsonl', '--suite', 'gone')).toMatchObject({
      exitCode: 2,
      stderr: 'llm-budget.yml: the manifest has no suite "gone"; it has evals, other\n',
    });
  });
});

describe('--usage', () => {
  test('takes what a shell made of a glob, the manifest last', async () => {
    folder.write('budget.yml', manifestText());
    folder.write('a.jsonl', recording({ count: 60 }));
    folder.write('b.jsonl', recording({ count: 40 }));
    const { stdout, exitCode } = await calibrate('--usage', 'a.jsonl', 'b.jsonl', 'budget.yml', '--max-error', '15');
    expect([exitCode, stdout.split('\n')[0]]).toEqual([0, '100 requests of 1 run in 2 files']);
    expect(stdout).toContain('+++ b/budget.yml');
  });

  test('takes the last word for a recording where it is no manifest', async () => {
    folder.write('llm-budget.yml', manifestText());
    folder.write('a.json', JSON.stringify({ data: recording({ count: 60 }).trim().split('\n') }));
    folder.write('b.json', JSON.stringify({ data: recording({ count: 40 }).trim().split('\n') }));
    const { stdout } = await calibrate('--usage', 'a.json', 'b.json');
    expect(stdout.split('\n')[0]).toBe('100 requests of 1 run in 2 files');
    expect(stdout).toContain('+++ b/llm-budget.yml');
  });

  test('may be given again, with globs of its own, and the manifest in front', async () => {
    folder.write('budget.yml', manifestText());
    folder.write('u/a.jsonl', recording({ count: 60 }));
    folder.write('u/b.ndjson', recording({ count: 40 }));
    const { stdout } = await calibrate('budget.yml', '--usage', 'u/*.jsonl', '--usage', 'u/*.ndjson');
    expect(stdout.split('\n')[0]).toBe('100 requests of 1 run in 2 files');
    expect(stdout).toContain('+++ b/budget.yml');
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      'truncated JSON',
      '{"usage": {"prompt_tokens": 1',
      /^bad\.jsonl:1: not understood: a line that is not valid JSON/m,
    ],
    [
      'a negative number of tokens',
      recording({ count: 1, prompt: -1 }),
      /^bad\.jsonl:1: not understood: prompt_tokens/m,
    ],
    [
      'a fraction of a token',
      recording({ count: 1, completion: 1.5 }),
      /^bad\.jsonl:1: not understood: completion_tokens/m,
    ],
    ['binary', new Uint8Array([0, 1, 2, 3]), /^bad\.jsonl: not understood: a binary file/m],
    [
      'UTF-16',
      Buffer.from(`\ufeff${recording({ count: 1 })}`, 'utf16le'),
      /^bad\.jsonl: not understood: a file in UTF-16/m,
    ],
  ])('passes over %s beside good lines, names it on stderr and counts it', async (_, bad, message) => {
    writeFiles();
    folder.write('bad.jsonl', bad);
    const ended = await calibrate('--usage', '*.jsonl');
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).toMatch(message);
    expect(ended.stdout.split('\n')[0]).toBe('at least 100 requests of 1 run in 2 files; 1 not understood');
  });

  test.each([
    ['a glob without a match', 'none/*.jsonl', /^no file matches "none\/\*\.jsonl"$/m],
    ['a folder', 'folder', /^folder is a folder; "folder\/\*\*" names its files$/m],
    ['a file without usage', 'folder/empty.jsonl', /^no usage was found in 1 file; /m],
  ])('ends in 2 for %s', async (_, usage, message) => {
    folder.write('llm-budget.yml', manifestText());
    folder.write('folder/empty.jsonl', '{"level":"info"}\n');
    const ended = await calibrate('--usage', usage);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });
});

describe('what calibrate refuses', () => {
  test.each([
    [[], /needs --usage GLOB/],
    [['--usage'], /--usage needs a value/],
    [['--usage', 'usage.jsonl', '--runs', '0'], /--runs accepts a whole number from 1 to 1000000000, not "0"/],
    [['--usage', 'usage.jsonl', '--runs', '1.5'], /--runs accepts a whole number from 1 to 1000000000, not "1\.5"/],
    [['--usage', 'usage.jsonl', '--max-error', '20%'], /--max-error accepts a percentage such as 20, not "20%"/],
    [['--usage', 'usage.jsonl', '--max-eror', '20'], /did you mean --max-error\?/],
    [['a.yml', 'b.yml', '--usage', 'usage.jsonl'], /takes no operand "b\.yml"/],
  ])('%j', async (args, message) => {
    writeFiles();
    const ended = await calibrate(...args);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  test('prices that cannot be had end in 3, and nothing is written', async () => {
    writeFiles();
    server.intercept(() => ({ status: 404 }));
    expect((await calibrate('--usage', 'usage.jsonl', '--write')).exitCode).toBe(3);
    expect(folder.read('llm-budget.yml')).toBe(manifestText());
  });
});

describe('--generations', () => {
  const withKey = (...args: string[]) =>
    run(['calibrate', '--usage', 'usage.jsonl', '--generations', ...args], {
      environment: { OPENROUTER_API_KEY: API_KEY },
    });
  const generation = (cost: number) => generationAnswer({ total_cost: cost, model: 'acme/one', provider_name: 'Acme' });

  test('shows what was charged beside usage.cost and the estimate', async () => {
    writeFiles(recording({ more: { id: 'gen-a' }, count: 1 }));
    server.intercept(accountPages({ generations: { 'gen-a': [answers.notFound, generation(0.0025)] } }));
    const ended = await withKey();
    // 0.0002 / 0.0025 = 8 %
    expect(ended.stdout).toContain(
      '1 generation: charged $0.0025, usage.cost $0.0023 (-8 %), estimate $0.0023 (-8 %).\n' +
        'gen-a (acme/one, Acme): charged $0.0025, usage.cost $0.0023 (-8 %), estimate $0.0023 (-8 %).\n',
    );
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout + ended.stderr).not.toContain(API_KEY);
  });

  test('estimates at the price of the tier: 1,300 x $1/M + 500 x $2/M = $0.0023 on the flex endpoint of acme/two', async () => {
    writeFiles(recording({ model: 'acme/two', more: { id: 'gen-a', service_tier: 'flex' }, count: 1 }));
    server.intercept(accountPages({ generations: { 'gen-a': [generation(0.0025)] } }));
    expect((await withKey()).stdout).toContain('estimate $0.0023 (-8 %).\n');
  });

  test('shows the charge beside a JSON document too, on stderr', async () => {
    writeFiles(recording({ more: { id: 'gen-a' }, count: 1 }));
    server.intercept(accountPages({ generations: { 'gen-a': [generation(0.0025)] } }));
    const { stdout, stderr } = await withKey('--json');
    expect(JSON.parse(stdout)).toMatchObject({ schema_version: 1 });
    expect(stderr).toMatch(/estimate \$0\.0023 \(-8 %\)\.$/m);
  });

  test('says so where no row names one', async () => {
    writeFiles();
    server.intercept(accountPages({}));
    expect((await withKey()).stdout).toContain('No recorded row names a generation of OpenRouter (gen-...).');
  });

  test('with a key that is refused is an error, and nothing is written', async () => {
    writeFiles(recording({ more: { id: 'gen-a' }, count: 1 }));
    server.intercept(accountPages({ generations: { 'gen-a': answers.unauthorized } }));
    expect(await withKey('--write')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: 'OpenRouter refused the key (401): it is wrong, disabled or expired. Prices do not need it.\n',
    });
    expect(folder.read('llm-budget.yml')).toBe(manifestText());
  });

  test('without a key is an error before anything is asked', async () => {
    writeFiles();
    const before = server.requests.length;
    const ended = await calibrate('--usage', 'usage.jsonl', '--generations', '--write');
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toBe('OPENROUTER_API_KEY is not set; put the key there, it is read from nowhere else\n');
    expect([server.requests.length, folder.read('llm-budget.yml')]).toEqual([before, manifestText()]);
  });

  test('is the only way for the key to go anywhere', async () => {
    writeFiles(recording({ more: { id: 'gen-a' }, count: 1 }));
    const before = server.requests.length;
    await run(['calibrate', '--usage', 'usage.jsonl'], { environment: { OPENROUTER_API_KEY: API_KEY } });
    const asked = server.requests.slice(before);
    expect(asked.filter((request) => !isOfModels(request) || request.headers.authorization !== undefined)).toEqual([]);
  });
});

test('from recordings to a manifest, to its check, and back: init --usage, check and calibrate agree to the last digit', async () => {
  const rows =
    recording({ count: 7, prompt: 1000, completion: 499, cost: 0.001998, more: { suite: 'rag', call: 'answer' } }) +
    recording({
      count: 3,
      model: 'acme/two',
      prompt: 600,
      completion: 11,
      cost: 0.001244,
      more: { suite: 'rag', call: 'judge' },
    });
  folder.write('usage.jsonl', rows);
  expect((await run(['init', '--usage', 'usage.jsonl', '--no-workflow'])).exitCode).toBe(0);
  const checked = await run(['check', '--format', 'json']);
  // 7 x 0.001998 + 3 x 0.001244 = 0.013986 + 0.003732
  const report = reportSchema.parse(JSON.parse(checked.stdout));
  expect([checked.exitCode, report.head.per_run]).toEqual([0, '0.017718']);
  const back = await calibrate('--usage', 'usage.jsonl', '--max-error', '0');
  expect(back.exitCode).toBe(0);
  expect(back.stdout).toContain('The manifest has the measured numbers already; nothing to change.');
});

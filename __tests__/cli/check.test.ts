import { beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorReportSchema, reportSchema, type Report } from '../../src/report/model/schema.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText, type Setting } from '../support/command-line.js';
import { API_KEY } from '../support/openrouter-server.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

const half = { prompt: '0.0000005', completion: '0.000001' };
const server = catalogueForAllTests({
  models: [modelRow('acme/one'), modelRow('acme/half', { pricing: half })],
  endpoints: { 'acme/one': [endpointRow('one')], 'acme/half': [endpointRow('half', { pricing: half })] },
  date: DATE,
});
const repository = repositoryForEachTest();
beforeEach(() => {
  repository.write('llm-budget.yml', manifestText());
});

const check = (args: readonly string[], setting: Partial<Setting> = {}) =>
  commandLine(['check', ...args, '--catalogue-url', server.url], { cwd: repository.path, ...setting });

async function report(...args: string[]): Promise<Report> {
  return reportSchema.parse(JSON.parse((await check([...args, '--format', 'json'])).stdout));
}

const errors = (text: string) => errorReportSchema.parse(JSON.parse(text)).errors;
const ESCAPE = '\u001b';

describe('a page of endpoints that is refused', () => {
  const refuse = (status: number) => {
    server.intercept(({ path, headers }) =>
      path.endsWith('/endpoints') && headers.authorization !== `Bearer ${API_KEY}`
        ? { status, body: JSON.stringify({ error: { code: status, message: 'No access' } }) }
        : null,
    );
  };
  const GIVE_A_KEY = '; give it a key: openrouter-api-key in the action, OPENROUTER_API_KEY on the command line';

  test.each([
    [401, GIVE_A_KEY],
    [403, GIVE_A_KEY],
    [404, ''],
  ])('with %i leaves expected live, at $0.20, and is a warning that says why', async (status, more) => {
    refuse(status);
    const { verdict, head, violations, prices } = await report();
    expect([verdict, prices.source]).toEqual(['warn', 'live']);
    expect(head).toMatchObject({ per_run: '0.2', floor_per_run: null, worst_case_per_run: null });
    expect(violations.map(({ rule, severity, message }) => [rule, severity, message])).toEqual([
      [
        'incomplete_price',
        'warn',
        `The price of evals / answer is incomplete: acme/one: its endpoints are not known (${new URL(server.url).host} answered ${status}${more}), so it has no floor and no worst case.`,
      ],
    ]);
    expect((await check([])).exitCode).toBe(0);
    expect((await check(['--fail-on', 'warning'])).exitCode).toBe(1);
  });

  test('breaks a limit on the worst case', async () => {
    refuse(401);
    repository.write('llm-budget.yml', manifestText({ limit: '1, worst_case_per_run: 1' }));
    const { verdict, violations } = await report();
    expect(verdict).toBe('fail');
    expect(violations[0]).toMatchObject({ rule: 'incomplete_price', severity: 'fail' });
  });

  test('is asked for with OPENROUTER_API_KEY: $0.30 at worst', async () => {
    refuse(403);
    const ended = await check(['--format', 'json'], { environment: { OPENROUTER_API_KEY: API_KEY } });
    expect(reportSchema.parse(JSON.parse(ended.stdout))).toMatchObject({
      verdict: 'pass',
      head: { per_run: '0.2', worst_case_per_run: '0.3' },
    });
  });
});

describe('the report of a check', () => {
  test('is a table on stdout for a person, and nothing on stderr', async () => {
    const ended = await check([]);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^Within budget: LLM calls cost \$0\.20 per run/);
    expect(ended.stdout).toContain('Range of a run: $0.20 - $0.30');
  });

  test('is one JSON document with exact amounts: 100 x (1000 x 0.000001 + 500 x 0.000002)', async () => {
    const { verdict, head, coverage, prices, base } = await report();
    expect({ verdict, coverage, base }).toEqual({
      verdict: 'pass',
      coverage: { priced: 1, free: 0, unpriced: 0 },
      base: null,
    });
    expect(head).toMatchObject({
      per_run: '0.2',
      priced_per_run: '0.2',
      floor_per_run: '0.2',
      worst_case_per_run: '0.3',
      per_month: null,
      requests_per_run: 100,
    });
    expect(prices).toMatchObject({ source: 'live', url: server.url, fetched_at: '2026-11-24T09:00:00Z' });
  });

  test('is the comment with --format markdown', async () => {
    const { stdout } = await check(['--format', 'markdown']);
    expect(stdout).toMatch(/^### .*LLM calls cost \$0\.20 per run/);
  });

  test('goes to the file that --output names, from where the command runs or as a whole path', async () => {
    const ended = await check(['--format', 'json', '--output', 'report.json']);
    expect(ended).toEqual({ exitCode: 0, stdout: '', stderr: 'Verdict: pass. The report is in report.json\n' });
    const written = repository.read('report.json');
    expect(reportSchema.parse(JSON.parse(written)).head.per_run).toBe('0.2');

    const path = join(repository.path, 'deep.md');
    expect((await check(['--format', 'markdown', '--output', path])).exitCode).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('$0.20');
  });

  test('has the arithmetic of each call with --explain, and with --explain alone', async () => {
    const [plain, explained] = [await check([]), await check(['--explain'])];
    expect(plain.stdout).not.toContain('prompt tokens x');
    expect(explained.stdout).toContain('1000 prompt tokens x 0.000001 = 0.001');
    expect(explained.stdout).toContain('500 completion tokens x 0.000002 = 0.001');
    expect(explained.stdout).toContain('sum = 0.002');
  });

  test('has it as Markdown too, in a block of code', async () => {
    const markdown = ['--format', 'markdown'];
    const [plain, explained] = [await check(markdown), await check([...markdown, '--explain'])];
    expect(plain.stdout).not.toContain('prompt tokens x');
    expect(explained.stdout).toMatch(/^```\n.*\n1000 prompt tokens x 0\.000001 = 0\.001\n(?:.*\n)*?```$/m);
  });

  test('names where its prices come from where that is not the usual catalogue', async () => {
    expect((await report()).notes.map(({ code }) => code)).toContain('catalogue_url');
  });

  test('is read from the manifest that is named, beside prices at the instant of --at', async () => {
    repository.write('other/budget.yml', manifestText({ count: 200 }));
    expect((await report('other/budget.yml', '--at', '2026-11-24T18:30Z')).head.per_run).toBe('0.4');
  });
});

describe('--output', () => {
  test.each([
    ['pass', '1', 0],
    ['fail', '0.1', 1],
    ['error', 'many', 2],
  ])('leaves one line on stderr with the verdict %s and the file', async (verdict, limit, exitCode) => {
    repository.write('llm-budget.yml', manifestText({ limit }));
    for (const format of ['table', 'json', 'markdown']) {
      const ended = await check(['--format', format, '--output', 'report.txt']);
      expect([ended.exitCode, ended.stdout]).toEqual([exitCode, '']);
      const lines = ended.stderr.trimEnd().split('\n');
      expect(lines.filter((line) => line.startsWith('Verdict: '))).toEqual([
        `Verdict: ${verdict}. The report is in report.txt`,
      ]);
      expect(lines).toHaveLength(verdict === 'error' ? 2 : 1);
    }
  });

  test('is all that is left behind in the folder', async () => {
    await check(['--output', 'report.txt']);
    expect(repository.git('status', '--porcelain', '--untracked-files=all').split('\n')).toEqual([
      '?? llm-budget.yml',
      '?? report.txt',
    ]);
    expect(repository.read('report.txt')).toContain('$0.20');
  });

  test('is as wide as a file, whatever the terminal', async () => {
    await check(['--output', 'narrow.txt'], { terminal: 40 });
    await check(['--output', 'wide.txt'], { terminal: 200 });
    expect(repository.read('narrow.txt')).toBe(repository.read('wide.txt'));
  });
});

describe('colour', () => {
  test('is there on a terminal alone', async () => {
    expect((await check([])).stdout).not.toContain(ESCAPE);
    expect((await check([], { terminal: 100 })).stdout).toContain(ESCAPE);
  });

  test.each(['1', 'yes'])('is not there with NO_COLOR=%s', async (value) => {
    const { stdout } = await check([], { terminal: 100, environment: { NO_COLOR: value } });
    expect(stdout).not.toContain(ESCAPE);
  });

  test('is there with an empty NO_COLOR, which counts as absent', async () => {
    expect((await check([], { terminal: 100, environment: { NO_COLOR: '' } })).stdout).toContain(ESCAPE);
  });

  test('is not in a file', async () => {
    await check(['--output', 'report.txt'], { terminal: 100 });
    expect(repository.read('report.txt')).not.toContain(ESCAPE);
  });

  test('leaves lines no wider than the terminal', async () => {
    repository.write('llm-budget.yml', manifestText().replace('evals:', `${'long-name-'.repeat(6)}:`));
    const { stdout } = await check([], { terminal: 60, environment: { NO_COLOR: '1' } });
    const table = stdout.split('\n').filter((line) => /^ {2}(?:long|Suite|All)/.test(line));
    expect(table).toHaveLength(3);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe('--base', () => {
  test('takes a file: 0.2 - 0.1 = 0.1, 100 % of 0.1', async () => {
    repository.write('base.yml', manifestText({ count: 50 }));
    const { base, delta } = await report('--base', 'base.yml');
    expect([base?.per_run, delta?.per_run, delta?.percent]).toEqual(['0.1', '0.1', '100.00']);
  });

  test('takes a git ref, a branch or a commit, and reads the manifest there', async () => {
    repository.write('llm-budget.yml', manifestText({ count: 25 }));
    const sha = repository.commit();
    repository.write('llm-budget.yml', manifestText());
    for (const ref of ['main', 'HEAD', sha]) {
      const { base, commits } = await report('--base', ref);
      expect([base?.per_run, commits?.base]).toEqual(['0.05', sha]);
    }
  });

  test('without a manifest there is a note, and increases are not judged', async () => {
    repository.git('rm', '--cached', '--quiet', '-r', '--ignore-unmatch', '.');
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'empty');
    const { base, delta, notes } = await report('--base', 'HEAD');
    expect([base, delta, notes.map(({ code }) => code)]).toEqual([null, null, ['base_missing', 'catalogue_url']]);
  });

  test('that is neither a file nor a ref is exit 2, and the message says what is accepted', async () => {
    repository.commit();
    const ended = await check(['--base', 'no-such-ref']);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(/--base "no-such-ref" is neither a readable file nor a usable git ref/);
  });
});

describe('--policy', () => {
  test('judges by the limits at a ref: a raised limit is not applied', async () => {
    repository.write('llm-budget.yml', manifestText({ limit: '0.15' }));
    const sha = repository.commit();
    repository.write('llm-budget.yml', manifestText({ limit: '50' }));
    const judged = await report('--policy', 'main');
    expect(judged.verdict).toBe('fail');
    expect(judged.policy).toEqual({
      ref: 'main',
      sha,
      protected: true,
      not_applied: [{ key: 'budget.per_run', head: '50', policy: '0.15' }],
    });
    expect(judged.violations).toMatchObject([{ rule: 'per_run', severity: 'fail', actual: '0.2', limit: '0.15' }]);
    expect((await check(['--policy', 'main'])).exitCode).toBe(1);
  });

  test('and --base compare with one ref and judge by it: $0.20 against $0.10, limit $0.15', async () => {
    repository.write('llm-budget.yml', manifestText({ count: 50, limit: '0.15' }));
    repository.commit();
    repository.write('llm-budget.yml', manifestText({ limit: '9' }));
    const ended = await check(['--base', 'main', '--policy', 'main', '--format', 'json']);
    const judged = reportSchema.parse(JSON.parse(ended.stdout));
    expect([ended.exitCode, judged.verdict, judged.delta?.per_run]).toEqual([1, 'fail', '0.1']);
    expect(judged.policy.not_applied).toEqual([{ key: 'budget.per_run', head: '9', policy: '0.15' }]);
  });

  test('excuses nothing where base is on another branch, and judges the increase against its own manifest too', async () => {
    repository.write('llm-budget.yml', manifestText({ count: 50, limit: '0.15, increase_percent: 25' }));
    repository.commit();
    repository.git('checkout', '--quiet', '-b', 'feature');
    repository.write('llm-budget.yml', manifestText({ limit: '0.15, increase_percent: 25' }));
    repository.commit();
    const judged = await report('--base', 'feature', '--policy', 'main');
    // head is feature: $0.20 > $0.15, no more than base; against main's $0.10 it is +100 %
    expect(judged.delta?.per_run).toBe('0');
    expect(judged.violations.map(({ rule, severity, actual }) => [rule, severity, actual])).toEqual([
      ['per_run', 'fail', '0.2'],
      ['increase_percent', 'fail', '100.00'],
    ]);
    // head is the tip itself, whatever base is: nothing fails
    const own = await report('--base', 'main', '--policy', 'feature');
    expect(own.violations.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['per_run', 'warn'],
      ['increase_percent', 'warn'],
    ]);
    const excused = await report('--base', 'feature', '--policy', 'feature');
    expect(excused.violations.map(({ rule, severity }) => [rule, severity])).toEqual([['per_run', 'warn']]);
  });

  test('that cannot be read is exit 2, whatever head says', async () => {
    repository.write('llm-budget.yml', manifestText({ limit: 'many' }));
    repository.commit();
    repository.write('llm-budget.yml', manifestText());
    const ended = await check(['--policy', 'main', '--format', 'json']);
    expect(ended.exitCode).toBe(2);
    expect(errors(ended.stdout)[0]?.message).toMatch(/^The policy on main .* cannot be read/);
  });

  test('with a manifest there and none here is a failure, with what base costs', async () => {
    repository.commit();
    repository.git('rm', '--quiet', 'llm-budget.yml');
    expect((await check(['--policy', 'main'])).exitCode).toBe(1);
    const { head, base, delta } = await report('--policy', 'main', '--base', 'main');
    expect([head.per_run, base?.per_run, delta]).toEqual([null, '0.2', null]);
    expect([head.priced_per_run, head.requests_per_run]).toEqual(['0', 0]);
  });

  test('lists what base has as removed where there is no manifest here, suites and calls in its order', async () => {
    const second =
      '  smoke:\n    calls: [{model: acme/half, count: 10, prompt_tokens: 1000, completion_tokens: 500}]\n';
    repository.write('llm-budget.yml', manifestText({ more: 'runs_per_month: 30\n' }) + second);
    repository.commit();
    repository.git('rm', '--quiet', 'llm-budget.yml');
    const { suites } = await report('--policy', 'main', '--base', 'main');
    // 100 x 0.002 = 0.2, x 30 = 6; 10 x (1000 x 0.0000005 + 500 x 0.000001) = 0.01, x 30 = 0.3
    expect(suites).toMatchObject([
      {
        name: 'evals',
        status: 'removed',
        head: null,
        base: { per_run: '0.2', per_month: '6' },
        delta: { per_run: '-0.2', percent: '-100.00', per_month: '-6' },
        line: null,
        calls: [{ name: 'answer', status: 'removed', head: null, base: { per_run: '0.2' }, line: null }],
      },
      {
        name: 'smoke',
        status: 'removed',
        head: null,
        base: { per_run: '0.01', per_month: '0.3' },
        delta: { per_run: '-0.01', percent: '-100.00', per_month: '-0.3' },
        line: null,
        calls: [{ name: 'acme/half', status: 'removed', head: null, base: { per_run: '0.01' }, line: null }],
      },
    ]);
  });

  test('lists no suite where neither base nor this tree has a manifest', async () => {
    repository.commit();
    repository.git('branch', 'policy');
    repository.git('rm', '--quiet', 'llm-budget.yml');
    repository.commit();
    const { base, suites } = await report('--policy', 'policy', '--base', 'main');
    expect([base, suites]).toEqual([null, []]);
  });
});

describe('exit codes', () => {
  test.each([
    ['0.2', 'violation', 0],
    ['0.19', 'violation', 1],
    ['0.19', 'never', 0],
    ['{warn: 0.19}', 'violation', 0],
    ['{warn: 0.19}', 'warning', 1],
    ['{warn: 0.19}', 'never', 0],
  ])('for $0.20 against %s with --fail-on %s: %i', async (limit, failOn, exitCode) => {
    repository.write('llm-budget.yml', manifestText({ limit }));
    expect((await check(['--fail-on', failOn])).exitCode).toBe(exitCode);
  });

  test('2 for a wrong option, as a document where one was requested', async () => {
    const ended = await check(['--format', 'json', '--no-such']);
    expect(ended.exitCode).toBe(2);
    expect(errors(ended.stdout)[0]?.message).toContain('has no option "--no-such"');
  });

  test('2 for a manifest with mistakes, each on stderr with its place', async () => {
    repository.write('llm-budget.yml', manifestText({ count: 1.5, limit: 'many' }));
    const ended = await check([]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^llm-budget\.yml:2:\d+: .*\nllm-budget\.yml:6:\d+: .*\n$/);
  });

  test('2 where there is no manifest, with the way to get one', async () => {
    repository.git('init', '--quiet');
    const ended = await check(['missing.yml']);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/no missing\.yml.*llm-budget init/);
  });

  test('3 where no prices are to be had, with the way to get a lock', async () => {
    server.intercept(() => ({ status: 404, body: '{}' }));
    const ended = await check([]);
    expect(ended).toMatchObject({ exitCode: 3, stdout: '' });
    expect(ended.stderr).toMatch(/answered 404[^]*"llm-budget lock" writes one/);
  });

  test('3 becomes 0 with --fail-on never, and the error is still reported', async () => {
    server.intercept(() => ({ status: 404, body: '{}' }));
    const ended = await check(['--fail-on', 'never']);
    expect([ended.exitCode, ended.stderr.includes('answered 404')]).toEqual([0, true]);
  });
});

describe('an error with --format json', () => {
  test('is a document on stdout and lines on stderr', async () => {
    repository.write('llm-budget.yml', manifestText({ limit: 'many' }));
    const ended = await check(['--format', 'json']);
    expect(ended.exitCode).toBe(2);
    expect(JSON.parse(ended.stdout)).toMatchObject({ schema_version: 1, verdict: 'error' });
    expect(errors(ended.stdout)).toMatchObject([{ file: 'llm-budget.yml', line: 2 }]);
    expect(ended.stderr).toMatch(/^llm-budget\.yml:2:/);
  });

  test('goes to --output too, for prices that cannot be had', async () => {
    server.intercept(() => ({ status: 404, body: '{}' }));
    const ended = await check(['--format', 'json', '--output', 'report.json']);
    expect([ended.exitCode, ended.stdout]).toEqual([3, '']);
    expect(errors(repository.read('report.json'))).toHaveLength(2);
  });

  test.each([
    ['json', []],
    ['json', ['--output', 'report.txt']],
    ['markdown', []],
    ['markdown', ['--output', 'report.txt']],
    ['table', ['--output', 'report.txt']],
  ])('is a document in %s with %j, for a wrong option before or behind too', async (format, output) => {
    for (const wrong of [
      ['--nonsense'],
      ['--fail-on', 'sometimes'],
      ['--at', '2026-02-30T00:00Z'],
      ['a.yml', 'b.yml'],
    ]) {
      for (const args of [
        [...wrong, '--format', format, ...output],
        [`--format=${format}`, ...output, ...wrong],
      ]) {
        repository.write('report.txt', 'of an earlier run');
        const ended = await check(args);
        expect(ended.exitCode).toBe(2);
        expect(ended.stderr).toMatch(/^llm-budget check .*--help shows what it accepts\)$/m);
        const written = output.length === 0 ? ended.stdout : repository.read('report.txt');
        if (format === 'json') expect(errors(written)).toHaveLength(1);
        else expect(written).toMatch(format === 'markdown' ? /^### .*No verdict/ : /^No verdict/);
        if (output.length > 0) expect(ended.stdout).toBe('');
      }
    }
  });

  test('goes to no file where --output lacks its name, and another option stands in its place', async () => {
    const ended = await check(['--output', '--format', 'json']);
    expect([ended.exitCode, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toMatch(/^llm-budget check --output needs a value/);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(join(repository.path, '--format'))).toBe(false);
  });

  test('names a file that cannot be written beside what was wrong, once each', async () => {
    const ended = await check(['--nonsense', '--format', 'json', '--output', 'missing/report.json']);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr.split('\n')).toEqual([
      expect.stringContaining('has no option "--nonsense"'),
      expect.stringContaining('missing/report.json cannot be written: the folder does not exist'),
      '',
    ]);
    const alone = await check(['--format', 'json', '--output', 'missing/report.json']);
    expect(alone.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('with --format markdown is a comment', async () => {
    repository.write('llm-budget.yml', 'version: 2');
    expect((await check(['--format', 'markdown'])).stdout).toMatch(/^### .*No verdict: 2 problems/);
  });
});

describe('--offline', () => {
  test('without a lock is exit 3 and sends no request', async () => {
    const before = server.requests.length;
    const ended = await check(['--offline', '--format', 'json']);
    expect(ended.exitCode).toBe(3);
    expect(errors(ended.stdout).map(({ message }) => message)).toEqual([
      expect.stringContaining('not requested'),
      expect.stringContaining('no lock'),
    ]);
    expect(server.requests).toHaveLength(before);
  });

  test('uses the lock, labelled with its age: 2 days later the same $0.20 with a warning', async () => {
    await commandLine(['lock', '--catalogue-url', server.url], { cwd: repository.path });
    const before = server.requests.length;
    const ended = await check(['--offline', '--format', 'json'], { now: '2026-11-26T10:00:00Z' });
    const judged = reportSchema.parse(JSON.parse(ended.stdout));
    expect([ended.exitCode, judged.verdict, judged.head.per_run]).toEqual([0, 'warn', '0.2']);
    expect(judged.prices).toMatchObject({ source: 'lock', age_days: 2 });
    expect(server.requests).toHaveLength(before);
  });

  test('with a lock older than the policy admits is a failure', async () => {
    await commandLine(['lock', '--catalogue-url', server.url], { cwd: repository.path });
    expect((await check(['--offline'], { now: '2026-12-25T10:00:00Z' })).exitCode).toBe(1);
  });
});

test('live prices beside a lock give the drift between them', async () => {
  await commandLine(['lock', '--catalogue-url', server.url], { cwd: repository.path });
  const path = join(repository.path, 'llm-budget.lock.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"0.000002"', '"0.000001"'));
  // 100 x 500 x (0.000002 - 0.000001)
  expect((await report()).price_drift).toMatchObject({ per_run: '0.05', since: '2026-11-24T09:00:00Z' });
});

test('suggestions come with their saving, and a limit that one of them mends names it', async () => {
  repository.write('base.yml', manifestText({ model: 'acme/half' }));
  repository.write('llm-budget.yml', manifestText({ limit: '0.15' }));
  const { suggestions, violations } = await report('--base', 'base.yml');
  // 0.2 - 0.1
  expect(suggestions).toEqual([
    {
      message: 'Go back to acme/half on evals / answer: the same requests cost 2 times as much on acme/one.',
      saving_per_run: '0.1',
    },
  ]);
  expect(violations[0]?.remedy).toBe('Take back evals / answer: acme/half -> acme/one, +$0.10.');
});

test('a path to a folder, or an output that cannot be written, is exit 2 that names it', async () => {
  mkdirSync(join(repository.path, 'folder'));
  expect(await check(['folder'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('folder') });
  expect(await check(['--output', 'missing/report.txt'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/missing\/report\.txt cannot be written: the folder does not exist/),
  });
  expect(existsSync(join(repository.path, 'missing'))).toBe(false);
});

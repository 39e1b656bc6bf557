import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toText } from '../../src/lib/money/decimal.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, type Ended } from '../support/command-line.js';
import { compileSource } from '../support/compiled-source.js';
import { ANSWER_TEXT, startLlmUpstream, type LlmUpstream } from '../support/llm-upstream.js';
import { runToEnd, type EndedProcess } from '../support/process.js';
import { ROOT } from '../support/project-files.js';
import { forAllTests, temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

const MODELS = ['openai/gpt-4o-mini', 'anthropic/claude-haiku-4.5', 'acme/one'];

const source = forAllTests(compileSource, ({ remove }) => {
  remove();
});
const catalogue = catalogueForAllTests({
  models: MODELS.map((id) => modelRow(id)),
  endpoints: Object.fromEntries(MODELS.map((id) => [id, [endpointRow('one')]])),
  date: DATE,
});
const folder = temporaryFolderForEachTest();
let upstream: LlmUpstream;
beforeEach(async () => {
  upstream = await startLlmUpstream({ promptOf: () => 1000, completionOf: () => 50 });
});
afterEach(() => upstream.close());

const CLIENTS = join(ROOT, '__tests__/support/clients');

function environment(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    PATH: process.env.PATH ?? '',
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    ANTHROPIC_BASE_URL: upstream.url,
    OPENROUTER_BASE_URL: `${upstream.url}/api/v1`,
    ...more,
  };
}

/** `llm-budget record` as a process, for what the command that it runs prints, and for the exit code of the process. */
function recordProcess(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<EndedProcess> {
  const env = environment(more);
  return runToEnd(process.execPath, [source().program('cli/index'), 'record', ...args], { cwd: folder.path, env });
}

/** `llm-budget record` in this process; what it runs is a process, and has the streams of this one. */
function record(args: readonly string[]): Promise<Ended> {
  return commandLine(['record', ...args], { cwd: folder.path, environment: environment({}) });
}

const node = (script: string) => ['--', process.execPath, '-e', script];
const client = (name: string) => ['--', process.execPath, join(CLIENTS, name)];
const rows = () => folder.read('llm-budget.usage.jsonl');
const ASK = `await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({model: 'acme/one', max_tokens: 50, messages: []})})`;

describe('real clients that find the base URL in the environment', () => {
  test.each(['openai.mjs', 'anthropic.mjs'])(
    '%s: init of the rows makes a manifest whose check equals the bill',
    async (name) => {
      const ended = await recordProcess(['--suite', 'evals', '--catalogue-url', catalogue.url, ...client(name)]);
      expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(ANSWER_TEXT) });
      const requests = upstream.requests.length;
      expect(rows().trimEnd().split('\n')).toHaveLength(requests);
      expect(`${rows()}${ended.stderr}`).not.toMatch(/THE-PROMPT|THE-ANSWER|THE-KEY/);

      const made = await commandLine(
        ['init', '--usage', 'llm-budget.usage.jsonl', '--no-workflow', '--catalogue-url', catalogue.url],
        { cwd: folder.path },
      );
      expect(made.exitCode).toBe(0);
      const checked = await commandLine(['check', '--format', 'json', '--catalogue-url', catalogue.url], {
        cwd: folder.path,
      });
      // Each request costs 1000 x 0.000001 + 50 x 0.000002 = $0.0011.
      expect(JSON.parse(checked.stdout)).toMatchObject({
        head: { per_run: toText(upstream.bill()), requests_per_run: requests },
      });
    },
  );

  test('raise their own error where a request is refused, again each time', async () => {
    // The body of each is below 200 bytes: at worst 0.0002 + 0.0002, and one answer costs 0.0011.
    const ended = await recordProcess(['--cap', '0.001', '--catalogue-url', catalogue.url, ...client('refused.mjs')]);
    expect(ended.stdout.split('\n')).toEqual([
      'answered',
      expect.stringMatching(/^APIError 402 .*of the cap of \$0\.001, \$0\.0011 is spent/),
      expect.stringMatching(/^APIError 402 .*of the cap of \$0\.001, \$0\.0011 is spent/),
      expect.stringMatching(/^APIError 402 .*of the cap of \$0\.001, \$0\.0011 is spent/),
      '',
    ]);
    // The command itself ended well.
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain('3 requests were refused with 402.');
    expect(ended.stderr.match(/Refused with 402/g)).toHaveLength(1);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a signal that ends the recorder', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s is handed on, and the command ends in its own way', async (signal) => {
    const script = `process.on('${signal}', () => { console.log('cleaned up'); process.exit(9); }); setInterval(() => 0, 1000); process.kill(process.ppid, '${signal}')`;
    expect(await recordProcess(node(script))).toMatchObject({ exitCode: 9, stdout: 'cleaned up\n' });
  });
});

describe('the exit code', () => {
  test.each([
    ['that of the command', ['--', process.execPath, '-e', 'process.exit(7)'], 7],
    ['127 where the command is not found', ['--', 'no-such-command-here'], 127],
    ['128 and the number of the signal that ended the command', node('process.kill(process.pid, "SIGTERM")'), 143],
  ])('is %s', async (_, args, exitCode) => {
    expect((await recordProcess(args)).exitCode).toBe(exitCode);
  });

  test('comes with one line of a command that is not found, and no summary', async () => {
    expect((await record(['--', 'no-such-command-here'])).stderr).toBe(
      'llm-budget record: the command no-such-command-here was not found\n',
    );
  });

  test('is that of the command where requests were refused and it did not end with 0', async () => {
    const ended = await record(['--cap', '0', '--catalogue-url', catalogue.url, ...node(`${ASK}; process.exit(5)`)]);
    expect([ended.exitCode, upstream.requests]).toEqual([5, []]);
  });

  test.each([
    [[], 'needs the command after --'],
    [['--'], 'needs the command after --'],
    [['npm', 'run', 'evals'], 'needs the command after --'],
    [['--cap', '1', 'npm', 'run', 'evals'], 'needs the command after --'],
    [
      ['--cap', '1', '--cap-from', 'llm-budget.yml', '--suite', 'evals', '--', 'true'],
      'takes --cap or --cap-from, not both',
    ],
    [['--cap', '$5', '--', 'true'], '--cap accepts US dollars such as 2.50, not "$5"'],
    [['--cap', '-1', '--', 'true'], '--cap accepts US dollars'],
    [['--cap-from', 'llm-budget.yml', '--', 'true'], '--cap-from needs --suite'],
    [['--suite', ' ', '--', 'true'], '--suite accepts'],
    [['--cap-from', 'none.yml', '--suite', 'evals', '--', 'true'], 'There is no none.yml'],
  ])('is 2 for %j: %s', async (args, message) => {
    const ended = await commandLine(['record', ...args], { cwd: folder.path });
    expect(ended).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('is 3 with a cap and no prices', async () => {
    const ended = await commandLine(['record', '--cap', '1', '--offline', '--', 'true'], { cwd: folder.path });
    expect(ended).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no lock') });
  });

  test('is 2 where the file cannot be written or a base URL is none', async () => {
    mkdirSync(join(folder.path, 'taken'));
    expect(await commandLine(['record', '--usage-file', 'taken', '--', 'true'], { cwd: folder.path })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('taken cannot be written'),
    });
    const environment = { OPENAI_BASE_URL: 'not a URL with sk-THE-KEY' };
    const ended = await commandLine(['record', '--', 'true'], { cwd: folder.path, environment });
    expect(ended).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('The environment variable OPENAI_BASE_URL'),
    });
    expect(ended.stderr).not.toContain('sk-THE-KEY');
  });
});

describe('--cap-from', () => {
  const manifest = (budget: string, repeat = 1) => `version: 1
suites:
  evals:
    repeat: ${String(repeat)}
    ${budget}
    calls: [{model: acme/one, count: 1, prompt_tokens: 100, completion_tokens: 50}]
`;
  const take = (text: string, script = '0') => {
    folder.write('llm-budget.yml', text);
    const options = ['--cap-from', 'llm-budget.yml', '--suite', 'evals', '--catalogue-url', catalogue.url];
    return record([...options, ...node(script)]);
  };

  test('takes the limit per run of the suite that fails', async () => {
    const ended = await take(manifest('budget: {per_run: {warn: 0.000001, fail: 0.00002}}'), ASK);
    expect([ended.exitCode, upstream.requests]).toEqual([1, []]);
    expect(ended.stderr).toContain('Of the cap of $0.00002, $0.00 is spent.');
  });

  test('says that the limit is for all repeats together', async () => {
    expect((await take(manifest('budget: {per_run: 1}', 3))).stderr).toContain(
      'The cap of $1.00 is the limit of all 3 repeats of evals together; this recorder sees one of them.',
    );
  });

  test.each([['budget: {per_run: {warn: 1}}'], ['budget: {worst_case_per_run: 1}'], ['description: none']])(
    'is exit 2 for a suite with %s',
    async (budget) => {
      const ended = await take(manifest(budget));
      expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no limit per run that fails') });
    },
  );
});

describe('the end of a recording', () => {
  test('is one table on stderr with the estimate beside it, and the next command', async () => {
    writeFileSync(
      join(folder.path, 'llm-budget.yml'),
      'version: 1\nsuites:\n  evals:\n    calls: [{model: acme/one, count: 1, prompt_tokens: 1000, completion_tokens: 50}]\n',
    );
    const ended = await record(['--suite', 'evals', '--catalogue-url', catalogue.url, ...node(ASK)]);
    expect([ended.exitCode, ended.stdout]).toEqual([0, '']);
    expect(ended.stderr.trim().split('\n')).toEqual([
      'Model     Requests  Prompt  Completion     Cost',
      'acme/one         1   1,000          50  $0.0011',
      'The manifest expects $0.0011 for a run of evals.',
      'The rows are in llm-budget.usage.jsonl.',
      'Next: llm-budget calibrate --usage llm-budget.usage.jsonl',
    ]);
  });

  test('asks no catalogue where every answer states its cost', async () => {
    await upstream.close();
    upstream = await startLlmUpstream({ statesCost: true });
    const before = catalogue.requests.length;
    const ended = await record(['--catalogue-url', catalogue.url, ...node(ASK)]);
    expect(ended.stderr).toContain('Next: llm-budget init --usage llm-budget.usage.jsonl');
    expect(catalogue.requests).toHaveLength(before);
  });

  test('names the remedy for a stream without usage', async () => {
    const script =
      ASK.replace("model: 'acme/one',", "model: 'acme/one', stream: true,") + '.then((answer) => answer.text())';
    const ended = await record(['--catalogue-url', catalogue.url, ...node(script)]);
    expect(ended.stderr).toMatch(/1 answer without usage: a stream without usage: .*stream_options.*Set it/);
    expect(rows()).toContain('"usage":null');
  });

  test('appends to the rows of earlier runs, after a line that was cut', async () => {
    folder.write('llm-budget.usage.jsonl', '{"llm_budget_record":1,"run":"a');
    await record(node(ASK));
    await record(node(ASK));
    const lines = rows().trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const runs = lines.slice(1).map((line) => /"run":"([^"]+)"/.exec(line)?.[1]);
    expect(new Set(runs).size).toBe(2);
  });
});

test('the command gets NO_PROXY for the recorder, and keeps its own exceptions', async () => {
  const script = 'process.stdout.write([process.env.NO_PROXY, process.env.no_proxy].join(" "))';
  expect((await recordProcess(node(script), { NO_PROXY: 'example.com' })).stdout).toBe(
    'example.com,127.0.0.1 example.com,127.0.0.1',
  );
  expect((await recordProcess(node(script))).stdout).toBe('127.0.0.1 127.0.0.1');
});

test('nothing is left behind where there was nothing to record but the empty file', async () => {
  await record(node('0'));
  expect(existsSync(join(folder.path, 'llm-budget.usage.jsonl'))).toBe(true);
  expect(rows()).toBe('');
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { toText } from '../../src/lib/money/decimal.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { compileSource } from '../support/compiled-source.js';
import { startLlmUpstream, type LlmUpstream } from '../support/llm-upstream.js';
import { runToEnd, type EndedProcess } from '../support/process.js';
import { readProjectFile } from '../support/project-files.js';
import { catalogueForAllTests, forAllTests, temporaryFolderForEachTest } from '../support/set-up.js';

const ASK = `const answer = await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({model: 'acme/one', max_tokens: 50, messages: []})}); console.log(answer.status)`;

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string() })),
  outputs: z.record(z.string(), z.unknown()),
  runs: z.object({ using: z.string(), main: z.string(), post: z.string() }),
});
const action = actionSchema.parse(parse(await readProjectFile('record/action.yml')));

const source = forAllTests(compileSource, ({ remove }) => {
  remove();
});

const catalogue = catalogueForAllTests({
  models: [modelRow('acme/one')],
  endpoints: { 'acme/one': [endpointRow('one')] },
});
const folder = temporaryFolderForEachTest();
let upstream: LlmUpstream;
beforeEach(async () => {
  upstream = await startLlmUpstream();
  for (const name of ['output', 'state', 'env', 'summary']) folder.write(name, '');
});
afterEach(() => upstream.close());

/** What the runner gives a step of the action. */
function stepEnvironment(inputs: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
  const all = {
    ...Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default])),
    ...inputs,
  };
  return {
    PATH: process.env.PATH ?? '',
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    GITHUB_WORKSPACE: folder.path,
    GITHUB_OUTPUT: join(folder.path, 'output'),
    GITHUB_STATE: join(folder.path, 'state'),
    GITHUB_ENV: join(folder.path, 'env'),
    GITHUB_STEP_SUMMARY: join(folder.path, 'summary'),
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...more,
  };
}

function step(
  inputs: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<EndedProcess> {
  const env = stepEnvironment({ 'catalogue-url': catalogue.url, ...inputs }, more);
  return runToEnd(process.execPath, [source().program('action/record/index')], { cwd: folder.path, env });
}

/** A file of the runner, `name<<DELIMITER`, value, DELIMITER. */
function runnerFile(name: string): ReadonlyMap<string, string> {
  const text = folder.read(name);
  return new Map([...text.matchAll(/^(.+?)<<(\S+)\n([^]*?)\n\2$/gm)].map(([, key = '', , value = '']) => [key, value]));
}

const states = () => Object.fromEntries([...runnerFile('state')].map(([name, value]) => [`STATE_${name}`, value]));
const script = (text: string) => `"${process.execPath}" -e ${JSON.stringify(text).replaceAll('$', '\\$')}`;

describe('around a command', () => {
  test('the command runs in bash behind the recorder; outputs, summary and file have what it used', async () => {
    mkdirSync(join(folder.path, 'evals'));
    const ended = await step({ command: `${script(ASK)} | cat`, suite: 'rag', 'working-directory': 'evals' });
    expect([ended.exitCode, ended.stdout.split('\n')[0]]).toEqual([0, '200']);
    expect(Object.fromEntries(runnerFile('output'))).toEqual({
      cost: toText(upstream.bill()),
      requests: '1',
      refused: '0',
      'usage-file': 'evals/llm-budget.usage.jsonl',
    });
    expect(folder.read('evals/llm-budget.usage.jsonl')).toMatch(/"suite":"rag".*"prompt_tokens":101/);
    expect(folder.read('summary')).toMatch(/### LLM calls of `rag`[^]*\| `acme\/one` \| `1` \| `101` \| `10` \|/);
  });

  test('the output names a usage file with a whole path as it is, whatever the folder of the command', async () => {
    mkdirSync(join(folder.path, 'evals'));
    const file = join(folder.path, 'rows.jsonl');
    const ended = await step({ command: script(ASK), 'working-directory': 'evals', 'usage-file': file });
    expect([ended.exitCode, runnerFile('output').get('usage-file')]).toEqual([0, file]);
    expect(folder.read('rows.jsonl').trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([
    ['exit 3', 3],
    ['false | true', 1],
    ['no-such-command-here', 127],
  ])('%j gives its exit code %i', async (command, exitCode) => {
    expect((await step({ command })).exitCode).toBe(exitCode);
  });

  test('is red where requests were refused, although the command ended well', async () => {
    const ended = await step({ command: script(ASK), cap: '0' });
    expect([ended.exitCode, ended.stdout]).toEqual([1, expect.stringMatching(/^402$/m)]);
    expect(runnerFile('output').get('refused')).toBe('1');
    expect(upstream.requests).toEqual([]);
  });

  test.each([
    [{ cap: 'much', command: 'true' }, 'The input "cap" accepts US dollars'],
    [{ suite: 'a\tb', command: 'true' }, 'The input "suite" is wrong'],
    [{ 'catalogue-url': 'ftp://x', command: 'true' }, 'The catalogue URL'],
  ])('a wrong input is exit 2: %j', async (inputs, message) => {
    const ended = await step(inputs);
    expect([ended.exitCode, ended.stdout]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('for the steps that follow', () => {
  test('main sets the base URLs, any step is recorded, and post ends the recorder and adds up', async () => {
    const main = await step({ suite: 'agent', cap: '1' });
    expect(main.exitCode).toBe(0);
    const variables = Object.fromEntries(runnerFile('env'));
    expect(Object.keys(variables).toSorted()).toEqual(
      [
        'ANTHROPIC_BASE_URL',
        'NO_PROXY',
        'OPENAI_API_BASE',
        'OPENAI_BASE_URL',
        'OPENROUTER_API_BASE',
        'OPENROUTER_BASE_URL',
        'no_proxy',
      ].toSorted(),
    );
    for (let index = 0; index < 2; index += 1) {
      const asked = await runToEnd(process.execPath, ['--input-type=module', '-e', ASK], {
        cwd: folder.path,
        env: variables,
      });
      expect(asked).toMatchObject({ exitCode: 0, stdout: '200\n' });
    }
    const post = await step({ suite: 'agent', cap: '1' }, states());
    expect(post.exitCode).toBe(0);
    expect(Object.fromEntries(runnerFile('output'))).toMatchObject({
      cost: toText(upstream.bill()),
      requests: '2',
      refused: '0',
    });
    expect(folder.read('llm-budget.usage.jsonl').trimEnd().split('\n')).toHaveLength(2);
    expect(folder.read('summary')).toContain('### LLM calls of `agent`');
    // The recorder is gone.
    const again = await step({}, states());
    expect([again.exitCode, again.stdout]).toEqual([1, expect.stringContaining('The recorder ended before the job')]);
  });

  test('post is red where requests were refused, and shows the first refusal', async () => {
    await step({ cap: '0' });
    const asked = await runToEnd(process.execPath, ['--input-type=module', '-e', ASK], {
      cwd: folder.path,
      env: Object.fromEntries(runnerFile('env')),
    });
    expect(asked.stdout).toBe('402\n');
    const post = await step({ cap: '0' }, states());
    expect(post.exitCode).toBe(1);
    expect(post.stdout).toContain('Refused with 402: of the cap of $0.00');
  });

  test('a mistake is found by main, not by the steps that follow: exit 2', async () => {
    mkdirSync(join(folder.path, 'taken'));
    const ended = await step({ 'usage-file': 'taken' });
    expect([ended.exitCode, ended.stdout]).toEqual([2, expect.stringContaining('taken cannot be written')]);
    expect(existsSync(join(folder.path, 'env')) && folder.read('env')).toBe('');
  });
});

test('action.yml runs the same file of dist/ as main and as post, on Node 24, and names its outputs', () => {
  expect(action.runs).toEqual({ using: 'node24', main: '../dist/record/index.js', post: '../dist/record/index.js' });
  expect(Object.keys(action.outputs)).toEqual(['cost', 'requests', 'refused', 'usage-file']);
});

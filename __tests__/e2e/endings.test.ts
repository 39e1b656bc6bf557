import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../support/github-faults.js';
import { manifestText, openChange, startStage } from '../support/pull-request.js';
import type { RunChanges, Stage } from '../support/pull-request.js';
import type { ActionResult } from '../support/run-action.js';
import { readActionFile, spawned } from '../support/run-action.js';
import { commandsIn } from '../support/runner.js';

/** However a run of the built bundle ends, its exit code is the verdict where there is one, and 2 where there is none. */

const FILE = 'llm-budget.yml';
let stage: Stage;
let folder: string;
let over: number;
beforeEach(async () => {
  stage = await startStage();
  folder = await mkdtemp(join(tmpdir(), 'llm-budget-endings-'));
  over = await openChange(stage.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
});
afterEach(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

function under(): Promise<number> {
  return openChange(stage.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 200 }) });
}

function warningsOf({ stdout }: ActionResult): string[] {
  return commandsIn(stdout).flatMap(({ name, message }) => (name === 'warning' ? [message] : []));
}

describe('a run that is cancelled', () => {
  /** Hangs the first request that matches, and cancels the run once it is there. */
  async function cancelled(number: number, on: Fault['on'], signal: NodeJS.Signals, changes: RunChanges = {}) {
    let stop: (name: NodeJS.Signals) => void = () => undefined;
    const struck = () => {
      stop(signal);
    };
    stage.github.fault({ on, answer: { kind: 'hang', struck } });
    return await stage.runOnPullRequest(number, {
      ...changes,
      started: (kill) => {
        stop = kill;
      },
    });
  }

  test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
    'by %s while the comment hangs ends with the verdict',
    async (signal) => {
      const failed = await cancelled(over, { method: 'POST', path: /comments$/ }, signal);
      expect([failed.exitCode, failed.outputs.get('verdict'), failed.stderr]).toEqual([1, 'fail', '']);
      expect(failed.outputs.get('comment-status')).toBe('skipped');
      expect(failed.summary).toContain('$1.20');
    },
  );

  test('while the comment of a pass hangs ends in 0', async () => {
    const passed = await cancelled(await under(), { operation: 'Recheck' }, 'SIGTERM');
    expect([passed.exitCode, passed.outputs.get('verdict')]).toEqual([0, 'pass']);
  });

  test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('by %s before there is a verdict ends in 2', async (signal) => {
    const none = await cancelled(await under(), { operation: 'Repository' }, signal);
    expect([none.exitCode, none.outputs.get('verdict'), none.outputs.get('cost-per-run')]).toEqual([2, 'error', '']);
  });

  describe.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('by %s, and by another signal while it ends,', (signal) => {
    /** The process sends itself the second signal in its last turn, when it has seen the first. */
    async function cancelledTwice(number: number, on: Fault['on'], second: NodeJS.Signals): Promise<ActionResult> {
      const file = join(folder, 'impatient.cjs');
      await writeFile(file, `process.once('exit', () => { process.kill(process.pid, '${second}'); });`);
      return await cancelled(number, on, signal, { variables: { NODE_OPTIONS: `--require ${file}` } });
    }

    test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('%s, ends with the verdict all the same', async (second) => {
      const failed = await cancelledTwice(over, { method: 'POST', path: /comments$/ }, second);
      expect([failed.exitCode, failed.outputs.get('verdict'), failed.stderr]).toEqual([1, 'fail', '']);
    });

    test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('%s, ends in 2 where there is no verdict', async (second) => {
      const none = await cancelledTwice(await under(), { operation: 'Repository' }, second);
      expect([none.exitCode, none.outputs.get('verdict')]).toEqual([2, 'error']);
    });
  });
});

describe("a run whose runner's files cannot be written ends with the verdict", () => {
  async function bothVerdicts(changes: RunChanges): Promise<ActionResult> {
    expect((await stage.runOnPullRequest(await under(), changes)).exitCode).toBe(0);
    const failed = await stage.runOnPullRequest(over, changes);
    expect([failed.exitCode, failed.stderr]).toEqual([1, '']);
    return failed;
  }

  test('the outputs on a full disk', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_OUTPUT: '/dev/full' } });
    expect(warningsOf(result)).toContain('The output verdict could not be written.');
  });

  test('the outputs where a folder is', async () => {
    await bothVerdicts({ variables: { GITHUB_OUTPUT: folder } });
  });

  test('the outputs where nothing is', async () => {
    await bothVerdicts({ variables: { GITHUB_OUTPUT: join(folder, 'gone') } });
  });

  test('no file for the outputs: nothing of them is printed either', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_OUTPUT: '' } });
    expect(result.stdout).not.toContain('set-output');
  });

  test('the summary on a full disk', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_STEP_SUMMARY: '/dev/full' } });
    expect(warningsOf(result)).toEqual(['The job summary could not be written.']);
  });

  test('no file for the summary', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_STEP_SUMMARY: '' } });
    expect(warningsOf(result)).toEqual([]);
  });

  test('the log on a full disk', async () => {
    await bothVerdicts({ log: '/dev/full' });
  });
});

describe('a report file that is no file is an error of the configuration', () => {
  async function refused(path: string, inputs: Readonly<Record<string, string>> = {}): Promise<ActionResult> {
    const asked = stage.github.requests.length + stage.catalogue.requests.length;
    const result = await stage.runOnPullRequest(over, { inputs: { ...inputs, 'report-file': path } });
    expect(stage.github.requests.length + stage.catalogue.requests.length).toBe(asked);
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
    return result;
  }

  function mkfifo(path: string): Promise<unknown> {
    return spawned('mkfifo', [path], { PATH: process.env.PATH ?? '' });
  }

  test.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['a folder', (path) => mkdir(path), /it is a folder/],
    ['a pipe', mkfifo, /not a regular file/],
    ['a link to a device', (path) => symlink('/dev/full', path), /not a regular file/],
    ['a link to itself', (path) => symlink(path, path), /leads back to itself/],
    ['a link to nowhere', (path) => symlink(`${path}-gone`, path), /does not exist/],
  ])('where %s is, before anything is fetched, with the report in the default place', async (_, make, words) => {
    const path = join(folder, 'report.json');
    await make(path);
    const result = await refused(path);
    expect(result.report).toEqual({
      schema_version: 1,
      verdict: 'error',
      errors: [{ message: expect.stringMatching(words), file: null, line: null, column: null }],
    });
    expect(result.outputs.get('report-file')).toMatch(/llm-budget-report-error\.json$/);
    expect([...result.outputs.keys()].sort()).toEqual(Object.keys((await readActionFile()).outputs).sort());
    expect(warningsOf(result)).toEqual([]);
    expect(result.summary).toMatch(words);
  });

  test.each(['/dev/full', '/dev/null'])('where %s is', async (path) => {
    await refused(path);
  });

  test('whatever else is wrong, and whatever is to fail', async () => {
    const path = join(folder, 'report.json');
    await mkfifo(path);
    await refused(path, { 'fail-on': 'never' });
    const result = await refused(path, { 'fail-on': 'sometimes' });
    expect(result.report).toMatchObject({ errors: [{ message: expect.stringContaining('"fail-on"') }] });
  });
});

describe('a report file that cannot be written is a warning', () => {
  test('where no folder can be made', async () => {
    const inTheWay = join(folder, 'in-the-way');
    await writeFile(inTheWay, '');
    const path = join(inTheWay, 'report.json');
    const result = await stage.runOnPullRequest(over, { inputs: { 'report-file': path } });
    expect([result.exitCode, result.outputs.get('report-file'), result.outputs.get('verdict')]).toEqual([
      1,
      '',
      'fail',
    ]);
    expect(warningsOf(result)).toEqual([expect.stringMatching(/a part of the path is not a folder/)]);
  });

  test('and one in a folder that is not there yet is written there', async () => {
    const path = join(folder, 'reports', 'llm', 'report.json');
    const result = await stage.runOnPullRequest(over, { inputs: { 'report-file': path } });
    expect(result.outputs.get('report-file')).toBe(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ schema_version: 1, verdict: 'fail' });
  });

  test('and one below the workspace is written there', async () => {
    const path = join(folder, 'report.json');
    const result = await stage.runOnPullRequest(over, { inputs: { 'report-file': path } });
    expect(result.outputs.get('report-file')).toBe(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ schema_version: 1, verdict: 'fail' });
  });
});

describe('an unexpected error', () => {
  /** Loaded before the bundle: it breaks something that no input can break. */
  async function sabotaged(code: string, number = over): Promise<ActionResult> {
    const file = join(folder, 'sabotage.cjs');
    await writeFile(file, code);
    return await stage.runOnPullRequest(number, {
      inputs: { 'openrouter-api-key': 'sk-or-v1-secret' },
      variables: { NODE_OPTIONS: `--require ${file}` },
    });
  }
  const MESSAGE =
    '"::error::pwned\\n##[error]pwned\\u2028::x::" + process.env["INPUT_GITHUB-TOKEN"] + " sk-or-v1-secret"';

  test('is exit code 2 with one safe line; the stack is for whoever debugs, without secrets', async () => {
    const result = await sabotaged(`URL.canParse = () => { throw new TypeError(${MESSAGE}); };`);
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
    const [first, ...rest] = commandsIn(result.stdout).filter(({ name }) => name !== 'add-mask');
    expect(first).toEqual({ name: 'error', properties: '', message: expect.stringMatching(/^LLM Budget met/) });
    expect(rest.length).toBeGreaterThan(2);
    for (const { name } of rest) expect(name).toBe('debug');
    expect(rest[0]?.message).toMatch(/^TypeError/);
    expect(result.stdout).toContain('***');
  });

  test('after the verdict leaves the exit code as it was', async () => {
    const breakSummary = `
      const fs = require('node:fs/promises');
      fs.appendFile = () => { setImmediate(() => { throw new Error(${MESSAGE}); }); return new Promise(() => {}); };`;
    const failed = await sabotaged(breakSummary);
    expect([failed.exitCode, failed.stderr, failed.outputs.get('verdict')]).toEqual([1, '', 'fail']);
    expect(failed.stdout).toContain('its verdict stands');
    expect((await sabotaged(breakSummary, await under())).exitCode).toBe(0);
  });

  test.each([
    ['that nobody waits for', `Promise.reject(new Error(${MESSAGE}));`],
    ['outside of any promise', `throw new Error(${MESSAGE});`],
    ['that is no error at all', `throw ${MESSAGE};`],
  ])('%s is exit code 2', async (_, code) => {
    const result = await sabotaged(onceRunning(code), await under());
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
  });

  const NEVER_READ = `
    const fs = require('node:fs/promises');
    const { readFile } = fs;
    fs.readFile = (path, ...rest) =>
      path === process.env.GITHUB_EVENT_PATH ? new Promise(() => {}) : readFile(path, ...rest);`;

  test('where nothing is left to wait for and there is no verdict, is exit code 2', async () => {
    expect((await sabotaged(NEVER_READ, await under())).exitCode).toBe(2);
  });
});

/** The code is run in a turn of its own, as soon as the action has begun. */
function onceRunning(code: string): string {
  return `
    const { canParse } = URL;
    URL.canParse = (...args) => {
      URL.canParse = canParse;
      setImmediate(() => { ${code} });
      return canParse.apply(URL, args);
    };`;
}

describe('what a library says of its own accord', () => {
  test.each([
    ['a warning', 'process.emitWarning("::error::pwned\\n##[error]pwned", "LibraryWarning")'],
    ['a deprecation', 'process.emitWarning("::error::pwned\\n##[error]", "DeprecationWarning", "DEP9999")'],
    ['a line on the console', 'console.warn("::error::pwned\\n%s", "##[error]pwned"); console.log("::add-path::/x")'],
    ['a trace', 'console.error(new Error("::error::pwned\\n##[error]pwned"))'],
  ])('(%s) is for whoever debugs, and no command', async (_, code) => {
    const file = join(folder, 'library.cjs');
    await writeFile(file, onceRunning(code));
    const result = await stage.runOnPullRequest(over, { variables: { NODE_OPTIONS: `--require ${file}` } });
    expect([result.exitCode, result.stderr]).toEqual([1, '']);
    const said = commandsIn(result.stdout).filter(({ name }) => name === 'debug');
    expect(said.length).toBeGreaterThan(0);
  });
});

import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CatalogueAnswer } from '../support/catalogue-server.js';
import type { Fault } from '../support/github-faults.js';
import { manifestText, openChange, type BundleChanges, fixtureForAllTests } from '../support/pull-request.js';
import { commandsIn } from '../support/runner.js';
import { type ActionResult, readActionFile } from '../support/runner-files.js';
import { temporaryFolderForEachTest } from '../support/set-up.js';

/** However a run of the built bundle ends, its exit code is the verdict where there is one, and 2 where there is none. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForAllTests();
const folder = temporaryFolderForEachTest();
let over: number;
beforeEach(async () => {
  over = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
});

function under(): Promise<number> {
  return openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 200 }) });
}

/** The environment in which Node runs the code before the bundle. */
function preloading(code: string): Record<string, string> {
  folder.write('preloaded.cjs', code);
  return { NODE_OPTIONS: `--require ${join(folder.path, 'preloaded.cjs')}` };
}

describe('a run that is cancelled', () => {
  /** Hangs the first request that matches, and cancels the run once it is there. */
  async function cancelled(number: number, on: Fault['on'], signal: NodeJS.Signals, changes: BundleChanges = {}) {
    let stop: (name: NodeJS.Signals) => void = () => undefined;
    const struck = () => {
      stop(signal);
    };
    fixture.github.clearFaults();
    fixture.github.fault({ on, answer: { kind: 'hang', struck } });
    return await fixture.runBundleOnPullRequest(number, {
      ...changes,
      started: (kill) => {
        stop = kill;
      },
    });
  }

  /** The process sends itself the second signal in its last turn, when it has seen the first. */
  async function cancelledTwice(
    number: number,
    on: Fault['on'],
    [first, second]: readonly [NodeJS.Signals, NodeJS.Signals],
  ): Promise<ActionResult> {
    const variables = preloading(`process.once('exit', () => { process.kill(process.pid, '${second}'); });`);
    return await cancelled(number, on, first, { variables });
  }

  test('while the comment of a pass hangs ends in 0', async () => {
    const passed = await cancelled(await under(), { operation: 'Recheck' }, 'SIGTERM');
    expect([passed.exitCode, passed.outputs.get('verdict')]).toEqual([0, 'pass']);
  });

  test('by SIGTERM while the comment of a failure hangs, and by SIGINT while it ends, ends in 1', async () => {
    const failed = await cancelledTwice(over, { method: 'POST', path: /comments$/ }, ['SIGTERM', 'SIGINT']);
    expect([failed.exitCode, failed.outputs.get('verdict'), failed.stderr]).toEqual([1, 'fail', '']);
    expect(failed.outputs.get('comment-status')).toBe('skipped');
    expect(failed.summary).toContain('$1.20');
  });

  test('by SIGINT before there is a verdict, and by SIGTERM while it ends, ends in 2', async () => {
    const none = await cancelledTwice(await under(), { operation: 'Repository' }, ['SIGINT', 'SIGTERM']);
    expect([none.exitCode, none.outputs.get('verdict'), none.outputs.get('cost-per-run')]).toEqual([2, 'error', '']);
  });
});

test('a run whose log is on a full disk ends with the verdict', async () => {
  const failed = await fixture.runBundleOnPullRequest(over, { log: '/dev/full' });
  expect([failed.exitCode, failed.outputs.get('verdict'), failed.stderr]).toEqual([1, 'fail', '']);
});

describe('an unexpected error', () => {
  /** Loaded before the bundle: it breaks something that no input can break. */
  async function sabotaged(code: string, number = over): Promise<ActionResult> {
    return await fixture.runBundleOnPullRequest(number, {
      inputs: { 'openrouter-api-key': 'sk-or-v1-secret' },
      variables: preloading(code),
    });
  }
  const MESSAGE =
    '"::error::pwned\\n##[error]pwned\\u2028::x::" + process.env["INPUT_GITHUB-TOKEN"] + " sk-or-v1-secret"';

  test('is exit code 2 with one safe line; the stack is for whoever debugs, without secrets', async () => {
    const result = await sabotaged(`URL.canParse = () => { throw new TypeError(${MESSAGE}); };`);
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
    const [first, ...rest] = commandsIn(result.log).filter(({ name }) => name !== 'add-mask');
    expect(first).toEqual({ name: 'error', properties: '', message: expect.stringMatching(/^LLM Budget met/) });
    expect(rest.length).toBeGreaterThan(2);
    for (const { name } of rest) expect(name).toBe('debug');
    expect(rest[0]?.message).toMatch(/^TypeError/);
    expect(result.log).toContain('***');
  });

  test('after the verdict, of a value that is no error, leaves the exit code as it was', async () => {
    const breakSummary = `
      const fs = require('node:fs/promises');
      fs.appendFile = () => { setImmediate(() => { throw ${MESSAGE}; }); return new Promise(() => {}); };`;
    const failed = await sabotaged(breakSummary);
    expect([failed.exitCode, failed.stderr, failed.outputs.get('verdict')]).toEqual([1, '', 'fail']);
    expect(failed.log).toContain('its verdict stands');
  });

  test('in a promise without a handler is exit code 2', async () => {
    const result = await sabotaged(onceRunning(`Promise.reject(new Error(${MESSAGE}));`), await under());
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

describe('before the first request, when nothing that writes to the runner is loaded yet,', () => {
  /** Runs the code in a turn of its own once the event's file is read, and never finishes reading it. */
  async function whileReadingTheEvent(code: string): Promise<ActionResult> {
    const variables = preloading(`
      const fs = require('node:fs/promises');
      const { readFile } = fs;
      fs.readFile = (path, ...rest) => {
        if (path !== process.env.GITHUB_EVENT_PATH) return readFile(path, ...rest);
        setImmediate(() => { ${code} });
        // A process without anything to wait for would end before the signal arrives.
        setInterval(() => {}, 1000);
        return new Promise(() => {});
      };`);
    return await fixture.runBundleOnPullRequest(over, {
      inputs: { 'github-token': 'ghs_of_the_job', 'openrouter-api-key': 'sk-or-v1-secret' },
      variables,
    });
  }
  const MASKS = ['ghs_of_the_job', 'sk-or-v1-secret'].map((message) => ({ name: 'add-mask', properties: '', message }));

  test.each(['SIGINT', 'SIGTERM'])('%s ends the run in 2 with every output', async (signal) => {
    const result = await whileReadingTheEvent(`process.kill(process.pid, '${signal}');`);
    expect([result.exitCode, result.stderr, commandsIn(result.log)]).toEqual([2, '', MASKS]);
    const { outputs } = await readActionFile();
    expect([...result.outputs.keys()].sort()).toEqual(Object.keys(outputs).sort());
    expect(result.outputs.get('verdict')).toBe('error');
  });

  test('two errors end the run in 2 with every output, and both are reported after the secrets are masked', async () => {
    const result = await whileReadingTheEvent(
      'setImmediate(() => { throw new Error("other"); }); throw new Error("one sk-or-v1-secret");',
    );
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
    const commands = commandsIn(result.log);
    expect(commands.slice(0, 2)).toEqual(MASKS);
    expect(commands.filter(({ name }) => name === 'error').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^LLM Budget met/),
      expect.stringMatching(/^LLM Budget met/),
    ]);
    const debugged = commands.filter(({ name }) => name === 'debug').map(({ message }) => message);
    expect(debugged).toEqual(expect.arrayContaining(['Error: other', 'Error: one ***']));
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

test('what a library prints unprompted is written at debug level, and is no command', async () => {
  const code = `
    process.emitWarning("::error::pwned 1\\n##[error]pwned", "LibraryWarning");
    process.emitWarning("::error::pwned 2\\n##[error]", "DeprecationWarning", "DEP9999");
    console.warn("::error::pwned 3\\n%s", "##[error]pwned");
    console.log("::add-path::/pwned 4");
    console.error(new Error("::error::pwned 5\\n##[error]pwned"));`;
  const result = await fixture.runBundleOnPullRequest(over, { variables: preloading(onceRunning(code)) });
  expect([result.exitCode, result.stderr]).toEqual([1, '']);
  const said = commandsIn(result.log).filter(({ message }) => /pwned \d/.test(message));
  expect(said.map(({ name }) => name)).toEqual(['debug', 'debug', 'debug', 'debug', 'debug']);
});

test.each<[string, () => CatalogueAnswer | Promise<CatalogueAnswer>]>([
  ['never answers', () => new Promise(() => undefined)],
  ['fails', () => ({ status: 404 })],
])('a wrong manifest ends in 2 whatever becomes of the list of models: a catalogue that %s', async (_, answer) => {
  const number = await openChange(fixture.github, { [FILE]: 'version: 1' }, { [FILE]: 'version: 1' });
  fixture.catalogue.intercept(answer);
  try {
    const result = await fixture.runBundleOnPullRequest(number);
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
    expect(result.log).not.toContain('defect');
  } finally {
    fixture.catalogue.intercept(null);
  }
});

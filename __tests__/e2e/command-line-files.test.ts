import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { modelRow, startCatalogueServer } from '../support/catalogue-server.js';
import type { CatalogueServer } from '../support/catalogue-server.js';
import { manifestText } from '../support/pull-request.js';
import { spawned } from '../support/run-action.js';
import type { ProcessOptions } from '../support/run-action.js';
import { commandsIn } from '../support/runner.js';
import { yamlishFile } from '../support/yamlish.js';

/** The built command line before files that are none: nothing but a regular file is ever opened, and all of it ends. */

const BIN = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));
let folder: string;
let catalogue: CatalogueServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-budget-files-'));
  await writeFile(join(folder, 'llm-budget.yml'), manifestText());
  catalogue = await startCatalogueServer({ models: [modelRow('acme/small')] });
});
afterEach(async () => {
  await catalogue.close();
  await rm(folder, { recursive: true, force: true });
});

function check(args: readonly string[], options: ProcessOptions = {}) {
  const environment = { PATH: process.env.PATH ?? '' };
  return spawned(process.execPath, [BIN, 'check', ...args, '--catalogue-url', catalogue.url], environment, {
    cwd: folder,
    ...options,
  });
}

const KINDS: [string, (path: string) => Promise<unknown>][] = [
  // Opening one would wait for a writer for ever.
  ['a pipe', (path) => spawned('mkfifo', [path], { PATH: process.env.PATH ?? '' })],
  ['a link to a device', (path) => symlink('/dev/zero', path)],
  ['a link to itself', (path) => symlink(path, path)],
  ['a folder', (path) => mkdir(path)],
];

describe.each(KINDS)('%s', (_, make) => {
  test.each([
    ['the manifest', ['odd']],
    ['the base', ['--base', 'odd']],
    ['the lock', ['--lock', 'odd']],
    ['the output', ['--output', 'odd']],
  ])('is not taken for %s: exit code 2', async (_what, args) => {
    await make(join(folder, 'odd'));
    const { exitCode, stdout, stderr } = await check(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('odd');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('a link to a regular file is that file', async () => {
  await symlink(join(folder, 'llm-budget.yml'), join(folder, 'link.yml'));
  expect((await check(['link.yml'])).exitCode).toBe(0);
});

test('any bytes as the manifest end in 0, 1, 2 or 3, with no command on either stream and no defect', async () => {
  for (const text of fc.sample(yamlishFile, { numRuns: 15, seed: 1 })) {
    await writeFile(join(folder, 'llm-budget.yml'), text);
    const { exitCode, stdout, stderr } = await check([]);
    expect([0, 1, 2, 3]).toContain(exitCode);
    expect([...commandsIn(stdout), ...commandsIn(stderr)]).toEqual([]);
    expect(stderr).not.toContain('unexpected error');
  }
});

describe('an output that nobody takes', () => {
  test('on a full disk is no pass', async () => {
    expect((await check([], { log: '/dev/full' })).exitCode).toBe(2);
  });

  test('on a full disk leaves a failure what it is', async () => {
    await writeFile(join(folder, 'llm-budget.yml'), manifestText({ count: 1000 }));
    expect((await check([], { log: '/dev/full' })).exitCode).toBe(1);
  });

  test('since the reader has seen enough leaves a failure what it is', async () => {
    await writeFile(join(folder, 'llm-budget.yml'), manifestText({ count: 1000 }));
    const pipeline = `'${process.execPath}' '${BIN}' check --catalogue-url '${catalogue.url}'; echo $? > code`;
    await spawned('sh', ['-c', `(${pipeline}) | true`], { PATH: process.env.PATH ?? '' }, { cwd: folder });
    expect(await readFile(join(folder, 'code'), 'utf8')).toBe('1\n');
  });
});

describe('what is printed beside the figures', () => {
  const said = '"::error::pwned\\n##[error]pwned\\u2028::x::"';

  async function preloaded(code: string) {
    const file = join(folder, 'preloaded.cjs');
    // In a turn of its own, as soon as the command has begun.
    await writeFile(
      file,
      `const { canParse } = URL;
      URL.canParse = (...args) => {
        URL.canParse = canParse;
        setImmediate(() => { ${code} });
        return canParse.apply(URL, args);
      };`,
    );
    const environment = { PATH: process.env.PATH ?? '', NODE_OPTIONS: `--require ${file}`, LLM_BUDGET_DEBUG: '1' };
    const args = [BIN, 'check', '--catalogue-url', catalogue.url];
    return await spawned(process.execPath, args, environment, { cwd: folder });
  }

  test.each([
    ['a warning', `process.emitWarning(${said})`],
    ['a line on the console', `console.log(${said}); console.error(${said})`],
  ])('(%s of a library) is for whoever debugs, and no command', async (_, code) => {
    const { exitCode, stdout, stderr } = await preloaded(code);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('pwned');
    expect(stderr).toContain('pwned');
    expect(commandsIn(stderr)).toEqual([]);
  });

  test.each([`throw new Error(${said})`, `Promise.reject(${said})`])(
    '(%s) is exit code 2 and safe lines',
    async (code) => {
      const { exitCode, stderr } = await preloaded(code);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^llm-budget: an unexpected error/);
      expect(commandsIn(stderr)).toEqual([]);
    },
  );
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { modelRow, startCatalogueServer, type CatalogueServer } from '../support/catalogue-server.js';
import { manifestText } from '../support/pull-request.js';
import { commandsIn } from '../support/runner.js';
import { runToEnd } from '../support/process.js';

/** The built command line whose output nobody takes, and what libraries print and throw in it. */

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

const env = { PATH: process.env.PATH ?? '' };

describe('an output that nobody takes', () => {
  test('on a full disk is no pass', async () => {
    const args = [BIN, 'check', '--catalogue-url', catalogue.url];
    const { exitCode } = await runToEnd(process.execPath, args, { env, cwd: folder, log: '/dev/full' });
    expect(exitCode).toBe(2);
  });

  test('since the reader has seen enough leaves a failure what it is', async () => {
    await writeFile(join(folder, 'llm-budget.yml'), manifestText({ count: 1000 }));
    const pipeline = `'${process.execPath}' '${BIN}' check --catalogue-url '${catalogue.url}'; echo $? > code`;
    await runToEnd('sh', ['-c', `(${pipeline}) | true`], { env, cwd: folder });
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
    const args = [BIN, 'check', '--catalogue-url', catalogue.url];
    return await runToEnd(process.execPath, args, {
      env: { ...env, NODE_OPTIONS: `--require ${file}`, LLM_BUDGET_DEBUG: '1' },
      cwd: folder,
    });
  }

  test('by a library is for whoever debugs, and no command', async () => {
    const code = `process.emitWarning(${said}); console.log(${said}); console.error(${said});`;
    const { exitCode, stdout, stderr } = await preloaded(code);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('pwned');
    expect(stderr.match(/error::pwned/g)?.length).toBe(3);
    expect(commandsIn(stderr)).toEqual([]);
  });

  test('by an error that is thrown is exit code 2 and safe lines', async () => {
    const { exitCode, stderr } = await preloaded(`throw new Error(${said});`);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^llm-budget: an unexpected error/);
    expect(commandsIn(stderr)).toEqual([]);
  });
});

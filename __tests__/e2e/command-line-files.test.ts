import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { manifestText } from '../support/pull-request.js';
import { commandsIn } from '../support/runner.js';
import { runToEnd } from '../support/process.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** The built command line whose output nobody takes, and what libraries print and throw in it. */

const BIN = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));
const catalogue = catalogueForAllTests({ models: [modelRow('acme/small')] });
const folder = temporaryFolderForEachTest();
beforeEach(() => {
  folder.write('llm-budget.yml', manifestText());
});

const env = { PATH: process.env.PATH ?? '' };

describe('an output that nobody takes', () => {
  test('on a full disk is no pass', async () => {
    const args = [BIN, 'check', '--catalogue-url', catalogue.url];
    const { exitCode } = await runToEnd(process.execPath, args, { env, cwd: folder.path, log: '/dev/full' });
    expect(exitCode).toBe(2);
  });

  test('since the reader has seen enough leaves a failure what it is', async () => {
    folder.write('llm-budget.yml', manifestText({ count: 1000 }));
    const pipeline = `'${process.execPath}' '${BIN}' check --catalogue-url '${catalogue.url}'; echo $? > code`;
    await runToEnd('sh', ['-c', `(${pipeline}) | true`], { env, cwd: folder.path });
    expect(folder.read('code')).toBe('1\n');
  });
});

describe('what is printed beside the figures', () => {
  const said = '"::error::pwned\\n##[error]pwned\\u2028::x::"';

  async function preloaded(code: string) {
    // In a turn of its own, as soon as the command has begun.
    folder.write(
      'preloaded.cjs',
      `const { canParse } = URL;
      URL.canParse = (...args) => {
        URL.canParse = canParse;
        setImmediate(() => { ${code} });
        return canParse.apply(URL, args);
      };`,
    );
    const args = [BIN, 'check', '--catalogue-url', catalogue.url];
    return await runToEnd(process.execPath, args, {
      env: { ...env, NODE_OPTIONS: `--require ${join(folder.path, 'preloaded.cjs')}`, LLM_BUDGET_DEBUG: '1' },
      cwd: folder.path,
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

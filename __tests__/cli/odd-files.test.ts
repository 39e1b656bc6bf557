import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, type Ended } from '../support/command-line.js';
import { manifestText } from '../support/pull-request.js';
import { makePipe } from '../support/temporary-folder.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** `check` before files that are none: nothing but a regular file is ever opened, and all of it ends. */

const catalogue = catalogueForAllTests({ models: [modelRow('acme/small')], date: DATE });
const folder = temporaryFolderForEachTest();
beforeEach(() => {
  folder.write('llm-budget.yml', manifestText());
});

function check(args: readonly string[]): Promise<Ended> {
  return commandLine(['check', ...args, '--catalogue-url', catalogue.url], { cwd: folder.path });
}

const KINDS: [string, (path: string) => unknown][] = [
  // Opening one would wait for a writer for ever.
  ['a pipe', makePipe],
  [
    'a link to a device',
    (path) => {
      symlinkSync('/dev/zero', path);
    },
  ],
  [
    'a link to itself',
    (path) => {
      symlinkSync(path, path);
    },
  ],
  ['a folder', mkdirSync],
];

describe.each(KINDS)('%s', (_, make) => {
  test.each([
    ['the manifest', ['odd']],
    ['the base', ['--base', 'odd']],
    ['the lock', ['--lock', 'odd']],
    ['the output', ['--output', 'odd']],
  ])('is not taken for %s: exit code 2', async (_what, args) => {
    make(join(folder.path, 'odd'));
    const { exitCode, stdout, stderr } = await check(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('odd');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('a link to a regular file is that file', async () => {
  symlinkSync(join(folder.path, 'llm-budget.yml'), join(folder.path, 'link.yml'));
  expect((await check(['link.yml'])).exitCode).toBe(0);
});

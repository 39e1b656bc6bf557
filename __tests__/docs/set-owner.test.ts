import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runToEnd, type EndedProcess } from '../support/process.js';
import { ROOT } from '../support/project-files.js';
import { testRepository, type TestRepository } from '../support/repository.js';

/** `scripts/set-owner.mjs` on a copy of the project's own files. */

let copy: TestRepository;
beforeAll(() => {
  copy = testRepository();
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of files.split('\0')) {
    // dist is bundled afterwards; tests and their fixtures have owners of their own.
    if (file !== '' && !/^(?:dist|__tests__|docs\/screenshots)\//.test(file) && existsSync(join(ROOT, file)))
      cpSync(join(ROOT, file), join(copy.path, file));
  }
  copy.commit();
});
afterAll(() => {
  copy.remove();
});

function setOwner(...args: string[]): Promise<EndedProcess> {
  const env = { PATH: process.env.PATH ?? '' };
  return runToEnd(process.execPath, [join(copy.path, 'scripts', 'set-owner.mjs'), ...args], { env, cwd: copy.path });
}

test.each(['', '-a', 'a--b', 'a/b', 'a b', 'a'.repeat(40)])(
  '%j is no account: exit code 2, nothing changed',
  async (name) => {
    expect((await setOwner(name)).exitCode).toBe(2);
    expect(copy.git('status', '--porcelain')).toBe('');
  },
);

test('an owner is set in every file of the project that has a placeholder', async () => {
  expect((await setOwner('acme-inc')).exitCode).toBe(0);
  const left = ['grep', '-nE', 'OWNER/llm-budget|@OWNER|`OWNER`', '--', '.', ':!scripts/set-owner.mjs'];
  const env = { PATH: process.env.PATH ?? '' };
  expect(await runToEnd('git', left, { env, cwd: copy.path })).toMatchObject({ exitCode: 1, stdout: '' });
  const read = (file: string) => readFileSync(join(copy.path, file), 'utf8');
  expect(read('README.md')).toContain('uses: acme-inc/llm-budget@v1');
  expect(read('README.md')).not.toContain('OWNER');
  expect(read('record/action.yml') + read('action.yml')).not.toContain('OWNER');
  expect(read('src/cli/starter-files.ts')).toContain("'acme-inc/llm-budget@v1'");
  expect(read('.github/CODEOWNERS')).toMatch(/^\* +@acme-inc$/m);
  expect(JSON.parse(read('package.json'))).toMatchObject({ repository: 'github:acme-inc/llm-budget', private: true });
});

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { readProjectFile } from '../support/project-files.js';
import { stepsOf } from '../support/workflows.js';
import { temporaryFolderForEachTest, repositoryForEachTest } from '../support/set-up.js';

/** The last step of the weekly workflow, as the runner starts it: `bash -e` on a checkout in which the lock was written anew. */

const LOCK = 'llm-budget.lock.json';
const script =
  stepsOf(await readProjectFile('examples/nightly/refresh-lock.yml')).find(({ run }) => run?.includes('git push'))
    ?.run ?? '';

const repository = repositoryForEachTest();
const outside = temporaryFolderForEachTest();
beforeEach(() => {
  repository.git('init', '--quiet', '--bare', join(outside.path, 'origin'));
  repository.git('remote', 'add', 'origin', join(outside.path, 'origin'));
  // GitHub's command line, which is not asked for anything real: no pull request is open, and the new one is written down.
  mkdirSync(join(outside.path, 'bin'));
  const gh = join(outside.path, 'bin', 'gh');
  writeFileSync(gh, `#!/bin/sh\n[ "$2" = create ] && echo "$@" > '${join(outside.path, 'created')}'\nexit 0\n`);
  chmodSync(gh, 0o755);
});

const lockOf = (days: number, price = '0.000001') => {
  const fetched = new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+/, '');
  return `${JSON.stringify({ lock_version: 1, fetched_at: fetched, models: [{ price }] }, null, 2)}\n`;
};

/** Whether the step opens a pull request, from a lock of so many days on the default branch; it then has the new lock. */
function opensPullRequest(manifest: string, committed: string | null, fresh: string): boolean {
  repository.write('llm-budget.yml', manifest);
  if (committed !== null) repository.write(LOCK, committed);
  repository.commit();
  repository.write(LOCK, fresh);
  const { path: root } = repository;
  const env = { PATH: `${join(outside.path, 'bin')}:${process.env.PATH ?? ''}`, HOME: outside.path };
  execFileSync('bash', ['-e', '-c', script], { cwd: root, env, stdio: 'ignore' });
  const isPushed = repository.git('ls-remote', 'origin', 'refs/heads/llm-budget-lock') !== '';
  expect(isPushed).toBe(existsSync(join(outside.path, 'created')));
  if (isPushed) {
    expect(repository.git('show', `origin/llm-budget-lock:${LOCK}`)).toBe(fresh.trim());
    expect(readFileSync(join(outside.path, 'created'), 'utf8')).toContain('--head llm-budget-lock');
  }
  return isPushed;
}

const DEFAULT_LIMIT = 'version: 1\n';
const A_WEEK = 'version: 1\npolicy:\n  max_price_age_days: 7 # a remark of 99\n';

describe('the weekly workflow opens a pull request', () => {
  test.each<[string, string, string | null, string]>([
    ['a price changed', DEFAULT_LIMIT, lockOf(1), lockOf(0, '0.000002')],
    ['there is no lock yet', DEFAULT_LIMIT, null, lockOf(0)],
    ['half of the 30 days is over', DEFAULT_LIMIT, lockOf(15), lockOf(0)],
    ['half of the 7 days of the policy is over', A_WEEK, lockOf(4), lockOf(0)],
  ])('where %s', (_, manifest, committed, fresh) => {
    expect(opensPullRequest(manifest, committed, fresh)).toBe(true);
  });
});

describe('the weekly workflow opens none', () => {
  test.each<[string, string, string, string]>([
    ['where only the date changed', DEFAULT_LIMIT, lockOf(14), lockOf(0)],
    ['where only the date changed, by the policy of 7 days', A_WEEK, lockOf(3), lockOf(0)],
    ['where nothing changed at all', DEFAULT_LIMIT, lockOf(0), lockOf(0)],
  ])('%s', (_, manifest, committed, fresh) => {
    expect(opensPullRequest(manifest, committed, fresh)).toBe(false);
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { runToEnd, type EndedProcess } from '../support/process.js';
import { readProjectFile, ROOT } from '../support/project-files.js';
import { withFiles } from '../support/temporary-folder.js';
import { temporaryFolderForEachTest, repositoryForEachTest } from '../support/set-up.js';

/** The scripts of the workflow "Release", on a repository with a remote of its own. */

const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

(process.platform === 'win32' ? describe.skip : describe)('the moving tag of the major version', () => {
  const repository = repositoryForEachTest();
  const remote = temporaryFolderForEachTest();
  beforeEach(() => {
    repository.git('init', '--quiet', '--bare', remote.path);
  });

  /** A commit with this tag. */
  function release(tag: string): string {
    repository.write('version', tag);
    const commit = repository.commit();
    repository.git('tag', tag);
    return commit;
  }

  function move(tag: string, to = remote.path): Promise<EndedProcess> {
    return runToEnd(join(ROOT, '.ci', 'move-major-tag'), [tag, to], { env, cwd: repository.path });
  }

  const movedTo = (major: string) => repository.git('ls-remote', remote.path, `refs/tags/${major}`).split('\t')[0];

  test('is made, follows the next release, and stays when the same runs again', async () => {
    const first = release('v1.2.3');
    expect(await move('v1.2.3')).toEqual({ exitCode: 0, stdout: 'v1 is now at v1.2.3\n', stderr: '' });
    expect(movedTo('v1')).toBe(first);
    const second = release('v1.10.0');
    expect((await move('v1.10.0')).stdout).toBe('v1 is now at v1.10.0\n');
    expect((await move('v1.10.0')).stdout).toBe('v1 is at v1.10.0 already\n');
    expect(movedTo('v1')).toBe(second);
  });

  test('stays where a newer release of the line exists; another line and a tag with a hyphen are none', async () => {
    const old = release('v1.9.0');
    release('v1.10.0-rc.1');
    release('v2.0.0');
    expect((await move('v1.9.0')).stdout).toBe('v1 is now at v1.9.0\n');
    release('v1.10.0');
    expect((await move('v1.9.0')).stdout).toBe('v1.10.0 is newer than v1.9.0: v1 stays where it is\n');
    expect(movedTo('v1')).toBe(old);
  });

  test('is not moved to a tag with a hyphen: exit code 2', async () => {
    release('v1.10.0-rc.1');
    expect((await move('v1.10.0-rc.1')).exitCode).toBe(2);
    expect(movedTo('v1')).toBe('');
  });

  test('that may not be pushed ends with what a maintainer types', async () => {
    const commit = release('v1.2.3');
    writeFileSync(join(remote.path, 'hooks', 'pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const ended = await move('v1.2.3');
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toContain(`A maintainer types: git push --force origin ${commit}:refs/tags/v1`);
  });
});

describe('the release notes', () => {
  const CHANGELOG = `# Changelog

## [Unreleased]

## [1.10.0] - 2026-12-01

### Added

- A second thing.

## [1.1.0] - 2026-11-24

- A thing.

## [1.0.0] - 2026-11-01
`;

  async function notes(version: string): Promise<EndedProcess> {
    return await withFiles({ 'CHANGELOG.md': CHANGELOG }, async (folder) => {
      const args = [join(ROOT, 'scripts', 'release-notes.mjs'), version, join(folder, 'CHANGELOG.md')];
      return await runToEnd(process.execPath, args, { env, cwd: folder });
    });
  }

  test('are the section of the version', async () => {
    expect((await notes('1.10.0')).stdout).toBe('### Added\n\n- A second thing.\n');
    expect((await notes('1.1.0')).stdout).toBe('- A thing.\n');
  });

  test('are there for the version of package.json', async () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readProjectFile('package.json')));
    const args = [join(ROOT, 'scripts', 'release-notes.mjs'), version];
    const ended = await runToEnd(process.execPath, args, { env, cwd: ROOT });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout.length).toBeGreaterThan(100);
  });

  test.each(['1.0.0', '1.2.0', 'Unreleased', '1.1', ''])('of %j, which has none, end in 1', async (version) => {
    expect(await notes(version)).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

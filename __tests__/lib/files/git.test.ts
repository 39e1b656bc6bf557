import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readFilesAtCommit, readAtRef } from '../../../src/lib/files/git-files.js';
import { mergeBase, repositoryRoot, resolveCommit } from '../../../src/lib/files/git.js';
import { problemsOf } from '../../support/problems.js';
import { withFiles } from '../../support/temporary-folder.js';
import { repositoryForEachTest } from '../../support/set-up.js';

const limits = { maxBytes: 100 };
const repository = repositoryForEachTest();

describe('a file at a ref', () => {
  test('is read as it is there, not as it is in the working tree', async () => {
    repository.write('llm-budget.yml', 'version: 1\n');
    const sha = repository.commit();
    repository.write('llm-budget.yml', 'version: 2\n');
    expect(await readAtRef(repository.path, 'main', 'llm-budget.yml', limits)).toEqual({ sha, text: 'version: 1\n' });
  });

  test('is found from a folder below, by a relative or an absolute path', async () => {
    repository.write('evals/budget/llm-budget.yml', 'here');
    const sha = repository.commit();
    const below = join(repository.path, 'evals');
    const absolute = join(below, 'budget', 'llm-budget.yml');
    expect(await readAtRef(below, 'HEAD', 'budget/llm-budget.yml', limits)).toEqual({ sha, text: 'here' });
    expect(await readAtRef(below, 'HEAD', absolute, limits)).toEqual({ sha, text: 'here' });
  });

  test('is found where its folder is gone from the working tree', async () => {
    repository.write('evals/budget/llm-budget.yml', 'here');
    const sha = repository.commit();
    rmSync(join(repository.path, 'evals'), { recursive: true });
    expect(await readAtRef(repository.path, sha, 'evals/budget/llm-budget.yml', limits)).toEqual({ sha, text: 'here' });
  });

  test('is null where the ref does not have it', async () => {
    const sha = repository.commit();
    repository.write('llm-budget.yml', 'later');
    expect(await readAtRef(repository.path, sha, 'llm-budget.yml', limits)).toEqual({ sha, text: null });
  });

  test('is found by a name that git would take for a pattern or for magic', async () => {
    repository.write(':(top)*.md', 'odd');
    repository.write('other.md', 'even');
    const sha = repository.commit();
    expect(await readAtRef(repository.path, 'main', ':(top)*.md', limits)).toEqual({ sha, text: 'odd' });
  });

  test('is refused where it is outside the repository', async () => {
    repository.commit();
    expect(await problemsOf(() => readAtRef(repository.path, 'main', '../x.yml', limits))).toEqual([
      expect.stringMatching(/x\.yml is outside the git repository /),
    ]);
  });

  test('is refused where it is a link there', async () => {
    repository.link('llm-budget.yml', 'elsewhere.yml');
    repository.commit();
    expect(await problemsOf(() => readAtRef(repository.path, 'main', 'llm-budget.yml', limits))).toEqual([
      'llm-budget.yml at main is a link; a plain file is accepted',
    ]);
  });
});

describe('a ref', () => {
  test.each(['--output=/tmp/x', '-h', '', 'a\nb', 'x'.repeat(1001)])(
    'is refused before git sees it: %j',
    async (ref) => {
      expect(await problemsOf(() => resolveCommit(repository.path, ref))).toEqual([
        expect.stringMatching(/is not a git ref; a branch, tag or commit is accepted$/),
      ]);
    },
  );

  test.each(['nowhere', 'main; touch x', 'main:README.md', '0123456789012345678901234567890123456789'])(
    'that names no commit here is an error that says how to get it: %s',
    async (ref) => {
      repository.commit();
      expect(await problemsOf(() => resolveCommit(repository.path, ref))).toEqual([
        `git has no commit "${ref}" here; fetch it first (a shallow checkout in CI lacks it: set fetch-depth: 0)`,
      ]);
    },
  );

  test('may be a tag, a short id or an expression', async () => {
    const first = repository.commit();
    repository.git('tag', '--annotate', '--message', 'v1', 'v1');
    repository.commit();
    const resolved = ['v1', first.slice(0, 10), 'HEAD~1'].map((ref) => resolveCommit(repository.path, ref));
    expect(await Promise.all(resolved)).toEqual([first, first, first]);
  });

  test('outside a repository is an error that says so', async () => {
    await withFiles({}, async (folder) => {
      expect(await problemsOf(() => resolveCommit(folder, 'main'))).toEqual([
        `${folder} is not in a git repository; a git ref is accepted only inside one`,
      ]);
    });
  });

  test('in a folder that does not exist is an error that says so', async () => {
    expect(await problemsOf(() => resolveCommit(join(repository.path, 'missing'), 'main'))).toEqual([
      `git cannot be started: git is not installed, or ${join(repository.path, 'missing')} does not exist`,
    ]);
  });
});

describe('files at a commit', () => {
  test('are read in one go, each with what became of it', async () => {
    repository.write('prompts/a.md', 'alpha\n');
    repository.write('prompts/same.md', 'alpha\n');
    repository.write('prompts/ünï\tcode.md', 'näme');
    repository.write('empty.md', '');
    repository.write('large.md', 'x'.repeat(101));
    repository.write('binary.md', Uint8Array.of(1, 0, 2));
    repository.write('latin.md', Uint8Array.of(0xe4));
    repository.link('link.md', 'prompts/a.md');
    repository.link('linked', 'prompts');
    const sha = repository.commit();
    const paths = [
      'prompts/a.md',
      'prompts/same.md',
      'prompts/ünï\tcode.md',
      'empty.md',
      'large.md',
      'binary.md',
      'latin.md',
      'link.md',
      'linked/a.md',
      'prompts',
      'missing/x.md',
      'prompts/missing.md',
    ];
    const files = await readFilesAtCommit(repository.path, sha, paths, limits);
    expect(Object.fromEntries(files)).toEqual({
      'prompts/a.md': { state: 'text', text: 'alpha\n' },
      'prompts/same.md': { state: 'text', text: 'alpha\n' },
      'prompts/ünï\tcode.md': { state: 'text', text: 'näme' },
      'empty.md': { state: 'text', text: '' },
      'large.md': { state: 'unusable', reason: 'is too large; at most 100 bytes are accepted' },
      'binary.md': { state: 'unusable', reason: 'is a binary file; a text in UTF-8 is accepted' },
      'latin.md': { state: 'unusable', reason: 'is not valid UTF-8; a text in UTF-8 is accepted' },
      'link.md': { state: 'unusable', reason: 'is a link; a plain file is accepted' },
      'linked/a.md': { state: 'unusable', reason: 'is reached through the link linked; a plain file is accepted' },
      prompts: { state: 'unusable', reason: 'is a folder, not a file' },
      'missing/x.md': { state: 'missing' },
      'prompts/missing.md': { state: 'missing' },
    });
  });

  test('are read however many they are and however long their names', async () => {
    // More than a command of Linux may be long, 2 MiB, and more than 1,000,000 bytes of listing.
    const paths = Array.from({ length: 9_000 }, (_, index) => `${'long/'.repeat(48)}${String(index)}.md`);
    const [first = ''] = paths;
    repository.write(first, 'text');
    repository.git('add', first);
    const [, id = ''] = repository.git('ls-files', '--stage', first).split(' ');
    const entries = paths.map((path) => `100644 ${id}\t${path}\n`).join('');
    execFileSync('git', ['update-index', '--index-info'], { cwd: repository.path, input: entries });
    repository.git('commit', '--quiet', '--message', 'many');
    const files = await readFilesAtCommit(repository.path, 'HEAD', [...paths, 'missing.md'], limits);
    expect(files.size).toBe(9_001);
    expect(paths.filter((path) => files.get(path)?.state !== 'text')).toEqual([]);
    expect(files.get('missing.md')).toEqual({ state: 'missing' });
  });

  test('with a name that no command can hold are an error in words', async () => {
    const sha = repository.commit();
    const paths = ['x'.repeat(3_000_000)];
    expect(await problemsOf(() => readFilesAtCommit(repository.path, sha, paths, limits))).toEqual([
      'git cannot be started: the command is too long for this system',
    ]);
  });

  test('in a submodule are refused', async () => {
    repository.write('a.md', 'a');
    const first = repository.commit();
    repository.git('update-index', '--add', '--cacheinfo', `160000,${first},vendor/prompts`);
    repository.git('commit', '--quiet', '--message', 'submodule');
    const files = await readFilesAtCommit(repository.path, 'HEAD', ['vendor/prompts', 'vendor/prompts/a.md'], limits);
    expect([...files.values()]).toEqual([
      { state: 'unusable', reason: 'is a submodule; a plain file is accepted' },
      { state: 'unusable', reason: 'is in the submodule vendor/prompts; a file of this repository is accepted' },
    ]);
  });

  test('are read by the hundred', async () => {
    const paths = Array.from({ length: 200 }, (_, index) => `prompts/${index}.md`);
    for (const path of paths) repository.write(path, `text of ${path}`);
    const sha = repository.commit();
    const files = await readFilesAtCommit(repository.path, sha, paths, limits);
    expect([...files]).toEqual(paths.map((path) => [path, { state: 'text', text: `text of ${path}` }]));
  });
});

describe('the root and the merge base', () => {
  test('the root is found from below, and through a link', async () => {
    mkdirSync(join(repository.path, 'a', 'b'), { recursive: true });
    expect(await repositoryRoot(join(repository.path, 'a', 'b'))).toBe(repository.path);
    symlinkSync(repository.path, join(repository.path, 'a', 'again'));
    expect(await repositoryRoot(join(repository.path, 'a', 'again'))).toBe(repository.path);
  });

  test('the merge base is where two branches parted', async () => {
    const fork = repository.commit();
    repository.git('switch', '--quiet', '--create', 'topic');
    repository.commit();
    repository.git('switch', '--quiet', 'main');
    repository.write('later.md', 'later');
    repository.commit();
    expect(await mergeBase(repository.path, 'main', 'topic')).toBe(fork);
  });

  test('there is no merge base of histories that share nothing', async () => {
    repository.commit();
    repository.git('switch', '--quiet', '--orphan', 'apart');
    repository.write('apart.md', 'apart');
    repository.commit();
    expect(await mergeBase(repository.path, 'main', 'apart')).toBeNull();
  });
});

import { describe, expect, test } from '@jest/globals';
import { REPOSITORY_PATH_PATTERN, repositoryPathProblem } from '../../../src/lib/inputs.js';

describe('a path inside the repository', () => {
  test.each([
    'a',
    'a/b.md',
    '.github/workflows/x.yml',
    '..a/b..',
    '.gitignore',
    'a b/ü.md',
    'evals/**/*.{ts,py}',
    '!a/*',
    '[ab]?',
    '~/x',
    '$HOME',
  ])('%j is one', (path) => {
    expect(repositoryPathProblem(path)).toBeNull();
    expect(path).toMatch(new RegExp(REPOSITORY_PATH_PATTERN));
  });

  test.each([
    ['', 'it is empty'],
    ['..', 'it has a ".." segment'],
    ['../a', 'it has a ".." segment'],
    ['a/../b', 'it has a ".." segment'],
    ['a/..', 'it has a ".." segment'],
    ['.', 'it has a "." segment'],
    ['./a', 'it has a "." segment'],
    ['a/./b', 'it has a "." segment'],
    ['/', 'it is absolute'],
    ['/etc/passwd', 'it is absolute'],
    ['//host/share', 'it is absolute'],
    ['C:/Windows', 'it is absolute'],
    ['c:a', 'it is absolute'],
    ['a//b', 'it has an empty segment'],
    ['a/', 'it has an empty segment'],
    ['a\\b', 'it has a backslash, and "/" separates folders'],
    ['a\0b', 'it has a control character'],
    ['a\nb', 'it has a control character'],
    ['.git', "it leads into git's own folder"],
    ['.git/config', "it leads into git's own folder"],
    ['a/.GiT/config', "it leads into git's own folder"],
  ])('%j is none', (path, problem) => {
    expect(repositoryPathProblem(path)).toBe(problem);
    expect(path).not.toMatch(new RegExp(REPOSITORY_PATH_PATTERN));
  });

  test.each(['.git./config', '.git /config', 'GIT~1/config', 'a\u007fb', 'a\u2028b', '\ud800'])(
    '%j is none on some file systems, or on one line',
    (path) => {
      expect(repositoryPathProblem(path)).not.toBeNull();
    },
  );
});

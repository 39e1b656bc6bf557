import { describe, expect, test } from '@jest/globals';
import {
  REPOSITORY_PATH_PATTERN,
  repositoryPathProblem,
  catalogueUrlText,
  DEFAULT_CATALOGUE_URL,
  parseCatalogueUrl,
} from '../../src/lib/inputs.js';
import { NoVerdictError } from '../../src/lib/errors/problem.js';

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

describe('a catalogue URL', () => {
  test.each([
    [DEFAULT_CATALOGUE_URL, 'https://openrouter.ai/api/v1'],
    ['https://openrouter.ai/api/v1/', 'https://openrouter.ai/api/v1'],
    ['https://openrouter.ai/api/v1///', 'https://openrouter.ai/api/v1'],
    ['HTTPS://Prices.Example:8443', 'https://prices.example:8443'],
    ['http://127.0.0.1:8080/api/v1', 'http://127.0.0.1:8080/api/v1'],
    ['http://127.1.2.3/', 'http://127.1.2.3'],
    ['http://localhost:3000/v1/', 'http://localhost:3000/v1'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('%s is %s', (text, expected) => {
    expect(catalogueUrlText(parseCatalogueUrl(text))).toBe(expected);
  });

  test.each([
    ['', 'is not a URL'],
    ['openrouter.ai/api/v1', 'is not a URL'],
    [' https://openrouter.ai', 'is not a URL'],
    ['https://openrouter.ai\n/api', 'is not a URL'],
    ['https:\\\\openrouter.ai', 'is not a URL'],
    ['https://openrouter.ai/\u0000', 'is not a URL'],
    ['file:///etc/passwd', 'is neither https nor http'],
    ['ftp://openrouter.ai', 'is neither https nor http'],
    ['http://openrouter.ai/api/v1', 'is http to another machine'],
    ['http://localhost.example', 'is http to another machine'],
    ['http://127.0.0.1.example', 'is http to another machine'],
    ['http://10.0.0.1', 'is http to another machine'],
    ['http://[::2]', 'is http to another machine'],
    ['https://user:secret@openrouter.ai', 'has credentials in it'],
    ['https://secret@openrouter.ai', 'has credentials in it'],
    ['https://openrouter.ai/api?key=secret', 'has a query'],
    ['https://openrouter.ai/api?', 'has a query'],
    ['https://openrouter.ai/api#secret', 'has a fragment'],
  ])('%j %s', (text, reason) => {
    const parse = () => parseCatalogueUrl(text);
    expect(parse).toThrow(NoVerdictError);
    expect(parse).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(parse).toThrow(
      `The catalogue URL ${reason}; accepted is an https URL, or an http URL to a loopback address`,
    );
    expect(parse).not.toThrow(/secret|passwd/);
  });
});

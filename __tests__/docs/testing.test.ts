import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT, readProjectFile } from '../support/project-files.js';

/** docs/testing.md names tests: each is there, and so are the words of titles that it quotes. */

const page = await readProjectFile('docs/testing.md');
const TESTS = join(ROOT, '__tests__');
const FOLDERS = readdirSync(TESTS, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** The file that a path below `__tests__` names; null where there is none. */
function fileOf(path: string): string | null {
  const names = ['.test.ts', '.limits.ts', '.peers.ts', '', '.ts'].map((ending) => join(TESTS, path + ending));
  return names.find((name) => existsSync(name)) ?? null;
}

interface Row {
  readonly fault: string;
  readonly tests: readonly { readonly path: string; readonly words: readonly string[] }[];
  readonly control: string;
}

const [table = ''] = page.split('### Each way past the gate')[1]?.split(/^## /m) ?? [];
const rows: Row[] = [...table.matchAll(/^\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm)]
  .map(([, fault = '', tests = '', control = '']) => ({
    fault,
    tests: [...tests.matchAll(/`([^`]+)`(?: \(([^)]+)\))?/g)].map(([, path = '', words]) => ({
      path,
      words: words?.split(', ') ?? [],
    })),
    control,
  }))
  .filter(({ fault }) => fault !== 'What passed, or failed the wrong person' && !fault.startsWith('---'));

test('the table has rows, each with a test and a control', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter(({ tests, control }) => tests.length === 0 || control.trim() === '')).toEqual([]);
  expect(new Set(rows.map(({ fault }) => fault)).size).toBe(rows.length);
});

describe.each(rows.map((row): [string, Row] => [row.fault, row]))('the row on: %s', (_, { tests }) => {
  test.each(tests.map(({ path, words }): [string, readonly string[]] => [path, words]))(
    'names %s %j',
    (path, words) => {
      const file = fileOf(path);
      expect(file).not.toBeNull();
      const text = file === null ? '' : readFileSync(file, 'utf8').replaceAll("\\'", "'");
      expect(words.filter((quoted) => !text.includes(quoted))).toEqual([]);
    },
  );
});

test('every other test that the page names is there', () => {
  const spans = [...page.matchAll(/`([\w./*-]+)`/g)].map(([, span = '']) => span.replace(/^__tests__\//, ''));
  const named = spans.filter((span) => span.includes('/') && FOLDERS.includes(span.split('/')[0] ?? ''));
  expect(named.length).toBeGreaterThan(60);
  const missing = named.filter((span) => {
    if (!span.includes('*')) return fileOf(span) === null;
    const [folder = '', start = ''] = span.replace(/\*.*$/, '').split(/\/(?=[^/]*$)/);
    return !readdirSync(join(TESTS, folder)).some((name) => name.startsWith(start));
  });
  expect(missing).toEqual([]);
});

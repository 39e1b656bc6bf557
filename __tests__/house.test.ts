import { describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../src/version.js';

/** The plan of the house, held against the imports: data flows one way, from the top of this list to its end. */

const ROOMS = [
  'version',
  'problems',
  'money',
  'text',
  'http',
  'inputs',
  'workspace',
  'manifest',
  'catalogue',
  'pricing',
  'tokens',
  'estimate',
  'comparison',
  'verdict',
  'suggestions',
  'usage',
  'credits',
  'calibration',
  'report',
  'comment',
  'summary',
  'terminal',
  'github',
  'check',
  'commands',
  'action',
  'command-line',
];

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function roomOf(path: string): string {
  return relative(SOURCES, path).replaceAll('\\', '/').split('/')[0]?.replace(/\.ts$/, '') ?? '';
}

async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(([, target]) =>
    join(dirname(file), (target ?? '').replace(/\.js$/, '.ts')),
  );
}

const files = await sourceFiles(SOURCES);

describe('the house', () => {
  test('has only the rooms on the plan', () => {
    expect(files.map(roomOf).filter((room) => !ROOMS.includes(room))).toEqual([]);
  });

  test('imports go only to rooms that come before', async () => {
    const against: string[] = [];
    for (const file of files) {
      for (const target of await importsOf(file)) {
        if (ROOMS.indexOf(roomOf(target)) > ROOMS.indexOf(roomOf(file))) {
          against.push(`${relative(SOURCES, file)} -> ${relative(SOURCES, target)}`);
        }
      }
    }
    expect(against).toEqual([]);
  });

  test('has no cycles within a room', async () => {
    const imports = new Map<string, string[]>();
    for (const file of files) imports.set(file, await importsOf(file));
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].map((one) => relative(SOURCES, one)).join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('has no barrel files and no utils', () => {
    const names = files.map((file) => posix.basename(file.replaceAll('\\', '/')));
    expect(names.filter((name) => /^(?:index|utils?|helpers?|misc|common)\.ts$/.test(name))).toEqual([]);
  });
});

test('the version is that of package.json', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect(text).toContain(`"version": "${VERSION}"`);
});

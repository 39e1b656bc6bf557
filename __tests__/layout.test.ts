import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { VERSION } from '../src/cli/run.js';
import { importsOf, LAYOUT, loadedWith, packagesOf, sourceFiles, topFolderOf } from './support/layout.js';

/** `src/layout.json` has the nine folders from top to bottom; the imports are compared with it. */

const files = await sourceFiles();
const order = LAYOUT.map(({ folder }) => folder);

describe('the layout of src', () => {
  test('has the folders of src/layout.json and no other', () => {
    expect([...new Set(files.map(topFolderOf))].sort()).toEqual([...order].sort());
  });

  test('has imports that go from top to bottom only', async () => {
    const against: string[] = [];
    for (const file of files) {
      for (const target of await importsOf(file)) {
        if (order.indexOf(topFolderOf(target)) < order.indexOf(topFolderOf(file))) against.push(`${file} -> ${target}`);
      }
    }
    expect(against).toEqual([]);
  });

  test('has no cycle of imports', async () => {
    const imports = new Map<string, readonly string[]>();
    for (const file of files) imports.set(file, await importsOf(file));
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('lets the action load inputs, event and the two clients before its first request, and no part of the check', async () => {
    const loaded = [...(await loadedWith('action/index.ts'))].filter(
      (file) => !/^(?:action|openrouter|lib)\//.test(file),
    );
    expect(loaded).toEqual(['report/model/document.ts']);
    expect(await loadedWith('action/judge-run.ts')).toContain('check/check.ts');
  });

  test.each(['action/judge-run.ts', 'cli/check-command.ts'])(
    'lets a check load readers of other files, of a lockfile and of recordings only where it has some: %s',
    async (start) => {
      const loaded = await loadedWith(start);
      const inFolder = (folder: string) => [...loaded].filter((file) => file.startsWith(folder));
      expect(inFolder('usage/')).toEqual([]);
      expect(inFolder('manifest/from-files/')).toEqual(['manifest/from-files/file-set.ts']);
      for (const file of ['openrouter/catalogue/lockfile.ts', 'lib/text/path-pattern.ts']) {
        expect(files).toContain(file);
        expect(loaded).not.toContain(file);
      }
      const usual = ['fastest-levenshtein', 'undici', 'yaml', 'zod'];
      expect([...(await packagesOf(loaded))].filter((name) => !usual.includes(name))).toEqual([]);
      expect([...(await packagesOf(files))]).toEqual(expect.arrayContaining(['re2js', 'csv-parse', 'fflate']));
    },
  );

  test.each(LAYOUT)('$folder starts at $start, which says what it does', async ({ folder, start }) => {
    expect(files).toContain(`${folder}/${start}`);
    expect(await readFile(new URL(`../src/${folder}/${start}`, import.meta.url), 'utf8')).toContain('/**');
  });

  test('has no barrel files and no utils', () => {
    const entries = new Set(['action/index.ts', 'action/record/index.ts', 'cli/index.ts']);
    const names = files.filter((file) => !entries.has(file)).map((file) => basename(file));
    expect(names.filter((name) => /^(?:index|utils?|helpers?|misc|common)\.ts$/.test(name))).toEqual([]);
  });
});

test('the version is that of package.json', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect(text).toContain(`"version": "${VERSION}"`);
});

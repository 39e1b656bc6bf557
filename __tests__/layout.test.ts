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

  describe('lets the action load before its first request', () => {
    test('inputs, event and the request for the list of models: no part of the check, of GitHub, or of the answers', async () => {
      const loaded = await loadedWith('action/index.ts');
      const folders = /^(?:action|openrouter|lib)\//;
      expect([...loaded].filter((file) => !folders.test(file))).toEqual(['report/model/document.ts']);
      expect([...loaded].filter((file) => file.startsWith('action/github/'))).toEqual(['action/github/event.ts']);
      expect([...loaded].filter((file) => file.startsWith('openrouter/')).sort()).toEqual([
        'openrouter/catalogue/catalogue.ts',
        'openrouter/catalogue/live-models.ts',
        'openrouter/catalogue/start-models.ts',
        'openrouter/client.ts',
      ]);
    });

    test("zod and the files of undici that send requests: neither undici's index nor the runner's libraries, which load it", async () => {
      const packages = await packagesOf(await loadedWith('action/index.ts'));
      expect([...packages].filter((name) => !name.startsWith('undici/lib/'))).toEqual(['zod']);
    });
  });

  test("lets the action send GitHub's first query before it loads the check", async () => {
    const loaded = await loadedWith('action/github/first-query.ts');
    expect(loaded).toContain('action/github/queries.ts');
    expect([...loaded].filter((file) => /^(?:check|budget|manifest|usage)\//.test(file))).toEqual([]);
    expect(await loadedWith('action/judge-run.ts')).toContain('check/check.ts');
  });

  test.each(['action/judge-run.ts', 'cli/check-command.ts'])(
    'lets a check load readers of other files, of a lockfile, of recordings and of mistakes only where it has some: %s',
    async (start) => {
      const loaded = await loadedWith(start);
      const inFolder = (folder: string) => [...loaded].filter((file) => file.startsWith(folder));
      expect(inFolder('usage/')).toEqual([]);
      expect(inFolder('manifest/from-files/')).toEqual(['manifest/from-files/file-set.ts']);
      for (const file of ['openrouter/catalogue/lockfile.ts', 'lib/text/path-pattern.ts']) {
        expect(files).toContain(file);
        expect(loaded).not.toContain(file);
      }
      const usual = /^(?:fastest-levenshtein|js-yaml|undici\/lib\/.*|zod)$/;
      expect([...(await packagesOf(loaded))].filter((name) => !usual.test(name))).toEqual([]);
      expect([...(await packagesOf(files))]).toEqual(expect.arrayContaining(['re2js', 'csv-parse', 'fflate', 'yaml']));
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

import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, projectFiles, readProjectFile } from '../support/project-files.js';

describe('the picture of the layout', () => {
  test('is what src/layout.json makes', () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'layout-picture.mjs'), '--check']);
  });
});

test('files that the pages name are there', async () => {
  const missing: string[] = [];
  for (const file of await projectFiles(/\.md$/)) {
    const text = await readProjectFile(file);
    for (const [, path = ''] of text.matchAll(/`((?:src|__tests__|scripts|docs|examples|\.ci)\/[\w./-]+)`/g)) {
      // docs/testing.md names tests without ending, by their path below __tests__.
      const isThere = [path, `__tests__/${path}.test.ts`].some((name) => existsSync(join(ROOT, name)));
      if (!isThere) missing.push(`${file}: ${path}`);
    }
  }
  expect(missing).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The layout of `src` as `src/layout.json` states it, and the imports as they are. Paths are relative to `src`, with slashes. */

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));

const layoutSchema = z.array(z.object({ folder: z.string(), start: z.string(), does: z.string() }));

/** The folders of `src` from top to bottom: a file imports from its own folder and from those below. */
export const LAYOUT = layoutSchema.parse(JSON.parse(readFileSync(join(SOURCES, 'layout.json'), 'utf8')));

export async function sourceFiles(): Promise<string[]> {
  const entries = await readdir(SOURCES, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SOURCES, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

export const topFolderOf = (file: string): string => file.split('/')[0] ?? '';

export async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(join(SOURCES, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(([, target = '']) =>
    posix.join(dirname(file), target).replace(/\.js$/, '.ts'),
  );
}

/** The packages that these files import when they are loaded, by name or file: neither for types, nor by a call of `import`. */
export async function packagesOf(files: Iterable<string>): Promise<ReadonlySet<string>> {
  const packages = new Set<string>();
  for (const file of files) {
    const text = await readFile(join(SOURCES, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^import (?!type\b)(?:[^;]*?from\s*)?'(?!node:|\.)([^']+)'/gm)) {
      packages.add(name);
    }
  }
  return packages;
}

/** The files that Node loads together with `start`: neither for types, nor by a call of `import`. */
export async function loadedWith(start: string): Promise<ReadonlySet<string>> {
  const loaded = new Set([start]);
  for (const file of loaded) {
    const text = await readFile(join(SOURCES, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/^import (?!type\b)[^;]*?from\s*'(\.{1,2}\/[^']+)'/gm)) {
      loaded.add(posix.join(dirname(file), target).replace(/\.js$/, '.ts'));
    }
  }
  return loaded;
}

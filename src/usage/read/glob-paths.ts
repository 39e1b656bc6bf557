import { Dirent, readdir } from 'node:fs';
import { glob } from 'tinyglobby';
import { isList } from './json-value.js';

/**
 * Everything but folders that a glob matches. Links are listed as they are, links to folders are not entered. The
 * library passes over what is no regular file without a word; a pipe in a folder of recordings is to be reported.
 */
export async function globPaths(pattern: string, ignore: readonly string[], cwd: string): Promise<readonly string[]> {
  return await glob(pattern, {
    cwd,
    ignore,
    expandDirectories: false,
    fs: { readdir: readdirOfAllKinds },
  });
}

/** `readdir` whose entries are folders or else files. */
const readdirOfAllKinds = new Proxy(readdir, {
  apply: (target, self, given: unknown[]) => {
    const done = given.at(-1);
    if (typeof done !== 'function') throw new TypeError('readdir is called with a callback');
    const simplified = (error: unknown, entries: unknown): void => {
      Reflect.apply(done, undefined, [error, isList(entries) ? entries.map(simplify) : entries]);
    };
    const result: unknown = Reflect.apply(target, self, [...given.slice(0, -1), simplified]);
    return result;
  },
});

function simplify(entry: unknown): unknown {
  if (!(entry instanceof Dirent)) return entry;
  const name: unknown = entry.name;
  const isFolder = entry.isDirectory();
  return { name, isFile: () => !isFolder, isDirectory: () => isFolder, isSymbolicLink: () => false };
}

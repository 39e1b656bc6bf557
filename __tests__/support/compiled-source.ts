import { transformFileSync } from '@swc/core';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './project-files.js';
import { temporaryFolder } from './temporary-folder.js';

/** `src` as JavaScript in a folder of its own, for tests that start many processes of it: each start compiles nothing. */
export interface CompiledSource {
  /** The path of `src/NAME.ts` as it was compiled. */
  readonly program: (name: string) => string;
  readonly remove: () => void;
}

/** Call it once per file, in `beforeAll`: it compiles every file of `src`. Packages are those of the project. */
export function compileSource(): CompiledSource {
  const { path: folder, remove } = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const source = join(ROOT, 'src');
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } } as const;
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(folder, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, transformFileSync(join(source, name), { swcrc: false, jsc }).code);
  }
  return { program: (name) => join(folder, `${name}.js`), remove };
}

/**
 * Builds both doors with ncc: dist/index.js for the runner, dist/cli/index.js for the command line. The output is the
 * same to the byte in any folder and on any supported Node, so `git status --porcelain dist` tells whether it is fresh.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
const DOORS = [
  ['src/action.ts', '.'],
  ['src/command-line.ts', 'cli'],
];

const built = mkdtempSync(join(tmpdir(), 'llm-budget-dist-'));
try {
  for (const [entry, folder] of DOORS) {
    const out = join(built, folder);
    const options = ['--license', 'licenses.txt', '--target', 'es2022', '--minify'];
    execFileSync(process.execPath, [ncc, 'build', entry, '-o', out, ...options], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const bin = join(built, 'cli', 'index.js');
  const text = readFileSync(bin, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(bin, `#!/usr/bin/env node\n${text}`);
  chmodSync(bin, 0o755);
  // What was there stays until all of the new is there.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  cpSync(built, join(root, 'dist'), { recursive: true });
} catch {
  process.exitCode = 1;
} finally {
  rmSync(built, { recursive: true, force: true });
}

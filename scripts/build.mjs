/**
 * Builds both doors with ncc: dist/index.js for the runner, dist/cli/index.js for the command line. The output is the
 * same to the byte in any folder and on any supported Node, so `git status --porcelain dist` tells whether it is fresh.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
const DOORS = [
  ['src/action/index.ts', '.'],
  ['src/cli/index.ts', 'cli'],
];

/**
 * The licences of what is bundled: every production dependency, by the lock. ncc's own list has only the last chunk's.
 */
function licenses() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const folders = Object.keys(packages).filter(
    (path) => path !== '' && !packages[path].dev && !packages[path].optional,
  );
  return folders
    .map((path) => join(root, path))
    .filter((folder) => existsSync(folder))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:[.-]|$)/i.test(entry));
      const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').replace(/\r\n?/g, '\n').trim();
      return `${name} ${version} (${license})\n\n${text}`.trim();
    })
    .sort()
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

const built = mkdtempSync(join(tmpdir(), 'llm-budget-dist-'));
try {
  for (const [entry, folder] of DOORS) {
    const out = join(built, folder);
    const options = ['--target', 'es2022', '--minify'];
    execFileSync(process.execPath, [ncc, 'build', entry, '-o', out, ...options], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  writeFileSync(join(built, 'licenses.txt'), `${licenses()}\n`);
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

/**
 * Makes dist/ with ncc: one bundle with chunks in dist/bundle, and the small files that start it. The output is the same
 * to the byte in any folder and on any supported Node, so `git status --porcelain dist` tells whether it is fresh.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';
import { bundledPackages, licencesText, partsList } from './bundled-packages.mjs';

/** The files that are started, each with the function of `bundle-entry.js` that it calls. */
const STARTERS = [
  ['index.js', 'action'],
  ['cli/index.js', 'commandLine'],
  ['record/index.js', 'recordAction'],
];

const root = fileURLToPath(new URL('..', import.meta.url));
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');

/** Makes a file that loads the bundle. It catches missing files alone: other errors end the program with its own exit code. */
function starter(file, name) {
  const bundle = `${'../'.repeat(file.split('/').length - 1) || './'}bundle/index.js`;
  return `#!/usr/bin/env node
try {
  const { ${name} } = await import('${bundle}');
  await ${name}();
} catch (error) {
  console.error(\`llm-budget: a file of dist/ is missing or damaged (\${error?.code ?? error?.name})\`);
  process.exitCode = 2;
}
`;
}

/**
 * Minifies the chunks, since ncc minifies only its entry. Characters beyond ASCII are escaped where they are few: V8 holds
 * a whole file in two bytes for each character because of a single one. The tokenizer's vocabulary has mostly such.
 */
async function minify(folder) {
  for (const name of readdirSync(folder).filter((entry) => /^\d+\.index\.js$/.test(entry))) {
    const file = join(folder, name);
    const source = readFileSync(file, 'utf8');
    const beyond = source.match(/[^\0-\x7f]/g)?.length ?? 0;
    const format = { comments: false, asciiOnly: beyond < source.length / 100 };
    const options = { module: true, ecma: 2022, compress: { ecma: 2022 }, mangle: true, format };
    const { code } = await swc.minify(source, options);
    writeFileSync(file, code);
  }
}

const work = mkdtempSync(join(tmpdir(), 'llm-budget-dist-'));
try {
  const [dist, stats] = [join(work, 'dist'), join(work, 'stats.json')];
  const bundle = join(dist, 'bundle');
  const options = ['--target', 'es2022', '--minify', '--no-cache', '--stats-out', stats];
  execFileSync(process.execPath, [ncc, 'build', 'scripts/bundle-entry.js', '-o', bundle, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await minify(bundle);
  const packages = bundledPackages(JSON.parse(readFileSync(stats, 'utf8')), root);
  writeFileSync(join(dist, 'licenses.txt'), licencesText(packages));
  writeFileSync(join(dist, 'sbom.cdx.json'), partsList(packages, root));
  writeFileSync(join(dist, 'package.json'), '{\n  "type": "module"\n}\n');
  for (const [file, name] of STARTERS) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, file), starter(file, name));
    chmodSync(join(dist, file), 0o755);
  }
  // The old files stay until all new ones are written.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  cpSync(dist, join(root, 'dist'), { recursive: true });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { reportSchema } from '../../src/report/model/schema.js';
import { endpointRow, modelRow, startCatalogueServer, type CatalogueServer } from '../support/catalogue-server.js';
import { manifestText } from '../support/command-line.js';
import { runToEnd } from '../support/process.js';
import { ROOT } from '../support/project-files.js';
import { testRepository, type TestRepository } from '../support/repository.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/**
 * The package as `npx github:…` installs it: from a git repository. npm runs offline here, so it could install neither a
 * dependency nor, for a build, the packages for development.
 */

const MODEL = 'openai/gpt-5-mini';
let origin: TestRepository;
let catalogue: CatalogueServer;
const folder = temporaryFolder();
beforeAll(async () => {
  catalogue = await startCatalogueServer({
    models: [modelRow(MODEL)],
    endpoints: { [MODEL]: [endpointRow('one')] },
  });
  origin = testRepository();
  for (const name of ['package.json', 'package-lock.json', 'README.md', 'LICENSE', 'dist', 'src', 'scripts']) {
    cpSync(join(ROOT, name), join(origin.path, name), { recursive: true });
  }
  for (const name of ['llm-budget.schema.json', 'llm-budget-report.schema.json']) {
    cpSync(join(ROOT, name), join(origin.path, name));
  }
  origin.commit();
});
afterAll(async () => {
  origin.remove();
  folder.remove();
  await catalogue.close();
});

test('is dist, the schemas and nothing else, installs no other package, and checks a manifest with a prompt file', async () => {
  const env = { PATH: process.env.PATH ?? '', HOME: folder.path, GIT_CONFIG_GLOBAL: '/dev/null' };
  const cwd = folder.path;
  writeFileSync(join(cwd, 'package.json'), '{"private": true}');
  // "Hello world!" is 3 tokens of o200k, which the installed package counts beside the 1,000 of the manifest.
  const manifest = manifestText({ model: MODEL }).replace(
    'prompt_tokens: 1000',
    'prompt_tokens: 1000, prompt_files: [p.md]',
  );
  writeFileSync(join(cwd, 'llm-budget.yml'), manifest);
  writeFileSync(join(cwd, 'p.md'), 'Hello world!');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const install = ['install', '--offline', '--no-audit', '--no-fund', `git+file://${origin.path}`];
  expect(await runToEnd(npm, install, { env, cwd })).toMatchObject({ exitCode: 0 });
  const installed = readdirSync(join(cwd, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed).toEqual(['llm-budget']);
  expect(readdirSync(join(cwd, 'node_modules', 'llm-budget')).sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist',
    'llm-budget-report.schema.json',
    'llm-budget.schema.json',
    'package.json',
  ]);
  const bin = join(cwd, 'node_modules', '.bin', 'llm-budget');
  const ended = await runToEnd(bin, ['check', '--format', 'json', '--catalogue-url', catalogue.url], { env, cwd });
  // 100 x (1,003 x $1 + 500 x $2 a million)
  expect(reportSchema.parse(JSON.parse(ended.stdout)).head.per_run).toBe('0.2003');
  expect(ended.exitCode).toBe(0);
});

test('has no dependency and no script that makes npm install the packages for development', () => {
  const { dependencies, scripts } = z
    .object({ dependencies: z.unknown().optional(), scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  expect(dependencies).toBeUndefined();
  // As npm's own code has them: pacote, lib/git.js.
  const building = ['postinstall', 'build', 'preinstall', 'install', 'prepack', 'prepare'];
  expect(building.filter((name) => Object.hasOwn(scripts, name))).toEqual([]);
});

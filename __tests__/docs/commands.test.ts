import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { startCatalogueServer } from '../support/catalogue-server.js';
import type { CatalogueServer } from '../support/catalogue-server.js';
import { catalogueOfTheExamples, runWithoutNetwork } from '../support/examples.js';
import { ROOT, allCodeBlocks, readProjectFile } from '../support/project-files.js';
import { testRepository } from '../support/repository.js';
import { spawned } from '../support/run-action.js';

/**
 * Every command that the pages and the help texts show, run as shown: in a repository with a manifest, a lock and a
 * branch at `origin`, at the prices of the examples from a loopback catalogue.
 */

const blocks = (await allCodeBlocks()).filter(({ language }) => language === 'sh');
const commands = [...new Set(blocks.flatMap(({ text }) => text.trim().split('\n')))].filter(
  (line) => line !== '' && !line.startsWith('#'),
);
const ours = commands.filter((line) => line.startsWith('node dist/cli/index.js '));
const others = commands.filter((line) => !ours.includes(line));

/** The commands of the overview that this bundle has, each with the examples of its help. */
async function helpExamples(): Promise<string[]> {
  const overview = await runWithoutNetwork(['--help']);
  const names = [...overview.stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
  const helps = await Promise.all(names.map((name) => runWithoutNetwork([name, '--help'])));
  return helps.flatMap(({ stdout }) =>
    [...stdout.matchAll(/^ {2}(\S.*llm-budget .+|llm-budget .+)$/gm)].map(([, line = '']) => line),
  );
}

const examples = await helpExamples();

// The commands are lines for a POSIX shell.
const describeWithShell = process.platform === 'win32' ? describe.skip : describe;

describeWithShell('commands that are shown', () => {
  const repository = testRepository();
  let catalogue: CatalogueServer;

  beforeAll(async () => {
    catalogue = await startCatalogueServer(await catalogueOfTheExamples());
    const manifest = await readProjectFile('examples/rag-evals/llm-budget.yml');
    repository.write('llm-budget.yml', manifest);
    repository.write('evals/llm-budget.yml', manifest);
    repository.write('llm-budget.lock.json', await readProjectFile('examples/rag-evals/llm-budget.lock.json'));
    cpSync(join(ROOT, 'examples'), join(repository.root, 'examples'), { recursive: true });
    repository.git('update-ref', 'refs/remotes/origin/main', repository.commit());
    symlinkSync(join(ROOT, 'dist'), join(repository.root, 'dist'));
    const program = join(repository.root, '.bin', 'llm-budget');
    await mkdir(join(repository.root, '.bin'));
    await writeFile(
      program,
      `#!/bin/sh\ncase "$1" in check | lock | models | init | calibrate | credits) set -- "$@" --catalogue-url "$CATALOGUE" ;; esac\nexec "${process.execPath}" "${ROOT}dist/cli/index.js" "$@"\n`,
    );
    await chmod(program, 0o755);
  });
  afterAll(async () => {
    await catalogue.close();
    repository.remove();
  });

  function run(line: string): ReturnType<typeof spawned> {
    const path = [join(repository.root, '.bin'), process.env.PATH ?? ''].join(delimiter);
    const env = { PATH: path, CATALOGUE: catalogue.url, HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    return spawned('sh', ['-c', line.replace(/^node dist\/cli\/index\.js /, 'llm-budget ')], env, repository.root);
  }

  test.each(ours)('%s', async (line) => {
    const { exitCode, stderr } = await run(line);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test.each(examples)('help: %s', async (line) => {
    const { exitCode, stderr } = await run(line);
    // What it asks for may not be there, but the command takes it.
    expect(stderr).not.toMatch(/--help shows what it accepts|has no command|unexpected error/);
    expect(exitCode).not.toBeNull();
  });
});

test('there are commands to run, and examples in the help', () => {
  expect(ours.length).toBeGreaterThan(4);
  expect(examples.length).toBeGreaterThan(5);
});

test.each(others)('%s: the script is there', async (line) => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readProjectFile('package.json')));
  const [program = '', first = '', second = ''] = line.split(' ');
  if (program === 'node') expect(existsSync(join(ROOT, first))).toBe(true);
  else if (line === 'npm ci' || line === 'npm cit') expect(scripts.test).toBeDefined();
  else
    expect({ program, script: scripts[first === 'run' ? second : first] }).toEqual({
      program: 'npm',
      script: expect.any(String),
    });
});

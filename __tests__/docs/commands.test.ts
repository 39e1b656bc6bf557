import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { startCatalogueServer, type CatalogueServer } from '../support/catalogue-server.js';
import { catalogueOfTheExamples } from '../support/examples.js';
import { ROOT, allCodeBlocks, readProjectFile } from '../support/project-files.js';
import { testRepository } from '../support/repository.js';
import { type EndedProcess, runToEnd } from '../support/process.js';

/**
 * Every command that the pages show, run as shown: in a repository with a manifest, a lock and a
 * branch at `origin`, at the prices of the examples from a loopback catalogue.
 */

const blocks = (await allCodeBlocks()).filter(({ language }) => language === 'sh');
const commands = [...new Set(blocks.flatMap(({ text }) => text.trim().split('\n')))].filter(
  (line) => line !== '' && !line.startsWith('#'),
);
const ours = commands.filter((line) => line.startsWith('node dist/cli/index.js '));
const others = commands.filter((line) => !ours.includes(line));

/** One request of the examples' judge, as OpenRouter answers it. */
const RECORDING = `${JSON.stringify({
  suite: 'retrieval-answers',
  model: 'openai/gpt-5-mini',
  usage: { prompt_tokens: 1490, completion_tokens: 430, cost: 0.0012325 },
})}\n`;

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
    repository.write('recordings/evals.jsonl', RECORDING);
    cpSync(join(ROOT, 'examples'), join(repository.path, 'examples'), { recursive: true });
    repository.git('update-ref', 'refs/remotes/origin/main', repository.commit());
    symlinkSync(join(ROOT, 'dist'), join(repository.path, 'dist'));
    const program = join(repository.path, '.bin', 'llm-budget');
    await mkdir(join(repository.path, '.bin'));
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

  function run(line: string): Promise<EndedProcess> {
    const path = [join(repository.path, '.bin'), process.env.PATH ?? ''].join(delimiter);
    const env = { PATH: path, CATALOGUE: catalogue.url, HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    return runToEnd('sh', ['-c', line.replace(/^node dist\/cli\/index\.js /, 'llm-budget ')], {
      env,
      cwd: repository.path,
    });
  }

  test.each(ours)('%s', async (line) => {
    const { exitCode, stderr } = await run(line);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  });
});

test('there are commands to run', () => {
  expect(ours.length).toBeGreaterThan(4);
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

import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { VERSION } from '../../src/cli/run.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { manifestText } from '../support/command-line.js';
import { runToEnd } from '../support/process.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** The built command line as a process: the real streams, exit codes and network. */

const BIN = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));

const server = catalogueForAllTests({
  models: [modelRow('acme/one'), ...Array.from({ length: 5000 }, (_, index) => modelRow(`many/model-${index}`))],
  endpoints: { 'acme/one': [endpointRow('one')] },
});
const repository = repositoryForEachTest();
beforeEach(() => {
  repository.write('llm-budget.yml', manifestText());
});

const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

function run(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  return runToEnd(process.execPath, [BIN, ...args], { env: { ...environment, ...more }, cwd: repository.path });
}
const withCatalogue = (...args: string[]) => [...args, '--catalogue-url', server.url];

describe('the built command line', () => {
  test('prices a manifest: 100 x (0.001 + 0.001) = $0.20, figures on stdout, no colour in a pipe, no file', async () => {
    const ended = await run(withCatalogue('check'), { FORCE_COLOR: '1', TERM: 'xterm-256color' });
    expect(ended.exitCode).toBe(0);
    // A busy machine takes more than a second for the prices, and then the command says what it waits for.
    expect(ended.stderr).toMatch(/^(?:Asking 127\.0\.0\.1:\d+ for prices…\n)?$/);
    expect(ended.stdout).toMatch(/^Within budget: LLM calls cost \$0\.20 per run/);
    expect(ended.stdout).not.toContain('\u001b');
    expect(repository.git('status', '--porcelain', '--untracked-files=all')).toBe('?? llm-budget.yml');
  });

  (process.platform === 'win32' ? test.skip : test)('is a program of its own', async () => {
    const ended = await runToEnd(BIN, ['--version'], { env: environment, cwd: repository.path });
    expect(ended).toEqual({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  test('writes a long answer whole into a pipe, and ends quietly where the reader has seen enough', async () => {
    const whole = await run(withCatalogue('models', '--json'));
    const { models } = z.object({ models: z.array(z.unknown()) }).parse(JSON.parse(whole.stdout));
    expect([whole.exitCode, models.length]).toEqual([0, 5001]);

    const child = spawn(process.execPath, [BIN, ...withCatalogue('models')], {
      env: environment,
      cwd: repository.path,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.stdout.once('data', () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});

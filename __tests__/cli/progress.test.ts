import { beforeEach, describe, expect, test } from '@jest/globals';
import { withProgress } from '../../src/cli/world.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText } from '../support/command-line.js';
import { fakeTime } from '../support/fake-time.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

const server = catalogueForAllTests({
  models: [modelRow('acme/one')],
  endpoints: { 'acme/one': [endpointRow('one')] },
  date: DATE,
});
const folder = temporaryFolderForEachTest();
beforeEach(() => {
  folder.write('llm-budget.yml', manifestText());
});

describe('what takes more than a second', () => {
  test.each([['check'], ['lock'], ['models'], ['init --stdout']])('%s names the server on stderr', async (command) => {
    const args = [...command.split(' '), '--catalogue-url', server.url];
    const slow = await commandLine([...args, ...(command.startsWith('init') ? ['--model', 'acme/one'] : [])], {
      cwd: folder.path,
      isSlow: true,
    });
    expect([slow.exitCode, slow.stderr]).toEqual([0, `Asking ${new URL(server.url).host} for prices…\n`]);
    expect(slow.stdout).not.toContain('Asking');
  });

  test('is not announced where it is quick', async () => {
    const quick = await commandLine(['lock', '--catalogue-url', server.url], { cwd: folder.path });
    expect(quick.stderr).toBe('');
  });
});

describe('a command that sends no request', () => {
  test.each([
    ['check --offline'],
    ['check --offline --format markdown'],
    ['models --offline'],
    ['init --stdout --offline --model acme/one'],
    ['calibrate --offline --usage usage.jsonl'],
    ['lock --check'],
    ['schema'],
  ])('%s names no server, however long it takes', async (command) => {
    await commandLine(['lock', '--catalogue-url', server.url], { cwd: folder.path });
    const row = { suite: 'evals', model: 'acme/one', usage: { prompt_tokens: 10, completion_tokens: 5 } };
    folder.write('usage.jsonl', `${JSON.stringify(row)}\n`);
    const before = server.requests.length;
    const slow = await commandLine(command.split(' '), { cwd: folder.path, isSlow: true });
    expect([slow.exitCode, slow.stderr.includes('Asking'), slow.stdout.includes('Asking')]).toEqual([0, false, false]);
    expect(server.requests).toHaveLength(before);
  });
});

test('the timer is stopped when the work ends, well or not', async () => {
  const stopped: number[] = [];
  const world = {
    cwd: '.',
    environment: new Map<string, string>(),
    stdout: { write: () => undefined, isTerminal: false, columns: null },
    stderr: { write: () => undefined, isTerminal: false, columns: null },
    effects: {
      ...fakeTime(),
      alarm: (milliseconds: number) => () => {
        stopped.push(milliseconds);
      },
    },
  };
  await expect(withProgress('Waiting', world, () => Promise.resolve(7))).resolves.toBe(7);
  await expect(withProgress('Waiting', world, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(stopped).toEqual([1000, 1000]);
});

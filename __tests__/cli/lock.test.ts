import { beforeEach, describe, expect, test } from '@jest/globals';
import { lockfileSchema } from '../../src/openrouter/catalogue/lockfile.js';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText } from '../support/command-line.js';
import { commandsIn } from '../support/runner.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

const server = catalogueForAllTests({
  models: [modelRow('acme/one'), modelRow('acme/two')],
  endpoints: { 'acme/one': [endpointRow('one')], 'acme/two': [endpointRow('two')] },
  date: DATE,
});
const folder = temporaryFolderForEachTest();
beforeEach(() => {
  folder.write('llm-budget.yml', manifestText());
});

const lock = (...args: string[]) => commandLine(['lock', ...args, '--catalogue-url', server.url], { cwd: folder.path });
const read = (name = 'llm-budget.lock.json') => lockfileSchema.parse(JSON.parse(folder.read(name)));

describe('lock', () => {
  test('writes the facts on the models in use, and says what and from when', async () => {
    expect(await lock()).toEqual({
      exitCode: 0,
      stdout: 'llm-budget.lock.json: prices of 1 model, fetched 2026-11-24T09:00:00Z\n',
      stderr: '',
    });
    const { models, fetched_at } = read();
    expect([models.map(({ id }) => id), fetched_at]).toEqual([['acme/one'], '2026-11-24T09:00:00Z']);
  });

  test('writes the same facts as the same text', async () => {
    await lock();
    const first = folder.read('llm-budget.lock.json');
    await lock();
    expect(folder.read('llm-budget.lock.json')).toBe(first);
  });

  test('writes where --lock says, for the manifest that is named', async () => {
    folder.write('other.yml', manifestText({ model: 'acme/two' }));
    expect((await lock('other.yml', '--lock', 'other.lock.json')).exitCode).toBe(0);
    expect(read('other.lock.json').models.map(({ id }) => id)).toEqual(['acme/two']);
  });

  test('of a model whose sizes are negative can be read again', async () => {
    server.intercept(({ path }) => {
      if (path.endsWith('/endpoints')) return null;
      return { status: 200, body: JSON.stringify({ data: [modelRow('acme/one', { context_length: -1 })] }) };
    });
    expect(await lock()).toMatchObject({ exitCode: 0 });
    expect(read().models.map(({ context_length }) => context_length)).toEqual([null]);
    expect(await lock('--check')).toMatchObject({ exitCode: 0 });
  });

  test.each([[[]], [['--check']]])('prints a file name that would start a runner command as text: %j', async (args) => {
    await lock('--lock', '##[error]x');
    const { stdout } = await lock(...args, '--lock', '##[error]x');
    expect(stdout).toMatch(/^## \[error\]x/);
    expect(commandsIn(stdout)).toEqual([]);
  });

  test('names on stderr the models that it cannot cover', async () => {
    folder.write('llm-budget.yml', manifestText({ model: 'acme/none' }));
    const ended = await lock();
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('acme/none is not in the catalogue') });
  });

  test('leaves the old lock where prices cannot be had: exit 3', async () => {
    await lock();
    const before = read();
    server.intercept(() => ({ status: 404, body: '{}' }));
    expect(await lock()).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('answered 404') });
    expect(read()).toEqual(before);
  });

  test('needs a manifest: exit 2', async () => {
    expect(await lock('none.yml')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no none\.yml.*llm-budget init/),
    });
  });
});

describe('lock --check', () => {
  test('is 0 where the lock covers the models, and sends no request', async () => {
    await lock();
    const before = server.requests.length;
    expect(await lock('--check')).toEqual({
      exitCode: 0,
      stdout: 'llm-budget.lock.json covers 1 model, fetched 2026-11-24T09:00:00Z\n',
      stderr: '',
    });
    expect(server.requests).toHaveLength(before);
  });

  test('is 1 where it does not, and names the models and the way out', async () => {
    await lock();
    folder.write('llm-budget.yml', manifestText({ model: 'acme/two' }));
    expect(await lock('--check')).toEqual({
      exitCode: 1,
      stdout: 'llm-budget.lock.json does not cover: acme/two\n',
      stderr: 'Write it again: llm-budget lock. A model that the catalogue does not have stays uncovered.\n',
    });
  });

  test('is 1 without a lock, with the way to one', async () => {
    expect(await lock('--check')).toEqual({
      exitCode: 1,
      stdout: 'There is no llm-budget.lock.json\n',
      stderr: 'Write it: llm-budget lock\n',
    });
  });

  test('is 3 with a lock that is damaged', async () => {
    folder.write('llm-budget.lock.json', '{"lock_version": 1');
    expect(await lock('--check')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('llm-budget lock') });
  });

  test('is 2 where the lock is a folder', async () => {
    expect(await lock('--check', '--lock', '.')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('folder'),
    });
  });
});

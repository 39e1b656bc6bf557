import { describe, expect, test, beforeEach } from '@jest/globals';
import fc from 'fast-check';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText } from '../support/command-line.js';
import { commandsIn } from '../support/runner.js';
import { yamlishFile } from '../support/yamlish.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** Whatever bytes stand in a file that a command reads, it ends in one of its exit codes and the runner executes nothing. */

const server = catalogueForAllTests({
  models: [modelRow('acme/one')],
  endpoints: { 'acme/one': [endpointRow('one')] },
  date: DATE,
});
const repository = repositoryForEachTest();
beforeEach(() => {
  repository.write('good.yml', manifestText());
});

const COMMANDS: [string, string[], boolean][] = [
  ['check as a table', ['check', 'any'], true],
  ['check with the arithmetic', ['check', 'any', '--explain'], true],
  ['check as JSON', ['check', 'any', '--format', 'json'], true],
  ['check as Markdown', ['check', 'any', '--format', 'markdown'], true],
  ['check with it as the base', ['check', 'good.yml', '--base', 'any'], true],
  ['check with it as the lock', ['check', 'good.yml', '--lock', 'any', '--offline'], false],
  ['lock', ['lock', 'any', '--lock', 'new.lock.json'], true],
  ['lock with it as the lock', ['lock', 'good.yml', '--lock', 'any', '--check'], true],
  ['calibrate with it as the manifest', ['calibrate', 'good.yml', '--usage', 'any'], false],
];

describe.each(COMMANDS)('%s', (_, args, asksCatalogue) => {
  test('ends in 0, 1, 2 or 3 for any bytes, and no line of it is a command', async () => {
    const all = asksCatalogue ? [...args, '--catalogue-url', server.url] : args;
    await fc.assert(
      fc.asyncProperty(yamlishFile, async (text) => {
        repository.write('any', text);
        const { exitCode, stdout, stderr } = await commandLine(all, { cwd: repository.path });
        expect([0, 1, 2, 3]).toContain(exitCode);
        expect([...commandsIn(stdout), ...commandsIn(stderr)]).toEqual([]);
        expect(stderr).not.toContain('unexpected error');
      }),
      { numRuns: 60 },
    );
  });
});

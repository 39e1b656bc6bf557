import { beforeEach, describe, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText } from '../support/command-line.js';
import { repositoryForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** Proxy variables that cannot be used, by the words of the message on them. */
const UNUSABLE: readonly (readonly [string, string])[] = [
  ['socks5://user:secret@127.0.0.1:1080', 'names a SOCKS proxy, which is not supported'],
  ['not a proxy', "is not a proxy's URL"],
];

const catalogue = catalogueForAllTests({ models: [modelRow('acme/one')], date: DATE });
const repository = repositoryForEachTest();
beforeEach(async () => {
  repository.write('llm-budget.yml', manifestText());
  const written = await commandLine(['lock', '--catalogue-url', catalogue.url], { cwd: repository.path });
  expect(written.exitCode).toBe(0);
});

describe.each(UNUSABLE)('with a proxy variable of %j', (proxy, words) => {
  const environment = { HTTPS_PROXY: proxy };

  test.each([['--help'], ['--version'], ['schema'], ['check', '--offline'], ['models', '--offline']])(
    'a command that uses no network works: %s %s',
    async (...args) => {
      const { exitCode, stdout, stderr } = await commandLine(args, { cwd: repository.path, environment });
      expect(exitCode).toBe(0);
      expect(stdout).not.toBe('');
      expect(stderr).not.toContain('proxy');
    },
  );

  test.each(['check', 'models', 'lock', 'credits'])(
    'a command that needs the network says what is wrong and ends with exit 2: %s',
    async (command) => {
      const { exitCode, stdout, stderr } = await commandLine([command, '--catalogue-url', catalogue.url], {
        cwd: repository.path,
        environment: { ...environment, OPENROUTER_API_KEY: 'sk-or-v1-0123' },
      });
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`The environment variable HTTPS_PROXY ${words}`);
      expect(stderr).not.toContain('secret');
    },
  );
});

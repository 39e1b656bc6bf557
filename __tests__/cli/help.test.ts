import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HELP, OVERVIEW } from '../../src/cli/help.js';
import { COMMANDS } from '../../src/cli/run.js';
import { commandLine } from '../support/command-line.js';
import { temporaryFolder } from '../support/repository.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => {
  folder.remove();
});
const run = (...args: string[]) => commandLine(args, { cwd: folder.path });

const commands = [...COMMANDS.keys()];

/** The words of an example as a shell hands them over, without variables before it and redirections behind it. */
function examplesOf(command: string): string[][] {
  const text = HELP.get(command) ?? '';
  const lines = text
    .slice(text.indexOf('\nExample'))
    .split('\n')
    .filter((line) => line.startsWith('  '));
  return lines.map((line) =>
    [
      ...line
        .replace(/^.*?llm-budget /, '')
        .replace(/ > .*$/, '')
        .matchAll(/'([^']*)'|(\S+)/g),
    ].map(([, quoted, plain]) => quoted ?? plain ?? ''),
  );
}

const optionsOf = (command: string) => [...(HELP.get(command) ?? '').matchAll(/^ {2}(--[a-z-]+)( [A-Z<])?/gm)];

describe('the overview', () => {
  test('names every command, and no other', () => {
    const named = [...OVERVIEW.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(commands.toSorted());
  });

  test.each([['--help'], ['-h'], ['help']])('is what %s prints', async (word) => {
    expect(await run(word)).toEqual({ exitCode: 0, stdout: OVERVIEW, stderr: '' });
  });

  test('names the exit codes', () => {
    expect(OVERVIEW).toMatch(/0 pass or warn, 1 fail, 2 configuration, 3 prices unusable/);
  });
});

describe.each(commands)('the help of %s', (command) => {
  test('is printed by --help and -h, wherever they stand, and by help', async () => {
    const help = HELP.get(command);
    for (const args of [
      [command, '--help'],
      [command, '--no-such-option', '-h'],
      ['help', command],
    ]) {
      expect(await run(...args)).toEqual({ exitCode: 0, stdout: help, stderr: '' });
    }
  });

  test('has examples, each of which is accepted', async () => {
    const examples = examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const [name = '', ...args] of examples) {
      expect(name).toBe(command);
      // Options are read in order, so the complaint is about this one only where all of the example's are right.
      const ended = await run(command, ...args, '--no-such-option');
      expect(ended.stderr).toContain(`llm-budget ${command} has no option "--no-such-option"`);
    }
  });

  test('names only options that the command has, with a value where they take one', async () => {
    for (const [, option = '', value] of optionsOf(command)) {
      const ended = await run(command, option, ...(value === undefined ? [] : ['1']), '--no-such-option');
      expect(ended.stderr).toContain('has no option "--no-such-option"');
    }
  });

  test('fits 120 columns', () => {
    expect((HELP.get(command) ?? '').split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

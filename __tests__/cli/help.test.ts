import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { COMMAND_NAMES, COMMANDS, type CommandName, commandHelp, overview } from '../../src/cli/commands.js';
import { widthOf } from '../../src/lib/text/columns.js';
import { commandLine } from '../support/command-line.js';
import { ROOT } from '../support/project-files.js';
import { temporaryFolderForEachTest } from '../support/set-up.js';

const folder = temporaryFolderForEachTest();
const run = (...args: string[]) => commandLine(args, { cwd: folder.path });

/** The words of an example as a shell hands them over, without variables before it and redirections behind it. */
function examplesOf(command: CommandName): string[][] {
  return COMMANDS[command].examples.map((line) =>
    [
      ...line
        .replace(/^.*?llm-budget /, '')
        .replace(/ > .*$/, '')
        .matchAll(/'([^']*)'|(\S+)/g),
    ].map(([, quoted, plain]) => quoted ?? plain ?? ''),
  );
}

describe('the overview', () => {
  test('names every command, and no other', () => {
    const named = [...overview(null).matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(COMMAND_NAMES.toSorted());
  });

  test.each([['--help'], ['-h'], ['help']])('is what %s prints', async (word) => {
    expect(await run(word)).toEqual({ exitCode: 0, stdout: overview(null), stderr: '' });
  });

  test('names the exit codes', () => {
    expect(overview(null)).toMatch(/0 pass or warn, 1 fail, 2 configuration, 3 prices unusable/);
  });
});

describe.each(COMMAND_NAMES)('the help of %s', (command) => {
  test('is printed by --help and -h, wherever they stand, and by help', async () => {
    const help = commandHelp(command, null);
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
      // Behind `--` stands another command.
      const end = args.includes('--') ? args.indexOf('--') : args.length;
      const ended = await run(command, ...args.slice(0, end), '--no-such-option', ...args.slice(end));
      expect(ended.stderr).toContain(`llm-budget ${command} has no option "--no-such-option"`);
    }
  });

  test('shows each option and each example on a line of its own, in 120 columns', () => {
    const lines = commandHelp(command, null).split('\n');
    const { options, examples } = COMMANDS[command];
    for (const { name, value, text } of options) {
      const shown = `  --${name}${value === undefined ? '' : ` ${value}`}  `;
      expect(lines.filter((line) => line.startsWith(shown) && line.endsWith(text))).toHaveLength(1);
    }
    for (const example of examples) expect(lines).toContain(`  ${example}`);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  test.each([60, 80])('is broken to a terminal of %d columns, except for the lines that a user types', (width) => {
    const isTyped = (line: string) => line.startsWith('Usage: ') || line.startsWith('  llm-budget ');
    const lines = commandHelp(command, width).split('\n');
    expect(lines.filter((line) => widthOf(line) > width && !isTyped(line) && !line.includes('='))).toEqual([]);
    const words = (text: string) => text.trim().split(/\s+/).toSorted();
    expect(words(lines.join('\n'))).toEqual(words(commandHelp(command, null)));
  });
});

describe('help on what is no command', () => {
  test.each([
    [['help', 'nonsense'], 'llm-budget has no command "nonsense"; there are check, lock'],
    [['--help', 'chek'], 'llm-budget has no command "chek"; did you mean check?'],
    [['-h', ''], 'llm-budget has no command ""'],
    [['help', '__proto__'], 'llm-budget has no command "__proto__"'],
    [['help', 'check', 'lock'], 'llm-budget help takes the name of one command'],
    [['--version', 'check'], 'llm-budget --version takes nothing after it'],
  ])('%j is exit 2: %s', async (args, message) => {
    const ended = await run(...args);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

test('help and version load nothing but what they print: no command, no package but the one for hints', async () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const imported of staticImports(await readFile(file, 'utf8'))) {
      if (imported.startsWith('.')) await visit(resolve(dirname(file), imported.replace(/\.js$/, '.ts')));
      else packages.add(imported);
    }
  };
  await visit(join(ROOT, 'src/cli/index.ts'));
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['fastest-levenshtein']);
  expect([...seen].filter((file) => file.endsWith('-command.ts'))).toEqual([]);
});

/** What a module imports when it is loaded: not its types, which are gone by then. */
function staticImports(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export) (?!type\b)(?:[\w*{][^;'"=]* from )?'([^']+)';$/gm);
  return [...statements].map(([, name]) => name ?? '');
}

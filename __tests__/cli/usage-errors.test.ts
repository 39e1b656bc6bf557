import { describe, expect, test } from '@jest/globals';
import { VERSION } from '../../src/cli/run.js';
import { commandLine } from '../support/command-line.js';
import { temporaryFolderForEachTest } from '../support/set-up.js';

const folder = temporaryFolderForEachTest();
const run = (...args: string[]) => commandLine(args, { cwd: folder.path });

describe('a command line that is not understood', () => {
  test.each([
    [['chek'], 'llm-budget has no command "chek"; did you mean check?'],
    [['estimate-everything'], 'llm-budget has no command "estimate-everything"; there are check, lock, models'],
    [['check', '--formt', 'json'], 'llm-budget check has no option "--formt"; did you mean --format?'],
    [['check', '-x'], 'llm-budget check has no option "-x"'],
    [['check', '--format'], 'llm-budget check --format needs a value'],
    [['check', '--format', '--explain'], 'llm-budget check --format needs a value'],
    [['check', '--format', 'yaml'], 'llm-budget check --format accepts table, json, markdown, not "yaml"'],
    [['check', '--fail-on', 'error'], '--fail-on accepts violation, warning, never, not "error"'],
    [['check', '--offline=yes'], 'llm-budget check --offline takes no value'],
    [['check', '--lock', 'a', '--lock', 'b'], 'llm-budget check --lock is given twice'],
    [['check', 'a.yml', 'b.yml'], 'llm-budget check takes no operand "b.yml"'],
    [['check', '--at', 'noon'], '--at accepts a time with its zone such as 2026-11-24T18:30Z, not "noon"'],
    [['check', '--at', '2026-11-24T18:30'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-13-24T18:30Z'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-02-30T00:00Z'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-02-29T00:00Z'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-04-31T00:00+02:00'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-04-00T00:00Z'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-04-01T24:00Z'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-04-01T10:60Z'], '--at accepts a time with its zone'],
    [['check', '--at', '2026-04-01T10:00+99:00'], '--at accepts a time with its zone'],
    [['check', '--catalogue-url', 'http://example.com'], 'The catalogue URL is http to another machine; accepted is'],
    [['lock', '--chek'], 'llm-budget lock has no option "--chek"; did you mean --check?'],
    [['models', '--endpoint'], 'llm-budget models has no option "--endpoint"; did you mean --endpoints?'],
    [['init', '--tokens', '5'], 'llm-budget init has no option "--tokens"'],
    [['schema', '--of', 'lock'], '--of accepts manifest, report, not "lock"'],
    [['schema', 'manifest'], 'llm-budget schema takes no operand "manifest"'],
  ])('%j is exit 2: %s', async (args, message) => {
    const ended = await run(...args);
    expect([ended.exitCode, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([[['check', '--no']], [['lock', 'a', 'b']], [['schema', '--of', 'x']]])(
    '%j names the help',
    async (args) => {
      expect((await run(...args)).stderr).toContain(`llm-budget ${args[0] ?? ''} --help shows what it accepts`);
    },
  );

  test('that is empty shows the commands on stderr: exit 2', async () => {
    expect(await run()).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('llm-budget COMMAND --help'),
    });
  });

  test('with bytes that a terminal or a runner would act on shows them harmless', async () => {
    const { stderr } = await run('\u001b[31m::error::x\n##[group]');
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toMatch(/^::|##\[/m);
  });
});

test('an error on a terminal is broken to its width, and keeps every word', async () => {
  const [wide, narrow] = [
    await run('check', '--nonsense'),
    await commandLine(['check', '--nonsense'], { cwd: folder.path, terminal: 40 }),
  ];
  expect(wide.stderr.length).toBeGreaterThan(80);
  expect(narrow.stderr.split('\n').filter((line) => line.length > 40)).toEqual([]);
  expect(narrow.stderr.trim().split(/\s/)).toEqual(wide.stderr.trim().split(/\s/));
});

test.each(['--version', '-V'])('%s prints the version', async (flag) => {
  expect(await run(flag)).toEqual({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
});

import { closest } from '../lib/text/closest.js';
import { configurationError, NoVerdictError } from '../lib/errors/problem.js';
import type { Network } from '../lib/http/network.js';
import { logLines } from '../lib/text/plain.js';
import { type CommandName, COMMAND_NAMES, isCommandName, commandHelp, overview } from './commands.js';
import { type Shell, type World, writeProblem } from './world.js';

/** The version in package.json. A test compares the two. */
export const VERSION = '1.0.0';

/** Runs a command with what follows its name, and returns the exit code. */
type Command = (args: readonly string[], world: World) => number | Promise<number>;

/** Each command is loaded when it is called, so that `--version` and `--help` load none. */
const LOADERS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  check: async () => (await import('./check-command.js')).checkCommand,
  lock: async () => (await import('./lock-command.js')).lockCommand,
  models: async () => (await import('./models-command.js')).modelsCommand,
  init: async () => (await import('./init-command.js')).initCommand,
  record: async () => (await import('./record-command.js')).recordCommand,
  calibrate: async () => (await import('./calibrate-command.js')).calibrateCommand,
  usage: async () => (await import('./usage-command.js')).usageCommand,
  credits: async () => (await import('./credits-command.js')).creditsCommand,
  schema: () => Promise.resolve(schemaCommand),
};

/**
 * Runs one command line to its end and returns the exit code; no exception leaves it. `openNetwork` is called where a
 * command runs, so that the HTTP client is not loaded for `--version` and `--help`.
 */
export async function runCommandLine(
  args: readonly string[],
  shell: Shell,
  openNetwork: () => Promise<Network>,
): Promise<number> {
  try {
    return await dispatch(args, shell, openNetwork);
  } catch (error) {
    if (error instanceof NoVerdictError) {
      for (const problem of error.problems) writeProblem(problem, shell.stderr);
      return error.processExitCode;
    }
    shell.stderr.write('llm-budget: an unexpected error, a defect of llm-budget; LLM_BUDGET_DEBUG=1 shows where\n');
    if (shell.environment.get('LLM_BUDGET_DEBUG') === '1' && error instanceof Error) {
      shell.stderr.write(`${logLines(error.stack ?? error.message)}\n`);
    }
    return 2;
  }
}

async function dispatch(args: readonly string[], shell: Shell, openNetwork: () => Promise<Network>): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    shell.stderr.write(overview(shell.stderr.columns));
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    shell.stdout.write(helpOn(rest, shell.stdout.columns));
    return 0;
  }
  if (name === '--version' || name === '-V') {
    if (rest[0] !== undefined) throw configurationError(`llm-budget ${name} takes nothing after it`);
    shell.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (!isCommandName(name)) throw unknownCommand(name);
  if (asksForHelp(rest)) {
    shell.stdout.write(commandHelp(name, shell.stdout.columns));
    return 0;
  }
  const [command, effects] = await Promise.all([LOADERS[name](), openNetwork()]);
  return await command(rest, { ...shell, effects });
}

/** `llm-budget schema`: prints the JSON Schema of the manifest or of the report, and loads only that one. */
async function schemaCommand(args: readonly string[], world: World): Promise<number> {
  const { choiceOption, parseOptions } = await import('./options.js');
  const subject = choiceOption(parseOptions('schema', args), 'of', ['manifest', 'report']);
  const text =
    subject === 'report'
      ? (await import('../report/model/schema.js')).reportJsonSchemaText()
      : (await import('../manifest/json-schema.js')).manifestJsonSchemaText();
  world.stdout.write(text);
  return 0;
}

function helpOn([subject, superfluous]: readonly string[], columns: number | null): string {
  if (subject === undefined) return overview(columns);
  if (!isCommandName(subject)) throw unknownCommand(subject);
  if (superfluous !== undefined) throw configurationError('llm-budget help takes the name of one command');
  return commandHelp(subject, columns);
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

function unknownCommand(name: string): NoVerdictError {
  const near = closest(name, COMMAND_NAMES);
  const hint = near === null ? `; there are ${COMMAND_NAMES.join(', ')}` : `; did you mean ${near}?`;
  return configurationError(`llm-budget has no command ${JSON.stringify(name)}${hint}`);
}

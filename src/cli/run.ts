import { closest } from '../lib/text/closest.js';
import { configurationError, NoVerdictError } from '../lib/errors/problem.js';
import { logLines } from '../lib/text/log.js';
import { VERSION } from '../lib/version.js';
import { calibrateCommand } from './calibrate-command.js';
import { checkCommand } from './check-command.js';
import { creditsCommand } from './credits-command.js';
import { HELP, OVERVIEW } from './help.js';
import { initCommand } from './init-command.js';
import { lockCommand } from './lock-command.js';
import { modelsCommand } from './models-command.js';
import { problemLine } from './problem-line.js';
import { schemaCommand } from './schema-command.js';
import type { World } from './world.js';

type Command = (args: readonly string[], world: World) => number | Promise<number>;

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['check', checkCommand],
  ['lock', lockCommand],
  ['models', modelsCommand],
  ['init', initCommand],
  ['calibrate', calibrateCommand],
  ['credits', creditsCommand],
  ['schema', schemaCommand],
]);

/** Runs one command line to its end and returns the exit code; nothing that goes wrong leaves here as an exception. */
export async function runCommandLine(args: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(args, world);
  } catch (error) {
    if (error instanceof NoVerdictError) {
      for (const problem of error.problems) world.stderr.write(`${problemLine(problem)}\n`);
      return error.processExitCode;
    }
    world.stderr.write('llm-budget: an unexpected error, a defect of llm-budget; LLM_BUDGET_DEBUG=1 shows where\n');
    if (world.environment.get('LLM_BUDGET_DEBUG') === '1' && error instanceof Error) {
      world.stderr.write(`${logLines(error.stack ?? error.message)}\n`);
    }
    return 2;
  }
}

async function dispatch(args: readonly string[], world: World): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    world.stderr.write(OVERVIEW);
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    world.stdout.write(HELP.get(rest[0] ?? '') ?? OVERVIEW);
    return 0;
  }
  if (name === '--version' || name === '-V') {
    world.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) throw unknownCommand(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    world.stdout.write(HELP.get(name) ?? OVERVIEW);
    return 0;
  }
  return await command(rest, world);
}

function unknownCommand(name: string): NoVerdictError {
  const near = closest(name, COMMANDS.keys());
  const hint = near === null ? `; there are ${[...COMMANDS.keys()].join(', ')}` : `; did you mean ${near}?`;
  return configurationError(`llm-budget has no command ${JSON.stringify(name)}${hint}`);
}

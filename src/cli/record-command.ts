import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { configurationError, errorCode, reasonOf } from '../lib/errors/problem.js';
import type { Decimal } from '../lib/money/decimal.js';
import { amount } from '../manifest/scalars.js';
import { NAME_RULE, nameSchema } from '../manifest/schema.js';
import { summaryLines } from '../usage/record/summary.js';
import { priceOptionsOf } from './prices-and-account.js';
import { isGiven, parseOptions, textOption, usageError } from './options.js';
import { openRecordSession, type RecordSettings } from './record-session.js';
import { USUAL_WIDTH, writeLine, type World } from './world.js';

export const DEFAULT_USAGE_FILE = 'llm-budget.usage.jsonl';

/** The time in milliseconds that requests in flight get to end after the command. */
const PATIENCE_MS = 5_000;

/**
 * `llm-budget record -- COMMAND`: runs a command behind a recorder. The exit code is the command's; 1 where requests were
 * refused and the command ended with 0; 127 where it is not found and 126 where it cannot be started, as in a shell.
 */
export async function recordCommand(args: readonly string[], world: World): Promise<number> {
  const { settings, command } = readRecordOptions(args);
  const session = await openRecordSession(settings, world);
  const environment = { ...Object.fromEntries(world.environment), ...Object.fromEntries(session.variables) };
  const exitCode = await runCommand(command, environment, world);
  const summary = await session.finish(PATIENCE_MS);
  // A command that did not start has nothing to add up, and the error names the reason.
  const isStarted = (exitCode !== 127 && exitCode !== 126) || summary.totals.models.length > 0;
  if (isStarted) world.stderr.write(`\n${summaryLines(summary, world.stderr.columns ?? USUAL_WIDTH).join('\n')}\n`);
  return exitCode === 0 && summary.totals.refused > 0 ? 1 : exitCode;
}

function readRecordOptions(args: readonly string[]): {
  readonly settings: RecordSettings;
  readonly command: readonly string[];
} {
  const end = args.indexOf('--');
  const command = end === -1 ? [] : args.slice(end + 1);
  if (command.length === 0) {
    throw usageError('record', 'needs the command after --, such as llm-budget record -- npm run evals');
  }
  const options = parseOptions('record', args.slice(0, end));
  const [capText, capFrom] = [textOption(options, 'cap'), textOption(options, 'cap-from')];
  if (capText !== undefined && capFrom !== undefined) throw usageError('record', 'takes --cap or --cap-from, not both');
  const suite = textOption(options, 'suite');
  if (suite !== undefined && !nameSchema.safeParse(suite).success) {
    throw usageError('record', `--suite accepts ${NAME_RULE}, not ${JSON.stringify(suite)}`);
  }
  if (capFrom !== undefined && suite === undefined) {
    throw usageError('record', '--cap-from needs --suite, whose limit it takes');
  }
  const settings = {
    suite: suite ?? null,
    usageFile: textOption(options, 'usage-file') ?? DEFAULT_USAGE_FILE,
    cap: capText === undefined ? null : capOf(capText, 'llm-budget record --cap'),
    capFrom: capFrom ?? null,
    allowUnpriced: isGiven(options, 'allow-unpriced'),
    prices: priceOptionsOf(options),
  };
  return { settings, command };
}

/** Parses a cap in US dollars, as a manifest states them. `subject` begins the message of the NoVerdictError (2). */
export function capOf(text: string, subject: string): Decimal {
  const cap = amount.safeParse(text);
  if (cap.success) return cap.data;
  throw configurationError(`${subject} accepts US dollars such as 2.50, not ${JSON.stringify(text)}`);
}

/**
 * Runs the command with the streams of this process, and hands on the signals that end this one. Returns its exit code, 128
 * and the number of the signal that ended it, 127 where it is not found and 126 where it may not be run.
 */
export async function runCommand(
  [program = '', ...rest]: readonly string[],
  environment: Readonly<Record<string, string>>,
  world: World,
): Promise<number> {
  // On Windows the commands of npm are scripts, which only a shell starts.
  const shell = process.platform === 'win32';
  const child = spawn(program, shell ? rest.map(quotedForWindows) : rest, {
    cwd: world.cwd,
    env: environment,
    stdio: 'inherit',
    shell,
  });
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  const handOn = (signal: NodeJS.Signals): void => {
    // Ctrl-C in a terminal reaches the command too, and many take a second one as an order to leave without cleaning up. So
    // SIGINT is not handed on there, even where it was sent to this process alone; SIGTERM always is.
    if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal);
  };
  for (const signal of ENDING) process.on(signal, handOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (error) => {
        const code = errorCode(error);
        if (code === 'ENOENT' || code === 'EACCES') {
          const reason = code === 'ENOENT' ? 'was not found' : 'cannot be started: permission denied';
          writeLine(`llm-budget record: the command ${program} ${reason}`, world.stderr);
          resolve(code === 'ENOENT' ? 127 : 126);
        } else reject(configurationError(`The command ${program} cannot be started: ${reasonOf(error)}`));
      });
      child.on('close', (code, signal) => {
        resolve(signal === null ? (code ?? 2) : 128 + constants.signals[signal]);
      });
    });
  } finally {
    for (const signal of ENDING) process.off(signal, handOn);
  }
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function quotedForWindows(text: string): string {
  return /^[\w./:\\=@-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}

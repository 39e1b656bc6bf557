import { appendFile } from 'node:fs/promises';
import { isAbsolute, join, posix, resolve } from 'node:path';
import type * as core from '@actions/core';
import { capOf, DEFAULT_USAGE_FILE, runCommand } from '../../cli/record-command.js';
import { openRecordSession, type RecordSettings } from '../../cli/record-session.js';
import { USUAL_WIDTH } from '../../cli/world.js';
import { configurationError, NoVerdictError } from '../../lib/errors/problem.js';
import { DEFAULT_CATALOGUE_URL, parseCatalogueUrl, DEFAULT_LOCK } from '../../lib/inputs.js';
import { toText } from '../../lib/money/decimal.js';
import { counted } from '../../lib/text/amount.js';
import { logLine } from '../../lib/text/plain.js';
import { NAME_RULE, nameSchema } from '../../manifest/schema.js';
import { summaryLines, summaryMarkdown } from '../../usage/record/summary.js';
import { type Finished, PATIENCE_MS, recorderWorld, startInBackground, stopInBackground } from './background.js';

/** The part of `@actions/core` that this action uses. */
type RunnerCommands = Pick<
  typeof core,
  'getInput' | 'getState' | 'saveState' | 'setOutput' | 'exportVariable' | 'info' | 'error'
>;

interface Inputs {
  readonly command: string;
  readonly settings: RecordSettings;
  readonly cwd: string;
  /** The usage file, relative to the workspace unless it is absolute, for the steps that follow. */
  readonly usageFile: string;
}

/**
 * Runs one step of the action. With `command` the main step runs it behind a recorder; without, it starts one for the steps
 * that follow, and the post step ends it. Returns the exit code: that of the command, 1 where requests were refused, 2 or 3
 * as `openRecordSession` throws it.
 */
export async function runRecordAction(commands: RunnerCommands): Promise<number> {
  try {
    const stop = commands.getState('stop');
    if (stop !== '') return await endBackground(stop, commands);
    // The post step of a command that ran has nothing left to do.
    if (commands.getState('phase') === 'main') return 0;
    commands.saveState('phase', 'main');
    const inputs = readInputs(commands);
    return inputs.command === '' ? await beginBackground(inputs, commands) : await runBehindRecorder(inputs, commands);
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    for (const { message } of error.problems) commands.error(logLine(message));
    return error.exitCode;
  }
}

function readInputs(commands: RunnerCommands): Inputs {
  const input = (name: string): string => commands.getInput(name);
  const suite = input('suite');
  if (suite !== '' && !nameSchema.safeParse(suite).success) {
    throw configurationError(`The input "suite" is wrong: ${NAME_RULE} are accepted`);
  }
  const folder = input('working-directory') || '.';
  const usageFile = input('usage-file') || DEFAULT_USAGE_FILE;
  const cap = input('cap');
  return {
    command: input('command'),
    settings: {
      suite: suite === '' ? null : suite,
      usageFile,
      cap: cap === '' ? null : capOf(cap, 'The input "cap"'),
      capFrom: null,
      allowUnpriced: false,
      prices: {
        catalogueUrl: parseCatalogueUrl(input('catalogue-url') || DEFAULT_CATALOGUE_URL),
        lock: DEFAULT_LOCK,
        offline: false,
      },
    },
    cwd: resolve(process.env.GITHUB_WORKSPACE ?? process.cwd(), folder),
    usageFile: isAbsolute(usageFile) ? usageFile : posix.normalize(join(folder, usageFile).replaceAll('\\', '/')),
  };
}

/** The variables without inputs and state, which belong to this action alone. */
function environmentOfSteps(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('INPUT_') || name.startsWith('STATE_') ? [] : [[name, value]],
    ),
  );
}

/** Runs the command behind a recorder. Returns its exit code; 1 where it is 0 and requests were refused. */
async function runBehindRecorder(
  { command, settings, cwd, usageFile }: Inputs,
  commands: RunnerCommands,
): Promise<number> {
  const environment = environmentOfSteps();
  const world = recorderWorld(cwd, environment, (line) => {
    commands.info(logLine(line));
  });
  const session = await openRecordSession(settings, world);
  const exitCode = await runCommand(
    ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', command],
    { ...environment, ...Object.fromEntries(session.variables) },
    world,
  );
  const summary = await session.finish(PATIENCE_MS);
  const { totals } = summary;
  await publish(
    {
      cost: totals.cost === null ? null : toText(totals.cost),
      requests: totals.requests,
      refused: totals.refused,
      lines: summaryLines(summary, USUAL_WIDTH),
      markdown: summaryMarkdown(summary),
    },
    usageFile,
    commands,
  );
  return exitCode === 0 && totals.refused > 0 ? 1 : exitCode;
}

async function beginBackground({ settings, cwd, usageFile }: Inputs, commands: RunnerCommands): Promise<number> {
  const { variables, stop } = await startInBackground(settings, cwd, environmentOfSteps());
  commands.saveState('stop', stop);
  commands.saveState('usage-file', usageFile);
  for (const [name, value] of Object.entries(variables)) commands.exportVariable(name, value);
  commands.info(`The steps that follow are recorded in ${logLine(usageFile)}; this action's post step adds up.`);
  commands.setOutput('usage-file', usageFile);
  return 0;
}

async function endBackground(stop: string, commands: RunnerCommands): Promise<number> {
  const finished = await stopInBackground(stop);
  const usageFile = commands.getState('usage-file');
  if (finished === null) {
    commands.error(`The recorder ended before the job; what it recorded is in ${logLine(usageFile)}`);
    return 1;
  }
  for (const line of finished.messages) commands.info(logLine(line));
  await publish(finished, usageFile, commands);
  return finished.refused > 0 ? 1 : 0;
}

/** Writes what was recorded to the log, the outputs and the job summary. */
async function publish(
  finished: Omit<Finished, 'messages'>,
  usageFile: string,
  commands: RunnerCommands,
): Promise<void> {
  // Each line passed the log's filter where it was made; the blanks of the table stay.
  for (const line of finished.lines) commands.info(line);
  const outputs = {
    cost: finished.cost ?? '',
    requests: String(finished.requests),
    refused: String(finished.refused),
    'usage-file': usageFile,
  };
  for (const [name, value] of Object.entries(outputs)) commands.setOutput(name, value);
  if (finished.refused > 0)
    commands.error(`${counted(finished.refused, 'request')} refused with 402; the summary says why`);
  const file = process.env.GITHUB_STEP_SUMMARY ?? '';
  if (file === '') return;
  try {
    await appendFile(file, finished.markdown);
  } catch {
    commands.error('The job summary could not be written.');
  }
}

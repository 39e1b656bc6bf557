import { actionEnvironment, type ActionWorld } from './environment.js';
import { outputsOf, SECRET_INPUTS } from './inputs-and-outputs.js';
import { runAction } from './run.js';
import { type RunnerCommands, runnerWorld, writeOrIgnore } from './runner-world.js';
import { systemNetwork } from '../lib/http/network.js';
import type { ErrorReport } from '../report/model/schema.js';
import { logLines, maskSecrets, redirectConsole } from '../lib/text/plain.js';

/** Starts the action as a process of the runner: signals, unexpected errors and the exit code. */

interface Runner {
  readonly commands: RunnerCommands;
  readonly world: ActionWorld;
}

const environment = actionEnvironment(process.env, systemNetwork(process.env));
const secrets = SECRET_INPUTS.map(environment.input);
const known: { hasVerdict: boolean; runner: Promise<Runner> | null } = { hasVerdict: false, runner: null };

/** Loads the runner's library when something is to be written for the first time; the requests need nothing of it. */
function runner(): Promise<Runner> {
  return (known.runner ??= loadRunner());
}

async function loadRunner(): Promise<Runner> {
  const commands = await import('@actions/core');
  // Where the reader closed the pipe, the error comes later, as an event, and not from the call that writes.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { commands, world: runnerWorld(environment, commands) };
}

/** Reports a defect of the action: one safe line, and the stack at debug level only. */
async function unexpected(error: unknown): Promise<void> {
  const { commands } = await runner();
  const verdict = known.hasVerdict ? 'its verdict stands' : 'has no verdict';
  const line = `LLM Budget met an unexpected error and ${verdict}; run again with debug logging to see where`;
  writeOrIgnore(() => {
    commands.error(line);
  });
  const where = error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error';
  writeDebug(commands, where);
}

/** Sets every output of a run that ends before its verdict. */
async function setOutputsWithoutVerdict(): Promise<void> {
  const { world } = await runner();
  if (known.hasVerdict) return;
  const none: ErrorReport = { schema_version: 1, verdict: 'error', errors: [] };
  for (const [name, value] of outputsOf(none, { reportFile: '', commentStatus: 'skipped' })) {
    world.setOutput(name, value);
  }
}

/** Writes at debug level, and line by line, since the library makes one line of several. */
function writeDebug(commands: RunnerCommands, text: string): void {
  for (const line of logLines(maskSecrets(text, secrets)).split('\n')) {
    writeOrIgnore(() => {
      commands.debug(line);
    });
  }
}

/** Ends the process before its time, with the verdict where there is one, and with every output set. */
async function endEarly(report: () => Promise<void>): Promise<void> {
  try {
    await report();
    await setOutputsWithoutVerdict();
  } finally {
    process.exit();
  }
}

// The default is 2, so a process that ends before its verdict never passes the check.
process.exitCode = 2;
// A cancelled run ends with its verdict if there is one. The handler stays, since a second signal would otherwise kill the
// process, and a killed process has no exit code.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void endEarly(() => Promise.resolve()));
// Node would print the error unfiltered and exit with 1, which is the code of a failure.
process.on('uncaughtException', (error) => void endEarly(() => unexpected(error)));
redirectConsole((text) => {
  void runner().then(
    ({ commands }) => {
      writeDebug(commands, text);
    },
    () => {
      process.stderr.write(`${logLines(maskSecrets(text, secrets))}\n`);
    },
  );
});

/** Resolves once the system has taken everything that was written before, or accepts no more. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });
}

try {
  process.exitCode = await runAction(
    environment,
    async () => (await runner()).world,
    (exitCode) => {
      known.hasVerdict = true;
      process.exitCode = exitCode;
    },
  );
} catch (error) {
  await unexpected(error);
  await setOutputsWithoutVerdict();
}
await Promise.all([process.stdout, process.stderr].map(flushed));
// A request for the list of models that nothing needs any more, as after a wrong manifest, would keep the process alive.
process.exit();

import * as core from '@actions/core';
import { outputsOf } from './inputs-and-outputs.js';
import { runAction } from './run.js';
import { runnerWorld, writeOrIgnore } from './runner-world.js';
import { systemNetwork } from '../lib/http/network.js';
import type { ErrorReport } from '../report/model/schema.js';
import { logLines, maskSecrets, redirectConsole } from '../lib/text/plain.js';

/** Starts the action as a process of the runner: signals, unexpected errors and the exit code. */

const world = runnerWorld({ environment: process.env, commands: core, effects: systemNetwork(process.env) });
const secrets = ['github-token', 'openrouter-api-key'].map((name) => core.getInput(name));
const known: { exitCode: number | null } = { exitCode: null };

/** Reports a defect of the action: one safe line, and the stack at debug level only. */
function unexpected(error: unknown): void {
  const verdict = known.exitCode === null ? 'has no verdict' : 'its verdict stands';
  const line = `LLM Budget met an unexpected error and ${verdict}; run again with debug logging to see where`;
  writeOrIgnore(() => {
    core.error(line);
  });
  const where = error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error';
  debug(where);
}

/** The exit code of a run that ends before its time; every output is set on this path too. */
function earlyExitCode(): number {
  if (known.exitCode !== null) return known.exitCode;
  const none: ErrorReport = { schema_version: 1, verdict: 'error', errors: [] };
  for (const [name, value] of outputsOf(none, { reportFile: '', commentStatus: 'skipped' })) {
    world.setOutput(name, value);
  }
  return 2;
}

/** Writes at debug level, and line by line, since the library makes one line of several. */
function debug(text: string): void {
  for (const line of logLines(maskSecrets(text, secrets)).split('\n')) {
    writeOrIgnore(() => {
      core.debug(line);
    });
  }
}

// The default is 2, so a process that ends before its verdict never passes the check.
process.exitCode = 2;
// A cancelled run ends with its verdict if there is one. The handler stays, since a second signal would otherwise kill the
// process, and a killed process has no exit code.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(earlyExitCode()));
// Node would print the error unfiltered and exit with 1, which is the code of a failure.
process.once('uncaughtException', (error) => {
  unexpected(error);
  process.exit(earlyExitCode());
});
redirectConsole(debug);
// Where the reader closed the pipe, the error comes later, as an event, and not from the call that writes.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Resolves once the system has taken everything that was written before, or accepts no more. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });
}

try {
  process.exitCode = await runAction(world, (exitCode) => {
    known.exitCode = exitCode;
    process.exitCode = exitCode;
  });
} catch (error) {
  unexpected(error);
  process.exitCode = earlyExitCode();
}
await Promise.all([process.stdout, process.stderr].map(flushed));
// A request for the list of models that nothing needs any more, as after a wrong manifest, would keep the process alive.
process.exit();

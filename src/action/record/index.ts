import * as core from '@actions/core';
import { logLines, redirectConsole } from '../../lib/text/plain.js';
import { runRecordAction } from './run.js';
import { serveRecorder } from './background.js';

/**
 * Starts the action `record` as a process of the runner: its main step, its post step, or the recorder that runs behind
 * the steps between them.
 */

const isRecorder = process.argv[2] === 'serve';

/** Writes at debug level; the recorder writes none, since the main step reads its standard output. */
function debug(text: string): void {
  if (isRecorder) return;
  for (const line of logLines(text).split('\n')) core.debug(line);
}

/** Reports a defect of the action: one safe line, and the stack at debug level only, which the recorder has none of. */
function unexpected(error: unknown): void {
  core.error(`LLM Budget met an unexpected error${isRecorder ? '' : '; run again with debug logging to see where'}`);
  debug(error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error');
}

// The default is 2, so that a process that ends early never passes a step.
process.exitCode = 2;
redirectConsole(debug);
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// Node would print the error unfiltered, with its stack.
process.once('uncaughtException', (error) => {
  unexpected(error);
  process.exit(2);
});

try {
  process.exitCode = isRecorder ? await serveRecorder() : await runRecordAction(core);
} catch (error) {
  unexpected(error);
  process.exitCode = 2;
}

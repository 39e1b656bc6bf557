import * as core from '@actions/core';
import { logLines, redirectConsole } from '../../lib/text/plain.js';
import { runRecordAction } from './run.js';
import { serveRecorder } from './background.js';

/**
 * Starts the action `record` as a process of the runner: its main step, its post step, or the recorder that runs behind
 * the steps between them.
 */

function debug(text: string): void {
  for (const line of logLines(text).split('\n')) core.debug(line);
}

// The default is 2, so that a process that ends early never passes a step.
process.exitCode = 2;
redirectConsole(debug);
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  process.exitCode = process.argv[2] === 'serve' ? await serveRecorder() : await runRecordAction(core);
} catch (error) {
  core.error('LLM Budget met an unexpected error; run again with debug logging to see where');
  debug(error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error');
  process.exitCode = 2;
}

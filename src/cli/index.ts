#!/usr/bin/env node
import { runCommandLine } from './run.js';
import type { Output, Shell } from './world.js';
import { logLines, redirectConsole } from '../lib/text/plain.js';

/** Starts the command line with the real streams, clock and network, and sets the exit code. */

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns : null,
  };
}

/** Prints stack traces and library output, only where LLM_BUDGET_DEBUG=1. */
function debug(text: string): void {
  if (process.env.LLM_BUDGET_DEBUG === '1') process.stderr.write(`${logLines(text)}\n`);
}

// The default is 2, so that a process that ends early never passes the check.
process.exitCode = 2;
redirectConsole(debug);
// Node would print the error unfiltered and exit with 1, which is the code of a failure.
process.once('uncaughtException', (error) => {
  process.stderr.write('llm-budget: an unexpected error, a defect of llm-budget; LLM_BUDGET_DEBUG=1 shows where\n');
  debug(error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error');
  process.exit(2);
});
// A reader that closes the pipe early (`| head`) changes no verdict. After a full disk the output is incomplete, so the run
// does not pass.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.once('exit', () => {
    if (process.exitCode === 0) process.exitCode = 2;
  });
});
process.stderr.on('error', () => undefined);

const shell: Shell = {
  cwd: process.cwd(),
  environment: new Map(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
  stdout: output(process.stdout),
  stderr: output(process.stderr),
};
process.exitCode = await runCommandLine(process.argv.slice(2), shell, async () => {
  const { systemNetwork } = await import('../lib/http/network.js');
  return systemNetwork(process.env);
});

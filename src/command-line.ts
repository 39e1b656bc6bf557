#!/usr/bin/env node
import { runCommandLine } from './commands/run.js';
import type { Output } from './commands/world.js';
import { systemEffects } from './http/effects.js';
import { useProxyOf } from './http/proxy.js';

/** The door of the command line: the real streams, clock and network, and the exit code. */

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns : null,
  };
}

// A reader that closes the pipe early (`| head`) has seen what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  cwd: process.cwd(),
  environment: new Map(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  effects: systemEffects,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
  useProxy: () => {
    useProxyOf(process.env);
  },
});

import { appendFile } from 'node:fs/promises';
import type * as core from '@actions/core';
import { logLine } from '../lib/text/plain.js';
import type { ActionEnvironment, ActionWorld } from './environment.js';
import { SECRET_INPUTS } from './inputs-and-outputs.js';

/** The part of `@actions/core` that the action uses. */
export type RunnerCommands = Pick<typeof core, 'info' | 'warning' | 'error' | 'debug' | 'setSecret' | 'setOutput'>;

/** Writes to the log, and ignores an error, of a full disk for example: no verdict depends on a line of the log. */
export function writeOrIgnore(write: () => void): void {
  try {
    write();
  } catch {
    return;
  }
}

/**
 * The I/O of the action as the runner offers it: inputs and variables, workflow commands, output and summary files. The first
 * commands have the runner mask the secrets in every line of the log that follows.
 */
export function runnerWorld(environment: ActionEnvironment, commands: RunnerCommands): ActionWorld {
  const { variable } = environment;
  for (const secret of SECRET_INPUTS.map(environment.input)) {
    if (secret === '') continue;
    writeOrIgnore(() => {
      commands.setSecret(secret);
    });
  }
  const warn = (message: string) => {
    writeOrIgnore(() => {
      commands.warning(logLine(message));
    });
  };
  return {
    ...environment,
    log: (text) => {
      writeOrIgnore(() => {
        commands.info(text);
      });
    },
    warn,
    annotate: ({ level, message, title, file, line, column }) => {
      const place = {
        title: logLine(title),
        ...(file === null ? {} : { file: logLine(file) }),
        ...(line === null ? {} : { startLine: line }),
        ...(column === null ? {} : { startColumn: column }),
      };
      writeOrIgnore(() => {
        if (level === 'error') commands.error(logLine(message), place);
        else commands.warning(logLine(message), place);
      });
    },
    setOutput: (name, value) => {
      // Without its file, the runner's library would print a command that the runner no longer takes.
      if (variable('GITHUB_OUTPUT') === '') return;
      try {
        commands.setOutput(name, value);
      } catch {
        warn(`The output ${name} could not be written.`);
      }
    },
    writeSummary: async (markdown) => {
      const file = variable('GITHUB_STEP_SUMMARY');
      if (file === '') return;
      try {
        await appendFile(file, markdown);
      } catch {
        warn('The job summary could not be written.');
      }
    },
  };
}

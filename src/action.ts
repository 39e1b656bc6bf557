import { appendFile } from 'node:fs/promises';
import * as core from '@actions/core';
import type { Annotation } from './action/annotations.js';
import { runAction } from './action/run.js';
import { systemEffects } from './http/effects.js';
import { useProxyOf } from './http/proxy.js';
import { logLine, logLines, maskSecrets } from './text/log.js';

/** The door of the action: the runner's inputs, files and commands, the real clock and network, and the exit code. */

function annotate({ level, message, title, file, line, column }: Annotation): void {
  const place = {
    title: logLine(title),
    ...(file === null ? {} : { file: logLine(file) }),
    ...(line === null ? {} : { startLine: line }),
    ...(column === null ? {} : { startColumn: column }),
  };
  if (level === 'error') core.error(logLine(message), place);
  else core.warning(logLine(message), place);
}

function setOutput(name: string, value: string): void {
  // Without its file, the runner's library would print a command that the runner no longer takes.
  if ((process.env.GITHUB_OUTPUT ?? '') === '') return;
  try {
    core.setOutput(name, value);
  } catch {
    core.warning(`The output ${name} could not be written.`);
  }
}

async function writeSummary(markdown: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY ?? '';
  if (file === '') return;
  try {
    await appendFile(file, markdown);
  } catch {
    core.warning('The job summary could not be written.');
  }
}

const secrets: string[] = [];
const known: { exitCode: number | null } = { exitCode: null };

// A cancelled run ends with what is known: the verdict where it stands, else none.
process.once('SIGTERM', () => process.exit(known.exitCode ?? 2));

try {
  process.exitCode = await runAction(
    {
      variable: (name) => process.env[name] ?? '',
      input: (name) => core.getInput(name),
      log: (text) => {
        core.info(text);
      },
      warn: (message) => {
        core.warning(logLine(message));
      },
      annotate,
      setOutput,
      writeSummary,
      hide: (secret) => {
        secrets.push(secret);
        if (secret !== '') core.setSecret(secret);
      },
      useProxy: () => {
        useProxyOf(process.env);
      },
      effects: systemEffects,
    },
    (exitCode) => {
      known.exitCode = exitCode;
    },
  );
} catch (error) {
  // A defect of ours: one safe line, and where it happened only for whoever debugs.
  core.error('LLM Budget met an unexpected error and has no verdict; run again with debug logging to see where');
  if (error instanceof Error) core.debug(maskSecrets(logLines(error.stack ?? error.message), secrets));
  process.exitCode = known.exitCode ?? 2;
}

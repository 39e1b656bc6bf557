import { appendFile } from 'node:fs/promises';
import * as core from '@actions/core';
import type { Annotation } from './annotations.js';
import { outputsOf } from './outputs.js';
import { runAction } from './run.js';
import { systemNetwork } from '../lib/http/network.js';
import type { ErrorReport } from '../report/model/schema.js';
import { logLine, logLines, maskSecrets } from '../lib/text/log.js';
import { redirectConsole } from '../lib/errors/redirect-console.js';

/** The door of the action: the runner's inputs, files and commands, the real clock and network, and the exit code. */

/** A line that the log does not take, on a full disk for example, changes no verdict. */
function say(write: () => void): void {
  try {
    write();
  } catch {
    return;
  }
}

function warn(message: string): void {
  say(() => {
    core.warning(logLine(message));
  });
}

function annotate({ level, message, title, file, line, column }: Annotation): void {
  const place = {
    title: logLine(title),
    ...(file === null ? {} : { file: logLine(file) }),
    ...(line === null ? {} : { startLine: line }),
    ...(column === null ? {} : { startColumn: column }),
  };
  say(() => {
    if (level === 'error') core.error(logLine(message), place);
    else core.warning(logLine(message), place);
  });
}

function setOutput(name: string, value: string): void {
  // Without its file, the runner's library would print a command that the runner no longer takes.
  if ((process.env.GITHUB_OUTPUT ?? '') === '') return;
  try {
    core.setOutput(name, value);
  } catch {
    warn(`The output ${name} could not be written.`);
  }
}

async function writeSummary(markdown: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY ?? '';
  if (file === '') return;
  try {
    await appendFile(file, markdown);
  } catch {
    warn('The job summary could not be written.');
  }
}

const secrets = ['github-token', 'openrouter-api-key'].map((name) => core.getInput(name));
const known: { exitCode: number | null } = { exitCode: null };

/** A defect of ours: one safe line, and where it happened only for whoever debugs. */
function unexpected(error: unknown): void {
  const verdict = known.exitCode === null ? 'has no verdict' : 'its verdict stands';
  const line = `LLM Budget met an unexpected error and ${verdict}; run again with debug logging to see where`;
  say(() => {
    core.error(line);
  });
  const where = error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error';
  whisper(where);
}

/** The exit code of a run that ends before its time; every output is set on this path too. */
function earlyExitCode(): number {
  if (known.exitCode !== null) return known.exitCode;
  const none: ErrorReport = { schema_version: 1, verdict: 'error', errors: [] };
  for (const [name, value] of outputsOf(none, { reportFile: '', commentStatus: 'skipped' })) setOutput(name, value);
  return 2;
}

/** At debug level alone, and line by line, since the library makes one line of several. */
function whisper(text: string): void {
  for (const line of logLines(maskSecrets(text, secrets)).split('\n')) {
    say(() => {
      core.debug(line);
    });
  }
}

// Only proof ends in 0: a process that ends before its verdict has none.
process.exitCode = 2;
// A cancelled run ends with what is known: the verdict where it stands, else none. The handler stays while it ends, since
// the next signal would else kill it, and a killed process has no exit code.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(earlyExitCode()));
// Node would print it as it is and end in 1, which is a verdict.
process.once('uncaughtException', (error) => {
  unexpected(error);
  process.exit(earlyExitCode());
});
redirectConsole(whisper);
// A pipe tells of a reader who went away later, and not to whoever writes.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  process.exitCode = await runAction(
    {
      variable: (name) => process.env[name] ?? '',
      input: (name) => core.getInput(name),
      log: (text) => {
        say(() => {
          core.info(text);
        });
      },
      warn,
      annotate,
      setOutput,
      writeSummary,
      hide: (secret) => {
        if (secret === '') return;
        say(() => {
          core.setSecret(secret);
        });
      },
      effects: systemNetwork(process.env),
    },
    (exitCode) => {
      known.exitCode = exitCode;
      process.exitCode = exitCode;
    },
  );
} catch (error) {
  unexpected(error);
  process.exitCode = earlyExitCode();
}

import type { Problem } from '../lib/errors/problem.js';
import type { Network } from '../lib/http/network.js';
import { wrap } from '../lib/text/columns.js';
import { logLine } from '../lib/text/plain.js';

/** Where a command runs: folder, environment and streams. `index.ts` hands in the real ones. */
export interface Shell {
  readonly cwd: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Figures and documents. */
  readonly stdout: Output;
  /** Everything else: errors, progress, hints. */
  readonly stderr: Output;
}

/** Everything outside the process that a command uses: the shell, the network and the clock. */
export interface World extends Shell {
  readonly effects: Network;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Null where the width is not known. */
  readonly columns: number | null;
}

/** Colour only on a terminal, and never where NO_COLOR is set to anything (https://no-color.org). */
export function wantsColour(world: World): boolean {
  return world.stdout.isTerminal && (world.environment.get('NO_COLOR') ?? '') === '';
}

/** Writes prose as one line, broken to the width of a terminal; untrusted parts become harmless. */
export function writeLine(text: string, output: Output): void {
  const line = logLine(text);
  const lines = output.columns === null ? [line] : wrap(line, Math.max(output.columns, 20));
  // A line break can put any word at the start of a line, so each line passes the filter again.
  output.write(lines.map((part) => `${logLine(part)}\n`).join(''));
}

/** Writes `file:line:column: message`, the form that editors and terminals link. */
export function writeProblem({ file, line, column, message }: Problem, output: Output): void {
  // A message that names the file itself gets it once more only where a line number follows.
  const isNamed = line === null && file !== null && message.split(/[\s:;,]+|\.(?=\s|$)/).includes(file);
  const place = file === null || isNamed ? '' : `${[file, line, column].filter((part) => part !== null).join(':')}: `;
  writeLine(`${place}${message}`, output);
}

/** The width of tables and help where the output is not a terminal. */
export const USUAL_WIDTH = 120;

/** A text as one word of a command line that is shown to be typed, for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Work that takes less time is not announced, in milliseconds. */
const QUIET_MS = 1000;

/** Does the work. After one second, a line on stderr says what it waits for. */
export async function withProgress<T>(what: string, world: World, work: () => Promise<T>): Promise<T> {
  const cancel = world.effects.alarm(QUIET_MS, () => {
    world.stderr.write(`${what}…\n`);
  });
  try {
    return await work();
  } finally {
    cancel();
  }
}

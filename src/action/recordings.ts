import { NoVerdictError, type Note } from '../lib/errors/problem.js';
import { logLine } from '../lib/text/plain.js';
import { problemsOfUsage, readUsage } from '../usage/read/read-usage.js';
import { notesOfUnreadable, notesOfUsage, type Usage } from '../usage/read/usage.js';
import type { ActionWorld } from './environment.js';

/** Recorded usage as a check takes it. */
export interface Recordings {
  /** Null where nothing was read. */
  readonly usage: Usage | null;
  readonly usageNotes: readonly Note[];
}

/** The log names at most so many places in recordings that were not understood; the report has their number. */
const MOST_NAMED = 20;

/**
 * Reads the recordings, which the job's own suites wrote: from the workspace, and from nowhere outside it. They are
 * information, so whatever is wrong with them is a note, and the verdict stands.
 */
export async function readRecordings(globs: readonly string[], world: ActionWorld): Promise<Recordings> {
  const cwd = world.variable('GITHUB_WORKSPACE') || '.';
  try {
    const usage = await readUsage(globs, { cwd, within: cwd });
    for (const { message, file, line } of problemsOfUsage(usage).slice(0, MOST_NAMED)) {
      const place = file === null ? '' : line === null ? `${file}: ` : `${file}, line ${line}: `;
      world.log(logLine(`Recordings: ${place}${message}`));
    }
    return { usage: usage.exchanges.read > 0 ? usage : null, usageNotes: notesOfUsage(usage) };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    return { usage: null, usageNotes: notesOfUnreadable(error) };
  }
}

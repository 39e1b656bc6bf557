import { NoVerdictError, problem, type Problem } from '../../lib/errors/problem.js';
import { errorCode } from '../../lib/errors/system-error.js';
import { fileBytes } from './file-bytes.js';
import { findUsage } from './find-usage.js';
import { createGenerationRows } from './generation-rows.js';
import { readRecording } from './recording-file.js';
import type { Surroundings } from './response-usage.js';
import { selectFiles, type SelectOptions } from './select-files.js';
import type { UsageSink } from './sink.js';
import { createSpanTree } from './span-tree.js';
import type { UsageRow } from './usage-row.js';
import { createUsageTable, type UsageTable } from './usage-table.js';

/** What the named files say was used. */
export interface Usage {
  readonly table: UsageTable;
  readonly files: number;
  /** Rows that count. */
  readonly rows: number;
  /** Rows of OpenRouter's own generations by their id, at most 5,000. */
  readonly generations: ReadonlyMap<string, UsageRow>;
  /** Rows that came again under the same id and replaced the earlier one. */
  readonly repeated: number;
  /** Spans and messages that repeat what others state. */
  readonly sums: number;
  /** Answers that a test runner had in its cache: not spent. */
  readonly not_spent: number;
  /** Globs without a match, lines, bodies and usage objects that could not be read: all are counted, the first named. */
  readonly unreadable: { readonly count: number; readonly problems: readonly Problem[] };
}

/** More places than this are counted and no longer named. */
const NAMED_PROBLEMS = 100;

/**
 * Reads the files that the globs name, in any of the known formats. Memory grows by about 25 bytes a row, not with the
 * size of the files. A glob without a match is one of the places that cannot be read. Throws a NoVerdictError (2) for
 * what is not a regular file, and where nothing is left to read.
 */
export async function readUsage(globs: readonly string[], options: SelectOptions): Promise<Usage> {
  const { files, unmatched } = await selectFiles(globs, options);
  const table = createUsageTable();
  const generations = createGenerationRows();
  const spans = createSpanTree(table);
  const problems: Problem[] = [...unmatched];
  let unreadable = unmatched.length;
  let notSpent = 0;
  let sums = 0;

  const note = (message: string, file: string, line: number | null): void => {
    unreadable += 1;
    if (problems.length < NAMED_PROBLEMS) problems.push(problem(message, { file, line }));
  };

  for (const file of files) {
    const sessions = new Map<string, Set<number>>();
    const summed = new Set<string>();
    let line: number | null = null;
    const sink: UsageSink = {
      row: (row) => {
        generations.see(row);
        return table.put(row);
      },
      span: spans.add,
      fault: (message) => {
        note(`a usage record cannot be read: ${message}`, file.name, line);
      },
      notSpent: () => {
        notSpent += 1;
      },
      sessionRow: (session, row) => {
        if (summed.has(session)) sums += 1;
        else keep(sessions, session, table.put(row));
      },
      sessionSummary: (session) => {
        summed.add(session);
        const included = sessions.get(session) ?? new Set();
        sums += included.size;
        included.forEach(table.drop);
        sessions.delete(session);
      },
    };
    const around: Surroundings = { source: file.name, suite: null, call: null, model: null, time: null };
    await readRecording(file.name, fileBytes(file.path), {
      value: (value, at) => {
        line = at;
        findUsage(value, around, sink);
      },
      unreadable: (message, at) => {
        note(at === null ? `${file.name} ${message}` : `line ${at} of ${file.name} ${message}`, file.name, at);
      },
    }).catch((error: unknown) => {
      note(`${file.name} cannot be read to its end: ${reasonOf(error)}`, file.name, null);
    });
  }

  sums += spans.dropSums();
  const rows = countRows(table);
  if (rows === 0) throw nothingToRead(files.length, notSpent, unreadable, problems);
  return {
    table,
    files: files.length,
    rows,
    generations: generations.rows,
    repeated: table.replaced(),
    sums,
    not_spent: notSpent,
    unreadable: { count: unreadable, problems },
  };
}

function keep(sessions: Map<string, Set<number>>, session: string, row: number): void {
  const rows = sessions.get(session);
  if (rows === undefined) sessions.set(session, new Set([row]));
  else rows.add(row);
}

function countRows(table: UsageTable): number {
  let rows = 0;
  for (let row = 0; row < table.length(); row += 1) if (!table.isDropped(row)) rows += 1;
  return rows;
}

/** Errors of the file system and of zlib carry a code; their texts may quote what was read. */
function reasonOf(error: unknown): string {
  return errorCode(error) ?? 'it changed meanwhile';
}

function nothingToRead(
  files: number,
  notSpent: number,
  unreadable: number,
  problems: readonly Problem[],
): NoVerdictError {
  const cached = notSpent > 0 ? `; ${notSpent} cached answers were not spent` : '';
  const accepted = 'cassettes, JSON Lines, OTLP/JSON traces, promptfoo and Claude Code output are accepted';
  const summary = problem(`no usage was found in ${files} ${files === 1 ? 'file' : 'files'}${cached}; ${accepted}`);
  const unnamed = unreadable - problems.length;
  const rest = unnamed > 0 ? [problem(`${unnamed} further places cannot be read`)] : [];
  return new NoVerdictError(2, [summary, ...problems, ...rest]);
}

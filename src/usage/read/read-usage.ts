import { NoVerdictError, problem, type Problem, errorCode } from '../../lib/errors/problem.js';
import { counted } from '../../lib/text/amount.js';
import { contextOfFile, type RecordingFile } from './exchange.js';
import { fileBytes, selectFiles, type SelectOptions } from './select-files.js';
import { createLedger, type Settled } from './ledger.js';
import { readRecording } from './recording-file.js';
import { findExchanges } from './search.js';
import { NO_EXCHANGE, type Usage } from './usage.js';

/**
 * Reads the files that the globs name, in any of the known formats, and accounts for every exchange in them. Memory
 * grows with the number of requests, not with the size of the files. Throws a NoVerdictError (2) for what is not a
 * regular file, and where no file is left. Whether it is an error that nothing was read, `requireUsage` decides.
 */
export async function readUsage(globs: readonly string[], options: SelectOptions): Promise<Usage> {
  const { files, unmatched } = await selectFiles(globs, options);
  const ledger = createLedger();
  for (const { name, path } of files) {
    const file: RecordingFile = { name, line: null };
    const context = contextOfFile(file);
    ledger.open(name);
    await readRecording(name, fileBytes(path), {
      value: (value, line) => {
        file.line = line;
        findExchanges(value, context, ledger);
      },
      unreadable: (message, line) => {
        file.line = line;
        ledger.notUnderstood(message, context);
      },
    }).catch((error: unknown) => {
      file.line = null;
      ledger.notUnderstood(`a file that cannot be read to its end: ${reasonOf(error)}`, context);
    });
    file.line = null;
    ledger.close(file);
  }
  const settled = ledger.settle();
  const { without_usage, not_understood } = settled;
  return {
    rows: settled.rows,
    files: settled.files,
    requests: requestsOf(settled),
    exchanges: { read: settled.rows.size(), without_usage, not_understood },
    unmeasured: settled.unmeasured,
    notes: settled.notes,
    generations: settled.generations,
    repeated: settled.rows.repeated(),
    sums: settled.sums,
    unmatched,
  };
}

function requestsOf({ rows, unmeasured }: Settled): number {
  let requests = 0;
  for (const row of rows.all()) requests += row.requests ?? 1;
  return unmeasured.reduce((sum, group) => sum + group.requests, requests);
}

/** Names an error by its code. The messages of zlib are not repeated: they may quote what was read. */
function reasonOf(error: unknown): string {
  return errorCode(error) ?? 'it changed meanwhile';
}

/** Lists what was not understood and the files without usage, each with its place. */
export function problemsOfUsage(usage: Usage): Problem[] {
  const notUnderstood = usage.files.flatMap(({ name, not_understood }) =>
    not_understood.map(({ what, count, lines }) => {
      const more = count > 1 ? ` (${count} times)` : '';
      return problem(`not understood: ${what}${more}`, { file: name, line: lines[0] ?? null });
    }),
  );
  const empty = usage.files.filter(({ is_read, not_understood }) => !is_read && not_understood.length === 0);
  const withoutUsage = empty.map(({ name, without_usage }) => {
    const reasons = without_usage.map(({ reason, count }) => `${count} x ${reason}`).join(', ');
    return problem(`no usage in it: ${reasons === '' ? NO_EXCHANGE : reasons}`, { file: name });
  });
  return [...usage.unmatched, ...notUnderstood, ...withoutUsage];
}

/** Throws a NoVerdictError (2) where no file states any usage: it says what was found instead. */
export function requireUsage(usage: Usage): void {
  if (usage.exchanges.read > 0) return;
  const { without_usage } = usage.exchanges;
  const without = without_usage > 0 ? `; ${counted(without_usage, 'exchange')} without usage` : '';
  const files = counted(usage.files.length, 'file');
  const summary = problem(
    `no usage was found in ${files}${without}; llm-budget usage lists what was found, and its help the formats that are read`,
  );
  throw new NoVerdictError(2, [summary, ...problemsOfUsage(usage)]);
}

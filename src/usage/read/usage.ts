import type { NoVerdictError, Problem, Note } from '../../lib/errors/problem.js';
import type { RowNumber, RowStore } from './row-store.js';
import type { GroupKey } from './exchange.js';
import { count, counted } from '../../lib/text/amount.js';
import { safeLine, SENTENCE_LIMIT } from '../../lib/text/plain.js';

/** At most this many places of one kind are named. The others are only counted. */
export const NAMED_PLACES = 3;

/** The reason given for a file in which no exchange was found. */
export const NO_EXCHANGE = 'no recorded exchange in it';

/** What became of the exchanges of one file. */
export interface FileAccount {
  readonly name: string;
  /** Whether an exchange of it states its usage. */
  readonly is_read: boolean;
  readonly without_usage: readonly { readonly reason: string; readonly count: number }[];
  /** `lines`: the first places; empty where the file is one document. */
  readonly not_understood: readonly {
    readonly what: string;
    readonly count: number;
    readonly lines: readonly number[];
  }[];
}

/** A remark on exchanges that were counted. `file` and `line` are the place of the first of them. */
export interface UsageNote {
  readonly message: string;
  readonly count: number;
  readonly file: string;
  readonly line: number | null;
}

/** `a.jsonl, line 3: 7 cached tokens are ... (2 times)`. */
export function noteLine({ message, count: times, file, line }: UsageNote): string {
  const place = `${safeLine(file)}${line === null ? '' : `, line ${line}`}`;
  return `${place}: ${safeLine(message, SENTENCE_LIMIT)}${times > 1 ? ` (${count(times)} times)` : ''}`;
}

/** Requests without usage, by what is known of them. */
export interface UnmeasuredGroup extends GroupKey {
  readonly requests: number;
}

/** What the named files say was used, and an account of every file and every exchange. */
export interface Usage {
  readonly rows: RowStore;
  readonly files: readonly FileAccount[];
  /** Their sum is the number of recorded exchanges. One that is recorded several times counts once. */
  readonly exchanges: { readonly read: number; readonly without_usage: number; readonly not_understood: number };
  /** Number of requests, including those without usage. A sum that does not state its number counts as one. */
  readonly requests: number;
  /** Requests whose usage is not recorded. `exchanges.without_usage` has them too. */
  readonly unmeasured: readonly UnmeasuredGroup[];
  readonly notes: readonly UsageNote[];
  /** The rows of OpenRouter's own generations by their id; at most 5,000. */
  readonly generations: ReadonlyMap<string, RowNumber>;
  /** Number of records that repeat the id of another one. */
  readonly repeated: number;
  /** Number of sums of sessions and traces that are left out, since their parts are counted. */
  readonly sums: number;
  /** A line for each glob that matches no file. */
  readonly unmatched: readonly Problem[];
}

/** Whether the recordings state everything that was used. If not, figures are lower bounds. */
export function isComplete(usage: Usage): boolean {
  return usage.exchanges.not_understood === 0 && usage.unmeasured.length === 0 && usage.unmatched.length === 0;
}

/** Counts every file and every exchange, in one line for a person. */
export function accountLine({ files, exchanges, repeated, sums }: Usage): string {
  const read = files.filter(({ is_read }) => is_read).length;
  const unclear = files.filter(({ not_understood }) => not_understood.length > 0).length;
  const without = files.length - files.filter((file) => file.is_read || file.not_understood.length > 0).length;
  const all = exchanges.read + exchanges.without_usage + exchanges.not_understood;
  const more = [
    repeated > 0 ? `${count(repeated)} recorded more than once` : null,
    sums > 0 ? `${counted(sums, 'sum')} of others left out` : null,
  ].filter((part) => part !== null);
  const sentences = [
    `${counted(files.length, 'file')}: ${count(read)} read, ${count(without)} without usage, ${count(unclear)} with something not understood`,
    `${counted(all, 'exchange')}: ${count(exchanges.read)} read, ${count(exchanges.without_usage)} without usage, ${count(exchanges.not_understood)} not understood`,
    ...(more.length === 0 ? [] : [more.join(', ')]),
  ];
  return `${sentences.join('; ')}.`;
}

/** Notes for the report where the recordings do not state everything that was used; empty where they do. */
export function notesOfUsage(usage: Usage): Note[] {
  const { read, without_usage, not_understood } = usage.exchanges;
  if (read === 0) {
    const found = [
      ...(without_usage > 0 ? [`${counted(without_usage, 'exchange')} without usage`] : []),
      ...(not_understood > 0 ? [`${counted(not_understood, 'exchange')} not understood`] : []),
    ];
    const details = found.length === 0 ? '' : `: ${found.join(', ')}`;
    const message = `Nothing was measured: ${counted(usage.files.length, 'recorded file')} with no usage${details}.`;
    return [{ code: 'usage_not_measured', message }];
  }
  if (isComplete(usage)) return [];
  const unmeasured = usage.unmeasured.reduce((sum, { requests }) => sum + requests, 0);
  const reasons = [
    ...(not_understood > 0 ? [`${counted(not_understood, 'recorded exchange')} could not be understood`] : []),
    ...(unmeasured > 0 ? [`${counted(unmeasured, 'request')} stated no usage`] : []),
    ...(usage.unmatched.length > 0 ? [`${count(usage.unmatched.length)} of the globs match no file`] : []),
  ];
  return [{ code: 'usage_incomplete', message: `At least as much was used as is shown: ${reasons.join(', ')}.` }];
}

/** The note for the report where no file could be read at all. */
export function notesOfUnreadable(error: NoVerdictError): Note[] {
  const messages = error.problems.map(({ message }) => message);
  return [{ code: 'usage_not_measured', message: `Nothing was measured: ${messages.join('; ')}.` }];
}

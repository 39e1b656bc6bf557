import type { TokenCounts } from '../../manifest/token-parts.js';
import { type FileAccount, NAMED_PLACES, type UnmeasuredGroup, type UsageNote } from './usage.js';
import { type Findings, noteText } from './json-value.js';
import {
  hourWithin,
  withinWholes,
  type Accounts,
  type Context,
  type RecordingFile,
  type SummaryStrength,
  type GroupKey,
  type UsageRow,
} from './exchange.js';
import { type RecordNotes, type RowNumber, type RowStore, createRowStore } from './row-store.js';
import { createSpanTree } from './span-tree.js';

/** What counts of all exchanges of all files. Nothing counts twice, whatever the order and the names of the files. */
export interface Settled {
  readonly rows: RowStore;
  readonly generations: ReadonlyMap<string, RowNumber>;
  readonly files: readonly FileAccount[];
  readonly unmeasured: readonly UnmeasuredGroup[];
  readonly notes: readonly UsageNote[];
  readonly without_usage: number;
  readonly not_understood: number;
  /** Sums of sessions and traces that were left out, as their parts are counted. */
  readonly sums: number;
}

/** Collects the exchanges of all files. */
export interface Ledger extends Accounts {
  /** Called before a file is read, so that a file without an exchange has an account too. */
  readonly open: (file: string) => void;
  /** Called once a file is read to its end. */
  readonly close: (file: RecordingFile) => void;
  /** Decides what counts, once all files are read. Called once. */
  readonly settle: () => Settled;
}

interface FileEntry {
  readonly name: string;
  hasRead: boolean;
  readonly without: Map<string, number>;
  readonly notUnderstood: Map<string, { count: number; readonly lines: number[] }>;
}

interface NoteEntry {
  count: number;
  readonly amounts: number[];
  readonly file: string;
  readonly line: number | null;
}

interface Session {
  readonly messages: Set<RowNumber>;
  readonly strong: Set<RowNumber>;
  readonly weak: Set<RowNumber>;
  /** By an id of the result, so that one result in several files is one. */
  readonly subagentResults: Map<string, { readonly tokens: string; readonly context: Context }>;
}

interface Unfinished {
  readonly key: GroupKey;
  readonly reason: string;
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const rows = createRowStore();
  const generations = new Map<string, RowNumber>();
  const spans = createSpanTree();
  const files = new Map<string, FileEntry>();
  const sessions = new Map<string, Session>();
  const unfinished = new Map<string, Unfinished>();
  const unmeasured = new Map<string, { key: GroupKey; requests: number }>();
  const endings = new Map<RecordingFile, (() => void)[]>();
  let found = 0;

  const entryOf = (name: string): FileEntry => {
    const known = files.get(name);
    if (known !== undefined) return known;
    const entry: FileEntry = { name, hasRead: false, without: new Map(), notUnderstood: new Map() };
    files.set(name, entry);
    return entry;
  };
  const notUnderstood = (what: string, { file }: Context): void => {
    found += 1;
    const entry = entryOf(file.name);
    const known = entry.notUnderstood.get(what);
    const place = known ?? { count: 0, lines: [] };
    place.count += 1;
    if (file.line !== null && place.lines.length < NAMED_PLACES) place.lines.push(file.line);
    entry.notUnderstood.set(what, place);
  };
  const without = (reason: string, { file }: Context): void => {
    found += 1;
    const known = entryOf(file.name).without;
    known.set(reason, (known.get(reason) ?? 0) + 1);
  };
  /** Stores the row; null where it cannot be understood, or is a sum of no requests. */
  const put = (read: UsageRow, findings: Findings, context: Context): RowNumber | null => {
    if (findings.problems.length > 0) {
      notUnderstood(findings.problems.join('; '), context);
      return null;
    }
    const row = withRequests(read, findings);
    if (row === null) {
      without('no request of a model was made', context);
      return null;
    }
    found += 1;
    entryOf(context.file.name).hasRead = true;
    const tokens = withinWholes(row.tokens, findings);
    const written_1h = hourWithin(row.written_1h, tokens.written, findings);
    const fits = tokens === row.tokens && written_1h === row.written_1h;
    const counted = fits ? row : { ...row, tokens, written_1h };
    const { notes } = findings;
    const { name, line } = context.file;
    const number = rows.put(counted, notes.length === 0 ? null : { notes, file: name, line });
    // Once the map is full, the ids of further rows are not tested.
    if (row.id !== null && generations.size < MOST_GENERATIONS && GENERATION_ID.test(row.id)) {
      generations.set(row.id, number);
    }
    return number;
  };
  const sessionOf = (name: string): Session => {
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const session: Session = { messages: new Set(), strong: new Set(), weak: new Set(), subagentResults: new Map() };
    sessions.set(name, session);
    return session;
  };
  const addUnmeasured = ({ key, reason }: Unfinished): void => {
    const known = entryOf(key.source).without;
    known.set(reason, (known.get(reason) ?? 0) + 1);
    const name = JSON.stringify([key.source, key.suite, key.call, key.model, key.run]);
    const group = unmeasured.get(name) ?? { key, requests: 0 };
    group.requests += 1;
    unmeasured.set(name, group);
  };

  return {
    open: (file) => {
      entryOf(file);
    },
    close: (file) => {
      for (const run of endings.get(file) ?? []) run();
      endings.delete(file);
    },
    atEnd: (file, run) => {
      const known = endings.get(file);
      if (known === undefined) endings.set(file, [run]);
      else known.push(run);
    },
    read: (row, findings, context) => {
      put(row, findings, context);
    },
    readInSession: (session, row, findings, context) => {
      const stored = put(row, findings, context);
      if (stored !== null) sessionOf(session).messages.add(stored);
    },
    summary: (session, strength: SummaryStrength, row, findings, context) => {
      const stored = put(row, findings, context);
      if (stored !== null) sessionOf(session)[strength].add(stored);
    },
    span: (span, findings, context) => {
      if (span.row === null) {
        spans.add(span, null, context);
        return;
      }
      const id = span.row.id ?? (span.span === null ? null : `${span.trace}:${span.span}`);
      const stored = put({ ...span.row, id }, findings, context);
      spans.add(span, stored, context);
    },
    without,
    unmeasured: ({ model, id, reason }, context) => {
      found += 1;
      const { suite, call, run, file } = context;
      const request = { key: { source: file.name, suite, call, model, run, tier: null, web_searches: 0 }, reason };
      if (id === null) addUnmeasured(request);
      else if (!unfinished.has(id) || file.name < (unfinished.get(id)?.key.source ?? '')) unfinished.set(id, request);
    },
    notUnderstood,
    subagentResult: (session, id, tokens, context) => {
      found += 1;
      const { subagentResults } = sessionOf(session);
      if (!subagentResults.has(id)) subagentResults.set(id, { tokens: tokenText(tokens), context });
    },
    deferred: () => {
      found += 1;
    },
    found: () => found,
    settle: () => {
      const sums = new Set<RowNumber>();
      for (const { messages, strong, weak } of sessions.values()) {
        const leftOut = strong.size > 0 ? [...messages, ...weak] : messages.size > 0 ? [...weak] : [];
        for (const row of leftOut) if (!strong.has(row)) sums.add(row);
      }
      const repeated = settleSubagents(sessions.values(), rows, notUnderstood);
      const traced = spans.settle();
      for (const row of traced.sums) sums.add(row);
      for (const row of sums) rows.drop(row);
      for (const [id, request] of unfinished) if (!rows.has(id)) addUnmeasured(request);
      for (const { key, reason } of traced.requestsWithoutUsage) addUnmeasured({ key, reason });
      const accounts = [...files.values()].map(accountOf);
      return {
        rows,
        generations,
        files: accounts,
        unmeasured: [...unmeasured.values()].map(({ key, requests }) => ({ ...key, requests })),
        notes: addUp(rows.notes()),
        without_usage: total(accounts.flatMap(({ without_usage }) => without_usage)),
        not_understood: total(accounts.flatMap(({ not_understood }) => not_understood)),
        sums: sums.size + repeated,
      };
    },
  };
}

/**
 * A sum that states 0 requests, and tokens or a cost all the same, does not state its number of requests. Null: nothing
 * was used.
 */
function withRequests(row: UsageRow, findings: Findings): UsageRow | null {
  if (row.requests !== 0) return row;
  const { prompt, completion } = row.tokens;
  const costs = [row.cost, row.list_cost, row.estimate];
  if (prompt + completion === 0 && costs.every((cost) => Number(cost) === 0)) return null;
  findings.notes.push({
    text: 'a sum of # tokens states 0 requests; their number is not known',
    amounts: [prompt + completion],
  });
  return { ...row, requests: null };
}

/** Merges the notes of one kind into one: their amounts are added up, and the place is that of the first. */
function addUp(records: Iterable<RecordNotes>): UsageNote[] {
  const notes = new Map<string, NoteEntry>();
  for (const { notes: own, file, line } of records) {
    for (const { text, amounts } of own) {
      const known = notes.get(text);
      if (known === undefined) notes.set(text, { count: 1, amounts: [...amounts], file, line });
      else {
        known.count += 1;
        amounts.forEach((amount, at) => (known.amounts[at] = (known.amounts[at] ?? 0) + amount));
      }
    }
  }
  return [...notes].map(([text, { count, amounts, file, line }]) => {
    return { message: noteText({ text, amounts }), count, file, line };
  });
}

/**
 * Compares the results of subagents with the messages of their sessions, each message with one result. Returns how many
 * are repetitions; the others are reported, since only the last answer of what the subagent asked is known.
 */
function settleSubagents(
  sessions: Iterable<Session>,
  rows: RowStore,
  report: (what: string, context: Context) => void,
): number {
  let repeated = 0;
  for (const { messages, strong, subagentResults } of sessions) {
    if (subagentResults.size === 0) continue;
    const unmatched = new Map<string, number>();
    for (const message of messages) {
      const tokens = tokenText(rows.get(message).tokens);
      unmatched.set(tokens, (unmatched.get(tokens) ?? 0) + 1);
    }
    for (const { tokens, context } of subagentResults.values()) {
      const left = unmatched.get(tokens) ?? 0;
      if (strong.size === 0 && left === 0) report(SUBAGENT_WITHOUT_MESSAGES, context);
      else {
        repeated += 1;
        unmatched.set(tokens, left - 1);
      }
    }
  }
  return repeated;
}

const SUBAGENT_WITHOUT_MESSAGES = 'the result of a subagent whose own messages are not in the recordings';

/** The tokens that were sent identify an answer; while it is streamed, its own tokens still grow. */
function tokenText({ prompt, cached, written }: TokenCounts): string {
  return [prompt, cached, written].join(' ');
}

function accountOf({ name, hasRead, without, notUnderstood }: FileEntry): FileAccount {
  return {
    name,
    is_read: hasRead,
    without_usage: [...without].map(([reason, count]) => ({ reason, count })),
    not_understood: [...notUnderstood].map(([what, { count, lines }]) => ({ what, count, lines })),
  };
}

function total(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** The ids of OpenRouter's generations. Those of other providers have other forms. */
const GENERATION_ID = /^gen-[A-Za-z0-9_-]{1,100}$/;

/** At most this many generations are kept by their id. A run asks for far fewer. */
const MOST_GENERATIONS = 5_000;

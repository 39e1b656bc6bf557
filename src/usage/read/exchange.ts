import type { TokenCounts } from '../../manifest/token-parts.js';
import type { Findings } from './counts.js';
import type { JsonRecord } from './json-value.js';
import type { ServedTier, UsageRow } from './usage-row.js';

/** A file while it is read. Formats keep state by it: WeakMap<RecordingFile, State>. */
export interface RecordingFile {
  /** As the user would write it. */
  readonly name: string;
  /** The line that is being read; null where the file is one document. */
  line: number | null;
}

/** What the surroundings of a usage object say of it: names of suite and call, the requested model, the time. */
export interface Context {
  readonly file: RecordingFile;
  readonly suite: string | null;
  readonly call: string | null;
  /** A model that is stated around the object, or in the recorded request. */
  readonly model: string | null;
  readonly time: number | null;
  /** The id of the recorder's run. */
  readonly run: string | null;
  /** Of a batch: all that is inside was served as one. */
  readonly tier: ServedTier | null;
}

/** A request that was made and whose usage is not recorded: a stream that was cut, or an answer without usage. */
interface UnmeasuredRequest {
  readonly model: string | null;
  /** Where another file or line states the usage of the same id, this is no request of its own. */
  readonly id: string | null;
  readonly reason: string;
}

/** A span or run of a trace. Those with usage beneath them repeat sums. */
export interface TracedSpan {
  /** A span's id is unique within its trace alone. */
  readonly trace: string;
  /** Null where it has none: it is no span that was seen before, and the parent of none. */
  readonly span: string | null;
  readonly parent: string | null;
  /** Null where the span states no usage. */
  readonly row: UsageRow | null;
  /** Whether the span is a request to a model: without usage here and beneath it is a request without usage. */
  readonly isRequest: boolean;
}

/** Rows that are sums of a session. `strong`: they replace its messages. `weak`: the messages replace them. */
export type SummaryStrength = 'strong' | 'weak';

/**
 * Where the formats hand over each recorded exchange: read, without usage, or not understood. Nothing of a prompt or an
 * answer passes through it.
 */
export interface Accounts {
  /** An exchange that states its usage; one with problems is not understood. */
  readonly read: (row: UsageRow, findings: Findings, context: Context) => void;
  /** The same for a message whose session may have a summary, in this file or another. */
  readonly readInSession: (session: string, row: UsageRow, findings: Findings, context: Context) => void;
  readonly summary: (
    session: string,
    strength: SummaryStrength,
    row: UsageRow,
    findings: Findings,
    context: Context,
  ) => void;
  readonly span: (span: TracedSpan, findings: Findings, context: Context) => void;
  /** An exchange that cost nothing or was no request of a model. */
  readonly without: (reason: string, context: Context) => void;
  readonly unmeasured: (request: UnmeasuredRequest, context: Context) => void;
  /** Something that states usage in no known form, or cannot be read. */
  readonly notUnderstood: (what: string, context: Context) => void;
  /** Something that a reader should know of what was counted. */
  readonly note: (message: string, context: Context) => void;
  /**
   * The last answer of a subagent, stated again where its result is used. It is a repetition if the session has a message
   * with the same tokens or a summary of all models; else the subagent's own messages are missing.
   */
  readonly subagentResult: (session: string, id: string, tokens: TokenCounts, context: Context) => void;
  /** How often any of these was called; tells whether something was found within an object. */
  readonly found: () => number;
  /** Runs when the file is read to its end: what a format still waits for is settled then. */
  readonly atEnd: (file: RecordingFile, run: () => void) => void;
}

/** Looks for usage inside of a value, bodies kept as text included. */
export type Search = (value: unknown, context: Context) => void;

/** One recorded format. The table of formats says how it is told apart. */
export interface Format {
  readonly name: string;
  /** One of these keys is in every record of the format. */
  readonly keys: readonly string[];
  readonly when: (record: JsonRecord) => boolean;
  readonly read: (record: JsonRecord, context: Context, accounts: Accounts, search: Search) => void;
}

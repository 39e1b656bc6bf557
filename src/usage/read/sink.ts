import type { UsageRow } from './usage-row.js';

/** Where the readers hand over what they find. Nothing of a prompt or an answer passes through it. */
export interface UsageSink {
  readonly row: (row: UsageRow) => void;
  /** A span of a trace; those with a row beneath them only repeat sums. */
  readonly span: (span: TracedSpan) => void;
  /** Something that states usage and cannot be read. */
  readonly fault: (message: string) => void;
  /** A response that came from a cache of the test runner: it was not spent. */
  readonly notSpent: () => void;
  /** A row that a later summary of the same session includes. */
  readonly sessionRow: (session: string, row: UsageRow) => void;
  /** The summary has come: its own rows stand for the session's. */
  readonly sessionSummary: (session: string) => void;
}

export interface TracedSpan {
  /** A span's id is its own within the trace alone. */
  readonly trace: string;
  /** Null where it has none: it is no span that was seen before, and the parent of none. */
  readonly span: string | null;
  readonly parent: string | null;
  /** Null where the span states no usage. */
  readonly row: UsageRow | null;
}

import type { Budget, Call, Policy, Suite } from './schema.js';
import { DEFAULT_RUN } from './schema.js';

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the root of the document, e.g. ["suites", "rag", "calls", 0, "model"]. */
export type Path = readonly (string | number)[];

/**
 * Where a path stands in the file: the key's own place, or that of the nearest ancestor that exists. A key that a
 * call has from `defaults` is where `defaults` has it.
 */
export type Locate = (path: Path) => Position;

/** The tokens that one file adds to each request of a call. */
export interface FileTokens {
  readonly path: string;
  /** Tokens of the o200k tokenizer, before they are scaled to the tokenizer of the call's model. */
  readonly o200k: number;
  /** Whether they are added to `cached_tokens` too. */
  readonly cached: boolean;
}

/** A count that is the number of rows of a file: rows x times. */
interface RowCount {
  readonly path: string;
  readonly rows: number;
  readonly times: number;
}

/** A call with the name it goes by: its own, else the model's id. `index` is its place in the suite's list. */
export interface NamedCall extends Call {
  readonly display_name: string;
  readonly index: number;
  /** The files whose tokens are counted in `prompt_tokens`, so that a change of one is reported by its path. */
  readonly file_tokens?: readonly FileTokens[];
  /** The rows that `count` was computed from. */
  readonly row_count?: RowCount;
}

export interface NamedSuite extends Omit<Suite, 'calls'> {
  readonly name: string;
  readonly calls: readonly NamedCall[];
}

/** A kind of run: suites that run together. `runs_per_month` is null where it has no number. */
export interface RunKind {
  readonly runs_per_month: number | null;
  /** Limits that take the place of those at the top for this kind. */
  readonly budget: Omit<Budget, 'per_month'>;
}

/** A manifest that passed every check, in the order of the file, with `defaults` merged in. */
export interface Manifest {
  readonly file: string;
  /** Of the kind `ci`, wherever the file has it. */
  readonly runs_per_month: number | null;
  /** The kinds under `runs`, in the order of the file; `ci` only where it stands there. */
  readonly runs: ReadonlyMap<string, RunKind>;
  readonly budget: Budget;
  readonly policy: Policy;
  readonly suites: readonly NamedSuite[];
  readonly locate: Locate;
}

/** What is read of the default branch's file: limits and rules, never its calls. */
export interface PolicyFile {
  readonly runs_per_month: number | null;
  readonly runs: ReadonlyMap<string, RunKind>;
  readonly budget: Budget;
  readonly policy: Policy;
  readonly suites: ReadonlyMap<
    string,
    { readonly run: string; readonly runs_per_month: number | null; readonly budget: Budget }
  >;
}

/** Runs per month of a suite: its own number, else that of its kind; null where neither is known. */
export function runsPerMonth(
  manifest: Pick<Manifest, 'runs_per_month' | 'runs'>,
  suite: { readonly run: string; readonly runs_per_month?: number | null | undefined },
): number | null {
  const ofKind =
    suite.run === DEFAULT_RUN ? manifest.runs_per_month : (manifest.runs.get(suite.run)?.runs_per_month ?? null);
  return suite.runs_per_month ?? ofKind;
}

/** The models that need a price, fallback models included, in order of first use. */
export function modelsDeclared(manifests: readonly (Manifest | null)[]): string[] {
  const calls = manifests.flatMap((manifest) => manifest?.suites.flatMap((suite) => suite.calls) ?? []);
  return [...new Set(calls.flatMap((call) => [call.model, ...call.fallback_models]))];
}

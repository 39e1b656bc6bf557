import { type Budget, type Call, type DeclaredCall, type Policy, type Suite, DEFAULT_RUN } from './schema.js';

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

/** A count that comes from files: rows x times. */
export interface RowCount {
  /** The file whose rows were counted, the pattern whose files were, or a promptfoo configuration. */
  readonly path: string;
  /** Rows, files, or the tests that a promptfoo configuration makes of its data. */
  readonly rows: number;
  readonly times: number;
  /** What was counted; rows without it. */
  readonly unit?: 'row' | 'file' | 'test';
}

/** A call with the name it goes by: its own, else the model's id. `index` is its place in the suite's list. */
export interface NamedCall extends Call {
  readonly display_name: string;
  readonly index: number;
  /** The files whose tokens are counted in `prompt_tokens`, so that a change of one is reported by its path. */
  readonly file_tokens?: readonly FileTokens[];
  /** The rows that `count` was computed from. */
  readonly row_count?: RowCount;
  /** Why the call's files cannot be counted, in words that go on after its name; it is unpriced then, and `count` is 0. */
  readonly uncounted?: string;
  /** Where a call of a promptfoo configuration comes from; absent for a call that the manifest lists. */
  readonly promptfoo?: PromptfooOrigin;
}

interface PromptfooOrigin {
  /** The configuration's path. */
  readonly config: string;
  /** The provider as the configuration names it, such as `openai:gpt-5-mini`. */
  readonly provider: string;
}

export interface NamedSuite extends Omit<Suite, 'calls' | 'promptfoo'> {
  readonly name: string;
  readonly calls: readonly NamedCall[];
}

/** A call before its files are counted. */
export interface DeclaredNamedCall extends DeclaredCall {
  readonly display_name: string;
  readonly index: number;
}

export type CallDefaults = Omit<
  Call,
  'name' | 'model' | 'count' | 'prompt_tokens' | 'prompt_files' | 'completion_tokens'
>;

/** A suite before its files are counted: its calls as they are written, and the configuration that makes further ones. */
export interface DeclaredSuite extends Omit<Suite, 'calls'> {
  readonly name: string;
  readonly calls: readonly DeclaredNamedCall[];
}

/** A manifest that passed every check that needs no other file. */
export interface DeclaredManifest extends Omit<Manifest, 'suites'> {
  /** What calls that are not listed get from `defaults`: everything but model, count, tokens of the prompt and the answer. */
  readonly call_defaults: CallDefaults;
  readonly suites: readonly DeclaredSuite[];
}

/** A kind of run: suites that run together. `runs_per_month` is null where it has no number. */
export interface RunKind {
  readonly runs_per_month: number | null;
  /** Limits that take the place of those at the top for this kind. */
  readonly budget: Omit<Budget, 'per_month'>;
}

/** A manifest whose files are counted, in the order of the file, with `defaults` merged in. */
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
  const all = manifests.flatMap((manifest) => manifest?.suites.flatMap((suite) => suite.calls) ?? []);
  const calls = all.filter(({ uncounted, promptfoo }) => uncounted === undefined || promptfoo === undefined);
  return [...new Set(calls.flatMap((call) => [call.model, ...call.fallback_models]))];
}

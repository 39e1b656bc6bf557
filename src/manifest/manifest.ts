import { type Budget, type Call, type DeclaredCall, type Policy, type Suite, DEFAULT_RUN } from './schema.js';

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the root of the document, e.g. ["suites", "rag", "calls", 0, "model"]. */
export type Path = readonly (string | number)[];

/**
 * Returns the place of a path in the file: that of its key, or of the nearest ancestor that exists. A key that a call has
 * from `defaults` has its place there.
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

/** A count that is computed from files: rows x times. */
export interface RowCount {
  /** A file with rows, a pattern of files, or a promptfoo configuration. */
  readonly path: string;
  /** The number of rows, files, or tests of a promptfoo configuration. */
  readonly rows: number;
  readonly times: number;
  /** The kind of thing that was counted; rows where it is absent. */
  readonly unit?: 'row' | 'file' | 'test';
}

/** A call with its name, or the model's id where it has none. `index` is its position in the list of its suite. */
export interface NamedCall extends Call {
  readonly display_name: string;
  readonly index: number;
  /** The files whose tokens are part of `prompt_tokens`. The report names the file that changed. */
  readonly file_tokens?: readonly FileTokens[];
  /** The rows from which `count` was computed. */
  readonly row_count?: RowCount;
  /**
   * The reason why the call's files cannot be counted, as the end of a sentence. The call is unpriced then; `count` is 0
   * where it comes from such a file.
   */
  readonly uncounted?: string;
  /** The origin of a call of a promptfoo configuration; absent for a call that the manifest lists. */
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

/** A suite before its files are counted: its written calls, and the configuration that makes further ones. */
export interface DeclaredSuite extends Omit<Suite, 'calls'> {
  readonly name: string;
  readonly calls: readonly DeclaredNamedCall[];
}

/** A manifest that passed every check that needs no other file. */
export interface DeclaredManifest extends Omit<Manifest, 'suites'> {
  /**
   * The fields of `defaults` for calls of a promptfoo configuration: all but model, count, and tokens of prompt and
   * completion.
   */
  readonly call_defaults: CallDefaults;
  readonly suites: readonly DeclaredSuite[];
}

/** A kind of run: suites that run together. `runs_per_month` is null where it is not given. */
export interface RunKind {
  readonly runs_per_month: number | null;
  /** Limits of this kind, which replace those at the top level. */
  readonly budget: Omit<Budget, 'per_month'>;
}

/** A manifest after its files were counted, in the order of the file, with `defaults` merged into the calls. */
export interface Manifest {
  readonly file: string;
  /** Runs per month of the kind `ci`, from either of its two places. */
  readonly runs_per_month: number | null;
  /** The kinds under `runs`, in the order of the file. `ci` is among them only if the file lists it. */
  readonly runs: ReadonlyMap<string, RunKind>;
  readonly budget: Budget;
  readonly policy: Policy;
  readonly suites: readonly NamedSuite[];
  readonly locate: Locate;
}

/** The limits and rules of the default branch's manifest. Its calls are not read. */
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

/** Whether a call needs no file. */
export function isCounted(call: DeclaredNamedCall): call is DeclaredNamedCall & NamedCall {
  return typeof call.count === 'number' && (call.prompt_files ?? []).length === 0;
}

/** Whether all numbers of a manifest stand in it, so that nothing has to be counted. */
export function isWithoutFiles(manifest: DeclaredManifest): manifest is DeclaredManifest & Manifest {
  return manifest.suites.every(({ promptfoo, calls }) => promptfoo === undefined && calls.every(isCounted));
}

/** Returns a manifest whose numbers all stand in it as a counted one. Any other one is an Error: a defect of the caller. */
export function withoutFiles(manifest: DeclaredManifest): Manifest {
  if (isWithoutFiles(manifest)) return manifest;
  throw new Error('a manifest that names files is counted with them');
}

/** Returns the runs per month of a suite: its own number, else that of its kind, else null. */
export function runsPerMonth(
  manifest: Pick<Manifest, 'runs_per_month' | 'runs'>,
  suite: { readonly run: string; readonly runs_per_month?: number | null | undefined },
): number | null {
  const ofKind =
    suite.run === DEFAULT_RUN ? manifest.runs_per_month : (manifest.runs.get(suite.run)?.runs_per_month ?? null);
  return suite.runs_per_month ?? ofKind;
}

/** Lists the models that need a price, fallback models included, in the order of first use. */
export function modelsDeclared(manifests: readonly (Manifest | null)[]): string[] {
  const all = manifests.flatMap((manifest) => manifest?.suites.flatMap((suite) => suite.calls) ?? []);
  const calls = all.filter(({ uncounted, promptfoo }) => uncounted === undefined || promptfoo === undefined);
  return [...new Set(calls.flatMap((call) => [call.model, ...call.fallback_models]))];
}

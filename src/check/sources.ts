import type { Side } from '../manifest/prompt-tokens/prompt-files.js';
import type { PromptText } from '../manifest/prompt-tokens/prompt-texts.js';
import type { Approvals } from '../budget/verdict/override.js';

/** A manifest as it was found: its text, or null if there is none. `problem` is the reason if it could not be read. */
export interface ManifestSource {
  /** The commit it was read at; null for a file of the workspace. */
  readonly commit: string | null;
  readonly text: string | null;
  readonly problem: string | null;
  /** The other file, if head is compared with one (`--base FILE`); null: the path of the manifest. */
  readonly file: string | null;
}

/** The manifest on the default branch (or at `--policy`), where the policy is read. */
export interface PolicySource {
  readonly ref: string;
  readonly sha: string;
  readonly text: string | null;
}

/** Reads prompt files of one side, by path. NoVerdictError (2) if they cannot be read at all. */
export type PromptFileReader = (side: Side, paths: readonly string[]) => Promise<ReadonlyMap<string, PromptText>>;

/** Everything that a check reads, apart from prices and prompt files. */
export interface Sources {
  readonly manifestFile: string;
  readonly head: ManifestSource;
  /** Null if the event has no base. */
  readonly base: ManifestSource | null;
  /** Null: the manifest is judged by its own values (the command line without `--policy`). */
  readonly policy: PolicySource | null;
  /** Whether violations of base are pre-existing: only if it is the default branch, or chosen on the command line. */
  readonly baseExcuses: boolean;
  readonly readPromptFiles: PromptFileReader;
  /** The path of the lockfile and its text; null if there is none. */
  readonly lock: { readonly file: string; readonly text: string | null };
  readonly approvals: Approvals | null;
  /** Repository paths that the change touches; null if the event is not about a change. */
  readonly changedFiles: { readonly paths: readonly string[]; readonly complete: boolean } | null;
}

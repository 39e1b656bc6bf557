import type { Side } from '../manifest/prompt-tokens/prompt-files.js';
import type { PromptText } from '../manifest/prompt-tokens/prompt-texts.js';
import type { Approvals } from '../budget/verdict/override.js';

/** A manifest as it was found: its text, or null where there is none; `problem` says why it could not be read. */
export interface ManifestSource {
  /** The commit it was read at; null for a file of the workspace. */
  readonly commit: string | null;
  readonly text: string | null;
  readonly problem: string | null;
  /** Another file than the manifest, where that is what it is compared with; null: the same path. */
  readonly file: string | null;
}

/** The file that the policy is read from. */
export interface PolicySource {
  readonly ref: string;
  readonly sha: string;
  readonly text: string | null;
}

/** Prompt files of the repository, by path, as they are at one side. NoVerdictError (2) where none can be read. */
export type PromptFileReader = (side: Side, paths: readonly string[]) => Promise<ReadonlyMap<string, PromptText>>;

/** All that a check reads, gathered at the rim before anything is judged. */
export interface Sources {
  readonly manifestFile: string;
  readonly head: ManifestSource;
  /** Null where the event has no base. */
  readonly base: ManifestSource | null;
  /** Null: the manifest is judged by its own values (the command line without `--policy`). */
  readonly policy: PolicySource | null;
  /** Whether base excuses what was broken before: only where it is the default branch, or the user's own choice. */
  readonly baseExcuses: boolean;
  readonly readPromptFiles: PromptFileReader;
  /** Where the lock is looked for, and what stands there; null where there is none. */
  readonly lock: { readonly file: string; readonly text: string | null };
  readonly approvals: Approvals | null;
  /** Repository paths that the change touches; null where there is no change to speak of. */
  readonly changedFiles: { readonly paths: readonly string[]; readonly complete: boolean } | null;
}

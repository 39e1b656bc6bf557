import type { FileText, ReadLimits } from '../lib/files/read-file.js';
import type { Note } from '../lib/errors/problem.js';
import type { Side } from '../manifest/from-files/file-set.js';
import type { ChangeTarget, Approvals } from '../budget/verdict/judge.js';

/** A manifest as it was found: its text, or null if there is none. `problem` is the reason if it could not be read. */
export interface ManifestSource {
  /** The commit it was read at; null for a file of the workspace. */
  readonly commit: string | null;
  readonly text: string | null;
  readonly problem: string | null;
  /** The other file, if head is compared with one (`--base FILE`); null: the path of the manifest. */
  readonly file: string | null;
}

/** The manifest at the tip of the default branch (or at `--policy`), where the policy is read. */
export interface PolicySource {
  readonly ref: string;
  readonly sha: string;
  readonly text: string | null;
}

/** A file at one side. `oid` is git's object id, if it is known: equal ids are equal bytes. */
export type SideFile = FileText & { readonly oid: string | null };

export interface ListedFile {
  readonly path: string;
  readonly oid: string | null;
  /** A symbolic link is listed, so that a pattern that matches it can say so; `read` refuses it. */
  readonly isLink: boolean;
}

/** Reads files of the repository as they are at one side. NoVerdictError (2) if a side cannot be read at all. */
export interface FileReader {
  /**
   * Reads files by path, each at most `maxBytes` long. A content that was read before, at any side, is not fetched again.
   * A file of a side that has no commit is missing.
   */
  readonly read: (side: Side, paths: readonly string[], limits: ReadLimits) => Promise<ReadonlyMap<string, SideFile>>;
  /** Lists every file and link of a side, for patterns. NoVerdictError (2) if GitHub truncates the listing. */
  readonly list: (side: Side) => Promise<readonly ListedFile[]>;
}

/** Everything that a check reads, apart from prices and the files that the manifest names. */
export interface Sources {
  readonly manifestFile: string;
  readonly head: ManifestSource;
  /** Null if the event has no base. */
  readonly base: ManifestSource | null;
  /** Null: the manifest is judged by its own values (the command line without `--policy`). */
  readonly policy: PolicySource | null;
  readonly change: ChangeTarget;
  readonly files: FileReader;
  /** The path of the lockfile and its text; null if there is none. */
  readonly lock: { readonly file: string; readonly text: string | null };
  readonly approvals: Approvals | null;
  /** Repository paths that the change touches; null if the event is not about a change. */
  readonly changedFiles: { readonly paths: readonly string[]; readonly complete: boolean } | null;
  /** Notes on how the sources were read. */
  readonly notes: readonly Note[];
}

/** Whether base is the very commit at the tip of the default branch. */
export function isTip({ base, policy }: Pick<Sources, 'base' | 'policy'>): boolean {
  return base !== null && policy !== null && base.commit === policy.sha && base.file === null;
}

import type { Problem } from '../../lib/errors/problem.js';
import { type FileText, isLfsPointer } from '../../lib/files/read-file.js';
import type { FieldTokens } from './rows.js';

/** The version of the repository from which a manifest and its files are read. */
export type Side = 'head' | 'base' | 'default branch';

/** Names a side within a sentence: `at base`, `on the default branch`. */
export function whereOf(side: Side): string {
  return side === 'default branch' ? 'on the default branch' : `at ${side}`;
}

/** The reason why a call cannot be counted. */
export interface CountFault {
  readonly problem: Problem;
  /** The message without the place in the manifest. */
  readonly reason: string;
  /** The file or the pattern that is wrong; null where the manifest itself is. */
  readonly file: string | null;
}

/** A file or link of a side. */
export interface ListedPath {
  readonly path: string;
  readonly isLink: boolean;
}

/**
 * The files of one side that have been read. A request for another file is remembered, the file is read, and counting
 * starts again, because one file can name others.
 */
export interface FileSet {
  /** Null while the file has not been read. `maxBytes` is the most that is accepted of it. */
  readonly file: (path: string, maxBytes: number) => FileText | null;
  /** Every file and link of the side; null while they have not been listed. */
  readonly list: () => readonly ListedPath[] | null;
  readonly results: Results;
}

/** Results by the text of a file, and by the name of what was computed from it. */
type Cache<T> = Map<string, Map<string, { readonly value: T }>>;

/** Results for all sides, since most files are the same at each side. */
export interface Results {
  readonly numbers: Cache<number>;
  readonly fields: Cache<FieldTokens>;
  readonly tests: Cache<readonly unknown[] | null>;
  readonly data: Cache<unknown>;
}

/** Makes empty caches. */
export function noResults(): Results {
  return { numbers: new Map(), fields: new Map(), tests: new Map(), data: new Map() };
}

/** Returns a cached result, or computes it. `what` names the computation, with all that it depends on beside the text. */
export function once<T>(cache: Cache<T>, text: string, what: string, compute: () => T): T {
  const ofText = cache.get(text) ?? new Map<string, { readonly value: T }>();
  cache.set(text, ofText);
  const known = ofText.get(what) ?? { value: compute() };
  ofText.set(what, known);
  return known.value;
}

/** The files that were requested and have not been read yet: the most bytes that are accepted of each, by path. */
export interface Wanted {
  readonly paths: Map<string, number>;
  list: boolean;
}

/** Makes the set of files that were read. It adds to `wanted` what is requested and missing. */
export function fileSet(
  read: ReadonlyMap<string, FileText>,
  listed: readonly ListedPath[] | null,
  wanted: Wanted,
  results: Results,
): FileSet {
  return {
    file: (path, maxBytes) => {
      const file = read.get(path);
      if (file !== undefined) return accepted(file, maxBytes);
      wanted.paths.set(path, Math.max(maxBytes, wanted.paths.get(path) ?? 0));
      return null;
    },
    list: () => {
      if (listed === null) wanted.list = true;
      return listed;
    },
    results,
  };
}

function accepted(file: FileText, maxBytes: number): FileText {
  if (file.state !== 'text') return file;
  if (isLfsPointer(file.text)) {
    return { state: 'unusable', reason: 'is a Git LFS pointer; the file has to be in the repository itself' };
  }
  if (file.text.length <= maxBytes) return file;
  return { state: 'unusable', reason: `is too large; at most ${maxBytes.toLocaleString('en-US')} bytes are read` };
}

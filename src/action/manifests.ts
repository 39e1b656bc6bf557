import { posix } from 'node:path';
import type { FileReader, SideFile } from '../check/sources.js';
import { configurationError } from '../lib/errors/problem.js';
import { DEFAULT_LOCK, isPathPattern, MAX_MANIFEST_BYTES } from '../lib/inputs.js';

/**
 * Finds the manifests of a step whose input names several, and reads their texts at head, at base and on the default
 * branch.
 */

export interface ManifestFiles {
  readonly file: string;
  readonly lockfile: string;
  readonly head: SideFile;
  /** The manifest on the default branch. For one that is new beside one that head removed, it is the removed one. */
  readonly policy: SideFile;
  /** The file of `policy` at base. */
  readonly base: SideFile;
  /** The lockfile on the default branch. */
  readonly lock: SideFile;
}

/** The most manifests of one step. */
const MOST_MANIFESTS = 50;

/**
 * Expands the entries over the files of head and of the default branch, so that a manifest that head removes is judged too.
 * In the order of the entries, the files of a pattern by name, each once. NoVerdictError (2) where there is none, or more
 * than 50.
 */
export async function expandManifests(entries: readonly string[], files: FileReader): Promise<string[]> {
  if (!entries.some(isPathPattern)) return bounded([...new Set(entries)]);
  // Most steps name their manifests, and the engine that matches patterns is large.
  const { pathMatcher } = await import('../lib/text/path-pattern.js');
  const listed = [...(await files.list('head')), ...(await files.list('default branch'))].filter(
    ({ isLink }) => !isLink,
  );
  const names = [...new Set(listed.map(({ path }) => path))].toSorted();
  const found = new Set<string>();
  for (const entry of entries) {
    if (!isPathPattern(entry)) {
      found.add(entry);
      continue;
    }
    const matches = pathMatcher(entry);
    const matching = names.filter((name) => name === entry || matches(name));
    if (matching.length === 0) {
      throw configurationError(
        `The input "manifest" is wrong: no file matches ${JSON.stringify(entry)} at head or on the default branch`,
      );
    }
    for (const name of matching) found.add(name);
  }
  return bounded([...found]);
}

function bounded(files: readonly string[]): string[] {
  if (files.length <= MOST_MANIFESTS) return [...files];
  throw configurationError(
    `The input "manifest" names ${files.length} files; at most ${MOST_MANIFESTS} are judged in one step`,
  );
}

/** Reads the manifests at head, at base and on the default branch, and their lockfiles on the default branch. */
export async function readManifestFiles(
  paths: readonly string[],
  lockInput: string,
  files: FileReader,
): Promise<ManifestFiles[]> {
  const limits = { maxBytes: MAX_MANIFEST_BYTES };
  const lockOf = (file: string): string =>
    lockInput === DEFAULT_LOCK ? posix.join(posix.dirname(file), DEFAULT_LOCK) : lockInput;
  const head = await files.read('head', paths, limits);
  const policy = await files.read('default branch', [...paths, ...paths.map(lockOf)], limits);
  const base = await files.read('base', paths, limits);
  const gone = paths.find((path) => at(head, path).state === 'missing' && at(policy, path).state === 'text');
  return paths.map((file) => {
    // A manifest that takes the place of one that is gone is held to its limits.
    const isNew = at(policy, file).state === 'missing';
    const before = isNew && gone !== undefined ? gone : file;
    const lockfile = lockOf(file);
    return {
      file,
      lockfile,
      head: at(head, file),
      policy: at(policy, before),
      base: at(base, before),
      lock: at(policy, lockfile),
    };
  });
}

function at(files: ReadonlyMap<string, SideFile>, path: string): SideFile {
  return files.get(path) ?? { state: 'missing', oid: null };
}

/** Returns the text of a file; null where there is none. NoVerdictError (2) with file and commit where it is not usable. */
export function textOrAbsent(file: SideFile, path: string, commit: string): string | null {
  if (file.state === 'text') return file.text;
  if (file.state === 'missing') return null;
  throw configurationError(`${JSON.stringify(path)} at commit ${commit} ${file.reason}`, { file: path });
}

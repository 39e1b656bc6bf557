import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileReader, ListedFile, SideFile } from '../check/sources.js';
import { configurationError, NoVerdictError } from '../lib/errors/problem.js';
import type { FileText, ReadLimits } from '../lib/files/file-text.js';
import {
  blobId,
  blobIdsAtCommit,
  listFilesAtCommit,
  listWorkingTree,
  readFilesAtCommit,
} from '../lib/files/git-files.js';
import { repositoryRoot } from '../lib/files/git.js';
import { readTreeFiles } from '../lib/files/read-file.js';
import type { Side } from '../manifest/from-files/file-set.js';

/** Data and prompt files for the command line: head's of the working tree, the others' of their commits. */

/** The commits of the other sides; null: there is none, or base is a file, and then the working tree has its files too. */
export type SideCommits = Readonly<Record<Exclude<Side, 'head'>, string | null>>;

const NO_COMMITS: SideCommits = { base: null, 'default branch': null };

/** Paths are those from the repository's root; outside of a repository, from the folder itself. */
export function filesOnDisk(cwd: string, commits: SideCommits = NO_COMMITS): FileReader {
  const commitOf = (side: Side) => (side === 'head' ? null : commits[side]);
  return {
    read: async (side, paths, limits) => {
      const commit = commitOf(side);
      if (commit !== null) return await atCommit(await repositoryRoot(cwd), commit, paths, limits);
      if (side === 'default branch') return new Map(paths.map((path) => [path, { state: 'missing', oid: null }]));
      return withIds(await readTreeFiles(await rootOf(cwd), paths, limits), (file) => ownId(file));
    },
    list: async (side) => {
      const commit = commitOf(side);
      return commit === null ? await listOnDisk(cwd) : await listFilesAtCommit(await repositoryRoot(cwd), commit);
    },
  };
}

async function atCommit(
  root: string,
  commit: string,
  paths: readonly string[],
  limits: ReadLimits,
): Promise<ReadonlyMap<string, SideFile>> {
  const ids = await blobIdsAtCommit(root, commit, paths);
  return withIds(await readFilesAtCommit(root, commit, paths, limits), (_, path) => ids.get(path) ?? null);
}

function withIds(
  files: ReadonlyMap<string, FileText>,
  idOf: (file: FileText, path: string) => string | null,
): ReadonlyMap<string, SideFile> {
  return new Map([...files].map(([path, file]) => [path, { ...file, oid: idOf(file, path) }]));
}

function ownId(file: FileText): string | null {
  return file.state === 'text' ? blobId(file.text) : null;
}

/** The top of the repository that the folder is in; outside a repository, the folder itself. */
export async function rootOf(cwd: string): Promise<string> {
  return (await repositoryOf(cwd)) ?? cwd;
}

async function repositoryOf(cwd: string): Promise<string | null> {
  try {
    return await repositoryRoot(cwd);
  } catch (error) {
    if (error instanceof NoVerdictError) return null;
    throw error;
  }
}

const MOST_FILES = 100_000;

async function listOnDisk(cwd: string): Promise<ListedFile[]> {
  const root = await repositoryOf(cwd);
  if (root === null) return await walk(cwd);
  const files: ListedFile[] = [];
  for (const path of await listWorkingTree(root)) {
    const found = await lstat(join(root, path)).catch(() => null);
    if (found?.isFile() === true || found?.isSymbolicLink() === true) {
      files.push({ path, oid: null, isLink: found.isSymbolicLink() });
    }
  }
  return files;
}

/** Outside of a repository there is nothing to ask; `node_modules` and git's own folder are left out. */
async function walk(root: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') folders.push(path);
      else if (entry.isFile() || entry.isSymbolicLink())
        files.push({ path, oid: null, isLink: entry.isSymbolicLink() });
    }
    if (files.length > MOST_FILES) {
      throw configurationError(
        `${root} has more than ${MOST_FILES} files, so a pattern cannot be expanded; name the files`,
      );
    }
  }
  return files;
}

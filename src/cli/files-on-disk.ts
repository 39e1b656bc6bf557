import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileReader, ListedFile, SideFile } from '../check/sources.js';
import { MAX_MANIFEST_BYTES } from '../lib/inputs.js';
import { NoVerdictError, configurationError, reasonOf } from '../lib/errors/problem.js';
import { repositoryRoot } from '../lib/files/git.js';
import { readOptionalFile, readTreeFiles, type FileText, type ReadLimits } from '../lib/files/read-file.js';
import {
  blobId,
  blobIdsAtCommit,
  listFilesAtCommit,
  listWorkingTree,
  readFilesAtCommit,
} from '../lib/files/git-files.js';
import type { Side } from '../manifest/from-files/file-set.js';

/** What the commands read from the disk: the manifest, and the files that it names, at head and at other commits. */

export const MANIFEST_LIMITS = { maxBytes: MAX_MANIFEST_BYTES };
export const LOCK_LIMITS = { maxBytes: 8 * 1024 * 1024 };

/** Reads the manifest that a command works on. NoVerdictError (2) where it is missing, which says how to get one. */
export async function readManifestText(file: string, cwd: string): Promise<string> {
  const text = await readOptionalFile(file, cwd, MANIFEST_LIMITS);
  if (text !== null) return text;
  throw configurationError(`There is no ${file}; \`llm-budget init\` writes one, or name the path where it is.`, {
    file,
  });
}

/**
 * The commits of the other sides. Null: the side is absent, or base is a file, and then its files are those of the
 * working tree.
 */
export type SideCommits = Readonly<Record<Exclude<Side, 'head'>, string | null>>;

const NO_COMMITS: SideCommits = { base: null, 'default branch': null };

/**
 * Reads files of the working tree for head, and of commits for the other sides. Paths start at the repository's root;
 * outside a repository, at the folder.
 */
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

/** Lists the files of a folder outside a repository, without `node_modules` and `.git`. */
async function walk(root: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(join(root, folder))) {
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

/** NoVerdictError (2) for a folder that cannot be read, since a pattern could match a file in it. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const remedy = 'so a pattern cannot be expanded; name the files';
    throw configurationError(`The folder ${folder} cannot be read: ${reasonOf(error)}, ${remedy}`);
  }
}

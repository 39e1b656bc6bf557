import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { configurationError } from '../errors/problem.js';
import { repositoryRoot, resolveCommit, runGit } from './git.js';
import { decodeText, tooLarge, unusable, type FileText, type ReadLimits } from './read-file.js';

/** Reads and lists the files of a repository with git. */

/**
 * Reads a file at a ref; `path` is absolute or relative to `cwd`. The text is null where the ref has no such file.
 * NoVerdictError (2) where the ref is unknown or the file is not a plain text file there.
 */
export async function readAtRef(
  cwd: string,
  ref: string,
  path: string,
  limits: ReadLimits,
): Promise<{ readonly sha: string; readonly text: string | null }> {
  const sha = await resolveCommit(cwd, ref);
  const root = await repositoryRoot(cwd);
  const absolute = resolve(cwd, path);
  const inside = await pathInRepository(root, absolute);
  if (inside === null) {
    throw configurationError(`${absolute} is outside the git repository ${root}`, { file: absolute });
  }
  const file = (await readFilesAtCommit(root, sha, [inside], limits)).get(inside);
  if (file?.state === 'unusable') throw configurationError(`${inside} at ${ref} ${file.reason}`, { file: path });
  return { sha, text: file?.state === 'text' ? file.text : null };
}

/**
 * The path from the root with slashes, as git stores it; null where it is outside. Links above the file are followed, since git
 * resolves its root too. `path` is absolute.
 */
export async function pathInRepository(root: string, path: string): Promise<string | null> {
  const inside = relative(await realpath(root), join(await nearestRealFolder(dirname(path)), basename(path)));
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return null;
  return inside.split(sep).join('/');
}

/** The folder may exist at the ref and not in the working tree: its existing part is resolved, and the rest is appended. */
async function nearestRealFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return dirname(folder) === folder ? folder : join(await nearestRealFolder(dirname(folder)), basename(folder));
  }
}

interface TreeEntry {
  readonly mode: string;
  readonly id: string;
  /** In bytes; null if the entry is not a blob. */
  readonly size: number | null;
}

const LINK = '120000';
const SUBMODULE = '160000';
const FOLDER = '040000';
const TREE_LINE = /^(\d{6}) \w+ ([0-9a-f]+) +(-|\d+)\t(.+)$/s;
const BATCH_HEADER = /^[0-9a-f]+ blob (\d+)$/;

/**
 * Reads files at a commit, by their paths from the repository's root, with one listing and one reading for all of them.
 * Links, submodules and folders are refused, never followed.
 */
export async function readFilesAtCommit(
  root: string,
  sha: string,
  paths: readonly string[],
  limits: ReadLimits,
): Promise<ReadonlyMap<string, FileText>> {
  const wanted = [...new Set(paths)];
  if (wanted.length === 0) return new Map();
  const entries = await listTree(root, sha, wanted);
  const files = new Map<string, FileText>();
  const readable = new Map<string, TreeEntry & { size: number }>();
  for (const path of wanted) {
    const entry = entries.get(path);
    if (entry === undefined) files.set(path, await whyUnlisted(root, sha, path));
    else if (entry.mode === LINK) files.set(path, unusable('is a link; a plain file is accepted'));
    else if (entry.mode === SUBMODULE) files.set(path, unusable('is a submodule; a plain file is accepted'));
    else if (entry.size === null) files.set(path, unusable('is a folder, not a file'));
    else if (entry.size > limits.maxBytes) files.set(path, tooLarge(limits));
    else readable.set(path, { ...entry, size: entry.size });
  }
  const blobs = await readBlobs(root, [...readable.values()]);
  for (const [path, { id }] of readable) files.set(path, blobs.get(id) ?? unusable('cannot be read from git'));
  return files;
}

/** The most bytes of a listing: about 500,000 paths. */
const LISTING = { maxBytes: 64_000_000 };

/**
 * The most characters of the paths of one command, with the space and the quotation marks around each. Windows accepts 32,767
 * for the whole of it: https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createprocessw
 */
const LONGEST_PATHS = 24_000;

/** Divides paths so that each command is short enough. A path that is longer alone is a command of its own. */
function commandsOf(paths: readonly string[]): readonly (readonly string[])[] {
  const commands: string[][] = [];
  let length = LONGEST_PATHS;
  for (const path of paths) {
    length += path.length + 3;
    if (length > LONGEST_PATHS) {
      commands.push([]);
      length = path.length + 3;
    }
    commands.at(-1)?.push(path);
  }
  return commands;
}

async function listTree(root: string, sha: string, paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
  const entries = new Map<string, TreeEntry>();
  for (const some of commandsOf(paths)) {
    const args = ['ls-tree', '-z', '-l', '--full-tree', sha, '--', ...some];
    const { exitCode, stdout, complaint } = await runGit(root, args, LISTING);
    if (exitCode !== 0) throw configurationError(`git cannot list the files of ${sha}: ${complaint}`);
    for (const line of stdout.toString('utf8').split('\0')) {
      const [, mode, id, size, path] = TREE_LINE.exec(line) ?? [];
      if (mode === undefined || id === undefined || path === undefined) continue;
      entries.set(path, { mode, id, size: size === undefined || size === '-' ? null : Number(size) });
    }
  }
  return entries;
}

/**
 * Finds out why the listing lacks a path. git lists nothing below a link, as if the file were absent, and does not list a
 * folder beside a file in it. "Missing" would be misleading in both cases.
 */
async function whyUnlisted(root: string, sha: string, path: string): Promise<FileText> {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const ancestor = parts.slice(0, depth).join('/');
    const entry = (await listTree(root, sha, [ancestor])).get(ancestor);
    if (entry?.mode === LINK) return unusable(`is reached through the link ${ancestor}; a plain file is accepted`);
    if (entry?.mode === SUBMODULE) {
      return unusable(`is in the submodule ${ancestor}; a file of this repository is accepted`);
    }
    if (entry?.mode !== FOLDER) break;
    if (depth === parts.length) return unusable('is a folder, not a file');
  }
  return { state: 'missing' };
}

/** Reads blobs by id. git prints them one after the other, each after a line with its size. */
async function readBlobs(
  root: string,
  entries: readonly { readonly id: string; readonly size: number }[],
): Promise<ReadonlyMap<string, FileText>> {
  const sizes = new Map(entries.map(({ id, size }) => [id, size]));
  const blobs = new Map<string, FileText>();
  if (sizes.size === 0) return blobs;
  const maxBytes = [...sizes.values()].reduce((total, size) => total + size + 200, 0);
  const { stdout } = await runGit(root, ['cat-file', '--batch'], {
    input: `${[...sizes.keys()].join('\n')}\n`,
    maxBytes,
  });
  let offset = 0;
  for (const id of sizes.keys()) {
    const end = stdout.indexOf('\n', offset);
    const header = stdout.subarray(offset, end === -1 ? stdout.length : end).toString('utf8');
    const size = Number(BATCH_HEADER.exec(header)?.[1] ?? Number.NaN);
    if (!header.startsWith(id) || Number.isNaN(size))
      throw configurationError(`git cannot read ${id}: ${header.slice(0, 100)}`);
    blobs.set(id, decodeText(stdout.subarray(end + 1, end + 1 + size)));
    offset = end + 1 + size + 1;
  }
  return blobs;
}

/** A file or link of a tree, by its path from the repository's root. */
export interface ListedFile {
  readonly path: string;
  /** Git's object id; null for a file of the working tree. */
  readonly oid: string | null;
  readonly isLink: boolean;
}

/** Lists every file and link of a commit. NoVerdictError (2) where git cannot. */
export async function listFilesAtCommit(root: string, sha: string): Promise<ListedFile[]> {
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', sha];
  const { exitCode, stdout, complaint } = await runGit(root, args, LISTING);
  if (exitCode !== 0) throw configurationError(`git cannot list the files of ${sha}: ${complaint}`);
  const files: ListedFile[] = [];
  for (const line of stdout.toString('utf8').split('\0')) {
    const [, mode, oid, , path] = TREE_LINE.exec(line) ?? [];
    if (mode === undefined || oid === undefined || path === undefined || mode === SUBMODULE) continue;
    files.push({ path, oid, isLink: mode === LINK });
  }
  return files;
}

/** Git's object ids of files at a commit, by path; a path that the commit does not have is left out. */
export async function blobIdsAtCommit(
  root: string,
  sha: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const entries = await listTree(root, sha, [...new Set(paths)]);
  return new Map([...entries].map(([path, { id }]) => [path, id]));
}

/** Paths of the working tree, tracked or not, without those that git ignores. */
export async function listWorkingTree(root: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { exitCode, stdout, complaint } = await runGit(root, args, LISTING);
  if (exitCode !== 0) throw configurationError(`git cannot list the files of ${root}: ${complaint}`);
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** The object id that git gives to a text. */
export function blobId(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { configurationError } from '../errors/problem.js';
import { readFilesAtCommit } from './git-files.js';
import type { ReadLimits } from './read-file.js';
import { runGit } from './run-git.js';

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

const UNPRINTABLE = /[\u0000-\u001f\u007f]/;

/** Returns the top folder of the working tree that contains `cwd`. NoVerdictError (2) where there is none. */
export async function repositoryRoot(cwd: string): Promise<string> {
  const { exitCode, stdout, complaint } = await runGit(cwd, ['rev-parse', '--show-toplevel']);
  const root = stdout.toString('utf8').replace(/\r?\n$/, '');
  if (exitCode === 0 && root !== '') return root;
  if (complaint.includes('dubious ownership')) {
    throw configurationError(
      `git does not trust the repository at ${cwd}, since somebody else owns it; see safe.directory in git's manual`,
    );
  }
  if (complaint.includes('must be run in a work tree'))
    throw configurationError(`${cwd} is a repository without a work tree`);
  throw configurationError(`${cwd} is not in a git repository; a git ref is accepted only inside one`);
}

/** Returns the commit that a ref names now. NoVerdictError (2) where this repository does not have it. */
export async function resolveCommit(cwd: string, ref: string): Promise<string> {
  if (ref === '' || ref.startsWith('-') || ref.length > 1000 || UNPRINTABLE.test(ref)) {
    throw configurationError(`${JSON.stringify(ref)} is not a git ref; a branch, tag or commit is accepted`);
  }
  const { exitCode, stdout } = await runGit(cwd, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${ref}^{commit}`,
  ]);
  const sha = stdout.toString('utf8').trim();
  if (exitCode === 0 && OBJECT_ID.test(sha)) return sha;
  await repositoryRoot(cwd);
  throw configurationError(
    `git has no commit ${JSON.stringify(ref)} here; fetch it first (a shallow checkout in CI lacks it: set fetch-depth: 0)`,
  );
}

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
  const inside = await pathInRepository(root, resolve(cwd, path));
  const file = (await readFilesAtCommit(root, sha, [inside], limits)).get(inside);
  if (file?.state === 'unusable') throw configurationError(`${inside} at ${ref} ${file.reason}`, { file: path });
  return { sha, text: file?.state === 'text' ? file.text : null };
}

/** Returns the best common ancestor of two refs, as a commit; null where this repository knows of none. */
export async function mergeBase(cwd: string, first: string, second: string): Promise<string | null> {
  const commits = [await resolveCommit(cwd, first), await resolveCommit(cwd, second)];
  const { stdout } = await runGit(cwd, ['merge-base', ...commits]);
  const sha = stdout.toString('utf8').trim();
  return OBJECT_ID.test(sha) ? sha : null;
}

/** The path from the root with slashes, as git stores it. Links above the file are followed, since git resolves its root too. */
async function pathInRepository(root: string, path: string): Promise<string> {
  const inside = relative(await realpath(root), join(await nearestRealFolder(dirname(path)), basename(path)));
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') {
    throw configurationError(`${path} is outside the git repository ${root}`, { file: path });
  }
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

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { configurationError, NoVerdictError, problem, errorCode, reasonOf } from '../errors/problem.js';

/**
 * Writes a report, a lockfile or another output. A reader sees the old text or the new one, never a part: the text goes
 * to a file beside the target, which is then renamed. Where the folder takes no new file, an existing target is
 * written in place. A link is followed to its file. Throws a NoVerdictError (2) where the target exists and is not
 * a regular file, or cannot be written.
 */
export async function writeTextFile(path: string, text: string): Promise<void> {
  try {
    const existing = await lookAt(path);
    if (typeof existing === 'string') throw cannotWrite(path, existing);
    if (existing === null) await replace(path, text, 0o666);
    else await replaceOrOverwrite(existing, text);
  } catch (error) {
    throw error instanceof NoVerdictError ? error : cannotWrite(path, reasonOf(error));
  }
}

/**
 * Tells in words why the path takes no output: it is a folder, pipe, socket or device, or a link to nothing or back to
 * itself. Null for a regular file, and where nothing exists yet. Opens nothing.
 */
export async function refusedTarget(path: string): Promise<string | null> {
  try {
    const existing = await lookAt(path);
    return typeof existing === 'string' ? existing : null;
  } catch (error) {
    // A missing or unreadable folder is reported when the file is written.
    return errorCode(error) === 'ELOOP' ? reasonOf(error) : null;
  }
}

/** Creates a folder and those above it where they are missing. NoVerdictError (2) where that fails. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
  } catch (error) {
    throw cannotWrite(path, reasonOf(error));
  }
}

/** Node's own `recursive` does not end in a folder that takes no new one, such as /proc (Node 20, 24). */
async function makeFolders(path: string): Promise<void> {
  const code = await mkdir(path).then(() => null, errorCode);
  if (code === null || code === 'EEXIST') return;
  if (code === 'ENOENT' && dirname(path) !== path) await makeFolders(dirname(path));
  await mkdir(path);
}

interface Target {
  readonly path: string;
  readonly mode: number;
}

/** Finds what exists at a path, after links: a reason in words where it cannot be written to, null where nothing exists. */
async function lookAt(path: string): Promise<Target | string | null> {
  const itself = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (itself === null) return null;
  const target = await realpath(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
    return null;
  });
  if (target === null) return 'it is a link to a file that does not exist';
  const kind = await stat(target);
  if (kind.isDirectory()) return 'it is a folder';
  if (!kind.isFile()) return 'it exists and is not a regular file';
  return { path: target, mode: kind.mode & 0o777 };
}

async function replaceOrOverwrite(target: Target, text: string): Promise<void> {
  try {
    await replace(target.path, text, target.mode);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EBUSY'].includes(errorCode(error) ?? '')) throw error;
    await writeFile(target.path, text);
  }
}

async function replace(target: string, text: string, mode: number): Promise<void> {
  const draft = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    await writeFile(draft, text, { flag: 'wx', mode });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function cannotWrite(path: string, reason: string): NoVerdictError {
  return configurationError(`${path} cannot be written: ${reason}`, { file: path });
}

export interface NewFile {
  /** The name in messages. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/**
 * Writes files that must not exist yet, with the folders that they need. Where one of them exists, a broken link
 * included, none is written: NoVerdictError (2) that names each.
 */
export async function createFiles(files: readonly NewFile[]): Promise<void> {
  const taken: NewFile[] = [];
  for (const file of files) if (await isTaken(file.path)) taken.push(file);
  if (taken.length > 0) throw new NoVerdictError(2, taken.map(alreadyThere));
  for (const file of files) await create(file);
}

async function isTaken(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    // `create` reports a part of the path that is a file.
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function create(file: NewFile): Promise<void> {
  try {
    await makeFolders(dirname(file.path));
    await writeFile(file.path, file.text, { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw new NoVerdictError(2, [alreadyThere(file)]);
    throw configurationError(`${file.name} cannot be written: ${reasonOf(error)}`, { file: file.name });
  }
}

function alreadyThere({ name }: NewFile) {
  return problem(`${name} exists already and is left as it is; move it away first`, { file: name });
}

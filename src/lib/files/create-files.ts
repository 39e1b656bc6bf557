import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { configurationError, NoVerdictError, problem } from '../errors/problem.js';
import { errorCode } from '../errors/error-code.js';
import { reasonOf } from './system-error.js';

export interface NewFile {
  /** As messages name it. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/**
 * Writes files that must not exist yet, with the folders that they need. Where one exists, a link to nowhere included,
 * none is written: NoVerdictError (2) that names each.
 */
export async function createFiles(files: readonly NewFile[]): Promise<void> {
  const taken: NewFile[] = [];
  for (const file of files) if (await exists(file.path)) taken.push(file);
  if (taken.length > 0) throw new NoVerdictError(2, taken.map(alreadyThere));
  for (const file of files) await create(file);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    // A part of the path that is a file is for `create` to report.
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function create(file: NewFile): Promise<void> {
  try {
    await mkdir(dirname(file.path), { recursive: true });
    await writeFile(file.path, file.text, { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw new NoVerdictError(2, [alreadyThere(file)]);
    throw configurationError(`${file.name} cannot be written: ${reasonOf(error)}`, { file: file.name });
  }
}

function alreadyThere({ name }: NewFile) {
  return problem(`${name} exists already and is left as it is; move it away first`, { file: name });
}

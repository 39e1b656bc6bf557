import { constants } from 'node:fs';
import { lstat, open, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configurationError, errorCode, reasonOf } from '../errors/problem.js';

/** The result of reading one file. `reason` continues a sentence that begins with the file's name: "is a folder, not a file". */
export type FileText =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly reason: string };

export interface ReadLimits {
  readonly maxBytes: number;
}

/** Decodes strict UTF-8. A byte order mark stays in the text, since it is part of what a program would send. */
export function decodeText(bytes: Uint8Array): FileText {
  if (bytes.includes(0)) return unusable('is a binary file; a text in UTF-8 is accepted');
  try {
    return { state: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return unusable('is not valid UTF-8; a text in UTF-8 is accepted');
  }
}

export function unusable(reason: string): FileText {
  return { state: 'unusable', reason };
}

export function tooLarge(limits: ReadLimits): FileText {
  return unusable(`is too large; at most ${limits.maxBytes.toLocaleString('en-US')} bytes are accepted`);
}

const LFS_FIRST_LINE = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v\d/;

/** Whether a text is what git stores in place of a large file (github.com/git-lfs/git-lfs, docs/spec.md). */
export function isLfsPointer(text: string): boolean {
  return LFS_FIRST_LINE.test(text);
}

/**
 * Reads a file that the user named (a manifest, a lockfile), relative to `cwd`; null where there is no such file. Links
 * are followed. Throws a NoVerdictError (2) with the name as it was given for anything but a regular file of UTF-8 text
 * within the limit.
 */
export async function readOptionalFile(name: string, cwd: string, limits: ReadLimits): Promise<string | null> {
  const file = await readFileText(resolve(cwd, name), limits);
  if (file.state === 'unusable') throw configurationError(`${name} ${file.reason}`, { file: name });
  return file.state === 'text' ? file.text : null;
}

/** Reads one file and follows links. It does not throw, whatever the file is, and opens no pipe or device. */
export async function readFileText(path: string, limits: ReadLimits): Promise<FileText> {
  try {
    const target = await realpath(path);
    const problem = await kindProblem(target);
    return problem ?? (await readBytes(target, limits));
  } catch (error) {
    return await whyNot(path, error);
  }
}

/**
 * Reads files of a repository's working tree by their paths from its root. A path through a link is refused, as it is at
 * a commit. So both readings give the same answer, and nothing outside the root is read.
 */
export async function readTreeFiles(
  root: string,
  paths: readonly string[],
  limits: ReadLimits,
): Promise<ReadonlyMap<string, FileText>> {
  const realRoot = await realpath(root).catch(() => root);
  const files = new Map<string, FileText>();
  for (const path of new Set(paths)) files.set(path, await readTreeFile(realRoot, path, limits));
  return files;
}

async function readTreeFile(root: string, path: string, limits: ReadLimits): Promise<FileText> {
  const place = join(root, path);
  try {
    if ((await realpath(place)) !== place)
      return unusable('is a link or is reached through one; a plain file is accepted');
  } catch (error) {
    return await whyNot(place, error);
  }
  return await readFileText(place, limits);
}

async function kindProblem(target: string): Promise<FileText | null> {
  const kind = await stat(target);
  if (kind.isFile()) return null;
  return unusable(kind.isDirectory() ? 'is a folder, not a file' : 'is not a regular file (a pipe, socket or device)');
}

/** Opens without blocking and checks the kind again, since a pipe may have replaced the file meanwhile. */
async function readBytes(target: string, limits: ReadLimits): Promise<FileText> {
  const handle = await open(target, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) return unusable('is not a regular file');
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(65_536, limits.maxBytes + 1)));
      if (bytesRead === 0) return decodeText(Buffer.concat(chunks));
      length += bytesRead;
      if (length > limits.maxBytes) return tooLarge(limits);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

async function whyNot(path: string, error: unknown): Promise<FileText> {
  const code = errorCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return unusable(`cannot be read: ${reasonOf(error)}`);
  const itself = await lstat(path).catch(() => null);
  return itself?.isSymbolicLink() === true ? unusable('is a link to a file that does not exist') : { state: 'missing' };
}

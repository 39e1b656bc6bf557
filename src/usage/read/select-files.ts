import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { NoVerdictError, type Problem, errorCode, problem } from '../../lib/errors/problem.js';
import { constants } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A regular file to read: its name as the user would write it, and where it really is. */
interface SelectedFile {
  readonly name: string;
  readonly path: string;
}

/** Where files are looked for. */
export interface SelectOptions {
  /** The folder that patterns are relative to. */
  readonly cwd: string;
  /** A folder that every file must really be in, links followed; null: anywhere. */
  readonly within: string | null;
}

/** The files to read. */
export interface Selection {
  /** In the order of their names, each once. */
  readonly files: readonly SelectedFile[];
  /** A line for each pattern that matches nothing. */
  readonly unmatched: readonly Problem[];
}

/**
 * The files that the patterns name. `!pattern` excludes. Throws a NoVerdictError (2) with a line for each path that is
 * not a regular file, and where no pattern matches anything. Pipes, devices and folders are never opened.
 */
export async function selectFiles(patterns: readonly string[], options: SelectOptions): Promise<Selection> {
  const ignore = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const problems: Problem[] = [];
  const unmatched: Problem[] = [];
  const files = new Map<string, SelectedFile>();
  if (wanted.length === 0)
    problems.push(problem('no usage file is named; expected a path or a glob such as "usage/*.jsonl"'));
  for (const pattern of wanted) {
    const names = await matches(pattern, ignore, options.cwd);
    if (names.length === 0) unmatched.push(problem(`no file matches "${pattern}"`));
    for (const name of names) {
      const looked = await lookAt(name, isDynamicPattern(pattern), options);
      if (looked.state === 'file') files.set(looked.path, { name, path: looked.path });
      else if (looked.state === 'problem') problems.push(problem(`${name} ${looked.message}`, { file: name }));
    }
  }
  if (problems.length > 0 || files.size === 0) throw new NoVerdictError(2, [...unmatched, ...problems]);
  const inOrder = [...files.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { files: inOrder, unmatched };
}

/** A path that exists is taken as it is, even where it could be read as a pattern. Folders that match are skipped. */
async function matches(pattern: string, ignore: readonly string[], cwd: string): Promise<readonly string[]> {
  if (!isDynamicPattern(pattern)) return (await exists(resolve(cwd, pattern))) ? [pattern] : [];
  // Pipes, devices and links to nothing match no pattern.
  const names = await glob(pattern, { cwd, ignore, expandDirectories: false });
  return names.length === 0 && (await exists(resolve(cwd, pattern))) ? [pattern] : names;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR',
  );
}

type Look =
  | { readonly state: 'file'; readonly path: string }
  | { readonly state: 'problem'; readonly message: string }
  | { readonly state: 'skipped' };

const NOT_REGULAR = 'is not a regular file (a pipe, a socket or a device); it was not opened';

async function lookAt(name: string, byPattern: boolean, options: SelectOptions): Promise<Look> {
  try {
    const path = await realpath(resolve(options.cwd, name));
    const kind = await stat(path);
    if (kind.isDirectory()) {
      return byPattern
        ? { state: 'skipped' }
        : { state: 'problem', message: 'is a folder; "folder/**" names its files' };
    }
    if (!kind.isFile()) return { state: 'problem', message: NOT_REGULAR };
    if (options.within !== null && !isInside(path, await realpath(options.within))) {
      return { state: 'problem', message: 'is outside the workspace; files inside it are accepted' };
    }
    return { state: 'file', path };
  } catch (error) {
    return { state: 'problem', message: reasonOf(error) };
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ELOOP') return 'is a link that leads back to itself';
  if (code === 'ENOENT') return 'is a link to a file that does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read: permission denied';
  return `cannot be read: ${code ?? 'unknown error'}`;
}

const BLOCK = 1024 * 1024;

/**
 * The bytes of a regular file in blocks; a gzip file unpacked. A block may be used only until the next one is asked
 * for. Opened without waiting and looked at again: a pipe may have taken the file's place since it was selected.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const blocks = rawBytes(path);
  try {
    const first = await blocks.next();
    if (first.done === true) return;
    const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
    if (isGzip) {
      yield* unpacked(first.value, blocks);
    } else {
      yield first.value;
      yield* blocks;
    }
  } finally {
    // A reader that stops early must not leave the file open.
    await blocks.return(undefined);
  }
}

async function* rawBytes(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('no longer a regular file');
    const block = Buffer.allocUnsafe(BLOCK);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function* unpacked(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const packed = Readable.from(copies(first, rest), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: 65_536 });
  packed.on('error', (error) => gunzip.destroy(error));
  for await (const block of packed.pipe(gunzip)) {
    if (Buffer.isBuffer(block)) yield block;
  }
}

/** A stream keeps its blocks for a while, so each block is copied. */
async function* copies(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for await (const block of rest) yield Buffer.from(block);
}

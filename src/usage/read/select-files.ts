import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { NoVerdictError, problem, type Problem } from '../../lib/errors/problem.js';
import { errorCode } from '../../lib/errors/system-error.js';

/** A regular file to read: its name as the user would write it, and where it really is. */
interface SelectedFile {
  readonly name: string;
  readonly path: string;
}

export interface SelectOptions {
  readonly cwd: string;
  /** A folder that every file must really be in, links followed; null: anywhere. */
  readonly within: string | null;
}

export interface Selection {
  /** In the order of their names, each once. */
  readonly files: readonly SelectedFile[];
  /** A line for each pattern that matches nothing. */
  readonly unmatched: readonly Problem[];
}

/**
 * The files that the patterns name. `!pattern` excludes. Throws a NoVerdictError (2) with a line for each path that is
 * not a regular file, and where no pattern matches anything; what is a pipe, a device or a folder is never opened.
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

/** A path that exists is itself, even where it could be read as a pattern. Folders that a pattern hits are passed over. */
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
  | { readonly state: 'passed-over' };

const NOT_REGULAR = 'is not a regular file (a pipe, a socket or a device); it was not opened';

async function lookAt(name: string, byPattern: boolean, options: SelectOptions): Promise<Look> {
  try {
    const path = await realpath(resolve(options.cwd, name));
    const kind = await stat(path);
    if (kind.isDirectory()) {
      return byPattern
        ? { state: 'passed-over' }
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

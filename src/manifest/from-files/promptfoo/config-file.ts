import { isNode, LineCounter, parseDocument } from 'yaml';
import { isPathPattern } from '../../../lib/inputs.js';
import { pathMatcher } from '../../../lib/text/path-pattern.js';
import { isCode } from '../../scalars.js';
import { type FileSet, once } from '../file-set.js';
import { parseYamlData, UncountableFile } from '../rows.js';

/**
 * Reads the files of a promptfoo configuration: the configuration itself, and those that it names relative to its folder.
 */

const MAX_TEXT_BYTES = 500_000;

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Thrown where the calls of a configuration cannot be counted. */
export class ConfigFault extends Error {
  constructor(
    readonly reason: string,
    /** The file that is wrong. */
    readonly file: string,
    /** The place in that file, or where another file names it; null where only the manifest names it. */
    readonly place: Place | null = null,
    /** The text between the file's name and the reason: `: ` where the reason is a sentence of its own. */
    private readonly joint = ' ',
  ) {
    super(reason);
  }

  /** The reason with the name of the file before it. */
  withFile(): string {
    return `${this.file}${this.joint}${this.reason}`;
  }
}

/** Thrown where nothing can be counted before a file is read. Counting starts again once it has been read. */
export class NotReadYet extends Error {}

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys and indexes from the top of the configuration. */
type Steps = readonly (string | number)[];

/** A configuration with its files, as all its readers use it. */
export interface Config {
  readonly path: string;
  readonly folder: string;
  readonly root: Mapping;
  readonly files: FileSet;
  /** The names of prompts with template syntax other than `{{ name }}`. Their tokens are approximate. */
  readonly approximate: Set<string>;
  /** Makes a fault of the configuration, with the place of these steps or of the nearest ones above that exist. */
  readonly fault: (at: Steps, reason: string) => ConfigFault;
}

/** The remedy for a configuration that is code. */
const INSTEAD_OF_CODE =
  'write the configuration in YAML or JSON, or list its calls instead, one for each provider and prompt: ' +
  'calls: [{model: openai/gpt-5-mini, count: {rows: evals/cases.csv}, prompt_files: [prompts/answer.txt], completion_tokens: 300}]';

/** Reads a configuration and follows its `$ref`. Throws a ConfigFault, or NotReadYet before its file has been read. */
export function readConfig(path: string, files: FileSet): Config {
  if (isCode(path)) throw new ConfigFault(`is code, which is not run: ${INSTEAD_OF_CODE}`, path);
  if (!/\.(?:ya?ml|json)$/i.test(path))
    throw new ConfigFault('is neither YAML nor JSON; .yaml, .yml and .json are accepted', path);
  const text = textAt(path, MAX_TEXT_BYTES * 2, files);
  if (text === null) throw new NotReadYet();
  const root = resolved(dataOnce(path, text, files), path, files);
  if (!isMapping(root)) throw new ConfigFault('is not a mapping of prompts, providers and tests', path);
  const placeOf = (steps: Steps) => {
    const lines = new LineCounter();
    const document = parseDocument(text, { merge: true, lineCounter: lines, logLevel: 'error' });
    for (let length = steps.length; length > 0; length -= 1) {
      const node = document.getIn(steps.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]);
    }
    return { line: 1, col: 1 };
  };
  const fault = (steps: Steps, reason: string) => {
    const { line, col } = placeOf(steps);
    return new ConfigFault(reason, path, { file: path, line, column: col }, ': ');
  };
  return { path, folder: folderOf(path), root, files, approximate: new Set(), fault };
}

/** Returns the folder of a path without a slash at its end; "" for the repository's root. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Parses a file as `dataOf` does, but only once, however often its calls are counted. */
function dataOnce(path: string, text: string, { results }: FileSet): unknown {
  return once(results.data, text, 'data', () => dataOf(path, text));
}

/** Parses YAML or JSON. Throws a ConfigFault that names the line. */
export function dataOf(path: string, text: string): unknown {
  return faulting(path, () => parseYamlData(text));
}

/** Runs a reader of data files, and turns its UncountableFile into a ConfigFault. */
export function faulting<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UncountableFile)) throw error;
    const { reason, line } = error;
    throw new ConfigFault(reason, path, line === null ? null : { file: path, line, column: 1 });
  }
}

/** Returns the text of a file without a byte order mark; null while it has not been read. */
function textAt(path: string, maxBytes: number, files: FileSet): string | null {
  const file = files.file(path, maxBytes);
  if (file === null) return null;
  if (file.state === 'text') return file.text.startsWith('\ufeff') ? file.text.slice(1) : file.text;
  throw new ConfigFault(file.state === 'missing' ? 'does not exist' : file.reason, path);
}

/**
 * Returns the text of a file that the configuration names; null while it has not been read. A fault has the place that
 * names it.
 */
export function namedText(config: Config, path: string, maxBytes: number, at: Steps): string | null {
  try {
    return textAt(path, maxBytes, config.files);
  } catch (error) {
    if (error instanceof ConfigFault) throw new ConfigFault(error.reason, path, config.fault(at, '').place);
    throw error;
  }
}

/**
 * Returns the path from the repository's root of a reference such as `file://prompts/a.txt`. Throws a ConfigFault for one
 * outside.
 */
export function pathFrom(config: Pick<Config, 'fault'>, folder: string, reference: string, at: Steps): string {
  if (reference.includes('{{')) {
    throw config.fault(at, `${reference} is filled in from the environment, which is not read: write the path itself`);
  }
  const written = reference.replace(/^file:\/\//, '');
  if (written.startsWith('/') || written.startsWith('~') || /^[A-Za-z]:/.test(written)) {
    throw config.fault(
      at,
      `${reference} is outside the repository; a path from the configuration's folder is accepted`,
    );
  }
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw config.fault(at, `${reference} is outside the repository`);
  }
  if (parts.length === 0) throw config.fault(at, `${JSON.stringify(reference)} names no file`);
  return parts.join('/');
}

/**
 * Lists the files of a path: the path itself, or all that its pattern matches, sorted. Empty while the files are not
 * listed.
 */
export function expand(config: Config, path: string): string[] {
  if (!isPathPattern(path)) return [path];
  const listed = config.files.list();
  if (listed === null) return [];
  const matches = pathMatcher(path);
  const found = listed.filter((file) => matches(file.path));
  const link = found.find(({ isLink }) => isLink);
  if (link !== undefined) throw new ConfigFault('is a link; plain files are accepted', link.path);
  return found.map((file) => file.path).sort();
}

const MOST_REFERENCES = 1000;
/** The most values of a configuration with all that it refers to: a short file can refer to a long one many times. */
const MOST_VALUES = 1_000_000;

/** Follows `$ref` inside the data and to other files, as promptfoo does before it reads anything else. */
function resolved(data: unknown, path: string, files: FileSet): unknown {
  let left = MOST_REFERENCES;
  let values = 0;
  const roots = new Map<string, unknown>();
  /** Tells whether a file has been read. If so, its data is in `roots`. */
  const isRead = (file: string, from: string): boolean => {
    const text = referredText(file, from, files);
    if (text !== null && !roots.has(file)) roots.set(file, dataOnce(file, text, files));
    return text !== null;
  };
  const follow = (value: unknown, root: unknown, file: string, depth: number): unknown => {
    if (depth > 100) throw new ConfigFault('is nested too deep, or refers to itself', file);
    values += 1;
    if (values > MOST_VALUES) {
      throw new ConfigFault(
        `has more than ${MOST_VALUES.toLocaleString('en-US')} values with its aliases and $ref`,
        path,
      );
    }
    if (Array.isArray(value)) return value.map((item) => follow(item, root, file, depth + 1));
    if (!isMapping(value)) return value;
    if (typeof value.$ref !== 'string') {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, follow(inner, root, file, depth + 1)]),
      );
    }
    left -= 1;
    if (left < 0) throw new ConfigFault(`has more than ${MOST_REFERENCES} $ref`, file);
    const [target = '', pointer = ''] = value.$ref.split('#');
    if (/^[a-z]+:\/\//.test(target))
      throw new ConfigFault(`$ref ${target} is not a file of the repository`, file, null, ': ');
    const fault = { fault: (_: unknown, reason: string) => new ConfigFault(`$ref ${reason}`, file, null, ': ') };
    const other = target === '' ? file : pathFrom(fault, folderOf(file), target, []);
    if (target !== '' && !isRead(other, file)) return null;
    const otherRoot = target === '' ? root : roots.get(other);
    const found = atPointer(otherRoot, pointer);
    if (found === undefined) throw new ConfigFault(`has $ref ${value.$ref}, which does not exist`, file);
    return follow(found, otherRoot, other, depth + 1);
  };
  return follow(data, data, path, 0);
}

/** Returns the text of a file that a `$ref` in `from` names; null while it has not been read. A fault names `from`. */
function referredText(file: string, from: string, files: FileSet): string | null {
  try {
    return textAt(file, MAX_TEXT_BYTES, files);
  } catch (error) {
    if (error instanceof ConfigFault) throw new ConfigFault(`${error.reason} ($ref in ${from})`, file);
    throw error;
  }
}

function atPointer(root: unknown, pointer: string): unknown {
  let value = root;
  for (const step of pointer.split('/').filter((part) => part !== '')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** Returns a list as it is, a single item as a list of one, and an absent value as an empty list. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

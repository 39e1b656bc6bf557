import { isNode, LineCounter, parseDocument } from 'yaml';
import { isPathPattern } from '../../../lib/inputs.js';
import { pathMatcher } from '../../../lib/text/path-pattern.js';
import { isCode } from '../../scalars.js';
import { type FileSet, once } from '../file-set.js';
import { parseYamlData, UncountableFile } from '../rows.js';

/** The files of a promptfoo configuration: the configuration itself, and what it names, relative to its folder. */

const MAX_TEXT_BYTES = 500_000;

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something in a configuration that keeps its calls from being counted. */
export class ConfigFault extends Error {
  constructor(
    readonly reason: string,
    /** The file that is to blame. */
    readonly file: string,
    /** Where to look: in that file, or where another one names it; null where nothing but the manifest does. */
    readonly place: Place | null = null,
    /** Between the file's name and the reason: a reason with a place in the file is a sentence of its own. */
    private readonly joint = ' ',
  ) {
    super(reason);
  }

  /** The reason with the name of the file before it. */
  withFile(): string {
    return `${this.file}${this.joint}${this.reason}`;
  }
}

/** Thrown where a file is needed before anything else can be known, and has not been read yet. */
export class NotReadYet extends Error {}

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys and indexes from the top of the configuration. */
type Steps = readonly (string | number)[];

/** What the readers of a configuration share. */
export interface Config {
  readonly path: string;
  readonly folder: string;
  readonly root: Mapping;
  readonly files: FileSet;
  /** Whether something beyond `{{ name }}` stands in a text, so that its tokens are about. */
  readonly about: Set<string>;
  readonly fault: (at: Steps, reason: string) => ConfigFault;
}

/** What to write where only running code would tell what it configures. */
const INSTEAD_OF_CODE =
  'write the configuration in YAML or JSON, or list its calls instead, one for each provider and prompt: ' +
  'calls: [{model: openai/gpt-5-mini, count: {rows: evals/cases.csv}, prompt_files: [prompts/answer.txt], completion_tokens: 300}]';

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
  return { path, folder: folderOf(path), root, files, about: new Set(), fault };
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** The same for a large file, which is parsed once however often its calls are counted. */
function dataOnce(path: string, text: string, { results }: FileSet): unknown {
  return once(results.data, text, 'data', () => dataOf(path, text));
}

/** YAML or JSON as data; a fault names the line. */
export function dataOf(path: string, text: string): unknown {
  return faulting(path, () => parseYamlData(text));
}

export function faulting<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UncountableFile)) throw error;
    const { reason, line } = error;
    throw new ConfigFault(reason, path, line === null ? null : { file: path, line, column: 1 });
  }
}

/** The text of a file; null while it is not read. */
function textAt(path: string, maxBytes: number, files: FileSet): string | null {
  const file = files.file(path, maxBytes);
  if (file === null) return null;
  if (file.state === 'text') return file.text.startsWith('\ufeff') ? file.text.slice(1) : file.text;
  throw new ConfigFault(file.state === 'missing' ? 'does not exist' : file.reason, path);
}

/** The text of a file that the configuration names; a fault says where it does. */
export function namedText(config: Config, path: string, maxBytes: number, at: Steps): string | null {
  try {
    return textAt(path, maxBytes, config.files);
  } catch (error) {
    if (error instanceof ConfigFault) throw new ConfigFault(error.reason, path, config.fault(at, '').place);
    throw error;
  }
}

/** The path from the repository's root of a reference such as `file://prompts/a.txt`. */
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

/** The files that a reference stands for: itself, or what its pattern matches, in the order of their paths. */
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
/** Of a configuration with everything that it refers to: a short file could stand for a long one many times. */
const MOST_VALUES = 1_000_000;

/** Follows `$ref` inside the data and to other files, as promptfoo does before it looks at anything else. */
function resolved(data: unknown, path: string, files: FileSet): unknown {
  let left = MOST_REFERENCES;
  let values = 0;
  const roots = new Map<string, unknown>();
  /** Whether a file is read, after which its data is in `roots`. */
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
    if (found === undefined) throw new ConfigFault(`has $ref ${value.$ref}, where nothing is`, file);
    return follow(found, otherRoot, other, depth + 1);
  };
  return follow(data, data, path, 0);
}

/** The text of a file that a `$ref` in `from` names; a fault says so. */
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

/** The items of a list, of one item alone, or of nothing. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

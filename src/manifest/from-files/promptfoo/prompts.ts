import type { TokenCounter } from '../../prompt-tokens/count-tokens.js';
import { createHash } from 'node:crypto';
import { parse as parseCsv } from 'csv-parse/sync';
import { isPathPattern } from '../../../lib/inputs.js';
import { type Config, dataOf, expand, isMapping, namedText, pathFrom } from './config-file.js';
import { isCode } from '../../scalars.js';

/** Reads the prompts of a promptfoo configuration, and counts their tokens with the variables filled in. */

export interface Prompt {
  /** The template, as promptfoo renders it. */
  readonly raw: string;
  /**
   * The text that `prompts` of a test is compared with; null for a file, whose label in promptfoo has an absolute path.
   */
  readonly label: string | null;
  /** The name in reports. */
  readonly name: string;
  /** The prompt file; null for text in the configuration. */
  readonly file: string | null;
}

/**
 * Reads prompts from text, files, patterns, objects and maps. No prompt means the variable `prompt`. Equal texts count
 * once.
 */
export function readPrompts(config: Config): Prompt[] {
  const written = config.root.prompts;
  const items: unknown[] =
    written === undefined || written === null || written === ''
      ? ['{{prompt}}']
      : Array.isArray(written)
        ? written
        : isMapping(written)
          ? Object.entries(written).map(([raw, label]) => ({ raw, label }))
          : [written];
  const seen = new Set<string>();
  const prompts = items.flatMap((item, index) => {
    if (typeof item === 'string') {
      if (seen.has(item)) return [];
      seen.add(item);
    }
    return promptsOf(item, config, ['prompts', index]);
  });
  return named(prompts);
}

type Unnamed = Omit<Prompt, 'name'> & { readonly given: string | null };

function promptsOf(item: unknown, config: Config, at: (string | number)[]): Unnamed[] {
  const raw = typeof item === 'string' ? item : isMapping(item) ? (item.raw ?? item.id ?? item.label) : null;
  if (typeof raw !== 'string') throw config.fault(at, 'expected a prompt: text, a file, or a mapping with raw or id');
  const given = isMapping(item) && typeof item.label === 'string' ? item.label : null;
  if (/^(?:portkey|langfuse|helicone):\/\//.test(raw)) {
    throw config.fault(at, `prompt ${raw} is kept elsewhere, so it cannot be counted: list the calls with \`count\``);
  }
  if (raw.startsWith('exec:'))
    throw config.fault(at, `prompt ${raw} is code, which is not run: list the calls with \`count\``);
  if (!isFile(raw)) return [{ raw, label: given ?? raw, given, file: null }];
  const path = pathFrom(config, config.folder, raw, at);
  if (isPathPattern(path)) {
    const files = expand(config, path);
    if (files.length === 0 && config.files.list() !== null) return [{ raw, label: given ?? raw, given, file: null }];
    return files.flatMap((file) => promptsIn(file, null, config, at));
  }
  return promptsIn(path, given, config, at);
}

/** Tells whether a prompt is a path and not text, by promptfoo's own rule. */
function isFile(raw: string): boolean {
  if (raw.includes('\n')) return false;
  const tokens = raw.split(':');
  const ends = [tokens.at(-1), tokens.at(-2)];
  return (
    raw.startsWith('file://') ||
    EXTENSIONS.some((extension) => ends.some((end) => end?.endsWith(extension) ?? false)) ||
    raw.charAt(raw.length - 3) === '.' ||
    raw.charAt(raw.length - 4) === '.' ||
    /[*/\\]/.test(raw)
  );
}

const EXTENSIONS = [
  '.cjs',
  '.cts',
  '.j2',
  '.js',
  '.json',
  '.jsonl',
  '.md',
  '.mjs',
  '.mts',
  '.py',
  '.ts',
  '.txt',
  '.yml',
  '.yaml',
];

function promptsIn(file: string, given: string | null, config: Config, at: (string | number)[]): Unnamed[] {
  if (isCode(file)) throw config.fault(at, `prompt ${file} is code, which is not run: list the calls with \`count\``);
  const extension = /\.[a-z0-9]+$/i.exec(file)?.[0].toLowerCase() ?? '';
  const text = namedText(config, file, 500_000, at);
  if (text === null) return [];
  const raws = rawPrompts(extension, text, file);
  if (raws === null) throw config.fault(at, `prompt ${file} is no file of prompts that promptfoo reads`);
  if (raws.length === 0) throw config.fault(at, `prompt ${file} has no prompt`);
  return raws.map(({ raw, label }) => ({
    raw,
    label: label ?? (given === null ? null : raws.length > 1 ? `${given}: ${raw}` : given),
    given: label ?? given,
    file,
  }));
}

function rawPrompts(extension: string, text: string, file: string): { raw: string; label?: string }[] | null {
  switch (extension) {
    case '.txt':
      return text
        .split(/^[ \t]*---[ \t]*\r?$/m)
        .map((part) => ({ raw: part.replaceAll('\r\n', '\n').trim() }))
        .filter(({ raw }) => raw !== '');
    case '.jsonl':
      return text
        .split(/\r?\n/)
        .filter((line) => line !== '')
        .map((raw) => ({ raw }));
    case '.csv':
      return csvPrompts(text);
    case '.json':
      return [{ raw: compactJson(text) }];
    case '.yaml':
    case '.yml':
      return [{ raw: JSON.stringify(dataOf(file, text)) }];
    case '.md':
    case '.j2':
      return [{ raw: text }];
    default:
      return null;
  }
}

function compactJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Reads one column of prompts, or the columns `prompt` and `label`. */
function csvPrompts(text: string): { raw: string; label?: string }[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const oneColumn = lines.slice(lines[0]?.toLowerCase().trim() === 'prompt' ? 1 : 0).map((raw) => ({ raw }));
  if (!text.includes(',')) return oneColumn;
  try {
    const rows: unknown[] = parseCsv(text, {
      columns: true,
      bom: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    });
    return rows.flatMap((row) => {
      if (!isMapping(row) || typeof row.prompt !== 'string' || row.prompt === '') return [];
      const { label } = row;
      return [{ raw: row.prompt, ...(typeof label === 'string' && label !== '' ? { label } : {}) }];
    });
  } catch {
    return oneColumn;
  }
}

/** Names each prompt by its label, else its path, else a hash of its text. The second of one name is `NAME #2`. */
function named(prompts: readonly Unnamed[]): Prompt[] {
  const uses = new Map<string, number>();
  return prompts.map(({ raw, label, given, file }) => {
    const name = given ?? file ?? `prompt ${createHash('sha256').update(raw).digest('hex').slice(0, 6)}`;
    const number = (uses.get(name) ?? 0) + 1;
    uses.set(name, number);
    return { raw, label, file, name: number === 1 ? name : `${name} #${number}` };
  });
}

/**
 * Tells whether a reference of a test or provider names a prompt: by label, text, `prefix*`, or the group before a colon.
 */
export function isPromptMatch(reference: string, { label }: Prompt): boolean {
  if (label === null) return reference === '*';
  if (label === reference || label.startsWith(`${reference}:`)) return true;
  return reference.endsWith('*') && label.startsWith(reference.slice(0, -1));
}

/** Fills in the variables of prompts. No template engine runs: only `{{ name }}` is replaced. */

export type Vars = ReadonlyMap<string, unknown>;

const PLACEHOLDER = /\{\{-?\s*([A-Za-z_$][\w$]*)\s*-?\}\}/g;
const OTHER_SYNTAX = /\{\{|\{%|\{#/;

/** Fills in a template. It calls `onOtherSyntax` where other template syntax stays as it is. */
function rendered(template: string, vars: Vars, onOtherSyntax: () => void): string {
  const text = substituted(template, (name) => nested(valueText(vars.get(name)), vars, onOtherSyntax));
  if (OTHER_SYNTAX.test(template.replace(PLACEHOLDER, ''))) onOtherSyntax();
  return text;
}

function substituted(template: string, value: (name: string) => string): string {
  return template.replace(PLACEHOLDER, (_, name: string) => value(name));
}

/** Fills in a value that names other variables, provided that all of them exist. */
function nested(value: string, vars: Vars, onOtherSyntax: () => void): string {
  if (!OTHER_SYNTAX.test(value)) return value;
  const names = [...value.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const rest = value.replace(PLACEHOLDER, '');
  if (OTHER_SYNTAX.test(rest)) onOtherSyntax();
  if (names.some((name) => !vars.has(name))) return value;
  return substituted(value, (name) => valueText(vars.get(name)));
}

/**
 * Formats a value as promptfoo's template engine does: nothing for null, `4,15` for a list, `[object Object]` for a
 * mapping.
 */
function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.replace(/\n$/, '');
  if (Array.isArray(value)) return value.map(valueText).join(',');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '[object Object]';
}

/**
 * Counts the o200k tokens of a prompt: of a chat in JSON those of its messages' contents, else those of the whole text.
 */
export function promptTokens(template: string, vars: Vars, count: TokenCounter, onOtherSyntax: () => void): number {
  const contents = chatContents(template);
  if (contents === null) {
    const data = /^\s*[[{]/.test(template) ? jsonOrNull(template) : null;
    return count(data === null ? rendered(template, vars, onOtherSyntax) : renderedJson(data, vars, onOtherSyntax));
  }
  return contents.reduce((sum, content) => sum + count(rendered(content, vars, onOtherSyntax)), 0);
}

/** Fills in the texts inside JSON, and indents it by two, as promptfoo does. */
function renderedJson(data: unknown, vars: Vars, onOtherSyntax: () => void): string {
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return rendered(value, vars, onOtherSyntax);
    if (Array.isArray(value)) return value.map(inside);
    if (!isMapping(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner)]));
  };
  return JSON.stringify(inside(data), null, 2);
}

/** Returns the contents of a chat's messages; null for a text that is no chat. */
export function chatContents(text: string): string[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const data = jsonOrNull(text);
  const messages = Array.isArray(data) ? data : isMapping(data) && Array.isArray(data.messages) ? data.messages : null;
  if (messages === null || messages.length === 0) return null;
  const contents: string[] = [];
  for (const message of messages) {
    if (!isMapping(message) || typeof message.role !== 'string') return null;
    const { content } = message;
    if (typeof content === 'string') contents.push(content);
    else if (Array.isArray(content)) contents.push(...content.flatMap(partText));
  }
  return contents;
}

function partText(part: unknown): string[] {
  return isMapping(part) && typeof part.text === 'string' ? [part.text] : [];
}

function jsonOrNull(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

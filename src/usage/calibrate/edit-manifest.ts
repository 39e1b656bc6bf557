import { type Pair, type YAMLMap, isCollection, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Path } from '../../manifest/manifest.js';
import type { NumberOrRange, Proposal } from './comparison.js';

/**
 * Writes numbers into a manifest's text, YAML or JSON, by the places of its nodes: everything else stays as it is, to
 * the byte. The text must be a manifest that parses.
 */
export function editManifest(text: string, proposals: readonly Proposal[]): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const source = text.slice(mark.length);
  const { contents } = parseDocument(source, { logLevel: 'silent', prettyErrors: false, stringKeys: true });
  const additions = new Map<YAMLMap, string[]>();
  const edits: Edit[] = [];
  for (const { path, field, to } of proposals) {
    const call = nodeAt(contents, path.slice(0, -1));
    if (!isMap(call)) continue;
    const value = pairOf(call, field)?.value;
    const quote = quoteOf(call);
    if (value === undefined) {
      add(additions, call, `${quote}${field}${quote}: ${rangeText(to, quote)}`);
    } else if (isMap(value) && typeof to !== 'string') {
      edits.push(...rangeEdits(value, to));
      const own = quoteOf(value);
      if (to.max !== null && pairOf(value, 'max') === undefined) add(additions, value, `${own}max${own}: ${to.max}`);
    } else {
      edits.push(...overwrite(value, rangeText(to, quote)));
    }
  }
  for (const [map, entries] of additions) edits.push(addition(source, map, entries));
  return mark + applied(source, edits);
}

/** The text with one call of a suite twice, one behind the other; the same text where the call is not found. */
export function withCallTwice(text: string, suite: string, index: number): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const source = text.slice(mark.length);
  const { contents } = parseDocument(source, { logLevel: 'silent', prettyErrors: false, stringKeys: true });
  const calls = nodeAt(contents, ['suites', suite, 'calls']);
  const item = isSeq(calls) ? calls.items[index] : undefined;
  const range = rangeOf(item);
  if (!isSeq(calls) || range === null) return text;
  if (calls.flow === true)
    return `${mark}${source.slice(0, range[1])}, ${source.slice(...range)}${source.slice(range[1])}`;
  const start = source.lastIndexOf('\n', range[0]) + 1;
  const next = rangeOf(calls.items[index + 1]);
  const lastLine = source.indexOf('\n', range[1] - 1);
  const end = next === null ? (lastLine < 0 ? source.length : lastLine + 1) : source.lastIndexOf('\n', next[0]) + 1;
  const lines = source.slice(start, end);
  const between = lines.endsWith('\n') ? '' : '\n';
  return `${mark}${source.slice(0, end)}${between}${lines}${source.slice(end)}`;
}

function add(additions: Map<YAMLMap, string[]>, map: YAMLMap, entry: string): void {
  const entries = additions.get(map);
  if (entries === undefined) additions.set(map, [entry]);
  else entries.push(entry);
}

function applied(source: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: written }) => text.slice(0, start) + written + text.slice(end), source);
}

function nodeAt(node: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => {
    if (isSeq(at)) return typeof key === 'number' ? at.items[key] : undefined;
    return isMap(at) ? pairOf(at, String(key))?.value : undefined;
  }, node);
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** JSON quotes its keys, YAML does not; a call's own first key shows how it is done there. */
function quoteOf(map: YAMLMap): string {
  const [first] = map.items;
  if (first === undefined || !isScalar(first.key)) return '';
  return first.key.type === 'QUOTE_DOUBLE' ? '"' : first.key.type === 'QUOTE_SINGLE' ? "'" : '';
}

function rangeText(to: NumberOrRange | string, quote: string): string {
  if (typeof to === 'string') return `${quote}${to}${quote}`;
  const { expected, max } = to;
  if (max === null) return String(expected);
  return `{${quote}expected${quote}: ${expected}, ${quote}max${quote}: ${max}}`;
}

/** In a mapping of `expected` and `max` only the numbers change. */
function rangeEdits(value: YAMLMap, to: NumberOrRange): Edit[] {
  return [
    ...overwrite(pairOf(value, 'expected')?.value, String(to.expected)),
    ...overwrite(pairOf(value, 'max')?.value, String(to.max ?? to.expected)),
  ];
}

function overwrite(node: unknown, text: string): Edit[] {
  const range = rangeOf(node);
  return range === null ? [] : [{ start: range[0], end: range[1], text }];
}

/** A piece of a text to be written over; where start and end are the same it is added. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a node's own text starts and ends. */
function rangeOf(node: unknown): readonly [number, number] | null {
  if (!isScalar(node) && !isCollection(node)) return null;
  const range = node.range ?? null;
  return range === null ? null : [range[0], range[1]];
}

/** Adds entries ("key: value") to a mapping in its own style; comments stay with what they are about. */
function addition(source: string, map: YAMLMap, entries: readonly string[]): Edit {
  return map.flow === true ? flowAddition(source, map, entries) : blockAddition(source, map, entries);
}

function insert(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

/** In front of the last entry: behind it there may be a comma too many, or a comment that is about it. */
function flowAddition(source: string, map: YAMLMap, entries: readonly string[]): Edit {
  const last = map.items.at(-1);
  const at = rangeOf(last?.key)?.[0];
  if (at === undefined) return insert((rangeOf(map)?.[0] ?? 0) + 1, entries.join(', '));
  const before = source.slice(source.lastIndexOf('\n', at - 1) + 1, at);
  const separator =
    before.trim() === '' && source.includes('\n') && at !== before.length ? lineEnd(source) + before : ' ';
  return insert(at, entries.map((entry) => `${entry},${separator}`).join(''));
}

/** On lines of their own behind the tokens, else behind the last entry of one line. */
function blockAddition(source: string, map: YAMLMap, entries: readonly string[]): Edit {
  const first = rangeOf(map.items[0]?.key)?.[0] ?? rangeOf(map)?.[0] ?? 0;
  const indent = ' '.repeat(first - (source.lastIndexOf('\n', first - 1) + 1));
  const end = lineEnd(source);
  const anchor = anchorOf(map);
  const valueEnd = anchor === undefined ? undefined : rangeOf(anchor.value)?.[1];
  if (valueEnd === undefined) return insert(first, entries.map((entry) => entry + end + indent).join(''));
  const newLine = source.indexOf('\n', valueEnd);
  if (newLine < 0) return insert(source.length, entries.map((entry) => end + indent + entry).join(''));
  return insert(newLine + 1, entries.map((entry) => indent + entry + end).join(''));
}

const NEIGHBOURS = ['completion_tokens', 'prompt_tokens', 'expected'];

function anchorOf(map: YAMLMap): Pair | undefined {
  const simple = map.items.filter(({ value }) => isOneLine(value));
  const keyed = NEIGHBOURS.map((name) => simple.find(({ key }) => isScalar(key) && key.value === name));
  return keyed.find((pair) => pair !== undefined) ?? simple.at(-1);
}

function isOneLine(value: unknown): boolean {
  if (isCollection(value)) return value.flow === true;
  return isScalar(value) && value.type !== 'BLOCK_FOLDED' && value.type !== 'BLOCK_LITERAL';
}

function lineEnd(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

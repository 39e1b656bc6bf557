import { isCollection, isScalar, type Pair, type YAMLMap } from 'yaml';

/** A piece of a text to be written over; where start and end are the same it is added. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a node's own text starts and ends. */
export function rangeOf(node: unknown): readonly [number, number] | null {
  if (!isScalar(node) && !isCollection(node)) return null;
  const range = node.range ?? null;
  return range === null ? null : [range[0], range[1]];
}

/** Adds entries ("key: value") to a mapping in its own style; comments stay with what they are about. */
export function addition(source: string, map: YAMLMap, entries: readonly string[]): Edit {
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

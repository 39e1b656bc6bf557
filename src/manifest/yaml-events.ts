import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import type { Place, PlacedTree } from './places.js';
import { NumberLiteral } from './scalars.js';
import { type Tree, emptyMap } from './tree.js';
import { MAX_DEPTH, MAX_ENTRIES, MAX_SIBLINGS } from './yaml-limits.js';

/**
 * Reads a file from the events of its parser, without a tree of tokens or nodes between text and data. It takes what nearly
 * every manifest is: a mapping in one document, without anchors, aliases, tags, directives, explicit keys and texts below `|`
 * or `>`, whose keys are plain text, each once. js-yaml accepts a few texts that are not YAML. None of these is taken.
 */

/** Returns null where the file has a mistake, holds anything else, or exceeds a limit. No text makes it throw. */
export function readEvents(text: string): PlacedTree | null {
  if (isUnusual(text)) return null;
  const events = eventsOf(text);
  const [document, root] = events;
  if (document?.type !== EVENT_ID.DOCUMENT || root?.type !== EVENT_ID.MAPPING) return null;
  const isAlone = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length === 1;
  return isAlone ? readNode({ text, events, next: 1, entries: 0 }, 0, 0) : null;
}

/** A line that starts with a directive or with a mark of documents, whatever stands before it. */
const DOCUMENT_LINES = /^[ \t]*(?:%|---|\.\.\.).*$/gm;
/** A tab in the indentation, the mark of an explicit key, and an escape that may be beyond the last character of Unicode. */
const OTHERS = /^ *\t|(?:^|[\s,[\]{}:'"-])\?(?=\s|$)|\\U/m;
/** Marks that start or end a pair or an item. */
const NOT_MARKS = /[^-:,?[{]+/g;
/**
 * The parser makes all events before the first is read, at most two for each mark. A pair or an item has one or two marks; the
 * third is for marks inside of texts.
 */
const MAX_MARKS = 3 * MAX_ENTRIES;

function isUnusual(text: string): boolean {
  const [first, ...more] = text.match(DOCUMENT_LINES) ?? [];
  const isOneDocument = more.length === 0 && (first === undefined || first.trimEnd() === '---');
  return !isOneDocument || OTHERS.test(text) || text.replace(NOT_MARKS, '').length > MAX_MARKS;
}

/** Returns no event where the text has a mistake. */
function eventsOf(text: string): readonly Event[] {
  try {
    return parseEvents(text, {});
  } catch (error) {
    // Its message names the first mistake alone; `yaml-nodes.ts` names all.
    if (error instanceof YAMLException) return [];
    throw error;
  }
}

/** The events of a text, and how many of them were read. */
interface Reading {
  readonly text: string;
  readonly events: readonly Event[];
  next: number;
  /** Items of lists and pairs of mappings so far. */
  entries: number;
}

/** Reads the value that the next event starts. `offset` is its place. The limit of depth bounds this recursion. */
function readNode(reading: Reading, offset: number, depth: number): PlacedTree | null {
  const event = reading.events[reading.next];
  reading.next += 1;
  if (event?.type === EVENT_ID.SCALAR) {
    return isSimple(event) ? { value: scalarValue(reading.text, event), place: offset } : null;
  }
  if (event?.type !== EVENT_ID.SEQUENCE && event?.type !== EVENT_ID.MAPPING) return null;
  if (hasProperties(event) || depth === MAX_DEPTH) return null;
  return event.type === EVENT_ID.SEQUENCE
    ? readList(reading, offset, depth + 1)
    : readMapping(reading, offset, depth + 1, event.style === COLLECTION_STYLE.BLOCK);
}

/** Whether a value has an anchor or a tag. */
function hasProperties({
  anchorStart,
  tagStart,
}: {
  readonly anchorStart: number;
  readonly tagStart: number;
}): boolean {
  return anchorStart !== -1 || tagStart !== -1;
}

/** Whether a text is without anchor and tag, and not below `|` or `>`. */
function isSimple(event: ScalarEvent): boolean {
  const { style } = event;
  return !hasProperties(event) && style !== SCALAR_STYLE.LITERAL_BLOCK && style !== SCALAR_STYLE.FOLDED_BLOCK;
}

/** Whether the list or mapping ends here. If so, its end is read. */
function ends(reading: Reading): boolean {
  if (reading.events[reading.next]?.type !== EVENT_ID.POP) return false;
  reading.next += 1;
  return true;
}

/** Counts one more item or pair, of which the list or mapping has `siblings`. Returns whether that exceeds a limit. */
function exceeds(reading: Reading, siblings: number): boolean {
  reading.entries += 1;
  return reading.entries > MAX_ENTRIES || siblings > MAX_SIBLINGS;
}

function readList(reading: Reading, offset: number, depth: number): PlacedTree | null {
  const value: Tree[] = [];
  const children = new Map<number, Place>();
  while (!ends(reading)) {
    const start = startOf(reading.events[reading.next]);
    const item = start === null || exceeds(reading, value.length + 1) ? null : readNode(reading, start, depth);
    if (item === null) return null;
    children.set(value.length, item.place);
    value.push(item.value);
  }
  return { value, place: { offset, children } };
}

function readMapping(reading: Reading, offset: number, depth: number, isBlock: boolean): PlacedTree | null {
  const { text } = reading;
  const value = emptyMap();
  const children = new Map<string, Place>();
  while (!ends(reading)) {
    const event = reading.events[reading.next];
    reading.next += 1;
    const start = startOf(event);
    if (event?.type !== EVENT_ID.SCALAR || start === null) return null;
    // js-yaml accepts a key behind a list item in quotes or brackets, on the line of that item.
    if (isBlock && children.size > 0 && !isFirstOfLine(text, start)) return null;
    const key = getScalarValue(text, event);
    const isMerge = key === '<<' && event.style === SCALAR_STYLE.PLAIN;
    if (
      isMerge ||
      !text.slice(event.valueEnd, start + MAX_KEY + 1).includes(':') ||
      Object.hasOwn(value, key) ||
      exceeds(reading, children.size + 1)
    )
      return null;
    const child = readNode(reading, start, depth);
    if (child === null) return null;
    value[key] = child.value;
    children.set(key, child.place);
  }
  return { value, place: { offset, children } };
}

/** The most characters from the start of a key to its colon; a key in braces without a colon is left to `yaml-nodes.ts` too. */
const MAX_KEY = 1024;

/** Whether nothing but spaces stands before the offset in its line. */
function isFirstOfLine(text: string, offset: number): boolean {
  let before = offset - 1;
  while (text[before] === ' ') before -= 1;
  return text[before] === '\n';
}

/** The offset where a value starts; null for a text that is not simple, and for a value that is not written out. */
function startOf(event: Event | undefined): number | null {
  if (event?.type === EVENT_ID.SEQUENCE || event?.type === EVENT_ID.MAPPING) return event.start;
  if (event?.type !== EVENT_ID.SCALAR || event.valueStart === -1 || !isSimple(event)) return null;
  return event.style === SCALAR_STYLE.PLAIN ? event.valueStart : event.valueStart - 1;
}

/** What a plain scalar means in the core schema: https://yaml.org/spec/1.2.2/#1032-tag-resolution */
const NULL = /^(?:null|Null|NULL|~)?$/;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
const NUMBER =
  /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

function scalarValue(text: string, event: ScalarEvent): Tree {
  const value = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN) return value;
  if (NULL.test(value)) return null;
  if (BOOLEAN.test(value)) return value.toLowerCase() === 'true';
  return NUMBER.test(value) ? new NumberLiteral(value) : value;
}

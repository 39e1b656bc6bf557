import {
  Composer,
  type Document,
  type ErrorCode,
  type YAMLError,
  isAlias,
  isMap as isYamlMap,
  isScalar,
  isSeq,
} from 'yaml';
import { MAX_MISTAKES, oneLine, quoted } from './errors.js';
import type { Place, PlacedTree } from './places.js';
import { NumberLiteral } from './scalars.js';
import { type Tree, UNREADABLE, emptyMap } from './tree.js';
import type { OffsetMistake } from './yaml-limits.js';
import { openBefore, scanYaml } from './yaml-scan.js';

/**
 * Reads a file that `yaml-events.ts` does not take: one with mistakes, nearly always. The library `yaml` goes on after a mistake
 * and knows what was expected, which takes ten times the time and thirty times the memory.
 */

/** What could be read, null where nothing could, and every mistake. */
export interface ReadNodes {
  readonly built: PlacedTree | null;
  readonly mistakes: readonly OffsetMistake[];
}

export function readNodes(text: string): ReadNodes {
  const { document, found } = composed(text);
  const built = document === null ? null : build(document.contents, 0, found);
  return { built, mistakes: found };
}

/** Returns the document where its form is right. Its tokens are released, since they take as much memory again. */
function composed(text: string): { readonly document: ReadDocument | null; readonly found: OffsetMistake[] } {
  const scan = scanYaml(text);
  const found = [...scan.mistakes];
  const document = scan.tokens === null ? undefined : compose(scan.tokens, text.length);
  if (document === undefined) return { document: null, found };
  const errors = readingErrors(text, document, found.length > 0);
  found.push(...errors);
  return { document: errors.length === 0 ? document : null, found };
}

type ReadDocument = Pick<Document.Parsed, 'contents' | 'errors' | 'warnings'>;

/** Builds the first document, with its errors and warnings. With these options the library prints nothing. */
function compose(tokens: Parameters<Composer['compose']>[0], end: number): ReadDocument | undefined {
  const { stackTraceLimit } = Error;
  // The library makes an Error of each mistake, and a hostile file can have 100,000. Errors without stacks are cheap.
  Error.stackTraceLimit = 0;
  try {
    // `keyRefusal` finds duplicate keys. The library compares every pair of keys, which takes quadratic time.
    const composer = new Composer({ logLevel: 'error', prettyErrors: false, uniqueKeys: false });
    for (const document of composer.compose(tokens, true, end)) return document;
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Codes of the library's errors that the scan has reported already. */
const REFUSED_BY_SCAN = new Set([
  'BAD_ALIAS',
  'BAD_DIRECTIVE',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
]);

function readingErrors(text: string, { errors, warnings }: ReadDocument, scanRefused: boolean): OffsetMistake[] {
  const found = [...errors.slice(0, MAX_MISTAKES), ...warnings.slice(0, MAX_MISTAKES)]
    .filter(({ code }) => !(scanRefused && REFUSED_BY_SCAN.has(code)))
    .map((error) => readingMistake(text, error))
    .sort((a, b) => a.offset - b.offset);
  // Only the first error at a place is reported, and none after one that makes the rest of the file unreadable: the
  // library's later ones follow from it.
  const last = found.findIndex(({ spreads }) => spreads);
  const offsets = new Set<number>();
  return found
    .slice(0, last === -1 ? found.length : last + 1)
    .filter(({ offset }) => offsets.size < offsets.add(offset).size)
    .map(({ offset, from, message }) => ({
      offset: from === undefined ? offset : (openBefore(text, offset)[from] ?? offset),
      message,
    }));
}

/** Converts a node. The scan bounds the depth of this recursion. */
function build(node: unknown, offset: number, found: OffsetMistake[]): PlacedTree {
  if (!isSeq(node) && !isYamlMap(node)) return { value: scalar(node), place: offset };
  const children = new Map<string | number, Place>();
  const place = { offset, children };
  if (isSeq(node)) {
    const value = node.items.map((item, index) => {
      const child = build(item, startOf(item) ?? offset, found);
      children.set(index, child.place);
      return child.value;
    });
    return { value, place };
  }
  const value = emptyMap();
  for (const pair of node.items) {
    const start = startOf(pair.key) ?? startOf(pair.value) ?? offset;
    const key = keyOf(pair.key);
    const refusal = key === null ? 'a key must be plain text' : keyRefusal(key, pair.key, value);
    if (key === null || refusal !== null) {
      if (refusal !== null) found.push({ offset: start, message: refusal });
      continue;
    }
    const child = build(pair.value, start, found);
    value[key] = child.value;
    children.set(key, child.place);
  }
  return { value, place };
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}

/** Returns the text of a key; `10` and `"10"` are the same key. */
function keyOf(node: unknown): string | null {
  if (!isScalar(node)) return null;
  if (typeof node.value === 'string') return node.value;
  return node.source === undefined || node.source === '' ? null : node.source;
}

function keyRefusal(key: string, node: unknown, seen: object): string | null {
  if (key === '<<' && isScalar(node) && node.type === 'PLAIN') {
    return 'merge keys (<<) are not accepted: "defaults" holds what calls have in common';
  }
  return Object.hasOwn(seen, key)
    ? `the key ${quoted(key)} is there twice: each key is accepted once in a mapping`
    : null;
}

function scalar(node: unknown): Tree {
  if (node === null || node === undefined) return null;
  if (isAlias(node) || !isScalar(node)) return UNREADABLE;
  const { value, source } = node;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && source !== undefined ? new NumberLiteral(source) : UNREADABLE;
}

/** Messages for the YAML library's errors, which name the likely cause. */

interface Words {
  /** The message. */
  readonly words: string;
  /** Whether the library reports later lines too that are right by themselves. */
  readonly spreads?: true;
  /** Reports the mistake where the list, mapping or text starts that has no end. */
  readonly from?: 'bracket' | 'quote';
}

type Rule = readonly [code: ErrorCode, message: RegExp, words: string | Words];

const ANY = /(?:)/;
const KEY_AND_VALUE = 'expected `key: value` here: is the space after a colon missing, or the colon itself?';
const UNCLOSED: Words = {
  words: 'the list or mapping that starts here has no closing bracket, or the lines inside of it are not indented',
  spreads: true,
  from: 'bracket',
};
const SAME_COLUMN = 'keys of one mapping, and dashes of one list, start in the same column';
const UNQUOTED_END: Words = {
  words: 'the text that starts with this quotation mark has none at its end',
  spreads: true,
  from: 'quote',
};
const TWO_COLONS = 'a second colon in one value: put the value in quotation marks, or its keys on lines of their own';
const TOO_FAR_RIGHT: Words = { words: `the line below is indented too far: ${SAME_COLUMN}`, spreads: true };

/** The first rule that matches is used. The patterns match messages of yaml 2.9. */
const RULES: readonly Rule[] = [
  ['TAB_AS_INDENT', ANY, { words: 'expected spaces at the start of a line; got a tab', spreads: true }],
  ['MULTILINE_IMPLICIT_KEY', ANY, KEY_AND_VALUE],
  ['MISSING_CHAR', /^Implicit map keys/, KEY_AND_VALUE],
  ['MISSING_CHAR', /^Missing space after :/, 'expected a space after the colon'],
  ['MISSING_CHAR', /^Missing , or :/, 'expected a comma between two items, or a colon and a space after a key'],
  ['MISSING_CHAR', /^Missing ,/, 'expected a comma between two items'],
  ['MISSING_CHAR', /^Missing closing/, UNQUOTED_END],
  ['MISSING_CHAR', /^Comments must/, 'expected a space before the # of a comment'],
  [
    'MISSING_CHAR',
    /^Sequence item/,
    { words: 'expected a list item that starts with "- ", in the same column as the others', spreads: true },
  ],
  ['MISSING_CHAR', / end with /, UNCLOSED],
  ['BAD_INDENT', / end with /, UNCLOSED],
  ['BAD_INDENT', ANY, { words: `the indentation fits no line above: ${SAME_COLUMN}`, spreads: true }],
  ['BLOCK_AS_IMPLICIT_KEY', /^Nested mappings/, TWO_COLONS],
  ['BLOCK_AS_IMPLICIT_KEY', ANY, { words: `a list stands where a key is expected: ${SAME_COLUMN}`, spreads: true }],
  ['BLOCK_IN_FLOW', ANY, 'inside of [ ] and { } lists and mappings need brackets of their own'],
  ['BAD_SCALAR_START', ANY, 'a text that starts with this character needs quotation marks'],
  ['BAD_DQ_ESCAPE', ANY, 'unknown escape in double quotation marks: write \\\\ for a backslash, or use single ones'],
  ['UNEXPECTED_TOKEN', / at node end/, 'expected the end of the line: put the whole value in quotation marks'],
  ['UNEXPECTED_TOKEN', /^Unexpected (?:,|empty item)/, 'a comma too many'],
  ['UNEXPECTED_TOKEN', /^Block scalar header/, 'expected the end of the line after | or >'],
  [
    'UNEXPECTED_TOKEN',
    ANY,
    { words: 'expected nothing here: a bracket or the indentation fits no line above', spreads: true },
  ],
  ['KEY_OVER_1024_CHARS', ANY, 'a key is longer than 1,024 characters'],
];

/** Converts an error of the library. Where no rule matches, the library's message is kept, made printable. */
function readingMistake(
  text: string,
  { code, message, pos }: Pick<YAMLError, 'code' | 'message' | 'pos'>,
): OffsetMistake & Pick<Words, 'spreads' | 'from'> {
  const rule = RULES.find(([known, pattern]) => known === code && pattern.test(message));
  const offset = Math.max(pos[0], 0);
  const found = rule?.[2] ?? `${oneLine(message, 160)}; one document of YAML 1.2 or JSON is accepted`;
  const isNextLine = found === TWO_COLONS && !/^.*?:(?:\s|$)/.test(text.slice(offset));
  const { words, ...how } = isNextLine ? TOO_FAR_RIGHT : typeof found === 'string' ? { words: found } : found;
  return { offset, message: `not readable: ${words}`, ...how };
}

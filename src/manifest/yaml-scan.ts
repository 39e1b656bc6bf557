import { parseEvents, YAMLException } from 'js-yaml';
import { CST, Lexer, Parser } from 'yaml';
import { MAX_MISTAKES } from './errors.js';
import { MAX_DEPTH, MAX_ENTRIES, MAX_SIBLINGS, type OffsetMistake } from './yaml-limits.js';

/**
 * Scans the tokens of a file before a document is built. The YAML library builds nodes recursively and makes an object of
 * every token. The scan bounds depth and number of tokens, and stops at the first token beyond a bound.
 */

/** The most YAML tokens of any kind, comments included. It bounds the memory too. */
const MAX_LEXEMES = 200_000;

interface Scan {
  readonly mistakes: readonly OffsetMistake[];
  /** The tokens of the first document; null where the scan stopped early. */
  readonly tokens: readonly CST.Token[] | null;
}

/** Types of tokens that are refused everywhere, with the message. */
const REFUSED = new Map([
  ['anchor', 'anchors are not accepted: write the value out where it is used'],
  ['alias', 'aliases are not accepted: write the value out; "defaults" holds what calls have in common'],
  ['tag', 'tags are not accepted: write the value without one'],
  ['directive-line', 'directives are not accepted: the file is read as YAML 1.2'],
]);

function stopped(offset: number, message: string, earlier: readonly OffsetMistake[] = []): Scan {
  return { mistakes: [...earlier, { offset, message }], tokens: null };
}

const MARKS: readonly string[] = [CST.DOCUMENT, CST.FLOW_END, CST.SCALAR];
/** Tokens outside the document that carry no content. */
const IDLE: readonly string[] = ['comment', 'newline', 'space'];

/** Reads the tokens of a text. */
export function scanYaml(text: string): Scan {
  const mistakes: OffsetMistake[] = [];
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let lexemes = 0;
  let entries = 0;
  let documents = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    const type = isScalar ? null : CST.tokenType(lexeme);
    const refused = REFUSED.get(type ?? '');
    isScalar = lexeme === CST.SCALAR;
    if (refused !== undefined) mistakes.push({ offset, message: refused });
    if (lexeme.trim() !== '' && !MARKS.includes(lexeme)) lexemes += 1;
    if (startsEntry(type, parser.stack)) entries += 1;
    for (const token of parser.next(lexeme)) {
      if (!IDLE.includes(token.type)) tokens.push(token);
      if (token.type === 'document') documents += 1;
    }
    if (entries > MAX_ENTRIES || siblings(parser.stack.at(-1)) > MAX_SIBLINGS) {
      const most = `at most ${MAX_ENTRIES} are accepted in a file, and ${MAX_SIBLINGS} in one list or mapping`;
      return stopped(offset, `too many keys and values: ${most}`, mistakes);
    }
    if (lexemes > MAX_LEXEMES) {
      return stopped(offset, `too many marks and comments: at most ${MAX_LEXEMES} YAML tokens are accepted`, mistakes);
    }
    if (mistakes.length + tokens.length > MAX_MISTAKES) {
      return stopped(
        offset,
        `stopped after ${MAX_MISTAKES.toLocaleString('en-US')} errors: the rest of the file was not read`,
        mistakes,
      );
    }
    if (parser.stack.length > MAX_DEPTH && depth(parser.stack) > MAX_DEPTH) {
      return stopped(offset, `nested too deep: at most ${MAX_DEPTH} levels are accepted`, mistakes);
    }
    if (documents > 0 && parser.stack.some(({ type: open }) => open === 'document')) {
      const message = 'a second document is not accepted: one file, one manifest';
      return { mistakes: [...mistakes, { offset, message }], tokens };
    }
  }
  tokens.push(...parser.end());
  return { mistakes, tokens };
}

/**
 * Whether lists and mappings of a text go deeper than `levels`. `yaml` builds nodes recursively down to the end of the stack, and
 * Node 20 and 22 end the process where that happens twice.
 */
export function isDeeper(text: string, levels: number): boolean {
  try {
    parseEvents(text, { maxDepth: levels });
    return false;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.startsWith('nesting exceeded maxDepth')) return true;
  }
  // js-yaml stops at its first mistake, and `yaml` goes on behind it.
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme));
    if (parser.stack.length > levels) return true;
  }
  return false;
}

function siblings(open: CST.Token | undefined): number {
  return open !== undefined && 'items' in open ? open.items.length : 0;
}

/** Whether a token starts an item or a pair. An item has a dash or a comma; a pair has `:` or `?`, and its comma is not counted. */
function startsEntry(type: CST.TokenType | null, stack: readonly CST.Token[]): boolean {
  if (type === 'seq-item-ind' || type === 'map-value-ind' || type === 'explicit-key-ind') return true;
  if (type !== 'comma') return false;
  // The stack may still contain a list or mapping that was closed by the last token.
  const open = stack.findLast(
    (token): token is CST.FlowCollection => token.type === 'flow-collection' && token.end.length === 0,
  );
  return !(open?.items.at(-1)?.sep ?? []).some((mark) => mark.type === 'map-value-ind');
}

function depth(stack: readonly CST.Token[]): number {
  return stack.filter(({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection').length;
}

const CLOSED_BY: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['[', ']'],
]);

/** Returns the offsets of the innermost bracket that is open at an offset, and of the last text in quotation marks before it. */
export function openBefore(text: string, end: number): { readonly bracket?: number; readonly quote?: number } {
  const open: { readonly offset: number; readonly closing: string }[] = [];
  let quote: number | undefined;
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (MARKS.includes(lexeme)) {
      isScalar = lexeme === CST.SCALAR;
      continue;
    }
    if (offset >= end) break;
    const closing = CLOSED_BY.get(lexeme);
    if (!isScalar && closing !== undefined) open.push({ offset, closing });
    if (!isScalar && lexeme === open.at(-1)?.closing) open.pop();
    if (!isScalar && (lexeme.startsWith('"') || lexeme.startsWith("'"))) quote = offset;
    isScalar = false;
    offset += lexeme.length;
  }
  const bracket = open.at(-1)?.offset;
  return { ...(bracket !== undefined && { bracket }), ...(quote !== undefined && { quote }) };
}

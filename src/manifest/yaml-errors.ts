import type { ErrorCode, YAMLError } from 'yaml';
import { oneLine } from './shown.js';
import type { OffsetMistake } from './yaml-scan.js';

/** The YAML library's errors in words that name the likely cause. */

type Rule = readonly [code: ErrorCode, message: RegExp, words: string];

const ANY = /(?:)/;
const KEY_AND_VALUE = 'expected `key: value` here: is the space after a colon missing, or the colon itself?';
const UNCLOSED = 'a list or mapping in brackets is not closed, or the lines inside of it are not indented';
const SAME_COLUMN = 'keys of one mapping, and items of one list, start in the same column';
const UNQUOTED_END = 'a text that starts with a quotation mark, here or above, has none at its end';
const TWO_COLONS = 'a second colon in one value: put the value in quotation marks, or its keys on lines of their own';

/** The first rule that fits counts. The patterns are of the library's own messages (yaml 2.9). */
const RULES: readonly Rule[] = [
  ['TAB_AS_INDENT', ANY, 'expected spaces at the start of a line; got a tab'],
  ['MULTILINE_IMPLICIT_KEY', ANY, KEY_AND_VALUE],
  ['MISSING_CHAR', /^Implicit map keys/, KEY_AND_VALUE],
  ['MISSING_CHAR', /^Missing space after :/, 'expected a space after the colon'],
  ['MISSING_CHAR', /^Missing , or :/, 'expected a comma between two items, or a colon and a space after a key'],
  ['MISSING_CHAR', /^Missing ,/, 'expected a comma between two items'],
  ['MISSING_CHAR', /^Missing closing/, UNQUOTED_END],
  ['MISSING_CHAR', /^Comments must/, 'expected a space before the # of a comment'],
  ['MISSING_CHAR', /^Sequence item/, 'expected a list item that starts with "- ", in the same column as the others'],
  ['MISSING_CHAR', / end with /, UNCLOSED],
  ['BAD_INDENT', / end with /, UNCLOSED],
  ['BAD_INDENT', ANY, `the indentation fits no line above: ${SAME_COLUMN}`],
  ['BLOCK_AS_IMPLICIT_KEY', /^Nested mappings/, TWO_COLONS],
  ['BLOCK_AS_IMPLICIT_KEY', ANY, 'a list cannot be a key'],
  ['BLOCK_IN_FLOW', ANY, 'inside of [ ] and { } lists and mappings need brackets of their own'],
  ['BAD_SCALAR_START', ANY, 'a text that starts with this character needs quotation marks'],
  ['BAD_DQ_ESCAPE', ANY, 'unknown escape in double quotation marks: write \\\\ for a backslash, or use single ones'],
  ['UNEXPECTED_TOKEN', / at node end/, 'expected the end of the line: put the whole value in quotation marks'],
  ['UNEXPECTED_TOKEN', /^Unexpected (?:,|empty item)/, 'a comma too many'],
  ['UNEXPECTED_TOKEN', /^Block scalar header/, 'expected the end of the line after | or >'],
  ['UNEXPECTED_TOKEN', ANY, 'expected nothing here: a bracket or the indentation fits no line above'],
  ['KEY_OVER_1024_CHARS', ANY, 'a key is longer than 1,024 characters'],
];

/** One error of the library with its place. What no rule knows keeps the library's message, made printable. */
export function readingMistake({ code, message, pos }: Pick<YAMLError, 'code' | 'message' | 'pos'>): OffsetMistake {
  const rule = RULES.find(([known, pattern]) => known === code && pattern.test(message));
  const words = rule === undefined ? `${oneLine(message, 160)}; one document of YAML 1.2 or JSON is accepted` : rule[2];
  return { offset: Math.max(pos[0], 0), message: `not readable: ${words}` };
}

import type { TokenCounter } from '../prompt-tokens/count-tokens.js';
import { CsvError } from 'csv-parse';
import { parse as parseCsv } from 'csv-parse/sync';
import { YAMLError, parse as parseYaml } from 'yaml';
import { oneLine } from '../errors.js';
import { type RowFormat, rowFormat } from '../scalars.js';
import { isDeeper } from '../yaml-scan.js';

/** The o200k tokens of one field over the rows of a file. */
export interface FieldTokens {
  readonly rows: number;
  /** The number of rows without the field. They count no tokens. */
  readonly without: number;
  /** The mean per row, rounded up. */
  readonly mean: number;
  /** The tokens of the longest row. */
  readonly most: number;
}

/**
 * Counts the tokens of a field (a column, or a dotted path) in every row. Without a field it counts the row, which must
 * be text.
 * Throws UncountableFile where no row has the field.
 */
export function fieldTokens(
  path: string,
  text: string,
  { at, field }: { readonly at: string | null; readonly field: string | null },
  count: TokenCounter,
): FieldTokens {
  let sum = 0;
  let most = 0;
  let without = 0;
  const rows = visitRows(path, text, at, (row) => {
    const value = fieldText(field === null ? row : valueIn(row, field), field);
    if (value === null) {
      without += 1;
      return;
    }
    const tokens = count(value);
    sum += tokens;
    most = Math.max(most, tokens);
  });
  if (rows > 0 && without === rows)
    throw new UncountableFile(`has no row with ${field === null ? 'text' : `the field ${field}`}`);
  return { rows, without, mean: rows === 0 ? 0 : Math.ceil(sum / rows), most };
}

/** Returns the text of a field; null where it is absent. A list or mapping is counted as JSON. */
function fieldText(value: unknown, field: string | null): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (field === null) throw new UncountableFile('has rows of several fields: name one of them with `field`');
  try {
    return JSON.stringify(value);
  } catch {
    throw new UncountableFile('has a row that is nested too deep');
  }
}

/** Reads the rows of data files. It keeps none of their text. */

/** The largest data file that is read, in bytes. */
export const MAX_DATA_BYTES = 10_000_000;
const MAX_ROWS = 100_000;
const MAX_YAML_CHARACTERS = 1_000_000;
const MAX_YAML_ALIASES = 100;

/** A file that cannot be counted. `reason` follows its name in a sentence: "has a line that is not JSON". */
export class UncountableFile extends Error {
  constructor(
    readonly reason: string,
    /** The line, from 1; null where the mistake is in no single line. */
    readonly line: number | null = null,
  ) {
    super(reason);
  }
}

/**
 * Visits every row of a file and returns their number. Rows are the lines of JSON Lines and text that are not blank; the
 * records of CSV (RFC 4180) after the header, as mappings by column; and the items of a list in JSON and YAML, at the top
 * or
 * at the dotted path `at`. Throws UncountableFile with the reason and the line.
 */
export function visitRows(path: string, text: string, at: string | null, visit: (row: unknown) => void): number {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  let rows = 0;
  const count = (row: unknown): void => {
    rows += 1;
    if (rows > MAX_ROWS) throw new UncountableFile(`has more than ${MAX_ROWS.toLocaleString('en-US')} rows`);
    visit(row);
  };
  eachRow(rowFormat(path), content, at, count);
  return rows;
}

function eachRow(format: RowFormat | null, text: string, at: string | null, visit: (row: unknown) => void): void {
  switch (format) {
    case 'jsonl': {
      eachLine(text, (line, number) => {
        visit(parseJson(line, number));
      });
      return;
    }
    case 'txt': {
      eachLine(text, visit);
      return;
    }
    case 'csv': {
      csvRecords(text, ',', visit);
      return;
    }
    case 'tsv': {
      csvRecords(text, '\t', visit);
      return;
    }
    case 'json': {
      listIn(parseJson(text, null), at).forEach(visit);
      return;
    }
    case 'yaml': {
      listIn(parseYamlData(text), at).forEach(visit);
      return;
    }
    case null:
      throw new UncountableFile('has no rows that can be counted');
  }
}

/** Visits the lines that are not blank, with their numbers from 1. */
export function eachLine(text: string, visit: (line: string, number: number) => void): void {
  let start = 0;
  for (let number = 1; start <= text.length; number += 1) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? text.length : end);
    if (line.trim() !== '') visit(line.endsWith('\r') ? line.slice(0, -1) : line, number);
    if (end === -1) return;
    start = end + 1;
  }
}

/** Parses JSON. `line` is the number of the line in a file of lines; null for a whole file. */
export function parseJson(text: string, line: number | null): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new UncountableFile(line === null ? 'is not JSON' : `is not JSON Lines: line ${line} is not JSON`, line);
  }
}

/** Parses YAML 1.2. Anchors, aliases and merge keys are accepted, since the file belongs to another program. */
export function parseYamlData(text: string): unknown {
  if (text.length > MAX_YAML_CHARACTERS) {
    throw new UncountableFile('is too large: YAML of at most 1,000,000 characters is read; JSON Lines may be larger');
  }
  if (isDeeper(text, MAX_YAML_DEPTH)) throw new UncountableFile('is not YAML that can be read: nested too deep');
  try {
    const value: unknown = parseYaml(text, { merge: true, maxAliasCount: MAX_YAML_ALIASES, logLevel: 'error' });
    if (text.includes('*') && holdsItself(value, new Set()))
      throw new UncountableFile('has an alias inside of its own anchor');
    return value;
  } catch (error) {
    if (error instanceof UncountableFile) throw error;
    const line = error instanceof YAMLError ? (error.linePos?.[0].line ?? null) : null;
    throw new UncountableFile(`is not YAML that can be read: ${yamlReason(error)}`, line);
  }
}

/** The most levels of lists and mappings. */
const MAX_YAML_DEPTH = 400;

function holdsItself(value: unknown, above: Set<unknown>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((inner) => holdsItself(inner, above));
  above.delete(value);
  return found;
}

function yamlReason(error: unknown): string {
  if (error instanceof YAMLError && error.code === 'MULTIPLE_DOCS') return 'it has a second document';
  if (error instanceof ReferenceError) return `more than ${MAX_YAML_ALIASES} aliases`;
  if (error instanceof RangeError) return 'nested too deep';
  if (!(error instanceof Error)) return 'unknown';
  const [first = ''] = error.message.split('\n');
  return oneLine(first.replace(/:$/, ''), 160);
}

function listIn(root: unknown, at: string | null): readonly unknown[] {
  const value = at === null ? root : valueIn(root, at);
  if (Array.isArray(value)) return value;
  const where = at === null ? 'at the top' : `at ${at}`;
  throw new UncountableFile(`has no list ${where}${value === undefined ? '' : `: it is ${kindOf(value)}`}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

function csvRecords(text: string, delimiter: string, visit: (row: unknown) => void): void {
  try {
    parseCsv(text, {
      columns: (header: string[]) => header,
      delimiter,
      // The library would take the line end of the first line for all, and make one record of lines that end otherwise.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (record: unknown) => {
        visit(record);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line: unknown = error.lines;
    const number = typeof line === 'number' ? line : null;
    const where = number === null ? '' : ` in line ${number}`;
    throw new UncountableFile(
      `is not ${delimiter === ',' ? 'CSV' : 'TSV'}${where}: ${CSV_WORDS.get(error.code) ?? oneLine(error.message, 160)}`,
      number,
    );
  }
}

const CSV_WORDS: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'a quotation mark is not closed'],
  ['CSV_INVALID_CLOSING_QUOTE', 'text after a closing quotation mark'],
  ['INVALID_OPENING_QUOTE', 'a quotation mark inside of a field without quotation marks'],
]);

/** Returns the value of a column, else the value at a dotted path, else undefined. A column name may contain dots. */
export function valueIn(row: unknown, path: string): unknown {
  const whole = ownValue(row, path);
  if (whole !== undefined) return whole;
  let value = row;
  for (const key of path.split('.')) value = ownValue(value, key);
  return value;
}

function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const own: unknown = Reflect.get(value, key);
  return own;
}

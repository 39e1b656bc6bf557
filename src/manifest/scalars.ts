import { z } from 'zod';
import { type Decimal, parseDecimal } from '../lib/money/decimal.js';

/** Single values of a manifest: whole numbers, amounts, and the formats of the files that it names. */

/**
 * A number with its text in the file. The YAML library makes a binary float of it, which loses digits and the difference
 * between 10, 1e1 and 0o12.
 */
export class NumberLiteral {
  constructor(readonly source: string) {}
}

const WHOLE_NUMBER = /^(?:0|[1-9]\d*)$/;
const AMOUNT = /^\d{1,6}(?:\.\d{1,12})?$/;
/** The largest count, and the largest number of tokens. */
export const LARGEST_WHOLE_NUMBER = 1_000_000_000;

function isWholeNumber(value: unknown): boolean {
  return (
    value instanceof NumberLiteral && WHOLE_NUMBER.test(value.source) && Number(value.source) <= LARGEST_WHOLE_NUMBER
  );
}

function amountText(value: unknown): string | null {
  const text = value instanceof NumberLiteral ? value.source : value;
  return typeof text === 'string' && AMOUNT.test(text) ? text : null;
}

/** Reads an amount from a value of the file; null where the value is none. */
export function amountOf(value: unknown): Decimal | null {
  const text = amountText(value);
  return text === null ? null : parseDecimal(text);
}

/** A count or a number of tokens: 0 to 1,000,000,000, written plainly; nothing is coerced. */
export const wholeNumber = z
  .custom<NumberLiteral>(isWholeNumber, { error: 'a whole number from 0 to 1000000000, without quotes' })
  .meta({ id: 'whole-number', type: 'integer', minimum: 0, maximum: LARGEST_WHOLE_NUMBER })
  .transform((literal) => Number(literal.source));

/** What an amount looks like, for messages. */
export const AMOUNT_RULE = 'a plain decimal such as 2 or 0.25, at most 6 digits before and 12 after the point';

/** Money in US dollars, a percentage or retries: exact, non-negative, 6 digits before and 12 after the point at most. */
export const amount = z
  .custom<NumberLiteral | string>((value) => amountText(value) !== null, {
    error: AMOUNT_RULE,
  })
  .meta({
    id: 'amount',
    anyOf: [
      { type: 'number', minimum: 0, exclusiveMaximum: 1_000_000 },
      { type: 'string', pattern: AMOUNT.source },
    ],
  })
  .transform((value, context) => {
    const parsed = amountOf(value);
    if (parsed !== null) return parsed;
    context.addIssue('a plain decimal');
    return z.NEVER;
  });

/** The formats of files whose rows can be counted, by extension. */

const FORMATS = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  txt: 'txt',
} as const;
export type RowFormat = (typeof FORMATS)[keyof typeof FORMATS];

/** The extensions of these formats, for messages. */
export const ROW_FORMATS = '.jsonl, .ndjson, .csv, .tsv, .json, .yaml, .yml or .txt';

/** Returns the format of a file by its extension; null where its rows cannot be counted. */
export function rowFormat(path: string): RowFormat | null {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.entries(FORMATS).find(([name]) => name === extension)?.[1] ?? null;
}

/** Whether the format is JSON or YAML, in which `at` can name the list of rows. */
export function isTree(path: string): boolean {
  const format = rowFormat(path);
  return format === 'json' || format === 'yaml';
}

/**
 * Whether a reference such as `file://tests.py:cases` names a file of code, by the end of the file's name. Code is never
 * run.
 */
export function isCode(reference: string): boolean {
  return /\.(?:[cm]?[jt]s|py|go|rb|sh|bash|exe|bat|cmd|ps1|pl)(?::[^/]*)?$/i.test(reference);
}

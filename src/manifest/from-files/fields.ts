import type { TokenCounter } from '../prompt-tokens/count-tokens.js';
import { UncountableFile, valueIn, visitRows } from './rows.js';

/** The o200k tokens of one field over the rows of a file. */
export interface FieldTokens {
  readonly rows: number;
  /** Rows that have no such field; they count no tokens. */
  readonly without: number;
  /** The mean per row, rounded up. */
  readonly mean: number;
  /** Of the longest row. */
  readonly most: number;
}

/**
 * Counts a field (a column, or a dotted path) in every row; without a field the row itself, which has to be text then.
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
  if (rows > 0 && without === rows) throw new UncountableFile(`has no row with a ${field ?? 'text'}`);
  return { rows, without, mean: rows === 0 ? 0 : Math.ceil(sum / rows), most };
}

/** Null where there is nothing; a list or mapping is counted as the JSON that it is. */
function fieldText(value: unknown, field: string | null): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (field === null) throw new UncountableFile('has rows of several fields: name one of them with `field`');
  return JSON.stringify(value);
}

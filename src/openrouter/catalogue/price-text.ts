import type { Decimal } from '../../lib/money/decimal.js';
import { parseDecimal } from '../../lib/money/decimal.js';

/** More digits than any price has; a longer text is refused before it is turned into a number. */
const LONGEST_PRICE = 64;

/** A price as the catalogue states it, US dollars per unit: a plain non-negative decimal string; null for anything else. */
export function readPrice(value: unknown): Decimal | null {
  if (typeof value !== 'string' || value.length > LONGEST_PRICE || value.startsWith('-')) return null;
  return parseDecimal(value);
}

/** A JSON value of the catalogue as it is quoted in a reason, cut to a length that a line can hold. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

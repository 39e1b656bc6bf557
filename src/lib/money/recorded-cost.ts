import { parseDecimal, type Decimal } from './decimal.js';

/** A recorded cost in US dollars: a number of JSON, or a decimal as text. `exactCost` converts it. */
export type RecordedCost = number | string;

const EXPONENT = /^(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** Returns the shortest decimal text of a float without an exponent: 1e-7 is "0.0000001". The float must not be negative. */
function decimalText(value: number): string {
  const text = String(value);
  const match = EXPONENT.exec(text);
  if (match === null) return text;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  const digits = whole + fraction;
  return shift < 0 ? `0.${'0'.repeat(-shift - 1)}${digits}` : digits.padEnd(shift + 1, '0');
}

/**
 * Returns the exact amount of a recorded cost. For a float that is its shortest decimal text, which is what the sender wrote.
 * Throws a RangeError (a programming error) for anything else.
 */
export function exactCost(cost: RecordedCost): Decimal {
  const value = parseDecimal(typeof cost === 'number' ? decimalText(cost) : cost);
  if (value === null) throw new RangeError('not a recorded cost');
  return value;
}

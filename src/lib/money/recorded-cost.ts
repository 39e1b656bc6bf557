import { parseDecimal, type Decimal } from './decimal.js';

/** US dollars as recorded: a number of a JSON text, or a decimal written as text. `exactCost` makes it exact. */
export type RecordedCost = number | string;

const EXPONENT = /^(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal text of a float, written out: 1e-7 is "0.0000001". Floats of at least zero only. */
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
 * The exact amount of a recorded cost; of a float its shortest decimal text, which is what the sender wrote. Throws a
 * RangeError (a programming error) on anything else.
 */
export function exactCost(cost: RecordedCost): Decimal {
  const value = parseDecimal(typeof cost === 'number' ? decimalText(cost) : cost);
  if (value === null) throw new RangeError('not a recorded cost');
  return value;
}

import { compare, isZero, times } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';

/** Whether a saving is worth a reader's time: at least 1 % of the whole, and not nothing. */
export function matters(saving: Decimal, whole: Decimal): boolean {
  return !isZero(saving) && compare(times(saving, 100), whole) >= 0;
}

import {
  type Decimal,
  absolute,
  compare,
  fromInteger,
  fromUnits,
  isNegative,
  isPositive,
  isZero,
  parseDecimal,
  round,
  toText,
} from '../money/decimal.js';

/** Formats amounts for a reader, rounded. Nothing is computed from these texts. */

/** An exact amount, or its decimal text in the report. */
export type Amount = Decimal | string;

const SMALL_DIGITS = 2;
const HUNDRED = fromInteger(100);
const THOUSAND = fromInteger(1000);

function exact(amount: Amount): Decimal {
  if (typeof amount !== 'string') return amount;
  const parsed = parseDecimal(amount);
  if (parsed === null) throw new RangeError('not a plain decimal');
  return parsed;
}

/** Returns the digits after the point: 0 from $1,000, 2 from $0.10, below that enough for two digits that are not zero. */
function placesFor(value: Decimal): number {
  const size = absolute(value);
  if (compare(round(size, SMALL_DIGITS), THOUSAND) >= 0) return 0;
  let places = SMALL_DIGITS;
  while (!isZero(size) && compare(size, fromUnits(10n, places)) < 0) places += 1;
  return places;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');
}

/** Formats `$1,240.50` with `places` digits after the point. Zeros beyond the second are dropped unless `fixed`. */
function dollars(value: Decimal, places: number, fixed = false): string {
  const rounded = absolute(round(value, places));
  const [whole = '', fraction = ''] = toText(rounded, fixed ? places : Math.min(places, SMALL_DIGITS)).split('.');
  const sign = isNegative(value) ? '-' : '';
  return `${sign}$${grouped(whole)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Formats an amount: `$0.0042`, `$3.10`, `$1,240`, `-$0.31`. Only zero is `$0.00`. */
export function money(amount: Amount): string {
  const value = exact(amount);
  return dollars(value, placesFor(value));
}

/** Formats a change with its sign: `+$0.31`, `-$0.31`. No change is `$0.00`. */
export function signedMoney(amount: Amount): string {
  const value = exact(amount);
  return isPositive(value) ? `+${money(value)}` : money(value);
}

/** Formats a unit price with all its digits, at least two: `$1.125`. */
export function exactMoney(amount: Amount): string {
  const value = exact(amount);
  return dollars(value, Math.max(value.scale, SMALL_DIGITS), true);
}

/** Formats an amount and its limit with enough digits to differ: `$0.5000001` and `$0.5000000`. */
export function formatDistinct(actual: Amount, limit: Amount): { actual: string; limit: string } {
  const [a, b] = [exact(actual), exact(limit)];
  const [readableA, readableB] = [money(a), money(b)];
  if (readableA !== readableB || compare(a, b) === 0) return { actual: readableA, limit: readableB };
  let places = Math.max(SMALL_DIGITS, placesFor(a), placesFor(b));
  while (dollars(a, places, true) === dollars(b, places, true)) places += 1;
  return { actual: dollars(a, places, true), limit: dollars(b, places, true) };
}

/** Formats a percentage with its sign: `+6.3 %`, `-12 %`, `+126 %`. Only zero is shown as 0. */
export function percent(amount: Amount): string {
  const value = exact(amount);
  if (isZero(value)) return '0 %';
  return `${isPositive(value) ? '+' : ''}${plainPercent(value)}`;
}

/** Formats a percentage without a plus sign: `6.3 %`, `126 %`. */
export function plainPercent(amount: Amount): string {
  const value = exact(amount);
  const hundred = compare(absolute(round(value, 1)), HUNDRED) >= 0;
  let places = hundred ? 0 : 1;
  while (!isZero(value) && isZero(round(value, places))) places += 1;
  const [whole = '', fraction] = toText(absolute(round(value, places))).split('.');
  const sign = isNegative(value) ? '-' : '';
  return `${sign}${grouped(whole)}${fraction === undefined ? '' : `.${fraction}`} %`;
}

/** Formats a number: `1,800`. */
export function count(value: number): string {
  return grouped(value.toString());
}

/** Formats a number with its noun: `1 call`, `1,800 calls`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const MOST_LISTED = 10;

/** `a.md, b.md and c.md`: at most ten names, and the number of the others. */
export function listed(names: readonly string[]): string {
  const [shown, more] = [names.slice(0, MOST_LISTED), names.length - MOST_LISTED];
  if (more > 0) return `${shown.join(', ')} and ${count(more)} more`;
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(' and ');
}

/** Returns the words before a figure: `at least ` for a lower bound, nothing for an exact figure. */
export function atLeast(isExact: boolean): string {
  return isExact ? '' : 'at least ';
}

/** Formats the age of prices in whole days: `less than a day old`, `1 day old`, `12 days old`. */
export function age(days: number): string {
  return days === 0 ? 'less than a day old' : `${counted(days, 'day')} old`;
}

/** Formats milliseconds since the epoch as a time in UTC: "2026-11-24T09:00:00Z". */
export function utcTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/**
 * The only type for money: an exact decimal number, `coefficient / 10^scale`.
 *
 * A binary float cannot hold a price such as 0.000000000000175 exactly, and sums of floats have errors. Every amount between
 * the texts of the catalogue and those of the report has this type. Values have no trailing zeros after the point, so equal
 * amounts have equal fields.
 */
export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/;

function normalise(coefficient: bigint, scale: number): Decimal {
  if (coefficient === 0n) return ZERO;
  // A float holds most coefficients exactly, and its remainder is several times faster than that of a bigint.
  let small = Number(coefficient);
  if (Number.isSafeInteger(small)) {
    if (scale === 0 || small % 10 !== 0) return { coefficient, scale };
    while (scale > 0 && small % 10 === 0) {
      small /= 10;
      scale -= 1;
    }
    return { coefficient: BigInt(small), scale };
  }
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n;
    scale -= 1;
  }
  return { coefficient, scale };
}

export const ZERO: Decimal = { coefficient: 0n, scale: 0 };

/** Reads a plain decimal ("5", "-0.25"); null for anything else: exponents, signs other than minus, blanks, "1.". */
export function parseDecimal(text: string): Decimal | null {
  if (!PLAIN_DECIMAL.test(text)) return null;
  const point = text.indexOf('.');
  if (point === -1) return normalise(BigInt(text), 0);
  const fraction = withoutTrailingZeros(text.slice(point + 1));
  return normalise(BigInt(text.slice(0, point) + fraction), fraction.length);
}

/** Removes zeros from the text. Dividing a long number once for each zero would take quadratic time. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/** Makes a decimal from a whole number. Throws a RangeError (a programming error) for a fraction. */
export function fromInteger(value: number | bigint): Decimal {
  return normalise(BigInt(value), 0);
}

/** Makes the decimal `units / 10^scale` from a whole number of a small unit of money. */
export function fromUnits(units: bigint, scale: number): Decimal {
  return normalise(units, scale);
}

/** Makes a decimal from a literal in the code ("0.007"). Throws a RangeError for any other text. */
export function decimal(literal: string): Decimal {
  const value = parseDecimal(literal);
  if (value === null) throw new RangeError(`not a plain decimal: ${literal}`);
  return value;
}

/** Powers that are computed once, since a power takes longer to compute than a sum. */
const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

/** Returns the coefficient of a value at a `scale` that is at least its own. */
export function coefficientAt(value: Decimal, scale: number): bigint {
  return value.scale === scale ? value.coefficient : value.coefficient * powerOfTen(scale - value.scale);
}

export function add(a: Decimal, b: Decimal): Decimal {
  if (isZero(b)) return a;
  const scale = Math.max(a.scale, b.scale);
  return normalise(coefficientAt(a, scale) + coefficientAt(b, scale), scale);
}

export function negate(value: Decimal): Decimal {
  return { coefficient: -value.coefficient, scale: value.scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b));
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return normalise(a.coefficient * b.coefficient, a.scale + b.scale);
}

/** Multiplies an amount by a whole number. */
export function times(value: Decimal, count: number | bigint): Decimal {
  return normalise(value.coefficient * BigInt(count), value.scale);
}

export function sum(values: Iterable<Decimal>): Decimal {
  let coefficient = 0n;
  let scale = 0;
  for (const value of values) {
    if (value.scale > scale) {
      coefficient *= powerOfTen(value.scale - scale);
      scale = value.scale;
    }
    coefficient += coefficientAt(value, scale);
  }
  return normalise(coefficient, scale);
}

/** Adds amounts. Null where one of them is unknown, since unknown is never $0. */
export function sumOrNull(amounts: readonly (Decimal | null)[]): Decimal | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length < amounts.length ? null : sum(known);
}

/** Returns -1, 0 or 1 where `a` is less than, equal to or more than `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = coefficientAt(a, scale) - coefficientAt(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZero(value: Decimal): boolean {
  return value.coefficient === 0n;
}

export function isNegative(value: Decimal): boolean {
  return value.coefficient < 0n;
}

export function isPositive(value: Decimal): boolean {
  return value.coefficient > 0n;
}

/** Removes the sign. */
export function absolute(value: Decimal): Decimal {
  return isNegative(value) ? negate(value) : value;
}

export function maximum(first: Decimal, ...rest: readonly Decimal[]): Decimal {
  return rest.reduce((most, value) => (compare(value, most) > 0 ? value : most), first);
}

/** Divides, rounded half away from zero to `places` digits after the point. `b` must not be zero. */
export function divide(a: Decimal, b: Decimal, places: number): Decimal {
  const exponent = BigInt(places + b.scale - a.scale);
  const numerator = exponent >= 0n ? a.coefficient * 10n ** exponent : a.coefficient;
  const denominator = exponent >= 0n ? b.coefficient : b.coefficient * 10n ** -exponent;
  return normalise(divideHalfAway(numerator, denominator), places);
}

/** Divides, and drops the digits after the point. `b` must not be zero. */
export function wholeQuotient(a: Decimal, b: Decimal): bigint {
  const scale = Math.max(a.scale, b.scale);
  return coefficientAt(a, scale) / coefficientAt(b, scale);
}

/** Returns `part` in percent of `whole`, rounded half away from zero to `places` digits. `whole` must not be zero. */
export function percentage(part: Decimal, whole: Decimal, places: number): Decimal {
  return divide(times(part, 100), whole, places);
}

/** Rounds half away from zero to `places` digits after the point. */
export function round(value: Decimal, places: number): Decimal {
  if (value.scale <= places) return value;
  return normalise(divideHalfAway(value.coefficient, 10n ** BigInt(value.scale - places)), places);
}

function divideHalfAway(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = (2n * n + d) / (2n * d);
  return negative ? -quotient : quotient;
}

/** Returns the nearest float. It is for lengths and counts that are shown, never for sums. */
export function toNumber(value: Decimal): number {
  return Number(toText(value));
}

/** Returns the exact decimal text without an exponent. With `places`, it has at least as many digits after the point. */
export function toText(value: Decimal, places = 0): string {
  const scale = Math.max(value.scale, places);
  const digits = coefficientAt(value, scale)
    .toString()
    .replace('-', '')
    .padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? `.${digits.slice(digits.length - scale)}` : '';
  return `${value.coefficient < 0n ? '-' : ''}${whole}${fraction}`;
}

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

/**
 * The one money type: an exact decimal number, `coefficient / 10^scale`.
 *
 * Binary floats cannot hold prices such as 0.000000000000175, and sums of them drift; every amount from the
 * catalogue's strings to the report's strings is one of these. Values are kept in lowest terms (no trailing zeros in
 * the coefficient), so equal amounts are equal objects field by field.
 */
export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/;

function normalise(coefficient: bigint, scale: number): Decimal {
  if (coefficient === 0n) return ZERO;
  // Most amounts are integers that a float holds exactly, and its remainder is several times faster.
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

/** Works on the text: one division of a long number per zero would take quadratic time. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/** A decimal from a whole number; throws a RangeError (a programming error) on a fraction. */
export function fromInteger(value: number | bigint): Decimal {
  return normalise(BigInt(value), 0);
}

/** `units / 10^scale`: a whole number of some small unit of money. */
export function fromUnits(units: bigint, scale: number): Decimal {
  return normalise(units, scale);
}

/** A decimal literal in our own code ("0.007"); throws on anything that is not a plain decimal. */
export function decimal(literal: string): Decimal {
  const value = parseDecimal(literal);
  if (value === null) throw new RangeError(`not a plain decimal: ${literal}`);
  return value;
}

/** Every sum needs one or two, and computing a power costs more than the sum. */
const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

/** The coefficient of a value when it is written with `scale` digits after the point, no fewer than its own. */
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

/** An amount taken a whole number of times. */
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

/** Adds amounts; null where one is not known, since unknown is never $0. */
export function sumOrNull(amounts: readonly (Decimal | null)[]): Decimal | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length < amounts.length ? null : sum(known);
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
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

/** The size of a value, without its sign. */
export function absolute(value: Decimal): Decimal {
  return isNegative(value) ? negate(value) : value;
}

export function maximum(first: Decimal, ...rest: readonly Decimal[]): Decimal {
  return rest.reduce((most, value) => (compare(value, most) > 0 ? value : most), first);
}

/** `a / b` rounded half away from zero to `places` digits after the point; `b` must not be zero. */
export function divide(a: Decimal, b: Decimal, places: number): Decimal {
  const exponent = BigInt(places + b.scale - a.scale);
  const numerator = exponent >= 0n ? a.coefficient * 10n ** exponent : a.coefficient;
  const denominator = exponent >= 0n ? b.coefficient : b.coefficient * 10n ** -exponent;
  return normalise(divideHalfAway(numerator, denominator), places);
}

/** `a / b` cut to a whole number; `b` must not be zero. */
export function wholeQuotient(a: Decimal, b: Decimal): bigint {
  const scale = Math.max(a.scale, b.scale);
  return coefficientAt(a, scale) / coefficientAt(b, scale);
}

/** `part` in percent of `whole`, rounded half away from zero to `places` digits after the point; `whole` must not be zero. */
export function percentage(part: Decimal, whole: Decimal, places: number): Decimal {
  return divide(times(part, 100), whole, places);
}

/** The value rounded half away from zero to `places` digits after the point. */
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

/** The nearest float: for lengths and counts on display, never for sums. */
export function toNumber(value: Decimal): number {
  return Number(toText(value));
}

/** The plain decimal text, exact, no exponent; with `places`, zeros are added up to that many digits. */
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

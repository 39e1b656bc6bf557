import { parseDecimal, type Decimal } from '../money/decimal.js';

/** Tokens of one request in the manifest's convention: parts are inside their whole, whatever the provider's was. */
export interface TokenCounts {
  /** All inputs: cached, written and audio tokens included. */
  readonly prompt: number;
  /** All outputs: reasoning, image and audio tokens included. */
  readonly completion: number;
  readonly cached: number;
  /** Written to the cache; Google counts them among the cached too. */
  readonly written: number;
  readonly reasoning: number;
  /** Audio of the input. */
  readonly audio: number;
  readonly image_output: number;
  readonly audio_output: number;
}

/** US dollars as recorded: a number of a JSON text, or a decimal written as text. `exactCost` makes it exact. */
type RecordedCost = number | string;

/** The one normal form of what a request really used, whichever format it was recorded in. */
export interface UsageRow {
  /** Where the recording names it. */
  readonly suite: string | null;
  /** Where the recording names it. */
  readonly call: string | null;
  /** As recorded, often the canonical slug; null: not stated. */
  readonly model: string | null;
  readonly tokens: TokenCounts;
  readonly web_searches: number;
  /** What was charged. */
  readonly cost: RecordedCost | null;
  /** With an own provider key: the list price; else null. */
  readonly list_cost: RecordedCost | null;
  readonly own_key: boolean;
  /** Of the response; the same id is counted once, the last wins. */
  readonly id: string | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
  /** The file it was read from. */
  readonly source: string;
}

const EXPONENT = /^(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal text of a float, written out: 1e-7 is "0.0000001". Floats of at least zero only. */
export function decimalText(value: number): string {
  const text = String(value);
  const match = EXPONENT.exec(text);
  if (match === null) return text;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  const digits = whole + fraction;
  return shift < 0 ? `0.${'0'.repeat(-shift - 1)}${digits}` : digits.padEnd(shift + 1, '0');
}

/**
 * The amount that a recorded cost states: of a float its shortest decimal text, which is what the sender wrote.
 * Throws a RangeError (a programming error) on what the readers refuse.
 */
export function exactCost(cost: RecordedCost): Decimal {
  const value = parseDecimal(typeof cost === 'number' ? decimalText(cost) : cost);
  if (value === null) throw new RangeError('not a recorded cost');
  return value;
}

import { z } from 'zod';
import { parseDecimal, type Decimal } from '../money/decimal.js';

/** The largest number of tokens of one request that is believed; the manifest takes no more either. */
export const LARGEST_TOKEN_COUNT = 1_000_000_000;

const tokenCount = z.number().int().min(0).max(LARGEST_TOKEN_COUNT);

/** Tokens of one request in the manifest's convention: parts are inside their whole, whatever the provider's was. */
export const tokenCountsSchema = z.strictObject({
  prompt: tokenCount.meta({ description: 'All inputs: cached, written and audio tokens included' }),
  completion: tokenCount.meta({ description: 'All outputs: reasoning, image and audio tokens included' }),
  cached: tokenCount,
  written: tokenCount.meta({ description: 'Written to the cache; Google counts them among the cached too' }),
  reasoning: tokenCount,
  audio: tokenCount.meta({ description: 'Audio of the input' }),
  image_output: tokenCount,
  audio_output: tokenCount,
});
export type TokenCounts = Readonly<z.infer<typeof tokenCountsSchema>>;

/** US dollars as recorded: a number of a JSON text, or a decimal written as text. `exactCost` makes it exact. */
const recordedCost = z.union([z.number().nonnegative(), z.string().regex(/^\d+(?:\.\d+)?$/)]);

/** The one normal form of what a request really used, whichever format it was recorded in. */
export const usageRowSchema = z.strictObject({
  suite: z.string().nullable().meta({ description: 'Where the recording names it' }),
  call: z.string().nullable().meta({ description: 'Where the recording names it' }),
  model: z.string().nullable().meta({ description: 'As recorded, often the canonical slug; null: not stated' }),
  tokens: tokenCountsSchema,
  web_searches: tokenCount,
  cost: recordedCost.nullable().meta({ description: 'What was charged, US dollars' }),
  list_cost: recordedCost.nullable().meta({ description: 'With an own provider key: the list price; else null' }),
  own_key: z.boolean(),
  id: z.string().nullable().meta({ description: 'Of the response; the same id is counted once, the last wins' }),
  time: z.number().nullable().meta({ description: 'Milliseconds since 1970, UTC' }),
  source: z.string().meta({ description: 'The file it was read from' }),
});
export type UsageRow = Readonly<z.infer<typeof usageRowSchema>>;

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
export function exactCost(cost: number | string): Decimal {
  const value = parseDecimal(typeof cost === 'number' ? decimalText(cost) : cost);
  if (value === null) throw new RangeError('not a recorded cost');
  return value;
}

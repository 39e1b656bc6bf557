import type { Decimal } from '../../lib/money/decimal.js';
import type { ConditionKey, PriceCondition } from './price-condition.js';
import { isConditionKey, readCondition } from './price-condition.js';
import { excerptOf, readPrice } from '../../openrouter/catalogue/catalogue.js';

/** The prices that an override may change, as of 2026-08-22 (OpenRouter's OpenAPI document). */
const OVERRIDABLE = [
  'prompt',
  'completion',
  'audio',
  'input_audio_cache',
  'input_cache_read',
  'input_cache_write',
  'input_cache_write_1h',
] as const;
export type OverridableKey = (typeof OVERRIDABLE)[number];

/** One entry of `overrides`: other prices for the whole request where its condition holds; absent keys keep theirs. */
export interface Override {
  readonly condition: PriceCondition;
  readonly prices: ReadonlyMap<OverridableKey, Decimal>;
}

/** Far above what a catalogue has; more would slow down the search for the most expensive hour. */
const MOST_OVERRIDES = 64;

function overridableKey(key: string): OverridableKey | null {
  return OVERRIDABLE.find((known) => known === key) ?? null;
}

/**
 * Reads `pricing.overrides`. An entry that cannot be read as a whole gives a reason and is never left out: without it the
 * price would be a guess.
 */
export function readOverrides(stated: unknown): readonly Override[] | { readonly reason: string } {
  if (!Array.isArray(stated)) return { reason: `its overrides are ${excerptOf(stated)}, not a list` };
  if (stated.length > MOST_OVERRIDES) return { reason: `it has more than ${MOST_OVERRIDES} overrides` };
  const overrides: Override[] = [];
  for (const [index, entry] of stated.entries()) {
    const override = readOverride(entry);
    if ('reason' in override) return { reason: `in its override ${index + 1} ${override.reason}` };
    overrides.push(override);
  }
  return overrides;
}

function readOverride(entry: unknown): Override | { reason: string } {
  if (typeof entry !== 'object' || entry === null) return { reason: `there is ${excerptOf(entry)}` };
  const conditions = new Map<ConditionKey, unknown>();
  const prices = new Map<OverridableKey, Decimal>();
  const fields: [string, unknown][] = Object.entries(entry);
  for (const [key, value] of fields) {
    if (isConditionKey(key)) {
      conditions.set(key, value);
      continue;
    }
    const priced = overridableKey(key);
    if (priced === null) return { reason: `the key ${excerptOf(key)} is not a known condition or price` };
    const price = readPrice(value);
    if (price === null) return { reason: `${key} is ${excerptOf(value)}, not a plain non-negative decimal` };
    prices.set(priced, price);
  }
  const condition = readCondition(conditions);
  return 'reason' in condition ? condition : { condition, prices };
}

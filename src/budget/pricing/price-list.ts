import { type Pricing, excerptOf, readPrice } from '../../openrouter/catalogue/catalogue.js';
import { type Decimal, ZERO, coefficientAt, fromUnits, isZero, times } from '../../lib/money/decimal.js';
import {
  type ConditionKey,
  type Moment,
  type PriceCondition,
  dependsOnTime,
  holds,
  isConditionKey,
  momentOf,
  momentsThatMatter,
  readCondition,
} from './price-condition.js';

/**
 * A parsed `pricing` object of the catalogue. Rules as of 2026-08-22.
 *
 * All prices of a list are whole numbers of one small unit, 10^-scale US dollars, so that a request costs a sum of
 * integer products and nothing is lost.
 */
export interface PriceList {
  readonly scale: number;
  readonly base: PriceSet;
  /** Per input image; zero where `image` is per image token, whose tokens are prompt tokens already. */
  readonly image: bigint;
  /** Per search; null where none is listed. A listed zero is a price. */
  readonly web_search: Decimal | null;
  /** The listed price of a reasoning token, which is not used: see NOT_BILLED. Null where none is listed. */
  readonly reasoning: Decimal | null;
  readonly overrides: readonly ListOverride[];
  /** Sample minutes of the week, one for each set of prices; a single one where no price depends on the time. */
  readonly moments: readonly Moment[];
  /** Unknown keys with a value other than zero. The figures do not include what they charge. */
  readonly unknown_keys: readonly string[];
  /** Prompt, completion and request are all zero. */
  readonly zero: boolean;
  /** Cache of price sets, by the overrides that are merged in. */
  readonly merged: Map<string, PriceSet>;
}

/** Prices in units per token and per request; null where the list has no such price. */
export interface PriceSet {
  readonly prompt: bigint;
  readonly completion: bigint;
  readonly request: bigint;
  readonly image_output: bigint | null;
  readonly audio: bigint | null;
  readonly audio_output: bigint | null;
  readonly input_cache_read: bigint | null;
  readonly input_cache_write: bigint | null;
  readonly input_cache_write_1h: bigint | null;
  readonly applied: readonly ListOverride[];
  /** The same in US dollars per token, as every call reports them. */
  readonly in_dollars: { readonly prompt: Decimal; readonly completion: Decimal };
}

export interface ListOverride {
  readonly condition: PriceCondition;
  readonly prices: Readonly<Partial<Record<OverridableKey, bigint>>>;
}

const BILLED = new Set([
  'prompt',
  'completion',
  'request',
  'image',
  'image_output',
  'audio',
  'audio_output',
  'input_cache_read',
  'input_cache_write',
  'input_cache_write_1h',
  'web_search',
]);

/**
 * Keys that are checked and not billed. Reasoning tokens are completion tokens already. Cached audio has a price of its own,
 * but a manifest declares cached and audio tokens separately: cached audio that is declared as audio counts at the full
 * audio price, which is never too low.
 */
const NOT_BILLED = new Set(['internal_reasoning', 'input_audio_cache']);

/** `discount` is inside the listed prices already, and a number. */
const NO_PRICE = new Set(['discount', 'overrides']);

/** Lists of one scale are compared as they are; few prices have more digits than this. */
const USUAL_SCALE = 12;

export type ReadPriceList = PriceList | { readonly reason: string };

/** Cache: each `pricing` object is read once, however many calls use it. */
const lists = new WeakMap<Pricing, ReadPriceList>();

/** Reads the prices of a model or an endpoint. Returns the reason where a part of them cannot be relied on. Never throws. */
export function readPriceList(pricing: Pricing): ReadPriceList {
  const known = lists.get(pricing);
  if (known !== undefined) return known;
  const list = read(pricing);
  lists.set(pricing, list);
  return list;
}

function read(pricing: Pricing): ReadPriceList {
  const prices = new Map<string, Decimal>();
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(pricing)) {
    if (NO_PRICE.has(key)) continue;
    const price = readPrice(value);
    if (!BILLED.has(key) && !NOT_BILLED.has(key)) {
      if (!isAbsentOrZero(value, price)) unknown.push(key);
    } else if (value === '-1') {
      return { reason: `its ${key} price is "-1": not known before the request is routed` };
    } else if (price === null) {
      return { reason: `its ${key} price is ${excerptOf(value)}, not a plain non-negative decimal` };
    } else prices.set(key, price);
  }
  const missing = ['prompt', 'completion'].find((key) => !prices.has(key));
  if (missing !== undefined) return { reason: `its ${missing} price is missing` };
  const overrides = readOverrides(pricing.overrides ?? []);
  return 'reason' in overrides ? overrides : build(prices, overrides, unknown);
}

function isAbsentOrZero(value: unknown, price: Decimal | null): boolean {
  return value === null || value === 0 || (price !== null && isZero(price));
}

function build(prices: ReadonlyMap<string, Decimal>, overrides: readonly Override[], unknown: string[]): PriceList {
  const all = [...prices.values(), ...overrides.flatMap((override) => [...override.prices.values()])];
  const scale = Math.max(USUAL_SCALE, ...all.map((price) => price.scale));
  const units = (price: Decimal): bigint => coefficientAt(price, scale);
  const optional = (key: string): bigint | null => {
    const price = prices.get(key);
    return price === undefined ? null : units(price);
  };
  const base: PriceSet = {
    prompt: optional('prompt') ?? 0n,
    completion: optional('completion') ?? 0n,
    request: optional('request') ?? 0n,
    image_output: optional('image_output'),
    audio: optional('audio'),
    audio_output: optional('audio_output'),
    input_cache_read: optional('input_cache_read'),
    input_cache_write: optional('input_cache_write'),
    input_cache_write_1h: optional('input_cache_write_1h'),
    applied: [],
    in_dollars: { prompt: prices.get('prompt') ?? ZERO, completion: prices.get('completion') ?? ZERO },
  };
  const image = optional('image') ?? 0n;
  const timed = overrides.filter((override) => dependsOnTime(override.condition));
  return {
    scale,
    base,
    // Until 2025 this was a price per image. Since 2026 it is per token and equals the prompt's; those tokens are prompt tokens already.
    image: image === base.prompt ? 0n : image,
    web_search: prices.get('web_search') ?? null,
    reasoning: prices.get('internal_reasoning') ?? null,
    overrides: overrides.map(({ condition, prices: own }) => ({
      condition,
      prices: Object.fromEntries([...own].map(([key, price]) => [key, units(price)])),
    })),
    moments: momentsThatMatter(timed.map((override) => override.condition)),
    unknown_keys: unknown,
    zero: base.prompt === 0n && base.completion === 0n && base.request === 0n,
    merged: new Map(),
  };
}

/** Converts units of a list to US dollars. */
export function dollars(list: PriceList, units: bigint): Decimal {
  return fromUnits(units, list.scale);
}

/** Converts a price per token to US dollars per million tokens. */
export function perMillion(list: PriceList, units: bigint): Decimal {
  return times(dollars(list, units), 1_000_000);
}

/**
 * Lists the prices that may apply to a request of so many prompt tokens: those of the given instant, or with null those of
 * every minute of the week. Overrides whose condition holds are merged in; a later one wins per key.
 */
export function priceSets(list: PriceList, promptTokens: number, at: Date | null): PriceSet[] {
  if (list.overrides.length === 0) return [list.base];
  const moments = at === null ? list.moments : [momentOf(at)];
  const sets = moments.map((moment) =>
    merge(
      list,
      list.overrides.filter(({ condition }) => holds(condition, promptTokens, moment)),
    ),
  );
  return sets.length === 1 ? sets : [...new Set(sets)];
}

function merge(list: PriceList, applied: readonly ListOverride[]): PriceSet {
  if (applied.length === 0) return list.base;
  const key = applied.map((override) => list.overrides.indexOf(override)).join();
  const known = list.merged.get(key);
  if (known !== undefined) return known;
  const set = applied.reduce<PriceSet>((prices, override) => ({ ...prices, ...override.prices }), list.base);
  const in_dollars = { prompt: dollars(list, set.prompt), completion: dollars(list, set.completion) };
  const merged = { ...set, applied, in_dollars };
  list.merged.set(key, merged);
  return merged;
}

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
type OverridableKey = (typeof OVERRIDABLE)[number];

/** One entry of `overrides`: other prices for the whole request where its condition holds; absent keys keep theirs. */
interface Override {
  readonly condition: PriceCondition;
  readonly prices: ReadonlyMap<OverridableKey, Decimal>;
}

/** The limit is far above what a catalogue has. More entries would slow down the search for the most expensive hour. */
const MOST_OVERRIDES = 64;

function overridableKey(key: string): OverridableKey | null {
  return OVERRIDABLE.find((known) => known === key) ?? null;
}

/**
 * Reads `pricing.overrides`. An entry that cannot be read as a whole gives a reason and is never left out: without it the
 * price would be a guess.
 */
function readOverrides(stated: unknown): readonly Override[] | { readonly reason: string } {
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

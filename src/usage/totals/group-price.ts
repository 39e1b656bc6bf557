import {
  absolute,
  add,
  compare,
  fromInteger,
  isZero,
  multiply,
  percentage,
  subtract,
  times,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { counted } from '../../lib/text/amount.js';
import type { UsageGroup } from '../read/aggregate.js';
import {
  type CallPreferences,
  type RequestTokens,
  defaultPreferences,
  priceTokens,
  servedAs,
} from '../../budget/pricing/price-recorded.js';
import { reasoningPriceNote } from '../../budget/pricing/price-model.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';

/** What recorded requests cost at the catalogue's prices, and by how much two amounts differ. */

/** What a group costs at the catalogue's prices, in US dollars; null where it has no price. */
export interface GroupPrice {
  /** The model whose prices count: that of the tier where it is a row of its own; null where the tier has no price. */
  readonly model: string | null;
  readonly cost: Decimal | null;
  /** Remarks on how it was priced. */
  readonly notes: readonly string[];
}

/**
 * Prices all requests of a group as they were served: `of` is a model's id, or a call whose preferences count. A price is
 * linear in the tokens, so all requests but one are priced at the mean rounded down, and one with the remainder: the sum
 * is exact, unless the price changes with the length of the prompt within the group.
 */
export function priceGroup(
  group: UsageGroup,
  of: string | CallPreferences,
  catalogue: Catalogue,
  at: Date | null,
): GroupPrice {
  const declared = typeof of === 'string' ? defaultPreferences(of) : of;
  const { preferences, without_row } = servedAs(group.tier, declared, catalogue);
  const note = without_row === null ? null : noteWithoutRow(group, without_row);
  if (preferences === null) return { model: null, cost: null, notes: [note ?? []].flat() };
  const { model } = preferences;
  const resolution = resolveModel(model, catalogue.models);
  const reasoning =
    group.sums.reasoning === 0 || resolution.state !== 'resolved' ? null : reasoningPriceNote(resolution);
  return {
    model,
    cost: costOf(group, (tokens) => priceTokens(preferences, tokens, catalogue, at).expected),
    notes: [note, reasoning].filter((one) => one !== null),
  };
}

function noteWithoutRow({ tier, requests }: UsageGroup, id: string): string {
  return tier === 'batch'
    ? `requests of ${id} were served as a batch, which is billed at about half of the price shown`
    : `${counted(requests, 'request')} of ${id}, served fast: the catalogue does not have the price of that`;
}

function costOf(group: UsageGroup, priceOf: (tokens: RequestTokens) => Decimal | null): Decimal | null {
  const most = group.requests - 1;
  const floor = (sum: number): number => Math.floor(sum / group.requests);
  const last = priceOf(tokensOf(group, (sum) => sum - floor(sum) * most));
  if (most === 0 || last === null) return last;
  const usual = priceOf(tokensOf(group, floor));
  return usual === null ? null : add(times(usual, most), last);
}

function tokensOf(group: UsageGroup, take: (sum: number) => number): RequestTokens {
  const { sums } = group;
  // Parts first: rounded apart from their whole they could be more than it.
  const hour = take(group.written_1h);
  const written = take(sums.written - group.written_1h) + hour;
  const apart = sums.prompt - sums.cached - sums.audio - sums.written;
  const prompt = apart < 0 ? take(sums.prompt) : take(apart) + take(sums.cached) + take(sums.audio) + written;
  const images = take(sums.image_output);
  const sound = take(sums.audio_output);
  const text = take(sums.completion - sums.image_output - sums.audio_output);
  return {
    prompt,
    completion: text + images + sound,
    cached: take(sums.cached),
    written,
    // Most recordings do not say for how long the cache is kept: then the call's own lifetime counts.
    ...(group.written_1h === 0 ? {} : { written_1h: hour }),
    audio: take(sums.audio),
    reasoning: 0,
    image_output: images,
    audio_output: sound,
    web_searches: take(group.web_searches),
  };
}

/** Two prices of the same tokens may differ by this many percent, since tools round the prices that they state. */
const PRICE_TOLERANCE = fromInteger(1);

/** Whether two prices of the same tokens, in US dollars, are more than 1 % of the `expected` one apart. */
export function pricesDiffer(stated: Decimal, expected: Decimal): boolean {
  return isOffBy(stated, expected, PRICE_TOLERANCE);
}

/** Whether `actual` is more than `percent` of `expected` above or below it: exact, as nothing is divided or rounded. */
export function isOffBy(actual: Decimal, expected: Decimal, percent: Decimal): boolean {
  return compare(times(absolute(subtract(actual, expected)), 100), multiply(expected, percent)) > 0;
}

/** By how much `actual` is above `expected`, in percent of it to two places; null where only `expected` is 0. */
export function percentAbove(actual: Decimal, expected: Decimal): Decimal | null {
  if (isZero(expected)) return isZero(actual) ? ZERO : null;
  return percentage(subtract(actual, expected), expected, 2);
}

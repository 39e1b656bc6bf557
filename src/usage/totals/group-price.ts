import {
  defaultPreferences,
  priceTokens,
  type CallPreferences,
  type RequestTokens,
} from '../../budget/pricing/price-tokens.js';
import { add, times, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { UsageGroup } from '../read/aggregate.js';

/** What a group costs at the catalogue's prices, in US dollars; null where it has no price. */
export interface GroupPrice {
  readonly cost: Decimal | null;
  /** What a reader should know of how it was priced; null where there is nothing. */
  readonly note: string | null;
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
  const { preferences, note } = servedAs(group, typeof of === 'string' ? defaultPreferences(of) : of, catalogue);
  if (preferences === null) return { cost: null, note };
  const price = (tokens: RequestTokens, ttl: CallPreferences['cache_ttl']): Decimal | null =>
    priceTokens({ ...preferences, cache_ttl: ttl }, tokens, catalogue, at).expected;
  const { cache_ttl } = preferences;
  const { written_1h, sums } = group;
  // Most recordings do not say for how long the cache is kept: then the call's own lifetime counts.
  if (written_1h === 0) return { cost: costOf(group, (tokens) => price(tokens, cache_ttl)), note };
  if (written_1h === sums.written) return { cost: costOf(group, (tokens) => price(tokens, '1h')), note };
  const short = { ...group, sums: { ...sums, prompt: sums.prompt - written_1h, written: sums.written - written_1h } };
  const rest = costOf(short, (tokens) => price(tokens, '5m'));
  const hour = price({ ...NOTHING, prompt: written_1h, written: written_1h }, '1h');
  return { cost: rest === null || hour === null ? null : add(rest, hour), note };
}

const NOTHING: RequestTokens = {
  prompt: 0,
  completion: 0,
  cached: 0,
  written: 0,
  reasoning: 0,
  audio: 0,
  image_output: 0,
  audio_output: 0,
  web_searches: 0,
};

/** The catalogue has rows of their own for `:batch` and for fast models; other tiers are endpoints of the model. */
function servedAs(
  { tier, requests }: UsageGroup,
  preferences: CallPreferences,
  catalogue: Catalogue,
): { readonly preferences: CallPreferences | null; readonly note: string | null } {
  if (tier === null || tier === preferences.service_tier) return { preferences, note: null };
  if (tier === 'flex' || tier === 'priority')
    return { preferences: { ...preferences, service_tier: tier }, note: null };
  const resolution = resolveModel(preferences.model, catalogue.models);
  const id = resolution.state === 'resolved' ? resolution.id : preferences.model;
  if (tier === 'batch') {
    const batch = batchModel(id);
    if (catalogue.models.has(batch)) return { preferences: { ...preferences, model: batch }, note: null };
    const note = `requests of ${id} were served as a batch, which is billed at about half of the price shown`;
    return { preferences, note };
  }
  const fast = fastModel(id);
  if (catalogue.models.has(fast)) return { preferences: { ...preferences, model: fast }, note: null };
  const note = `${requests} requests of ${id} were served fast, at a price that the catalogue does not have`;
  return { preferences: null, note };
}

/** The row of a model that is served fast. */
export function fastModel(id: string): string {
  return id.endsWith('-fast') ? id : `${id}-fast`;
}

/** The row of a model that is served as a batch. */
export function batchModel(id: string): string {
  return `${id.replace(/:.*$/, '')}:batch`;
}

function costOf(group: UsageGroup, priceOf: (tokens: RequestTokens) => Decimal | null): Decimal | null {
  if (group.requests === 0) return ZERO;
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
  const apart = sums.prompt - sums.cached - sums.audio - sums.written;
  const prompt =
    apart < 0 ? take(sums.prompt) : take(apart) + take(sums.cached) + take(sums.audio) + take(sums.written);
  const images = take(sums.image_output);
  const sound = take(sums.audio_output);
  const text = take(sums.completion - sums.image_output - sums.audio_output);
  return {
    prompt,
    completion: text + images + sound,
    cached: take(sums.cached),
    written: take(sums.written),
    audio: take(sums.audio),
    reasoning: 0,
    image_output: images,
    audio_output: sound,
    web_searches: take(group.web_searches),
  };
}

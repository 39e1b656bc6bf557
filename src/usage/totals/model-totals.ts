import { type Decimal, ZERO, add, sumOrNull, times } from '../../lib/money/decimal.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { counted } from '../../lib/text/amount.js';
import { TOKEN_PARTS, type TokenPart, byTokenPart } from '../../manifest/token-parts.js';
import { type UsageGroup, aggregate } from '../read/aggregate.js';
import type { Usage } from '../read/usage.js';
import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import {
  servedAs,
  type CallPreferences,
  type RequestTokens,
  defaultPreferences,
  priceTokens,
} from '../../budget/pricing/price-recorded.js';
import { reasoningPriceNote } from '../../budget/pricing/price-model.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';

/** What one model used, over all files. */
export interface ModelTotal {
  /** As recorded; null: not stated. */
  readonly recorded: string | null;
  /** The catalogue's id; null where no row fits, or there is no catalogue. */
  readonly model: string | null;
  /** Requests, those without usage included; null where a recording does not state their number. */
  readonly requests: number | null;
  /** Those among them whose usage is not recorded. */
  readonly unmeasured: number;
  readonly tokens: Readonly<Record<TokenPart, number>>;
  readonly written_1h: number;
  readonly web_searches: number;
  /** US dollars that a provider or gateway charged; null where a request states none. */
  readonly charged: Decimal | null;
  /** US dollars for the same tokens at the catalogue's prices; null where the model has no price. */
  readonly at_catalogue_prices: Decimal | null;
  /** US dollars as other tools worked out; null where a request states none. */
  readonly estimate: Decimal | null;
  readonly notes: readonly string[];
}

/** Adds up what was used by model, as recorded and as priced, in the order of their names. */
export function modelTotals(usage: Usage, catalogue: Catalogue | null): readonly ModelTotal[] {
  const groups = aggregate(usage.rows, ({ model, tier }) => ({
    source: '',
    suite: null,
    call: null,
    run: null,
    web_searches: 0,
    model,
    tier,
  }));
  const totals = new Map<string, ModelTotal>();
  const addTotal = (total: ModelTotal): void => {
    const name = JSON.stringify([total.recorded, total.model]);
    const known = totals.get(name);
    totals.set(name, known === undefined ? total : sumOf(known, total));
  };
  for (const group of groups) addTotal(totalOf(group, catalogue));
  for (const { model, requests } of usage.unmeasured) addTotal(withoutUsage(model, requests, catalogue));
  return [...totals.values()].sort((a, b) => compareNames(nameOf(a), nameOf(b)));
}

function idOf(recorded: string | null, catalogue: Catalogue | null): string | null {
  return recorded === null || catalogue === null ? null : idOfName(recorded, catalogue.models);
}

function totalOf(group: UsageGroup, catalogue: Catalogue | null): ModelTotal {
  const id = idOf(group.model, catalogue);
  const price = id === null || catalogue === null ? null : priceGroup(group, id, catalogue, null);
  return {
    recorded: group.model,
    // A batch is a discount on the same model; a fast model is another one.
    model: group.tier === 'batch' ? id : (price?.model ?? id),
    requests: group.has_requests ? group.requests : null,
    unmeasured: 0,
    tokens: group.sums,
    written_1h: group.written_1h,
    web_searches: group.web_searches,
    charged: group.charged,
    at_catalogue_prices: price?.cost ?? null,
    estimate: group.estimate,
    notes: price?.notes ?? [],
  };
}

function withoutUsage(recorded: string | null, requests: number, catalogue: Catalogue | null): ModelTotal {
  return {
    recorded,
    model: idOf(recorded, catalogue),
    requests,
    unmeasured: requests,
    tokens: byTokenPart(() => 0),
    written_1h: 0,
    web_searches: 0,
    charged: null,
    at_catalogue_prices: null,
    estimate: null,
    notes: [],
  };
}

/** An amount of requests without usage is not known; it is left out, and the total says how many they are. */
function sumOf(a: ModelTotal, b: ModelTotal): ModelTotal {
  const isMeasured = ({ requests, unmeasured }: ModelTotal): boolean => requests === null || requests > unmeasured;
  const amount = (of: (total: ModelTotal) => Decimal | null): Decimal | null => {
    if (!isMeasured(a)) return of(b);
    return isMeasured(b) ? sumOrNull([of(a), of(b)]) : of(a);
  };
  return {
    recorded: a.recorded,
    model: a.model,
    requests: a.requests === null || b.requests === null ? null : a.requests + b.requests,
    unmeasured: a.unmeasured + b.unmeasured,
    tokens: tokenSum([a.tokens, b.tokens]),
    written_1h: a.written_1h + b.written_1h,
    web_searches: a.web_searches + b.web_searches,
    charged: amount(({ charged }) => charged),
    at_catalogue_prices: amount(({ at_catalogue_prices }) => at_catalogue_prices),
    estimate: amount(({ estimate }) => estimate),
    notes: [...new Set([...a.notes, ...b.notes])],
  };
}

function tokenSum(all: readonly Readonly<Record<TokenPart, number>>[]): Record<TokenPart, number> {
  const sum = byTokenPart(() => 0);
  for (const tokens of all) for (const { part } of TOKEN_PARTS) sum[part] += tokens[part];
  return sum;
}

function nameOf({ recorded, model }: ModelTotal): string {
  return JSON.stringify([recorded ?? '\uffff', model]);
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a group costs at the catalogue's prices, in US dollars; null where it has no price. */
export interface GroupPrice {
  /** The model whose prices count: that of the tier where it is a row of its own; null where the tier has no price. */
  readonly model: string | null;
  readonly cost: Decimal | null;
  /** What a reader should know of how it was priced. */
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

import { type Decimal, sumOrNull } from '../../lib/money/decimal.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { TOKEN_PARTS, type TokenPart, byTokenPart } from '../../manifest/token-parts.js';
import { type UsageGroup, aggregate } from '../read/aggregate.js';
import type { Usage } from '../read/usage.js';
import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import { priceGroup } from './group-price.js';

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

/** What requests without usage cost is not known. It is left out, and the total says how many they are. */
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

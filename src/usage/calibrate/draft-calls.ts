import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { divide, fromInteger, type Decimal } from '../../lib/money/decimal.js';
import { aggregate, type UsageGroup } from '../read/aggregate.js';
import type { GroupKey } from '../read/exchange.js';
import type { Usage } from '../read/usage.js';
import { batchModel, fastModel } from '../../budget/pricing/price-recorded.js';
import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import { searchName, fittingName, freeName, suitesOfFiles } from './match-calls.js';
import { meanRequest, type MeanRequest } from './comparison.js';

/** A call of a first manifest. */
export interface DraftCall {
  /** Null: the call goes by its model. */
  readonly name: string | null;
  readonly model: string;
  readonly count: number;
  readonly mean: MeanRequest;
  /** The longest answer in tokens; null where single answers are not recorded. */
  readonly longest_answer: number | null;
  readonly kept_an_hour: boolean;
  readonly service_tier: 'flex' | 'priority' | null;
  /** What one run was charged, in US dollars; null where that is not stated. */
  readonly cost: Decimal | null;
  /** All recorded requests, those without usage included. */
  readonly requests: number;
  readonly unmeasured: number;
}

/** A suite of a first manifest. */
export interface DraftSuite {
  readonly name: string;
  /** Recorded runs of the suite; at least 1. */
  readonly runs: number;
  readonly calls: readonly DraftCall[];
}

/** What recordings make of a first manifest. */
export interface Drafts {
  readonly suites: readonly DraftSuite[];
  /** Requests of a model that is not stated; no call can be made of them. */
  readonly withoutModel: readonly UsageGroup[];
}

/** How recordings become suites and calls. */
export interface DraftOptions {
  readonly catalogue: Catalogue | null;
  /** How many runs were recorded; null: as many as the recordings of a suite name, at least 1. */
  readonly runs: number | null;
  /** The suite of recordings that name none; null: by file or folder. */
  readonly suite: string | null;
}

/** Digits after the point of an amount; the manifest takes no more. */
export const PLACES = 12;

/** Suites by the name that recordings state, else by file or folder; calls by model, name and how they were served. */
export function draftSuites(usage: Usage, options: DraftOptions): Drafts {
  const keyOf = keyFor(usage, options);
  const groups = aggregate(usage.rows, (key) => ({ ...keyOf(key), web_searches: 0 }));
  const bySearch = aggregate(usage.rows, (key) => ({ ...keyOf(key), web_searches: Math.min(key.web_searches, 1) }));
  const unmeasured = new Map<string, number>();
  for (const group of usage.unmeasured) {
    const name = nameOf(keyOf(group));
    unmeasured.set(name, (unmeasured.get(name) ?? 0) + group.requests);
  }
  const stated = groups.filter(({ model }) => model !== null);
  const names = [...new Set(stated.map(({ suite }) => suite))].sort((a, b) => (a < b ? -1 : 1));
  const recorders = new Map<string, Set<string>>();
  for (const key of [...usage.rows.groups(), ...usage.unmeasured]) {
    const { suite } = keyOf(key);
    if (key.run !== null) recorders.set(suite, (recorders.get(suite) ?? new Set()).add(key.run));
  }
  const suites = names.map((name) => {
    const own = stated.filter(({ suite }) => suite === name);
    const runs = options.runs ?? Math.max(recorders.get(name)?.size ?? 0, 1);
    return { name, runs, calls: draftCalls(own, bySearch, unmeasured, runs) };
  });
  return { suites, withoutModel: groups.filter(({ model }) => model === null) };
}

/** A group whatever its model and tier are called in the end. */
function nameOf({ suite, call, model }: GroupKey): string {
  return JSON.stringify([suite, call, model]);
}

function keyFor(usage: Usage, { catalogue, suite }: DraftOptions): (key: GroupKey) => GroupKey & { suite: string } {
  const files = [...new Set([...usage.rows.groups(), ...usage.unmeasured].map(({ source }) => source))].sort();
  const byFile = suitesOfFiles(files);
  return (key) => ({
    ...key,
    source: '',
    run: null,
    tier: key.tier === 'flex' || key.tier === 'priority' ? key.tier : null,
    suite: (key.suite === null ? suite : fittingName(key.suite)) ?? byFile.get(key.source) ?? 'recordings',
    call: key.call === null ? null : fittingName(key.call),
    model: key.model === null ? null : modelId(key.model, key.tier, catalogue),
  });
}

/** The catalogue's id, by which fast and batch models are rows of their own; as recorded where there is none. */
function modelId(recorded: string, tier: GroupKey['tier'], catalogue: Catalogue | null): string {
  if (catalogue === null) return recorded;
  const known = idOfName(recorded, catalogue.models);
  if (known === null) return recorded;
  const resolution = resolveModel(known, catalogue.models);
  const id = resolution.state === 'resolved' ? resolution.id : known;
  const row = tier === 'fast' ? fastModel(id) : tier === 'batch' ? batchModel(id) : id;
  return catalogue.models.has(row) ? row : known;
}

function draftCalls(
  groups: readonly UsageGroup[],
  bySearch: readonly UsageGroup[],
  unmeasured: ReadonlyMap<string, number>,
  runs: number,
): DraftCall[] {
  const taken = new Set<string>();
  const named = (wanted: string): string => {
    const name = freeName(wanted, taken);
    taken.add(name);
    return name;
  };
  const order = (group: UsageGroup): string => JSON.stringify([group.call ?? '\uffff', group.model, group.tier]);
  const sorted = [...groups].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return sorted.flatMap((group) => {
    const model = group.model ?? '';
    const sharesName = groups.filter((other) => other.call === group.call).length > 1;
    const base =
      group.call === null ? null : sharesName ? (fittingName(`${group.call} ${model}`) ?? group.call) : group.call;
    const name = base === null && !taken.has(model) ? null : named(base ?? model);
    if (name === null) taken.add(model);
    const cut = unmeasured.get(nameOf(group)) ?? 0;
    const parts = partsOf(group, bySearch);
    return parts.map((part, index) =>
      draftCall(part, index === 0 ? name : named(searchName(name ?? model)), runs, index === 0 ? cut : 0),
    );
  });
}

/**
 * Requests with searches are a call of their own behind the call without them, since a mean number would be rounded.
 */
function partsOf(group: UsageGroup, bySearch: readonly UsageGroup[]): readonly UsageGroup[] {
  if (group.web_searches % group.requests === 0) return [group];
  const parts = bySearch.filter((part) => nameOf(part) === nameOf(group) && part.tier === group.tier);
  return [...parts].sort((a, b) => a.web_searches - b.web_searches);
}

function draftCall(group: UsageGroup, name: string | null, runs: number, unmeasured: number): DraftCall {
  const requests = group.requests + unmeasured;
  const { written_1h, sums, cost, tier } = group;
  return {
    name,
    model: group.model ?? '',
    count: Math.max(Math.round(requests / runs), 1),
    mean: meanRequest(group),
    longest_answer: group.has_requests && group.longest.completion > 0 ? group.longest.completion : null,
    kept_an_hour: written_1h > 0 && written_1h * 2 >= sums.written,
    service_tier: tier === 'flex' || tier === 'priority' ? tier : null,
    cost: cost === null ? null : divide(cost, fromInteger(runs), Math.max(cost.scale, PLACES)),
    requests,
    unmeasured,
  };
}

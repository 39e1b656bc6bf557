import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { CallEstimate, Estimate, SuiteEstimate } from '../../budget/estimate.js';
import type { Manifest, NamedSuite } from '../../manifest/manifest.js';
import { add, divide, fromInteger, isPositive, sum, sumOrNull, times, type Decimal } from '../../lib/money/decimal.js';
import { configurationError } from '../../lib/errors/problem.js';
import { aggregate, type UsageGroup } from '../read/aggregate.js';
import type { GroupKey } from '../read/exchange.js';
import { isComplete, type Usage } from '../read/usage.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { batchModel, fastModel } from '../../budget/pricing/price-recorded.js';
import { isOffBy, percentAbove, priceGroup, pricesDiffer } from '../totals/group-price.js';
import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import {
  type CallUsage,
  type Figure,
  type MeasuredCall,
  type PriceDifference,
  type SuiteUsage,
  type UsageComparison,
  perRun,
} from './comparison.js';
import { callMatcher, type Match } from './match-calls.js';
import { proposalsFor, type Bound } from './proposals.js';

/** A manifest with its estimate, and what was used. */
export interface ComparisonInput {
  /** With its files counted. */
  readonly manifest: Manifest;
  readonly estimate: Estimate;
  readonly catalogue: Catalogue;
  /** The instant of the estimate's prices; null: their most expensive hour. */
  readonly at: Date | null;
  readonly usage: Usage;
  /** How many runs were recorded; null: as many as the recordings of a suite name, at least 1. */
  readonly runs: number | null;
  /** The suite that recordings which name none belong to; null: see callMatcher. */
  readonly suite: string | null;
}

/** Compares a manifest with what was used. Throws a NoVerdictError (2) where the suite asked for is not in it. */
export function compareUsage(input: ComparisonInput): UsageComparison {
  const { manifest, estimate, suite } = input;
  const asked = suite === null ? manifest.suites : manifest.suites.filter(({ name }) => name === suite);
  if (asked.length === 0) {
    const names = manifest.suites.map(({ name }) => name).join(', ');
    throw configurationError(`the manifest has no suite "${suite ?? ''}"; it has ${names}`, { file: manifest.file });
  }
  const usage = matchedGroups(input);
  const suites = asked.map((one) => {
    const estimated = estimate.suites.find(({ name }) => name === one.name);
    return suiteUsage(one, estimated, usage, { ...input, runs: input.runs ?? runsOf(one, estimated, usage) });
  });
  return {
    runs: Math.max(...suites.map(({ runs }) => runs)),
    suites,
    unknown: usage.unknown,
    ambiguous: usage.ambiguous,
    is_complete: isComplete(input.usage),
  };
}

/** What was recorded of one call. */
interface RecordedCall {
  readonly group: UsageGroup;
  /** The same requests by how they were served, which decides their price. */
  readonly served: readonly UsageGroup[];
  /** The same by whether they searched the web. */
  readonly bySearch: readonly UsageGroup[];
}

/** Of one suite: the number of its runs is known. */
type SuiteInput = Omit<ComparisonInput, 'runs'> & { readonly runs: number };

/**
 * How many runs of a suite its recordings name: each recorder is one run. A suite that is repeated in parallel jobs has
 * a recorder in each job. This is assumed where each recorder saw about the requests of one repeat, and the number of
 * recorders is a multiple of the repeats.
 */
function runsOf(suite: NamedSuite, estimated: SuiteEstimate | undefined, usage: MatchedGroups): number {
  const recorders = usage.recorders.get(suite.name)?.size ?? 0;
  if (suite.repeat === 1 || recorders === 0 || recorders % suite.repeat !== 0) return Math.max(recorders, 1);
  let [recorded, declared] = [0, 0];
  for (const { call } of estimated?.calls ?? []) {
    const key = callKey(suite.name, call.index);
    const group = usage.calls.get(key)?.group;
    if (group === undefined) continue;
    recorded += group.requests + (usage.unmeasured.get(key) ?? 0);
    declared += call.count * recorders;
  }
  const isOneRepeatEach = recorded < declared * Math.sqrt(suite.repeat);
  return isOneRepeatEach ? recorders / suite.repeat : recorders;
}

interface MatchedGroups {
  /** The ids of the recorders of each suite. */
  readonly recorders: ReadonlyMap<string, ReadonlySet<string>>;
  readonly calls: ReadonlyMap<string, RecordedCall>;
  /** Requests without usage, by call. */
  readonly unmeasured: ReadonlyMap<string, number>;
  readonly unknown: readonly UsageGroup[];
  readonly ambiguous: UsageComparison['ambiguous'];
}

function callKey(suite: string, index: number): string {
  return `${index} ${suite}`;
}

/** All requests of one call are one group, whatever files and spellings of the model they come from. */
function matchedGroups({ estimate, catalogue, suite, usage }: ComparisonInput): MatchedGroups {
  const matchOf = callMatcher(estimate, catalogue, suite);
  const grouped = (keyOf: (key: GroupKey) => GroupKey): (UsageGroup & { readonly match: Match })[] =>
    aggregate(usage.rows, (key) => {
      const match = matchOf(key);
      return { ...coarseKey(keyOf(key), match), match };
    });
  const byCall = (keyOf: (key: GroupKey) => GroupKey): Map<string, UsageGroup[]> => {
    const groups = new Map<string, UsageGroup[]>();
    for (const group of grouped(keyOf)) {
      if (group.match.state !== 'call') continue;
      const key = callKey(group.match.suite, group.match.index);
      groups.set(key, [...(groups.get(key) ?? []), group]);
    }
    return groups;
  };
  const served = byCall((key) => ({ ...key, web_searches: 0 }));
  const bySearch = byCall((key) => ({ ...key, tier: null, web_searches: Math.min(key.web_searches, 1) }));
  const calls = new Map<string, RecordedCall>();
  const unknown: UsageGroup[] = [];
  const ambiguous: { group: UsageGroup; candidates: readonly string[] }[] = [];
  for (const group of grouped((key) => ({ ...key, tier: null, web_searches: 0 }))) {
    const { match } = group;
    if (match.state === 'call') {
      const key = callKey(match.suite, match.index);
      calls.set(key, { group, served: served.get(key) ?? [], bySearch: bySearch.get(key) ?? [] });
    } else if (match.state === 'unknown') unknown.push(group);
    else if (match.state === 'ambiguous') ambiguous.push({ group, candidates: match.candidates });
  }
  const unmeasured = new Map<string, number>();
  for (const group of usage.unmeasured) {
    const match = matchOf(group);
    if (match.state !== 'call') continue;
    const key = callKey(match.suite, match.index);
    unmeasured.set(key, (unmeasured.get(key) ?? 0) + group.requests);
  }
  const recorders = new Map<string, Set<string>>();
  for (const group of [...usage.rows.groups(), ...usage.unmeasured]) {
    const match = matchOf(group);
    const of = match.state === 'skipped' ? null : match.suite;
    if (of === null || group.run === null) continue;
    recorders.set(of, (recorders.get(of) ?? new Set()).add(group.run));
  }
  return { calls, unmeasured, unknown, ambiguous, recorders };
}

/** The groups of a call are one; of what has no call the file no longer matters. */
function coarseKey(key: GroupKey, match: Match): GroupKey {
  const coarse = { ...key, source: '', run: null };
  if (match.state === 'call') return { ...coarse, suite: match.suite, call: String(match.index), model: null };
  return { ...coarse, suite: match.state === 'skipped' ? key.suite : (match.suite ?? key.suite) };
}

function suiteUsage(
  suite: NamedSuite,
  estimated: SuiteEstimate | undefined,
  usage: MatchedGroups,
  input: SuiteInput,
): SuiteUsage {
  const estimates = estimated?.calls ?? [];
  const calls = estimates.map((call): CallUsage => {
    const key = callKey(suite.name, call.call.index);
    const recorded = usage.calls.get(key);
    const { display_name: name, index, model } = call.call;
    const measured =
      recorded === undefined ? null : measuredCall(suite, call, recorded, usage.unmeasured.get(key) ?? 0, input);
    return { name, index, model, measured, estimated_per_run: call.per_run };
  });
  const others = [...usage.unknown, ...usage.ambiguous.map(({ group }) => group)]
    .filter((group) => group.suite === suite.name)
    .map(({ call, model, requests, ...group }) => {
      return { call, model, requests, cost: otherCost({ call, model, requests, ...group }, input) };
    });
  const seen = calls.flatMap(({ name, model, measured, estimated_per_run }) =>
    measured === null ? [] : [{ name, model, measured, estimated_per_run }],
  );
  const costs = [
    ...seen.map(({ name, model, measured }) => {
      return { call: name, model, requests: measured.recorded_requests, cost: measured.used_per_run };
    }),
    ...others,
  ];
  const priced = costs.flatMap(({ cost }) => cost ?? []);
  const isRecorded = costs.length > 0;
  const usedPerRun = isRecorded ? sumOrNull(costs.map(({ cost }) => cost)) : null;
  const tokensPerRun = isRecorded
    ? sumOrNull([...seen.map(({ measured }) => measured.tokens_per_run), ...others.map(({ cost }) => cost)])
    : null;
  // The estimates of calls that were not recorded are left out.
  const compared =
    seen.length === 0 ? (estimated?.totals.per_run ?? null) : sumOrNull(seen.map((call) => call.estimated_per_run));
  return {
    name: suite.name,
    runs: input.runs,
    recorded: isRecorded,
    is_matched: seen.length > 0,
    seen_calls: seen.length,
    estimated_per_run: compared,
    used_per_run: usedPerRun,
    priced_per_run: priced.length === 0 ? null : sum(priced),
    unpriced: costs.filter(({ cost }) => cost === null).map(({ call, model, requests }) => ({ call, model, requests })),
    tokens_per_run: tokensPerRun,
    error_percent: percentOrNull(usedPerRun, compared),
    token_error_percent: percentOrNull(tokensPerRun, compared),
    calls,
  };
}

function percentOrNull(actual: Decimal | null, expected: Decimal | null): Decimal | null {
  return actual === null || expected === null ? null : percentAbove(actual, expected);
}

/** The cost of requests that belong to the suite and to none of its calls. */
function otherCost(group: UsageGroup, { catalogue, at, runs }: SuiteInput): Decimal | null {
  const id = group.model === null ? null : idOfName(group.model, catalogue.models);
  const atCatalogue = id === null ? null : priceGroup(group, id, catalogue, at).cost;
  const cost = group.cost ?? atCatalogue ?? group.estimate;
  return cost === null ? null : shareOf(cost, runs);
}

/** The share of one run; more digits than the cost has, as a third of it may have no end. */
function shareOf(cost: Decimal, runs: number): Decimal {
  return runs === 1 ? cost : divide(cost, fromInteger(runs), Math.max(cost.scale, 12) + 6);
}

function measuredCall(
  suite: NamedSuite,
  estimate: CallEstimate,
  { group, served, bySearch }: RecordedCall,
  unmeasured: number,
  { runs, catalogue, at, usage }: SuiteInput,
): MeasuredCall {
  const { call } = estimate;
  const prices = served.map((part) => priceGroup(part, call, catalogue, at));
  const atCatalogue = sumOrNull(prices.map(({ cost }) => cost));
  const cost = group.cost ?? atCatalogue ?? group.estimate;
  const used = cost === null ? null : shareOf(cost, runs);
  const attempts = times(add(fromInteger(1), call.retries.expected), estimate.requests_per_run);
  const requests = group.requests + unmeasured;
  const bound = {
    unmeasured,
    isLowerBound: !isComplete(usage) || !group.has_requests,
    served: howServed(call.model, served, catalogue),
  };
  const apart = searchingApart(group, bySearch);
  const { proposals, notes } = proposalsFor(suite, call, apart?.plain ?? group, runs, bound);
  const split =
    apart === null
      ? null
      : proposalsFor(suite, call, apart.searching, runs, { ...bound, unmeasured: 0, isLowerBound: false }).proposals;
  const byTokens = atCatalogue === null ? used : shareOf(atCatalogue, runs);
  return {
    recorded_requests: requests,
    requests: figure(attempts, perRun(requests, runs)),
    prompt: meanFigure(call.prompt_tokens?.expected ?? 0, group.sums.prompt, group.requests),
    completion: meanFigure(call.completion_tokens.expected, group.sums.completion, group.requests),
    cached: meanFigure(call.cached_tokens.expected, group.sums.cached, group.requests),
    used_per_run: used,
    // Where nothing is proposed, the rest of a difference is the rounding to whole tokens and requests.
    tokens_per_run: proposals.length + notes.length === 0 && split === null ? (estimate.per_run ?? byTokens) : byTokens,
    cost_percent: percentOrNull(used, estimate.per_run),
    own_key: group.own_key,
    without_cost: group.without_cost,
    price: priceDifference(group, atCatalogue),
    proposals,
    split,
    notes: [...new Set([...notes, ...prices.flatMap((price) => price.notes)])],
  };
}

/** What the call should say where all its requests were served in one way that has prices of its own. */
function howServed(model: string, served: readonly UsageGroup[], { models }: Catalogue): Bound['served'] {
  const [tier = null, ...others] = new Set(served.map((group) => group.tier));
  if (tier === null || others.length > 0) return [];
  if (tier === 'flex' || tier === 'priority') return [['service_tier', tier]];
  const resolution = resolveModel(model, models);
  const id = resolution.state === 'resolved' ? resolution.id : model;
  const row = tier === 'batch' ? batchModel(id) : fastModel(id);
  return models.has(row) ? [['model', row]] : [];
}

/** Requests with and without a search, where a mean of the searches would have to be rounded. */
function searchingApart(
  group: UsageGroup,
  bySearch: readonly UsageGroup[],
): { readonly plain: UsageGroup; readonly searching: UsageGroup } | null {
  if (group.web_searches % group.requests === 0) return null;
  const plain = bySearch.find(({ web_searches }) => web_searches === 0);
  const searching = bySearch.find(({ web_searches }) => web_searches > 0);
  return plain === undefined || searching === undefined ? null : { plain, searching };
}

function figure(declared: Decimal, measured: Decimal): Figure {
  return { declared, measured, percent: percentAbove(measured, declared) };
}

function meanFigure(declared: number, total: number, requests: number): Figure {
  return figure(fromInteger(declared), divide(fromInteger(total), fromInteger(requests), 2));
}

/** A fee of a tool that is stated apart is no part of the price of tokens. */
function priceDifference({ cost, fees, web_searches }: UsageGroup, catalogue: Decimal | null): PriceDifference | null {
  if (cost === null || catalogue === null || !pricesDiffer(cost, catalogue)) return null;
  const percent = percentAbove(cost, catalogue);
  return { charged: cost, catalogue, percent, fees: isPositive(fees) ? fees : null, web_searches };
}

/** Suites whose estimate is off by more than so many percent of it; one that cannot be compared is not. */
export function suitesOffBy(comparison: UsageComparison, maxPercent: Decimal): readonly SuiteUsage[] {
  return comparison.suites.filter(
    ({ estimated_per_run: estimated, tokens_per_run: used }) =>
      estimated !== null && used !== null && isOffBy(used, estimated, maxPercent),
  );
}

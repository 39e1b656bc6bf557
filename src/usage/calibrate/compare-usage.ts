import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { CallEstimate, Estimate, SuiteEstimate } from '../../budget/estimate.js';
import type { Manifest, NamedSuite } from '../../manifest/manifest.js';
import { add, divide, fromInteger, sumOrNull, times, type Decimal } from '../../lib/money/decimal.js';
import { configurationError } from '../../lib/errors/problem.js';
import { aggregate, type UsageGroup } from '../read/aggregate.js';
import { isOffBy, percentAbove, pricesDiffer } from '../read/deviation.js';
import type { GroupKey } from '../read/usage-row.js';
import type { Usage } from '../read/usage.js';
import type { CallUsage, Figure, MeasuredCall, PriceDifference, SuiteUsage, UsageComparison } from './comparison.js';
import { callMatcher, type Match } from './match-calls.js';
import { catalogueId } from './call-key.js';
import { priceGroup } from '../totals/group-price.js';
import { perRun } from './means.js';
import { proposalsFor } from './proposals.js';

export interface ComparisonInput {
  /** As the file states it. */
  readonly manifest: Manifest;
  /** Of the same manifest with the tokens of its `prompt_files` added. */
  readonly estimate: Estimate;
  readonly catalogue: Catalogue;
  /** The instant of the estimate's prices; null: their dearest hour. */
  readonly at: Date | null;
  readonly usage: Usage;
  /** How many runs were recorded; at least 1. */
  readonly runs: number;
  /** The suite that recordings which name none belong to; null: see callMatcher. */
  readonly suite: string | null;
}

/** Holds a manifest against what was used. Throws a NoVerdictError (2) where the suite asked for is not in it. */
export function compareUsage(input: ComparisonInput): UsageComparison {
  const { manifest, estimate, suite, runs } = input;
  const asked = suite === null ? manifest.suites : manifest.suites.filter(({ name }) => name === suite);
  if (asked.length === 0) {
    const names = manifest.suites.map(({ name }) => name).join(', ');
    throw configurationError(`the manifest has no suite "${suite ?? ''}"; it has ${names}`, { file: manifest.file });
  }
  const usage = matchedGroups(input);
  const suites = asked.map((one) => {
    const estimated = estimate.suites.find(({ name }) => name === one.name);
    return suiteUsage(one, estimated, usage, input);
  });
  return { runs, suites, unknown: usage.unknown, ambiguous: usage.ambiguous };
}

interface MatchedGroups {
  readonly calls: ReadonlyMap<string, UsageGroup>;
  readonly unknown: readonly UsageGroup[];
  readonly ambiguous: UsageComparison['ambiguous'];
}

function callKey(suite: string, index: number): string {
  return `${index} ${suite}`;
}

/** All requests of one call are one group, whatever files and spellings of the model they come from. */
function matchedGroups({ estimate, catalogue, suite, usage }: ComparisonInput): MatchedGroups {
  const matchOf = callMatcher(estimate, catalogue, suite);
  const groups = aggregate(usage.rows, (key) => {
    const match = matchOf(key);
    return { ...coarseKey(key, match), match };
  });
  const calls = new Map<string, UsageGroup>();
  const unknown: UsageGroup[] = [];
  const ambiguous: { group: UsageGroup; candidates: readonly string[] }[] = [];
  for (const group of groups) {
    const { match } = group;
    if (match.state === 'call') calls.set(callKey(match.suite, match.index), group);
    else if (match.state === 'unknown') unknown.push(group);
    else if (match.state === 'ambiguous') ambiguous.push({ group, candidates: match.candidates });
  }
  return { calls, unknown, ambiguous };
}

/** The groups of a call are one; of what has no call the file no longer matters. */
function coarseKey(key: GroupKey, match: Match): GroupKey {
  const coarse = { ...key, source: '', tier: null, run: null };
  if (match.state === 'call') return { ...coarse, suite: match.suite, call: String(match.index), model: null };
  return { ...coarse, suite: match.state === 'elsewhere' ? key.suite : (match.suite ?? key.suite) };
}

function suiteUsage(
  suite: NamedSuite,
  estimated: SuiteEstimate | undefined,
  usage: MatchedGroups,
  input: ComparisonInput,
): SuiteUsage {
  const calls = (estimated?.calls ?? []).map((call) =>
    callUsage(suite, call, usage.calls.get(callKey(suite.name, call.call.index)), input),
  );
  const others = [...usage.unknown, ...usage.ambiguous.map(({ group }) => group)]
    .filter((group) => group.suite === suite.name)
    .map((group) => otherCost(group, input));
  const used = [...calls.flatMap(({ measured }) => (measured === null ? [] : [measured.used_per_run])), ...others];
  const usedPerRun = used.length === 0 ? null : sumOrNull(used);
  const estimatedPerRun = estimated?.totals.per_run ?? null;
  return {
    name: suite.name,
    recorded: used.length > 0,
    estimated_per_run: estimatedPerRun,
    used_per_run: usedPerRun,
    error_percent: usedPerRun === null || estimatedPerRun === null ? null : percentAbove(usedPerRun, estimatedPerRun),
    calls,
  };
}

/** The cost of requests that belong to the suite and to none of its calls. */
function otherCost(group: UsageGroup, { catalogue, at, runs }: ComparisonInput): Decimal | null {
  const id = group.model === null ? null : catalogueId(group.model, catalogue.models);
  const atCatalogue = id === null ? null : priceGroup(group, id, catalogue, at).cost;
  const cost = group.cost ?? atCatalogue;
  return cost === null ? null : shareOf(cost, runs);
}

/** The share of one run; more digits than the cost has, as a third of it may have no end. */
function shareOf(cost: Decimal, runs: number): Decimal {
  return runs === 1 ? cost : divide(cost, fromInteger(runs), Math.max(cost.scale, 12) + 6);
}

function callUsage(
  suite: NamedSuite,
  estimate: CallEstimate,
  group: UsageGroup | undefined,
  input: ComparisonInput,
): CallUsage {
  const { call } = estimate;
  return {
    name: call.display_name,
    index: call.index,
    model: call.model,
    measured: group === undefined ? null : measuredCall(suite, estimate, group, input),
    estimated_per_run: estimate.per_run,
  };
}

function measuredCall(
  suite: NamedSuite,
  estimate: CallEstimate,
  group: UsageGroup,
  { runs, catalogue, at }: ComparisonInput,
): MeasuredCall {
  const { call } = estimate;
  const stated = suite.calls[call.index] ?? call;
  const atCatalogue = priceGroup(group, call, catalogue, at).cost;
  const cost = group.cost ?? atCatalogue;
  const used = cost === null ? null : shareOf(cost, runs);
  const attempts = times(add(fromInteger(1), call.retries.expected), estimate.requests_per_run);
  const { proposals, notes } = proposalsFor({ suite, stated, estimated: call }, group, runs);
  return {
    recorded_requests: group.requests,
    requests: figure(attempts, perRun(group.requests, runs)),
    prompt: meanFigure(call.prompt_tokens?.expected ?? 0, group.sums.prompt, group.requests),
    completion: meanFigure(call.completion_tokens.expected, group.sums.completion, group.requests),
    cached: meanFigure(call.cached_tokens.expected, group.sums.cached, group.requests),
    used_per_run: used,
    cost_percent: used === null || estimate.per_run === null ? null : percentAbove(used, estimate.per_run),
    own_key: group.own_key,
    without_cost: group.without_cost,
    price: priceDifference(group.cost, atCatalogue),
    proposals,
    notes,
  };
}

function figure(declared: Decimal, measured: Decimal): Figure {
  return { declared, measured, percent: percentAbove(measured, declared) };
}

function meanFigure(declared: number, total: number, requests: number): Figure {
  return figure(fromInteger(declared), divide(fromInteger(total), fromInteger(requests), 2));
}

function priceDifference(charged: Decimal | null, catalogue: Decimal | null): PriceDifference | null {
  if (charged === null || catalogue === null || !pricesDiffer(charged, catalogue)) return null;
  return { charged, catalogue, percent: percentAbove(charged, catalogue) };
}

/** Suites whose estimate is off by more than so many percent of it; one that cannot be compared is not. */
export function suitesOffBy(comparison: UsageComparison, maxPercent: Decimal): readonly SuiteUsage[] {
  return comparison.suites.filter(
    ({ estimated_per_run: estimated, used_per_run: used }) =>
      estimated !== null && used !== null && isOffBy(used, estimated, maxPercent),
  );
}

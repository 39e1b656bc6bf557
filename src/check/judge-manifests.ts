import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import {
  compareEstimates,
  removedSuites,
  type Comparison,
  type SuitePair,
  priceDrift,
  type Drift,
} from '../budget/comparison/comparison.js';
import { changesOf, type Change } from '../budget/comparison/changes.js';
import { estimateCall, estimateManifest, type Estimate, type Totals } from '../budget/estimate.js';
import { judgeCredits } from '../budget/credits.js';
import type { Credits } from '../openrouter/account/credits.js';
import type { Manifest, NamedCall } from '../manifest/manifest.js';
import type { Policy } from '../manifest/schema.js';
import { toText } from '../lib/money/decimal.js';
import type { PriceDrift, ReportSuggestion } from '../report/model/schema.js';
import { scopeOfAll, withRemedies } from '../budget/suggestions/remedies.js';
import { suggest, worthShowing } from '../budget/suggestions/suggest.js';
import { judge, judgeWithoutManifest, type Judgement, type Side } from '../budget/verdict/judge.js';
import { limitsInForce, runsOfKind, scheduleBy } from '../budget/verdict/limits-in-force.js';
import { movedSuites } from '../budget/verdict/moved-suites.js';
import { resolveModel } from '../openrouter/catalogue/model-id.js';
import { expiringModels, fallenPrices } from '../openrouter/catalogue/model-warnings.js';
import type { NotApplied } from '../budget/verdict/violation.js';
import type { Manifests } from './read-manifests.js';
import { isTip, type Sources } from './sources.js';

export interface Prices {
  readonly catalogue: Catalogue;
  /** The lockfile beside live prices, for the drift; null without one. */
  readonly lock: Catalogue | null;
  /** The remaining credits; null without a key. */
  readonly credits: Credits | null;
}

/** A model that is withdrawn within so many days is a warning; within more, up to a month, a note. */
export const EXPIRES_SOON_DAYS = 7;

export interface PriceTime {
  readonly now: Date;
  /** The instant that hour-dependent prices are taken at; null: their most expensive hour. */
  readonly at: Date | null;
  /** The age of the lockfile in days, with fractions; null for live prices. */
  readonly ageInDays: number | null;
  /** The lockfile stands in for endpoints that could not be fetched. */
  readonly standsIn: boolean;
}

/** Estimates, comparison and judgement: the part of the report that follows from figures and policy alone. */
export interface JudgedManifests {
  readonly comparison: Comparison | null;
  /** The figures of base that are shown, also if head has no manifest; null without a base. */
  readonly base: Totals | null;
  /** In head's order, removed suites last. All suites of base if head has no manifest. */
  readonly suites: readonly SuitePair[];
  /** What moved the cost from base to head; empty without a base, or if head has no manifest. */
  readonly changes: readonly Change[];
  /** With the smallest change that mends a broken limit as its remedy. */
  readonly judgement: Judgement;
  /** Changes that would make head cheaper, in the order to show them. */
  readonly suggestions: readonly ReportSuggestion[];
  readonly drift: PriceDrift | null;
  /** The calls that the drift leaves out because the lockfile has no price for them. */
  readonly unlocked: readonly NamedCall[];
  readonly notApplied: readonly NotApplied[];
  /** The policy that was applied: the default branch's, if it has one. */
  readonly policyApplied: Policy;
}

/** Estimates head, base and tip from one catalogue, compares them and judges head. A pure function. */
export function judgeManifests(
  manifests: Manifests,
  sources: Sources,
  prices: Prices,
  time: PriceTime,
): JudgedManifests {
  const { change } = sources;
  const common = {
    manifestFile: sources.manifestFile,
    prices: { source: prices.catalogue.source, ageInDays: time.ageInDays, standsIn: time.standsIn },
    approvals: sources.approvals,
    change,
  };
  const { head, policyFile } = manifests;
  const groups = head === null ? [] : movedSuites(head, policyFile, tipOf(manifests, sources), resolverOf(prices));
  const schedule = (manifest: Manifest) => scheduleBy(manifest, policyFile, groups);
  // The policy's number, on all sides.
  const freePerDay = (policyFile?.policy ?? head?.policy)?.free_requests_per_day;
  const estimate = (manifest: Manifest, catalogue = prices.catalogue) =>
    estimateManifest(manifest, catalogue, time.at, schedule(manifest), freePerDay);
  const base = manifests.base === null ? null : { manifest: manifests.base, estimate: estimate(manifests.base) };

  if (head === null) {
    const { policy } = manifests.policyFile;
    const lacksManifest = sources.base !== null && sources.base.text === null && sources.base.problem === null;
    return {
      comparison: null,
      base: base && compareEstimates(base.estimate, null).shown.head,
      suites: base === null ? [] : removedSuites(base.estimate),
      changes: [],
      judgement: judgeWithoutManifest({ ...common, policy, isUnchanged: lacksManifest }),
      suggestions: [],
      drift: null,
      unlocked: [],
      notApplied: [],
      policyApplied: policy,
    };
  }

  const runsPerMonth = (run: string) => runsOfKind(run, head, policyFile);
  const comparison = compareEstimates(estimate(head), base?.estimate ?? null, runsPerMonth);
  const limits = limitsInForce(head, policyFile, schedule(head));
  const { lock } = prices;
  const judgement = judge({
    ...common,
    head: { manifest: head, comparison },
    hasBase: sources.base !== null,
    base,
    tip: tipSide(manifests, sources, base, estimate),
    limits,
    policyFile,
    groups,
    isUnprotected: sources.policy !== null && sources.policy.text === null,
    warnings: {
      fallen: lock === null ? [] : fallenPrices(prices.catalogue, lock),
      expiring: expiringModels(prices.catalogue, time.now, EXPIRES_SOON_DAYS),
    },
    costByLock: ({ call, requests_per_run: requests }) =>
      lock === null ? null : estimateCall(call, requests, lock, time.at).per_run,
    extra: (side) => judgeCredits(prices.credits, side, limits.policy),
  });
  const changes = changesOf(
    comparison,
    (call, requests) => estimateCall(call, requests, prices.catalogue, time.at).per_run,
  );
  const freeRequestsPerDay = limits.policy.free_requests_per_day;
  const advice = { comparison, catalogue: prices.catalogue, at: time.at, freeRequestsPerDay };
  const violations = withRemedies(judgement.violations, advice, changes);
  const drift = lock === null ? null : priceDrift(comparison.head, estimate(head, lock));
  return {
    comparison,
    base: comparison.shown.base,
    suites: comparison.suites,
    changes,
    judgement: { ...judgement, violations },
    suggestions: worthShowing(suggest(advice, scopeOfAll(violations, comparison))).map(({ message, saving }) => ({
      message,
      saving_per_run: saving === null ? null : toText(saving),
    })),
    drift: lock === null || drift === null ? null : shownDrift(drift, lock),
    unlocked: drift?.unlocked ?? [],
    notApplied: limits.notApplied,
    policyApplied: limits.policy,
  };
}

/** The manifest at the tip of the default branch: base itself if it is that commit. */
function tipOf({ base, defaultBranch }: Manifests, sources: Sources): Manifest | null {
  return isTip(sources) ? base : defaultBranch;
}

function tipSide(
  manifests: Manifests,
  sources: Sources,
  base: Side | null,
  estimate: (manifest: Manifest) => Estimate,
): Side | null {
  if (isTip(sources)) return base;
  const { defaultBranch } = manifests;
  return defaultBranch === null ? null : { manifest: defaultBranch, estimate: estimate(defaultBranch) };
}

/** The catalogue's id of a declared model; the declared one if the catalogue does not have it. */
function resolverOf({ catalogue }: Prices): (model: string) => string {
  return (model) => {
    const resolution = resolveModel(model, catalogue.models, catalogue.source);
    return resolution.state === 'resolved' ? resolution.id : model;
  };
}

/** Null if no call has a price in both: an unknown drift is not a drift of $0. */
function shownDrift({ per_run: total, models }: Drift, lock: Catalogue): PriceDrift | null {
  if (total === null) return null;
  return {
    per_run: toText(total),
    since: lock.fetched_at,
    models: models.map(({ model, per_run: perRun }) => ({ model, per_run: toText(perRun) })),
  };
}

import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { compareEstimates, removedSuites } from '../budget/comparison/comparison.js';
import type { Comparison, SuitePair } from '../budget/comparison/comparison.js';
import { changesOf } from '../budget/comparison/changes.js';
import type { Change } from '../budget/comparison/changes.js';
import { priceDrift } from '../budget/comparison/drift.js';
import type { Drift } from '../budget/comparison/drift.js';
import { estimateCall, estimateManifest } from '../budget/estimate.js';
import { judgeCredits } from '../budget/credits/credits-rule.js';
import type { Credits } from '../openrouter/account/credits.js';
import type { Estimate } from '../budget/estimate.js';
import type { Manifest, NamedCall } from '../manifest/manifest.js';
import type { Policy } from '../manifest/schema.js';
import { toText } from '../lib/money/decimal.js';
import type { PriceDrift, ReportSuggestion } from '../report/model/schema.js';
import { withRemedies } from '../budget/suggestions/remedies.js';
import { suggest, worthShowing } from '../budget/suggestions/suggest.js';
import { judge, judgeWithoutManifest } from '../budget/verdict/judge.js';
import type { Judgement } from '../budget/verdict/judge.js';
import { limitsInForce, runsInForce } from '../budget/verdict/limits-in-force.js';
import type { NotApplied } from '../budget/verdict/violation.js';
import type { Manifests } from './read-manifests.js';
import type { Sources } from './sources.js';

export interface Prices {
  readonly catalogue: Catalogue;
  /** The lockfile beside live prices, for the drift; null without one. */
  readonly lock: Catalogue | null;
  /** The remaining credits; null without a key. */
  readonly credits: Credits | null;
}

export interface PriceTime {
  /** The instant that hour-dependent prices are taken at; null: their most expensive hour. */
  readonly at: Date | null;
  /** The age of the lockfile in days, with fractions; null for live prices. */
  readonly ageInDays: number | null;
}

/** Estimates, comparison and judgement: the part of the report that follows from figures and policy alone. */
export interface JudgedManifests {
  readonly comparison: Comparison | null;
  /** The estimate of base, also if head has no manifest; null without a base. */
  readonly base: Estimate | null;
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

/** Estimates head and base from one catalogue, compares them and judges head. A pure function. */
export function judgeManifests(
  manifests: Manifests,
  sources: Sources,
  prices: Prices,
  time: PriceTime,
): JudgedManifests {
  const common = {
    manifestFile: sources.manifestFile,
    prices: { source: prices.catalogue.source, ageInDays: time.ageInDays },
    approvals: sources.approvals,
  };
  const estimate = estimator(manifests, time.at);
  if (manifests.head === null) {
    const { policy } = manifests.policyFile;
    const judgement = judgeWithoutManifest({ ...common, policy });
    const base = manifests.base === null ? null : estimate(manifests.base, prices.catalogue);
    const suites = base === null ? [] : removedSuites(base);
    return {
      comparison: null,
      base,
      suites,
      changes: [],
      judgement,
      suggestions: [],
      drift: null,
      unlocked: [],
      notApplied: [],
      policyApplied: policy,
    };
  }
  const comparison = compareEstimates(
    estimate(manifests.head, prices.catalogue),
    manifests.base === null ? null : estimate(manifests.base, prices.catalogue),
  );
  const limits = limitsInForce(manifests.head, manifests.policyFile);
  const judgement = judge({
    ...common,
    head: { manifest: manifests.head, comparison },
    base:
      manifests.base === null || comparison.base === null
        ? null
        : { manifest: manifests.base, estimate: comparison.base },
    defaultBranch: manifests.defaultBranch === null ? null : estimate(manifests.defaultBranch, prices.catalogue),
    baseExcuses: sources.change !== 'other_branch',
    limits,
    isUnprotected: sources.policy !== null && sources.policy.text === null,
    extra: {
      head: judgeCredits(prices.credits, comparison.head, limits.policy),
      base: judgeCredits(prices.credits, comparison.base, limits.policy),
    },
  });
  const suggestions = suggest(comparison, prices.catalogue, time.at);
  const { lock } = prices;
  const drift = lock === null ? null : priceDrift(comparison.head, estimate(manifests.head, lock));
  return {
    comparison,
    base: comparison.base,
    suites: comparison.suites,
    changes: changesOf(comparison, (call, requests) => estimateCall(call, requests, prices.catalogue, time.at).per_run),
    judgement: { ...judgement, violations: withRemedies(judgement.violations, suggestions, comparison) },
    suggestions: worthShowing(suggestions).map(({ message, saving }) => ({
      message,
      saving_per_run: saving === null ? null : toText(saving),
    })),
    drift: lock === null || drift === null ? null : shownDrift(drift, lock),
    unlocked: drift?.unlocked ?? [],
    notApplied: limits.notApplied,
    policyApplied: limits.policy,
  };
}

type Estimator = (manifest: Manifest, catalogue: Catalogue) => Estimate;

/** Head and base both run at least as often as the default branch says. */
function estimator({ policyFile }: Manifests, at: Date | null): Estimator {
  return (manifest, catalogue) => estimateManifest(manifest, catalogue, at, runsInForce(manifest, policyFile));
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

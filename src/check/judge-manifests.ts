import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { compareEstimates, removedSuites } from '../budget/comparison/compare.js';
import type { Comparison, SuitePair } from '../budget/comparison/comparison.js';
import { priceDrift } from '../budget/comparison/drift.js';
import type { Drift } from '../budget/comparison/drift.js';
import { estimateManifest } from '../budget/estimate.js';
import type { Credits } from '../openrouter/account/credits.js';
import type { Estimate } from '../budget/estimate.js';
import type { Manifest, NamedCall } from '../manifest/manifest.js';
import type { Policy } from '../manifest/schema.js';
import { toText } from '../lib/money/decimal.js';
import type { PriceDrift } from '../report/model/schema.js';
import { judge, judgeWithoutManifest } from '../budget/verdict/judge.js';
import type { Judgement } from '../budget/verdict/judge.js';
import { limitsInForce, runsInForce } from '../budget/verdict/limits-in-force.js';
import type { NotApplied } from '../budget/verdict/violation.js';
import { creditFindings } from './judge-credits.js';
import type { Manifests } from './read-manifests.js';
import type { Sources } from './sources.js';

export interface Prices {
  readonly catalogue: Catalogue;
  /** A lock beside live prices, for the drift. */
  readonly lock: Catalogue | null;
  /** What is left to spend; null where there is no key to ask with. */
  readonly credits: Credits | null;
}

export interface Moment {
  /** Null: hour-dependent prices at their dearest. */
  readonly at: Date | null;
  /** Of a lock, in days and parts of them; null for live prices. */
  readonly ageInDays: number | null;
}

/** The part of the report that the figures and the policy decide. */
export interface Judged {
  readonly comparison: Comparison | null;
  /** Of a base whose head has no manifest; else the comparison has it. */
  readonly base: Estimate | null;
  /** In head's order, removed ones last: all of base's where head has no manifest. */
  readonly suites: readonly SuitePair[];
  readonly judgement: Judgement;
  readonly drift: PriceDrift | null;
  /** The calls that the drift leaves out because the lock alone has no price for them. */
  readonly unlocked: readonly NamedCall[];
  readonly notApplied: readonly NotApplied[];
  /** By which it was judged: the default branch's, where there is one. */
  readonly rules: Policy;
}

/** Estimates head and base from one catalogue, compares them and judges: pure, all of it. */
export function judgeManifests(manifests: Manifests, sources: Sources, prices: Prices, moment: Moment): Judged {
  const common = {
    manifestFile: sources.manifestFile,
    prices: { source: prices.catalogue.source, ageInDays: moment.ageInDays },
    approvals: sources.approvals,
  };
  const estimate = estimator(manifests, moment.at);
  if (manifests.head === null) {
    const { policy } = manifests.policyFile;
    const judgement = judgeWithoutManifest({ ...common, policy });
    const base = manifests.base === null ? null : estimate(manifests.base, prices.catalogue);
    const suites = base === null ? [] : removedSuites(base);
    return { comparison: null, base, suites, judgement, drift: null, unlocked: [], notApplied: [], rules: policy };
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
    baseExcuses: sources.baseExcuses,
    limits,
    isUnprotected: sources.policy !== null && sources.policy.text === null,
    further: {
      head: creditFindings(prices.credits, comparison.head, limits.policy),
      base: creditFindings(prices.credits, comparison.base, limits.policy),
    },
  });
  const { lock } = prices;
  const drift = lock === null ? null : priceDrift(comparison.head, estimate(manifests.head, lock));
  return {
    comparison,
    base: comparison.base,
    suites: comparison.suites,
    judgement,
    drift: lock === null || drift === null ? null : shownDrift(drift, lock),
    unlocked: drift?.unlocked ?? [],
    notApplied: limits.notApplied,
    rules: limits.policy,
  };
}

type Estimator = (manifest: Manifest, catalogue: Catalogue) => Estimate;

/** Head and base alike run as often as the default branch says, at least. */
function estimator({ policyFile }: Manifests, at: Date | null): Estimator {
  return (manifest, catalogue) => estimateManifest(manifest, catalogue, at, runsInForce(manifest, policyFile));
}

/** Null where no call has a price in both: a drift that nobody knows is not one of $0. */
function shownDrift({ per_run: total, models }: Drift, lock: Catalogue): PriceDrift | null {
  if (total === null) return null;
  return {
    per_run: toText(total),
    since: lock.fetched_at,
    models: models.map(({ model, per_run: perRun }) => ({ model, per_run: toText(perRun) })),
  };
}

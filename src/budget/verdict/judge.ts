import { compareEstimates } from '../comparison/compare.js';
import type { Comparison } from '../comparison/comparison.js';
import type { Estimate } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { Policy } from '../../manifest/schema.js';
import { excuse } from './excuse.js';
import type { Finding } from './finding.js';
import { judgeCalls } from './judge-calls.js';
import { judgeIncrease } from './judge-increase.js';
import { judgeLimits } from './judge-limits.js';
import {
  judgeFreeTier,
  judgeMissingManifest,
  judgeMissingSuites,
  judgePriceAge,
  judgeProtection,
} from './judge-run.js';
import type { PriceAge } from './judge-run.js';
import { limitStates } from './limit-states.js';
import type { LimitsInForce } from './limits-in-force.js';
import { applyOverride, overrideOf } from './override.js';
import type { Approvals, Override } from './override.js';
import { scopeName, scopesOf } from './scope.js';
import type { LimitState, Violation } from './violation.js';
import { worstFirst } from './worst-first.js';

/** All that the verdict rests on. Head, base and the default branch's manifest are priced from one catalogue. */
export interface Case {
  readonly manifestFile: string;
  readonly head: { readonly manifest: Manifest; readonly comparison: Comparison };
  /** For the excuse; null where there is no base to hold head against. */
  readonly base: { readonly manifest: Manifest; readonly estimate: Estimate } | null;
  /** The manifest of the default branch, where base is not it: increases are judged against it too. */
  readonly defaultBranch: Estimate | null;
  /** Whether base is the default branch (or the user's own choice on the command line): only then it excuses. */
  readonly baseExcuses: boolean;
  readonly limits: LimitsInForce;
  /** True where a default branch exists and has no manifest. */
  readonly isUnprotected: boolean;
  readonly prices: PriceAge;
  readonly approvals: Approvals | null;
  /** Findings of rooms that this one does not know: what is left of the credits. */
  readonly further: { readonly head: readonly Finding[]; readonly base: readonly Finding[] };
}

export interface Judgement {
  readonly verdict: 'pass' | 'warn' | 'fail';
  /** Worst first, the order in which every reader sees them. */
  readonly violations: readonly Violation[];
  readonly limits: readonly LimitState[];
  readonly override: Override | null;
  /** Increases that a limit is set on and that nobody can know, in words: with one of them nothing passes. */
  readonly unjudged: readonly string[];
}

/** The verdict: `fail` where a violation fails, `warn` where one warns, `pass` only where everything is proven. */
export function judge(given: Case): Judgement {
  const { manifest, comparison } = given.head;
  const increases = judgeIncreases(given);
  const findings = [
    ...findingsOf(comparison.head, manifest, given),
    ...given.further.head,
    ...increases.findings,
    ...judgePriceAge(given.prices, given.limits.policy),
    ...judgeProtection(given.isUnprotected, given.manifestFile),
    ...judgeMissingSuites(given.limits.missingSuites, given.manifestFile),
  ];
  const pairs = comparison.suites.flatMap((suite) => suite.calls);
  const violations = excuse(findings, excusesOf(given), pairs);
  const isComplete = isProven(comparison.head) && increases.unjudged.length === 0;
  return { ...conclude(violations, given, isComplete), unjudged: increases.unjudged };
}

/** The verdict where the default branch has a manifest and head does not. */
export function judgeWithoutManifest(
  given: Pick<Case, 'manifestFile' | 'prices' | 'approvals'> & { readonly policy: Policy },
): Judgement {
  const findings = [...judgeMissingManifest(given.manifestFile), ...judgePriceAge(given.prices, given.policy)];
  const override = overrideOf(given.policy.override_label, given.approvals);
  const violations = findings.map((finding) => finding.violation);
  const judged = applyOverride(violations, override);
  return { verdict: verdictOf(judged, false), violations: worstFirst(judged), limits: [], override, unjudged: [] };
}

function findingsOf(estimate: Estimate, manifest: Manifest, given: Case): Finding[] {
  return [
    ...scopesOf(estimate, given.limits).flatMap((scope) => judgeLimits(scope, manifest)),
    ...judgeCalls(estimate, manifest, given.limits.policy),
    ...judgeFreeTier(estimate, given.limits.policy),
  ];
}

function excusesOf(given: Case): Finding[] {
  if (given.base === null || !given.baseExcuses) return [];
  return [
    ...findingsOf(given.base.estimate, given.base.manifest, given),
    ...given.further.base,
    // Base is priced by the same lock.
    ...judgePriceAge(given.prices, given.limits.policy),
  ];
}

/** Against base, and against the default branch where that is another; a limit broken twice is reported once. */
function judgeIncreases(given: Case): { readonly findings: Finding[]; readonly unjudged: string[] } {
  const { manifest, comparison } = given.head;
  const { defaultBranch } = given;
  const overrideLabel = given.limits.policy.override_label;
  const found = new Map<string, Finding>();
  const unjudged: string[] = [];
  for (const [against, from] of [
    [given.base === null ? null : comparison, 'base'],
    [defaultBranch === null ? null : compareEstimates(comparison.head, defaultBranch), 'the default branch'],
  ] as const) {
    if (against === null) continue;
    for (const scope of scopesOf(comparison.head, given.limits)) {
      const judged = judgeIncrease(scope, manifest, against, { from, overrideLabel });
      if (judged.isUnknown) unjudged.push(`${scopeName(scope.suite)} over ${from}`);
      for (const finding of judged.findings) {
        const key = JSON.stringify([finding.violation.rule, finding.violation.suite]);
        const earlier = found.get(key)?.violation.severity;
        if (earlier === undefined || (earlier === 'warn' && finding.violation.severity === 'fail'))
          found.set(key, finding);
      }
    }
  }
  return { findings: [...found.values()], unjudged };
}

function conclude(violations: readonly Violation[], given: Case, isComplete: boolean): Omit<Judgement, 'unjudged'> {
  const override = overrideOf(given.limits.policy.override_label, given.approvals);
  const judged = applyOverride(violations, override);
  return {
    verdict: verdictOf(judged, isComplete),
    violations: worstFirst(judged),
    limits: limitStates(given.head.comparison, given.limits),
    override: judged.some((violation) => violation.overridden === true) ? override : null,
  };
}

function verdictOf(violations: readonly Violation[], isComplete: boolean): Judgement['verdict'] {
  if (violations.some((violation) => violation.severity === 'fail')) return 'fail';
  return violations.length > 0 || !isComplete ? 'warn' : 'pass';
}

/** Every call priced or free, every figure of a run finite. */
function isProven({ totals, coverage }: Estimate): boolean {
  const figures = [totals.per_run, totals.floor_per_run, totals.worst_case_per_run];
  return coverage.unpriced === 0 && figures.every((figure) => figure !== null);
}

import { compareEstimates } from '../comparison/comparison.js';
import type { Comparison } from '../comparison/comparison.js';
import type { Estimate } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { Policy } from '../../manifest/schema.js';
import { downgradePreExisting } from './broken-rule.js';
import type { BrokenRule } from './broken-rule.js';
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
import type { LimitsInForce } from './limits-in-force.js';
import { applyOverride, overrideOf } from './override.js';
import type { Approvals, Override } from './override.js';
import { limitStates, scopeName, scopesOf } from './scope.js';
import type { LimitState, Violation } from './violation.js';

/** Everything that decides the verdict. Head, base and the default branch's manifest are priced from one catalogue. */
export interface JudgeInput {
  readonly manifestFile: string;
  readonly head: { readonly manifest: Manifest; readonly comparison: Comparison };
  /** Null if there is no base to compare head with. */
  readonly base: { readonly manifest: Manifest; readonly estimate: Estimate } | null;
  /** The default branch's manifest if base is another commit: increases are judged against it too. */
  readonly defaultBranch: Estimate | null;
  /** Whether violations that base has are pre-existing: only if base is the default branch, or chosen on the command line. */
  readonly baseExcuses: boolean;
  readonly limits: LimitsInForce;
  /** True where a default branch exists and has no manifest. */
  readonly isUnprotected: boolean;
  readonly prices: PriceAge;
  readonly approvals: Approvals | null;
  /** Broken rules from other modules: the credits that remain. */
  readonly extra: { readonly head: readonly BrokenRule[]; readonly base: readonly BrokenRule[] };
}

export interface Judgement {
  readonly verdict: 'pass' | 'warn' | 'fail';
  /** Worst first. Every renderer keeps this order. */
  readonly violations: readonly Violation[];
  readonly limits: readonly LimitState[];
  readonly override: Override | null;
  /** The names of increases that have a limit and cannot be known. If there is one, the verdict is no pass. */
  readonly unjudged: readonly string[];
}

/** The verdict: `fail` if a violation fails, `warn` if one warns, `pass` only if every figure is proven. */
export function judge(given: JudgeInput): Judgement {
  const { manifest, comparison } = given.head;
  const increases = judgeIncreases(given);
  const broken = [
    ...brokenRules(comparison.head, manifest, given),
    ...given.extra.head,
    ...increases.broken,
    ...judgePriceAge(given.prices, given.limits.policy),
    ...judgeProtection(given.isUnprotected, given.manifestFile),
    ...judgeMissingSuites(given.limits.missingSuites, given.manifestFile),
  ];
  const pairs = comparison.suites.flatMap((suite) => suite.calls);
  const violations = downgradePreExisting(broken, brokenAtBaseline(given), pairs);
  const isComplete = isProven(comparison.head) && increases.unjudged.length === 0;
  return { ...conclude(violations, given, isComplete), unjudged: increases.unjudged };
}

/** The verdict if the default branch has a manifest and head does not. */
export function judgeWithoutManifest(
  given: Pick<JudgeInput, 'manifestFile' | 'prices' | 'approvals'> & { readonly policy: Policy },
): Judgement {
  const broken = [...judgeMissingManifest(given.manifestFile), ...judgePriceAge(given.prices, given.policy)];
  const override = overrideOf(given.policy.override_label, given.approvals);
  const violations = broken.map(({ violation }) => violation);
  const judged = applyOverride(violations, override);
  return { verdict: verdictOf(judged, false), violations: worstFirst(judged), limits: [], override, unjudged: [] };
}

function brokenRules(estimate: Estimate, manifest: Manifest, given: JudgeInput): BrokenRule[] {
  return [
    ...scopesOf(estimate, given.limits).flatMap((scope) => judgeLimits(scope, manifest)),
    ...judgeCalls(estimate, manifest, given.limits.policy),
    ...judgeFreeTier(estimate, given.limits.policy),
  ];
}

function brokenAtBaseline(given: JudgeInput): BrokenRule[] {
  if (given.base === null || !given.baseExcuses) return [];
  return [
    ...brokenRules(given.base.estimate, given.base.manifest, given),
    ...given.extra.base,
    // Base is priced by the same lock.
    ...judgePriceAge(given.prices, given.limits.policy),
  ];
}

/** Increases over base, and over the default branch if that is another commit. A limit broken twice is reported once. */
function judgeIncreases(given: JudgeInput): { readonly broken: BrokenRule[]; readonly unjudged: string[] } {
  const { manifest, comparison } = given.head;
  const { defaultBranch } = given;
  const overrideLabel = given.limits.policy.override_label;
  const found = new Map<string, BrokenRule>();
  const unjudged: string[] = [];
  for (const [against, from] of [
    [given.base === null ? null : comparison, 'base'],
    [defaultBranch === null ? null : compareEstimates(comparison.head, defaultBranch), 'the default branch'],
  ] as const) {
    if (against === null) continue;
    for (const scope of scopesOf(comparison.head, given.limits)) {
      const judged = judgeIncrease(scope, manifest, against, { from, overrideLabel });
      if (judged.isUnknown) unjudged.push(`${scopeName(scope.suite)} over ${from}`);
      for (const one of judged.broken) {
        const key = JSON.stringify([one.violation.rule, one.violation.suite]);
        const earlier = found.get(key)?.violation.severity;
        if (earlier === undefined || (earlier === 'warn' && one.violation.severity === 'fail')) found.set(key, one);
      }
    }
  }
  return { broken: [...found.values()], unjudged };
}

function conclude(
  violations: readonly Violation[],
  given: JudgeInput,
  isComplete: boolean,
): Omit<Judgement, 'unjudged'> {
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

/** Whether every call is priced or free and every figure of a run is known. */
function isProven({ totals, coverage }: Estimate): boolean {
  const figures = [totals.per_run, totals.floor_per_run, totals.worst_case_per_run];
  return coverage.unpriced === 0 && figures.every((figure) => figure !== null);
}

/** Failures, then open warnings, then pre-existing and overridden violations; in the order found within each group. */
export function worstFirst(violations: readonly Violation[]): Violation[] {
  return violations.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity, overridden, excused, in_base: inBase }: Violation): number {
  if (severity === 'fail') return 0;
  return overridden === true || excused === true || inBase === true ? 2 : 1;
}

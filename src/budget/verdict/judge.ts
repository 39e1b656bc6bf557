import { type Comparison, compareEstimates } from '../comparison/comparison.js';
import type { CallEstimate, Estimate } from '../estimate.js';
import type { Manifest, PolicyFile } from '../../manifest/manifest.js';
import type { Policy } from '../../manifest/schema.js';
import { isZero, type Decimal } from '../../lib/money/decimal.js';
import { type BrokenRule, downgradePreExisting, type LimitState, type Violation } from './violation.js';
import { type IncreaseBasis, basisOf, changedCalls, changedCallsOnMerge } from './increase.js';
import { judgeCalls } from './judge-calls.js';
import { judgeIncrease } from './judge-increase.js';
import { judgeLimits } from './judge-limits.js';
import {
  type ModelWarnings,
  type PriceAge,
  judgeFreeTier,
  judgeMissingManifest,
  judgeMissingSuites,
  judgeModelWarnings,
  judgePriceAge,
  judgeProtection,
  judgeSuitesWithoutBudget,
} from './judge-run.js';
import type { LimitsInForce } from './limits-in-force.js';
import { type SuiteGroup, sharedBudget, takenFrom } from './moved-suites.js';
import { type Scope, figuresOf, limitStates, scopesOf } from './scope.js';

/**
 * The branch that the change goes to. It decides what head is compared with beside base.
 * - `pull_request`, `merge_group`: to the default branch, whose tip decides what is pre-existing. A merge leaves the
 *   tip's version of what head did not change. A pull request that changes no call never fails.
 * - `other_branch`: to any other branch, or an event without a base: every difference from the tip counts.
 * - `default_branch`: the commits are on the default branch already, or base is the user's own choice (the command line
 *   without `--policy`): head is compared with base alone.
 */
export type ChangeTarget = 'pull_request' | 'merge_group' | 'other_branch' | 'default_branch';

/** A manifest that head is compared with, priced from the same catalogue as head. */
export interface Side {
  readonly manifest: Manifest;
  readonly estimate: Estimate;
}

/** Everything that decides the verdict. Head, base and the default branch's tip are priced from one catalogue. */
export interface JudgeInput {
  readonly change: ChangeTarget;
  /** False for an event without a base, such as `schedule`: then nothing is pre-existing. */
  readonly hasBase: boolean;
  readonly base: Side | null;
  /** The tip of the default branch. It is the same object as `base` if base is that very commit. */
  readonly tip: Side | null;
  readonly manifestFile: string;
  readonly head: { readonly manifest: Manifest; readonly comparison: Comparison };
  readonly limits: LimitsInForce;
  /** The default branch's budgets, for suites that moved; null without a manifest there. */
  readonly policyFile: PolicyFile | null;
  readonly groups: readonly SuiteGroup[];
  /** True if a default branch exists and has no manifest. */
  readonly isUnprotected: boolean;
  readonly prices: PriceAge;
  readonly warnings: ModelWarnings;
  /** The cost per run of a call by the lockfile, in US dollars; null if it has no price either. */
  readonly costByLock: (call: CallEstimate) => Decimal | null;
  readonly approvals: Approvals | null;
  /** Broken rules from other modules, for head and for the baseline: the credits that remain. */
  readonly extra: (estimate: Estimate) => readonly BrokenRule[];
}

export interface Judgement {
  readonly verdict: 'pass' | 'warn' | 'fail';
  /** Worst first. Every renderer keeps this order. */
  readonly violations: readonly Violation[];
  readonly limits: readonly LimitState[];
  readonly override: Override | null;
  /** True if head breaks a rule that the tip does not, only because it does not have the tip's changes yet. */
  readonly isOutdated: boolean;
}

/** The verdict: `fail` if a violation fails, `warn` if one warns, `pass` only if every figure is proven. */
export function judge(given: JudgeInput): Judgement {
  const { manifest, comparison } = given.head;
  const baseline = baselineOf(given);
  const sinceBaseline = baseline === null ? null : comparisonWith(baseline, given);
  const scopes = scopesFor(given);
  const broken = [
    ...brokenRules({ manifest, estimate: comparison.head }, scopes, given, 'head'),
    ...judgeIncreases(scopes, given),
    ...judgePriceAge(given.prices, given.limits.policy, sinceBaseline !== null && costsTheSame(sinceBaseline)),
    ...judgeProtection(given.isUnprotected, given.manifestFile),
    ...judgeMissingSuites(given.limits.missingSuites, given.manifestFile),
    ...judgeSuitesWithoutBudget(given.limits.suitesWithoutBudget, manifest),
  ];
  const before =
    baseline === null
      ? []
      : [
          ...brokenRules(baseline, scopes, given, 'other'),
          // The baseline is priced from the same lockfile.
          ...judgePriceAge(given.prices, given.limits.policy, true),
        ];
  const pairs = sinceBaseline?.suites.flatMap((suite) => suite.calls) ?? [];
  const violations = downgradePreExisting(broken, before, pairs);
  const isOutdated = given.change === 'pull_request' && isUnchanged(comparison);
  const isTip = given.change !== 'default_branch' && sinceBaseline !== null && isUnchanged(sinceBaseline);
  const judged = isOutdated || isTip ? violations.map(withoutFailure) : violations;
  const fails = violations.some(({ severity }) => severity === 'fail');
  return {
    ...conclude(judged, given.limits.policy, given.approvals, isProven(comparison.head)),
    limits: limitStates(scopes, comparison.head, basisOf(comparison, given.costByLock)),
    isOutdated: isOutdated && !isTip && fails,
  };
}

/** The verdict if the default branch has a manifest and head does not. `isUnchanged`: base does not have one either. */
export function judgeWithoutManifest(
  given: Pick<JudgeInput, 'manifestFile' | 'prices' | 'approvals' | 'change'> & {
    readonly policy: Policy;
    readonly isUnchanged: boolean;
  },
): Judgement {
  const broken = [...judgeMissingManifest(given.manifestFile), ...judgePriceAge(given.prices, given.policy, false)];
  const violations = broken.map(({ violation }) => violation);
  const isOutdated = given.change === 'pull_request' && given.isUnchanged;
  const judged = isOutdated ? violations.map(withoutFailure) : violations;
  return { ...conclude(judged, given.policy, given.approvals, false), limits: [], isOutdated };
}

/**
 * A violation of a head whose calls are all equal to those of base, or of the tip: at most a warning, since the change did
 * not cause it.
 */
function withoutFailure(violation: Violation): Violation {
  if (violation.severity === 'warn') return { ...violation, in_base: true };
  return { ...violation, severity: 'warn', excused: true, in_base: true };
}

/** The side whose violations are pre-existing; null if there is none. */
function baselineOf({ change, hasBase, base, tip }: JudgeInput): Side | null {
  if (!hasBase) return null;
  return change === 'default_branch' ? base : tip;
}

/** Whether no call, no kind of run and no number of runs differs. */
function isUnchanged({ base, suites }: Comparison): boolean {
  return base !== null && suites.every((suite) => suite.status === 'unchanged');
}

/** Whether each call is at both sides and costs the same there. */
function costsTheSame({ base, suites }: Comparison): boolean {
  const pairs = suites.flatMap((suite) => suite.calls);
  return base !== null && pairs.every(({ head, base: before, delta }) => head && before && delta && isZero(delta));
}

function scopesFor({ head, limits, groups, policyFile, tip }: JudgeInput): Scope[] {
  const { comparison } = head;
  return scopesOf({
    limits,
    runs: comparison.runs.filter((run) => run.head !== null).map(({ name }) => name),
    hasSeveralRuns: comparison.runs.length > 1,
    groups,
    shared:
      policyFile === null
        ? []
        : groups.map((group) => ({
            group,
            budget: sharedBudget(group, policyFile, tip?.estimate ?? null),
            taken: takenFrom(group, comparison.head, tip?.estimate ?? null),
          })),
  });
}

function brokenRules(
  { manifest, estimate }: Side,
  scopes: readonly Scope[],
  given: JudgeInput,
  side: 'head' | 'other',
): BrokenRule[] {
  return [
    ...scopes.flatMap((scope) => judgeLimits(scope, figuresOf(scope, estimate, side), manifest)),
    ...judgeCalls(estimate, manifest, given.limits.policy),
    ...judgeFreeTier(estimate, given.limits.policy),
    ...judgeModelWarnings(given.warnings, estimate),
    ...given.extra(estimate),
  ];
}

/** Head compared with the baseline; the comparison with base again if that is the same manifest. */
function comparisonWith(baseline: Side, { head, base }: JudgeInput): Comparison {
  return baseline === base ? head.comparison : compareEstimates(head.comparison.head, baseline.estimate);
}

/**
 * Increases over base, and over the tip of the default branch if base is another commit. A limit that both break is
 * reported once, as the worse of the two.
 */
function judgeIncreases(scopes: readonly Scope[], given: JudgeInput): BrokenRule[] {
  const { manifest, comparison } = given.head;
  const overrideLabel = given.limits.policy.override_label;
  const found = new Map<string, BrokenRule>();
  for (const basis of basesOf(given)) {
    for (const scope of scopes) {
      for (const one of judgeIncrease(scope, { manifest, estimate: comparison.head }, basis, overrideLabel)) {
        const { rule, run, suite, severity } = one.violation;
        const key = JSON.stringify([rule, run, suite]);
        const earlier = found.get(key)?.violation.severity;
        if (earlier === undefined || (earlier === 'warn' && severity === 'fail')) found.set(key, one);
      }
    }
  }
  return [...found.values()];
}

function basesOf({ head, base, tip, change, costByLock }: JudgeInput): IncreaseBasis[] {
  const { comparison } = head;
  const overBase = basisOf(comparison, costByLock);
  const isTipApart = tip !== null && tip !== base && change !== 'default_branch';
  if (!isTipApart) return overBase === null ? [] : [overBase];
  const changed =
    change === 'other_branch'
      ? changedCalls(compareEstimates(comparison.head, tip.estimate))
      : changedCallsOnMerge(comparison, tip.estimate);
  const overTip: IncreaseBasis = { from: 'the default branch', before: tip.estimate, changed, costByLock };
  return overBase === null ? [overTip] : [overBase, overTip];
}

function conclude(
  violations: readonly Violation[],
  policy: Policy,
  approvals: Approvals | null,
  isComplete: boolean,
): Pick<Judgement, 'verdict' | 'violations' | 'override'> {
  const override = overrideOf(policy.override_label, approvals);
  const judged = applyOverride(violations, override);
  return {
    verdict: verdictOf(judged, isComplete),
    violations: worstFirst(judged),
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

/** The labels and approvals of a pull request, as GitHub has them. */
export interface Approvals {
  readonly labels: readonly string[];
  /** Users other than the author who may push and whose latest review approves the head commit. */
  readonly approvedBy: readonly string[];
}

interface Override {
  readonly label: string;
  readonly by: string;
}

/**
 * The override: the label named by the default branch's policy and an approving review of the head commit. Null without
 * both.
 */
function overrideOf(label: string | undefined, approvals: Approvals | null): Override | null {
  const by = approvals?.approvedBy[0];
  if (label === undefined || approvals === null || by === undefined) return null;
  return hasLabel(approvals, label) ? { label, by } : null;
}

/** Labels are compared as GitHub does, without regard to case. */
export function hasLabel({ labels }: Approvals, label: string): boolean {
  return labels.some((name) => name.toLowerCase() === label.toLowerCase());
}

/** Turns every failure into a warning that is marked as overridden. */
function applyOverride(violations: readonly Violation[], override: Override | null): Violation[] {
  if (override === null) return [...violations];
  return violations.map((violation) =>
    violation.severity === 'fail' ? { ...violation, severity: 'warn', overridden: true } : violation,
  );
}

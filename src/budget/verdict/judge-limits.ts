import type { Manifest } from '../../manifest/manifest.js';
import type { Limit, LimitName } from '../../manifest/schema.js';
import { compare, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { formatDistinct } from '../../lib/text/amount.js';
import { workloadOf, unpricedCalls } from './workload.js';
import { placeOf, violation, amountBaseline } from './broken-rule.js';
import type { BrokenRule, BaselineComparison } from './broken-rule.js';
import { scopeName, worstCaseOf } from './scope.js';
import type { Scope, WorstCase } from './scope.js';
import { RULE_WORDS } from './rule-words.js';
import type { Rule } from './violation.js';

/**
 * The limits on an amount of one manifest: per_run, per_month, worst_case_per_run. If a call has no price, the sum of
 * the others is compared with the limit. That sum is a lower bound: if it breaks the limit, the whole does.
 */
export function judgeLimits(scope: Scope, manifest: Manifest): BrokenRule[] {
  return [...judgePerRun(scope, manifest), ...judgePerMonth(scope, manifest), ...judgeWorstCase(scope, manifest)];
}

/** The level that an amount breaks. An amount that equals the limit does not break it. */
export function brokenLevel(limit: Limit, actual: Decimal): { severity: 'fail' | 'warn'; limit: Decimal } | null {
  if (limit.fail !== null && compare(actual, limit.fail) > 0) return { severity: 'fail', limit: limit.fail };
  if (limit.warn !== null && compare(actual, limit.warn) > 0) return { severity: 'warn', limit: limit.warn };
  return null;
}

/** The strictest level of a limit. A limit that cannot be judged counts as broken at this level. */
function strictestLevel(limit: Limit): { severity: 'fail' | 'warn'; limit: Decimal } | null {
  if (limit.fail !== null) return { severity: 'fail', limit: limit.fail };
  return limit.warn === null ? null : { severity: 'warn', limit: limit.warn };
}

function judgePerRun(scope: Scope, manifest: Manifest): BrokenRule[] {
  const limit = scope.budget.per_run;
  if (limit === undefined) return [];
  return judgeAmount(scope, manifest, {
    rule: 'per_run',
    limit,
    actual: scope.totals.priced_per_run,
    isComplete: scope.totals.per_run !== null,
  });
}

function judgePerMonth(scope: Scope, manifest: Manifest): BrokenRule[] {
  const limit = scope.budget.per_month;
  if (limit === undefined) return [];
  const actual = scope.totals.priced_per_month;
  if (actual === null) return monthUnknown(scope, manifest, limit);
  const isComplete = scope.totals.per_month !== null;
  return judgeAmount(scope, manifest, { rule: 'per_month', limit, actual, isComplete });
}

/** The default branch sets the limit, and head has a suite without runs_per_month. */
function monthUnknown(scope: Scope, manifest: Manifest, limit: Limit): BrokenRule[] {
  return unjudged(scope, manifest, limit, {
    rule: 'per_month',
    path: 'per_month',
    message: `The monthly cost of ${scopeName(scope.suite)} is not known: no runs_per_month for ${scope.suitesWithoutRuns.join(', ')}.`,
    remedy: 'Say how often the suite runs: runs_per_month on it or at the top.',
    // The other suites may run more often than before, so nothing proves that head is unchanged or better.
    baseline: null,
  });
}

function judgeWorstCase(scope: Scope, manifest: Manifest): BrokenRule[] {
  const limit = scope.budget.worst_case_per_run;
  if (limit === undefined) return [];
  const { amount: actual, unknown } = worstCaseOf(scope);
  const isComplete = scope.totals.worst_case_per_run !== null;
  const broken = judgeAmount(scope, manifest, {
    rule: 'worst_case_per_run',
    limit,
    actual,
    isComplete,
  });
  const isBrokenAtItsStrictest = broken.some(
    ({ violation: { severity } }) => severity === strictestLevel(limit)?.severity,
  );
  if (isBrokenAtItsStrictest || unknown.length === 0) return broken;
  return worstCaseUnknown(scope, manifest, limit, { amount: actual, unknown });
}

function worstCaseUnknown(
  scope: Scope,
  manifest: Manifest,
  limit: Limit,
  { amount, unknown }: WorstCase,
): BrokenRule[] {
  const reasons = [...new Set(unknown.flatMap((call) => call.price.incomplete))].slice(0, 3).join('; ');
  return unjudged(scope, manifest, limit, {
    rule: 'incomplete_price',
    path: 'worst_case_per_run',
    message: `The worst case of ${scopeName(scope.suite)} is not known, so its limit cannot be kept: ${reasons}.`,
    remedy: 'Run the check again; set max_tokens where the worst case has no other bound.',
    baseline: amountBaseline(
      [amount, ...unknown.flatMap(workloadOf)],
      unpricedCalls(scope.calls),
      unknown.map(({ call }) => call.model).join(' '),
    ),
  });
}

/** A limit without a figure to compare it with counts as broken, so that nothing passes because a number is missing. */
function unjudged(
  scope: Scope,
  manifest: Manifest,
  limit: Limit,
  parts: { rule: Rule; path: LimitName; message: string; remedy: string; baseline: BaselineComparison | null },
): BrokenRule[] {
  const level = strictestLevel(limit);
  if (level === null) return [];
  const found = violation({
    rule: parts.rule,
    severity: level.severity,
    suite: scope.suite,
    limit: toText(level.limit),
    message: parts.message,
    remedy: parts.remedy,
    place: placeOf(manifest, [...scope.path, parts.path]),
  });
  return [{ violation: found, baseline: parts.baseline }];
}

interface JudgedAmount {
  readonly rule: 'per_run' | 'per_month' | 'worst_case_per_run';
  readonly limit: Limit;
  readonly actual: Decimal;
  readonly isComplete: boolean;
}

function judgeAmount(scope: Scope, manifest: Manifest, judged: JudgedAmount): BrokenRule[] {
  const broken = brokenLevel(judged.limit, judged.actual);
  if (broken === null) return [];
  const shown = formatDistinct(judged.actual, broken.limit);
  return [
    {
      violation: violation({
        rule: judged.rule,
        severity: broken.severity,
        suite: scope.suite,
        actual: toText(judged.actual),
        isExact: judged.isComplete,
        limit: toText(broken.limit),
        message: RULE_WORDS[judged.rule].message({
          suite: scope.suite,
          ...shown,
          severity: broken.severity,
          isExact: judged.isComplete,
        }),
        remedy: RULE_WORDS[judged.rule].remedy(),
        place: placeOf(manifest, [...scope.path, judged.rule]),
      }),
      baseline: amountBaseline([judged.actual], unpricedCalls(scope.calls)),
    },
  ];
}

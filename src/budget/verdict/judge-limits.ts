import type { Manifest } from '../../manifest/manifest.js';
import type { Limit, LimitName } from '../../manifest/schema.js';
import { compare, toText, type Decimal } from '../../lib/money/decimal.js';
import { formatDistinct } from '../../lib/text/amount.js';
import { unboundedCalls, unpricedCalls } from '../comparison/workload.js';
import { amountBaseline, violation, type BrokenRule, type BaselineComparison, type Rule } from './violation.js';
import { placeOfLimit, scopeName, type Scope, type ScopeFigures } from './scope.js';
import { RULE_WORDS } from './rule-words.js';

/**
 * The limits on an amount of one manifest: per_run, per_month, worst_case_per_run. If a call has no price, the sum of
 * the others is compared with the limit. That sum is a lower bound: if it breaks the limit, the whole does.
 */
export function judgeLimits(scope: Scope, figures: ScopeFigures, manifest: Manifest): BrokenRule[] {
  const judged: JudgedScope = { scope, figures, manifest };
  return [...judgePerRun(judged), ...judgePerMonth(judged), ...judgeWorstCase(judged)];
}

interface JudgedScope {
  readonly scope: Scope;
  readonly figures: ScopeFigures;
  readonly manifest: Manifest;
}

/** The level that an amount breaks. An amount that equals the limit does not break it. */
export function brokenLevel(limit: Limit, actual: Decimal): { severity: 'fail' | 'warn'; limit: Decimal } | null {
  if (limit.fail !== null && compare(actual, limit.fail) > 0) return { severity: 'fail', limit: limit.fail };
  if (limit.warn !== null && compare(actual, limit.warn) > 0) return { severity: 'warn', limit: limit.warn };
  return null;
}

/** The strictest level of a limit. A limit that cannot be judged counts as broken at this level. */
export function strictestLevel(limit: Limit): { severity: 'fail' | 'warn'; limit: Decimal } | null {
  if (limit.fail !== null) return { severity: 'fail', limit: limit.fail };
  return limit.warn === null ? null : { severity: 'warn', limit: limit.warn };
}

function judgePerRun(judged: JudgedScope): BrokenRule[] {
  const limit = judged.scope.budget.per_run;
  const { totals } = judged.figures;
  if (limit === undefined) return [];
  const isComplete = totals.per_run !== null;
  return judgeAmount(judged, { rule: 'per_run', limit, actual: totals.priced_per_run, isComplete });
}

function judgePerMonth(judged: JudgedScope): BrokenRule[] {
  const limit = judged.scope.budget.per_month;
  const { totals } = judged.figures;
  if (limit === undefined) return [];
  if (totals.priced_per_month === null) return monthUnknown(judged, limit);
  const isComplete = totals.per_month !== null;
  return judgeAmount(judged, { rule: 'per_month', limit, actual: totals.priced_per_month, isComplete });
}

/** The default branch sets the limit, and head has a suite without runs_per_month. */
function monthUnknown({ scope, figures, manifest }: JudgedScope, limit: Limit): BrokenRule[] {
  const words = RULE_WORDS.per_month.cases.unknown;
  return unjudged(scope, manifest, limit, {
    rule: 'per_month',
    path: 'per_month',
    message: words.message({ scope: scopeName(scope), suites: figures.suitesWithoutRuns }),
    remedy: words.remedy(),
    // The other suites may run more often than before, so nothing proves that head is unchanged or better.
    baseline: null,
  });
}

function judgeWorstCase(judged: JudgedScope): BrokenRule[] {
  const limit = judged.scope.budget.worst_case_per_run;
  if (limit === undefined) return [];
  const { amount: actual, unknown } = judged.figures.worst;
  const isComplete = unknown.length === 0 && judged.figures.calls.every(({ price }) => price.state !== 'unpriced');
  const broken = judgeAmount(judged, { rule: 'worst_case_per_run', limit, actual, isComplete });
  const isBrokenAtItsStrictest = broken.some(
    ({ violation: { severity } }) => severity === strictestLevel(limit)?.severity,
  );
  if (isBrokenAtItsStrictest || unknown.length === 0) return broken;
  return worstCaseUnknown(judged, limit);
}

function worstCaseUnknown({ scope, figures, manifest }: JudgedScope, limit: Limit): BrokenRule[] {
  const { amount, unknown } = figures.worst;
  const reasons = [...new Set(unknown.flatMap((call) => call.price.incomplete))];
  const words = RULE_WORDS.incomplete_price.cases.worst_case;
  return unjudged(scope, manifest, limit, {
    rule: 'incomplete_price',
    path: 'worst_case_per_run',
    message: words.message({ scope: scopeName(scope), reasons }),
    remedy: words.remedy(),
    baseline: {
      ...amountBaseline([amount], unpricedCalls(figures.calls)),
      unboundedCalls: unboundedCalls(unknown),
    },
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
    run: scope.run,
    suite: scope.suite,
    limit: toText(level.limit),
    message: parts.message,
    remedy: parts.remedy,
    place: placeOfLimit(scope, manifest, parts.path),
  });
  return [{ violation: found, baseline: parts.baseline }];
}

interface JudgedAmount {
  readonly rule: 'per_run' | 'per_month' | 'worst_case_per_run';
  readonly limit: Limit;
  readonly actual: Decimal;
  readonly isComplete: boolean;
}

function judgeAmount({ scope, figures, manifest }: JudgedScope, judged: JudgedAmount): BrokenRule[] {
  const broken = brokenLevel(judged.limit, judged.actual);
  if (broken === null) return [];
  const shown = formatDistinct(judged.actual, broken.limit);
  return [
    {
      violation: violation({
        rule: judged.rule,
        severity: broken.severity,
        run: scope.run,
        suite: scope.suite,
        actual: toText(judged.actual),
        isExact: judged.isComplete,
        limit: toText(broken.limit),
        message: RULE_WORDS[judged.rule].message({
          run: scope.run,
          suite: scope.suite,
          ...shown,
          severity: broken.severity,
          isExact: judged.isComplete,
        }),
        remedy: RULE_WORDS[judged.rule].remedy(),
        place: placeOfLimit(scope, manifest, judged.rule),
      }),
      baseline: amountBaseline([judged.actual], unpricedCalls(figures.calls)),
    },
  ];
}

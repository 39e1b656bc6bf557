import type { Comparison } from '../comparison/comparison.js';
import type { Manifest } from '../../manifest/manifest.js';
import { add, compare, decimal, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { Limit } from '../../manifest/schema.js';
import { money, formatDistinct } from '../../lib/text/amount.js';
import { placeOf, violation } from './broken-rule.js';
import type { BrokenRule } from './broken-rule.js';
import { breaksPercent, increaseOf, increasePercent, mostIncreaseOf, pricedBefore } from './increase.js';
import type { Increase } from './increase.js';
import { brokenLevel } from './judge-limits.js';
import { RULE_WORDS } from './rule-words.js';
import type { Scope } from './scope.js';

/** US dollars per run. A percentage of a smaller increase shows rounding rather than spending. */
const SMALLEST_JUDGED_INCREASE = decimal('0.01');

/** The side that head is compared with, and the label that lifts a limit. */
export interface IncreaseBasis {
  readonly from: 'base' | 'the default branch';
  /** The label that lifts a limit together with an approving review; undefined if the policy names none. */
  readonly overrideLabel: string | undefined;
}

interface IncreaseCase extends Increase, IncreaseBasis {
  readonly scope: Scope;
  readonly manifest: Manifest;
}

/** `isUnknown`: there is a limit, and it cannot be known whether it holds. */
export interface JudgedIncrease {
  readonly broken: readonly BrokenRule[];
  readonly isUnknown: boolean;
}

/**
 * The limits on the increase of head over `basis`: increase_per_run and increase_percent. A suite that base does not have
 * rises from zero.
 */
export function judgeIncrease(
  scope: Scope,
  manifest: Manifest,
  comparison: Comparison,
  basis: IncreaseBasis,
): JudgedIncrease {
  const increase = increaseOf(comparison, scope.suite);
  if (increase !== null) return { broken: brokenLimits({ ...increase, ...basis, scope, manifest }), isUnknown: false };
  if (!hasIncreaseLimit(scope)) return { broken: [], isUnknown: false };
  // A limit that holds for the largest possible increase holds. Otherwise it is not known whether it is broken.
  const most = mostIncreaseOf(comparison, scope.suite);
  if (most === null) return { broken: [], isUnknown: true };
  const before = pricedBefore(comparison, scope.suite);
  const worst = brokenLimits({ amount: most, isExact: true, before, ...basis, scope, manifest });
  return { broken: [], isUnknown: worst.length > 0 };
}

function brokenLimits(judged: IncreaseCase): BrokenRule[] {
  return [...judgeAmount(judged), ...judgePercent(judged)];
}

function hasIncreaseLimit({ budget }: Scope): boolean {
  return budget.increase_per_run !== undefined || budget.increase_percent !== undefined;
}

function judgeAmount(judged: IncreaseCase): BrokenRule[] {
  const { scope, manifest, amount: actual, isExact, from } = judged;
  const limit = scope.budget.increase_per_run;
  const broken = limit === undefined ? null : brokenLevel(limit, actual);
  if (broken === null) return [];
  const shown = formatDistinct(actual, broken.limit);
  return [
    {
      violation: violation({
        rule: 'increase_per_run',
        severity: broken.severity,
        suite: scope.suite,
        actual: toText(actual),
        limit: toText(broken.limit),
        message: RULE_WORDS.increase_per_run.message({ suite: scope.suite, ...shown, isExact, from }),
        ...remedyAndBasis(judged),
        place: placeOf(manifest, [...scope.path, 'increase_per_run']),
      }),
      baseline: null,
    },
  ];
}

function judgePercent(judged: IncreaseCase): BrokenRule[] {
  const { scope, manifest, amount, isExact, before, from } = judged;
  const limit = scope.budget.increase_percent;
  if (limit === undefined || compare(amount, SMALLEST_JUDGED_INCREASE) < 0) return [];
  const after = add(before, amount);
  const broken = brokenPercent(limit, before, after);
  if (broken === null) return [];
  const actual = increasePercent(judged);
  return [
    {
      violation: violation({
        rule: 'increase_percent',
        severity: broken.severity,
        suite: scope.suite,
        actual: actual === null ? null : toText(actual, 2),
        limit: toText(broken.limit),
        message: RULE_WORDS.increase_percent.message({
          suite: scope.suite,
          actual: actual === null ? null : percentAbove(actual, broken.limit),
          after: money(after),
          limit: `+${toText(broken.limit)} %`,
          isExact,
          from,
        }),
        ...remedyAndBasis(judged),
        place: placeOf(manifest, [...scope.path, 'increase_percent']),
      }),
      baseline: null,
    },
  ];
}

function brokenPercent(limit: Limit, before: Decimal, after: Decimal): ReturnType<typeof brokenLevel> {
  for (const severity of ['fail', 'warn'] as const) {
    const percent = limit[severity];
    if (percent !== null && breaksPercent(percent, before, after)) return { severity, limit: percent };
  }
  return null;
}

/** Two places, as in the report. With fewer, an increase above the limit could look as if it were not. */
function percentAbove(actual: Decimal, limit: Decimal): string {
  return compare(actual, limit) > 0 ? `+${toText(actual)} %` : `just above +${toText(limit)} %`;
}

function remedyAndBasis({ from, isExact, overrideLabel }: IncreaseCase) {
  return {
    remedy: RULE_WORDS.increase_per_run.remedy({ overrideLabel }),
    isExact,
    isAgainstDefaultBranch: from === 'the default branch',
  };
}

import type { Comparison } from '../comparison/comparison.js';
import type { Manifest } from '../../manifest/manifest.js';
import { add, compare, decimal, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { Limit } from '../../manifest/schema.js';
import { money, tellApart } from '../../lib/text/amount.js';
import { placeOf, violation } from './finding.js';
import type { Finding } from './finding.js';
import { breaksPercent, increaseOf, increasePercent, mostIncreaseOf, pricedBefore } from './increase.js';
import type { Increase } from './increase.js';
import { brokenLevel } from './judge-limits.js';
import { RULE_WORDS } from './rule-words.js';
import type { Scope } from './scope.js';

/** Below this increase a percentage says more about rounding than about spending. */
const SMALLEST_JUDGED_INCREASE = decimal('0.01');

/** What an increase is held against, and who may let it pass. */
export interface IncreaseBasis {
  readonly from: 'base' | 'the default branch';
  /** The label that lifts a limit together with an approving review; undefined where the policy names none. */
  readonly overrideLabel: string | undefined;
}

interface Judged extends Increase, IncreaseBasis {
  readonly scope: Scope;
  readonly manifest: Manifest;
}

/** `isUnknown`: there is a limit, and nobody can tell whether it holds. */
export interface JudgedIncrease {
  readonly findings: readonly Finding[];
  readonly isUnknown: boolean;
}

/**
 * The limits on what head adds: increase_per_run and increase_percent, against `basis`. A suite that base does not have
 * rises from zero.
 */
export function judgeIncrease(
  scope: Scope,
  manifest: Manifest,
  comparison: Comparison,
  basis: IncreaseBasis,
): JudgedIncrease {
  const increase = increaseOf(comparison, scope.suite);
  if (increase !== null) return { findings: findingsOf({ ...increase, ...basis, scope, manifest }), isUnknown: false };
  if (!hasIncreaseLimit(scope)) return { findings: [], isUnknown: false };
  // What holds for the most that it can be holds; what does not is not known to be broken.
  const most = mostIncreaseOf(comparison, scope.suite);
  if (most === null) return { findings: [], isUnknown: true };
  const before = pricedBefore(comparison, scope.suite);
  const worst = findingsOf({ amount: most, isExact: true, before, ...basis, scope, manifest });
  return { findings: [], isUnknown: worst.length > 0 };
}

function findingsOf(judged: Judged): Finding[] {
  return [...judgeAmount(judged), ...judgePercent(judged)];
}

function hasIncreaseLimit({ budget }: Scope): boolean {
  return budget.increase_per_run !== undefined || budget.increase_percent !== undefined;
}

function judgeAmount(judged: Judged): Finding[] {
  const { scope, manifest, amount: actual, isExact, from } = judged;
  const limit = scope.budget.increase_per_run;
  const broken = limit === undefined ? null : brokenLevel(limit, actual);
  if (broken === null) return [];
  const shown = tellApart(actual, broken.limit);
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
      weight: null,
    },
  ];
}

function judgePercent(judged: Judged): Finding[] {
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
      weight: null,
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

/** Two places, as in the report: by fewer, what is above the limit could read as if it were not. */
function percentAbove(actual: Decimal, limit: Decimal): string {
  return compare(actual, limit) > 0 ? `+${toText(actual)} %` : `just above +${toText(limit)} %`;
}

function remedyAndBasis({ from, isExact, overrideLabel }: Judged) {
  return {
    remedy: RULE_WORDS.increase_per_run.remedy({ overrideLabel }),
    isExact,
    isAgainstDefaultBranch: from === 'the default branch',
  };
}

import type { Comparison } from '../comparison/comparison.js';
import type { Manifest } from '../manifest/manifest.js';
import { compare, decimal, divide, fromInteger, isZero, add, multiply, times, toText } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';
import type { Limit } from '../manifest/schema.js';
import { money, percent, tellApart } from '../text/amount.js';
import { placeOf, violation } from './finding.js';
import type { Finding } from './finding.js';
import { increaseOf } from './increase.js';
import type { Increase } from './increase.js';
import { brokenLevel } from './judge-limits.js';
import type { Scope } from './scope.js';
import { scopeName } from './scope.js';

/** Below this increase a percentage says more about rounding than about spending. */
const SMALLEST_JUDGED_INCREASE = decimal('0.01');

interface Judged extends Increase {
  readonly scope: Scope;
  readonly manifest: Manifest;
  readonly from: string;
}

/**
 * The limits on what head adds: increase_per_run and increase_percent, against base (`from` says which). A suite that
 * base does not have rises from zero; an increase that cannot be known is not judged.
 */
export function judgeIncrease(scope: Scope, manifest: Manifest, comparison: Comparison, from: string): Finding[] {
  const increase = increaseOf(comparison, scope.suite);
  if (increase === null) return [];
  const judged = { ...increase, scope, manifest, from };
  return [...judgeAmount(judged), ...judgePercent(judged)];
}

function judgeAmount({ scope, manifest, amount: actual, isExact, from }: Judged): Finding[] {
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
        message: `${nameOf(scope)} costs ${leastly(isExact)}${shown.actual} more than ${from}, above the limit of ${shown.limit} for an increase.`,
        remedy: 'Take back part of the increase, or have it approved by whoever keeps the budget.',
        place: placeOf(manifest, [...scope.path, 'increase_per_run']),
      }),
      weight: null,
    },
  ];
}

function judgePercent({ scope, manifest, amount, isExact, before, from }: Judged): Finding[] {
  const limit = scope.budget.increase_percent;
  if (limit === undefined || compare(amount, SMALLEST_JUDGED_INCREASE) < 0) return [];
  const after = add(before, amount);
  const broken = brokenPercent(limit, before, after);
  if (broken === null) return [];
  const actual = isZero(before) ? null : divide(times(amount, 100), before, 2);
  const rise =
    actual === null
      ? `rises from nothing to ${leastly(isExact)}${money(after)}`
      : `costs ${leastly(isExact)}${percent(toText(actual, 2))} against ${from}`;
  return [
    {
      violation: violation({
        rule: 'increase_percent',
        severity: broken.severity,
        suite: scope.suite,
        actual: actual === null ? null : toText(actual, 2),
        limit: toText(broken.limit),
        message: `${nameOf(scope)} ${rise}; the limit is +${toText(broken.limit)} %.`,
        remedy: 'Take back part of the increase, or have it approved by whoever keeps the budget.',
        place: placeOf(manifest, [...scope.path, 'increase_percent']),
      }),
      weight: null,
    },
  ];
}

/** head x 100 > base x (100 + limit): no division, so no rounding decides. From nothing, any increase breaks it. */
function brokenPercent(limit: Limit, before: Decimal, after: Decimal): ReturnType<typeof brokenLevel> {
  for (const severity of ['fail', 'warn'] as const) {
    const percent = limit[severity];
    if (percent === null) continue;
    const allowed = multiply(before, add(fromInteger(100), percent));
    if (isZero(before) || compare(times(after, 100), allowed) > 0) return { severity, limit: percent };
  }
  return null;
}

function nameOf(scope: Scope): string {
  return scope.suite === null ? 'A run' : `A run of ${scopeName(scope.suite)}`;
}

function leastly(isExact: boolean): string {
  return isExact ? '' : 'at least ';
}

import type { Estimate } from '../estimate/estimate.js';
import type { Manifest } from '../manifest/manifest.js';
import {
  compare,
  decimal,
  divide,
  fromInteger,
  isZero,
  add,
  multiply,
  subtract,
  times,
  toText,
  ZERO,
} from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';
import type { Limit } from '../manifest/schema.js';
import { money, percent, tellApart } from '../text/amount.js';
import { placeOf, violation } from './finding.js';
import type { Finding } from './finding.js';
import { brokenLevel } from './judge-limits.js';
import type { Scope } from './scope.js';
import { scopeName } from './scope.js';

/** Below this increase a percentage says more about rounding than about spending. */
const SMALLEST_JUDGED_INCREASE = decimal('0.01');

interface Increase {
  readonly scope: Scope;
  readonly manifest: Manifest;
  readonly before: Decimal;
  readonly after: Decimal;
  readonly from: string;
}

/**
 * The limits on what head adds: increase_per_run and increase_percent, against base (`from` says which). Sums with
 * unpriced calls are held against each other without them. A suite that base does not have rises from zero.
 */
export function judgeIncrease(scope: Scope, manifest: Manifest, base: Estimate, from: string): Finding[] {
  const totals = scope.suite === null ? base.totals : base.suites.find((suite) => suite.name === scope.suite)?.totals;
  const before = totals?.priced_per_run ?? ZERO;
  const increase = { scope, manifest, before, after: scope.totals.priced_per_run, from };
  return [...judgeAmount(increase), ...judgePercent(increase)];
}

function judgeAmount({ scope, manifest, before, after, from }: Increase): Finding[] {
  const limit = scope.budget.increase_per_run;
  const actual = subtract(after, before);
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
        message: `${nameOf(scope)} costs ${shown.actual} more than ${from}, above the limit of ${shown.limit} for an increase.`,
        remedy: 'Take back part of the increase, or have it approved by whoever keeps the budget.',
        place: placeOf(manifest, [...scope.path, 'increase_per_run']),
      }),
      weight: null,
    },
  ];
}

function judgePercent({ scope, manifest, before, after, from }: Increase): Finding[] {
  const limit = scope.budget.increase_percent;
  const amount = subtract(after, before);
  if (limit === undefined || compare(amount, SMALLEST_JUDGED_INCREASE) < 0) return [];
  const broken = brokenPercent(limit, before, after);
  if (broken === null) return [];
  const actual = isZero(before) ? null : divide(times(amount, 100), before, 2);
  const rise =
    actual === null ? `rises from nothing to ${money(after)}` : `costs ${percent(toText(actual, 2))} against ${from}`;
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

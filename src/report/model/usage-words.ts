import type { UsageReport } from '../../usage/calibrate/usage-report.js';
import { add, isZero, parseDecimal, percentage, subtract, ZERO } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { counted, money, percent } from '../../lib/text/amount.js';

/** `Estimated $2.40, used $2.61 (+8.8 %), by 240 recorded requests`: over the suites that have both figures. */
export function usageTitle(usage: UsageReport): string {
  const both = usage.suites.filter(({ estimated_per_run: a, used_per_run: b }) => a !== null && b !== null);
  const requests = `by ${counted(usage.requests, 'recorded request')}`;
  if (both.length === 0) return `Estimated against used: nothing to compare, ${requests}`;
  const estimated = total(both.map((suite) => suite.estimated_per_run));
  const used = total(both.map((suite) => suite.used_per_run));
  const error = isZero(estimated) ? '' : ` (${percent(percentage(subtract(used, estimated), estimated, 2))})`;
  return `Estimated ${money(estimated)}, used ${money(used)}${error}, ${requests}`;
}

/** What the figures leave out, a sentence each: places that could not be read, requests that no call stands for. */
export function usageFlaws({ unreadable, unknown }: UsageReport): string[] {
  const requests = unknown.reduce((sum, group) => sum + group.requests, 0);
  return [
    ...(unreadable > 0 ? [`${counted(unreadable, 'recorded place')} could not be read.`] : []),
    ...(requests > 0 ? [`${counted(requests, 'request')} in use that the manifest does not have.`] : []),
  ];
}

function total(amounts: readonly (string | null)[]): Decimal {
  return amounts.reduce((sum, amount) => add(sum, parseDecimal(amount ?? '') ?? ZERO), ZERO);
}

import { age, count, counted, exactMoney, money, percent, signedMoney } from '../../lib/text/amount.js';
import {
  add,
  compare,
  isZero,
  parseDecimal,
  percentage,
  subtract,
  times,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';
import { safeLine } from '../../lib/text/plain.js';
import type { UsageReport } from '../../usage/calibrate/usage-report.js';
import { LIMIT_NAMES } from '../../budget/verdict/limits-in-force.js';
import type { Rule, Violation } from '../../budget/verdict/violation.js';
import type { Report, ReportCall, ReportDelta, ReportTotals } from './schema.js';

/**
 * The words that comment, summary and terminal have in common. Nothing here is Markdown. Callers pass the names in it, which
 * are untrusted, through their own renderer.
 */

/** Whether the change leaves every suite and limit as it is, and breaks nothing. Such a report is shown in one line. */
export function isNothingChanged(report: Report): boolean {
  return (
    report.verdict !== 'fail' &&
    report.base !== null &&
    report.suites.length > 0 &&
    report.suites.every((suite) => suite.status === 'unchanged') &&
    report.policy.not_applied.length === 0
  );
}

/** False only where the report says that there is no limit at all. */
export function hasLimits(report: Report): boolean {
  return report.limits === undefined || report.limits.length > 0;
}

/** `$5.21`, or `at least $5.21` where a part has no price. An unknown amount is never shown as $0. */
export function costOf(totals: ReportTotals): string {
  if (totals.per_run !== null) return money(totals.per_run);
  return isZeroAmount(totals.priced_per_run) ? 'an unknown amount' : `at least ${money(totals.priced_per_run)}`;
}

/** `+$0.31 (+6.3 %)`, `-$0.31 (-6.3 %)`, `$0.00`; `not known` where a side has no price. */
export function deltaText(delta: ReportDelta): string {
  if (delta.per_run === null) return 'not known';
  const amount = signedMoney(delta.per_run);
  if (delta.percent === null || isZeroAmount(delta.per_run)) return amount;
  return isZeroAmount(delta.percent) ? amount : `${amount} (${percent(delta.percent)})`;
}

/** An amount or, where it is not known, `no price`. */
export function moneyOr(amount: string | null | undefined, otherwise = 'no price'): string {
  return amount === null || amount === undefined ? otherwise : money(amount);
}

/** The cost of what a suite used: an amount, at least an amount where some of it has no price, or why there is none. */
export function usedText(suite: UsageReport['suites'][number]): string {
  const { used_per_run: used, used_at_least_per_run: least = null, without_price = [] } = suite;
  if (used !== null) return money(used);
  if (least !== null) return `at least ${money(least)}`;
  return without_price.length > 0 ? 'no price' : 'nothing recorded';
}

/** Whether an amount is known and zero. */
export function isZeroAmount(amount: string | null): boolean {
  const value = amount === null ? null : parseDecimal(amount);
  return value !== null && isZero(value);
}

/** `12 priced, 2 free, 1 unpriced`. */
export function coverageText({ coverage }: Report): string {
  return `${count(coverage.priced)} priced, ${count(coverage.free)} free, ${count(coverage.unpriced)} unpriced`;
}

/** `live`, or `from the lockfile, 12 days old`. */
export function priceSource({ prices }: Report): string {
  if (prices.source === 'live') return 'live';
  return prices.age_days === undefined ? 'from the lockfile' : `from the lockfile, ${age(prices.age_days)}`;
}

/** `1 failure, 2 warnings`; empty where there is neither. */
export function violationCount(violations: readonly Violation[]): string {
  const failures = violations.filter((violation) => violation.severity === 'fail').length;
  const warnings = violations.length - failures;
  return [
    ...(failures > 0 ? [counted(failures, 'failure')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ].join(', ');
}

/** The prompt's and the completion's part of tokens or of a price: `1,800` and `350`. */
export interface InAndOut {
  readonly prompt: string;
  readonly completion: string;
}

/**
 * The tokens of a request. `cached` are those among the prompt's, empty where there are none. Null where the report has no
 * tokens.
 */
export function tokensOf(call: ReportCall): (InAndOut & { readonly cached: string }) | null {
  const { prompt_tokens: prompt, completion_tokens: completion, cached_tokens: cached = 0 } = call;
  if (prompt === undefined || completion === undefined) return null;
  return { prompt: count(prompt), completion: count(completion), cached: cached > 0 ? count(cached) : '' };
}

/** US dollars per million tokens; null for a call that is free, has no price or is priced otherwise. */
export function unitPricesOf(call: ReportCall): InAndOut | null {
  const { prompt_price: prompt, completion_price: completion } = call;
  if (call.state !== 'priced' || typeof prompt !== 'string' || typeof completion !== 'string') return null;
  return { prompt: exactMoney(prompt), completion: exactMoney(completion) };
}

/** The word in place of a unit price that a call does not have. */
export function stateWord(call: ReportCall): string {
  return { priced: '', free: 'free', unpriced: 'no price' }[call.state];
}

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

/** Says what the figures leave out, a sentence each: places that could not be read, requests that match no call. */
export function usageFlaws({ unreadable, unknown, suites }: UsageReport): string[] {
  const requests = unknown.reduce((sum, group) => sum + group.requests, 0);
  const unpriced = suites.flatMap(({ name, without_price = [] }) =>
    without_price.map(({ call, model, requests: made }) => {
      const place = [name, call ?? model ?? 'a model that is not stated'].map((part) => safeLine(part)).join(' / ');
      const of = call === null || model === null || model === call ? '' : ` (${safeLine(model)})`;
      return `No price for ${place}${of}: what is shown as used leaves out ${counted(made, 'request')}.`;
    }),
  );
  return [
    ...unpriced,
    ...(unreadable > 0 ? [`${counted(unreadable, 'recorded place')} could not be read.`] : []),
    ...(requests > 0
      ? [`${counted(requests, 'recorded request')} ${requests === 1 ? 'matches' : 'match'} no call of the manifest.`]
      : []),
  ];
}

function total(amounts: readonly (string | null)[]): Decimal {
  return amounts.reduce((sum, amount) => add(sum, parseDecimal(amount ?? '') ?? ZERO), ZERO);
}

/**
 * How the cost of a call comes about, and then its worst case, a line a term, from a token to a run; empty where the report
 * does not have it.
 */
export function arithmeticOf(call: ReportCall): string[] {
  return [...(call.arithmetic ?? []), ...runLine(call), ...(call.worst_case_arithmetic ?? [])];
}

/** The step from a request to a run: `360 requests x 1.02 attempts x 0.0066 = 2.42352`. */
function runLine({
  arithmetic,
  head,
  requests_per_run: requests,
  attempts_per_request: attempts,
}: ReportCall): string[] {
  const perRequest = head?.per_request ?? null;
  if (arithmetic === undefined || perRequest === null || attempts === undefined) return [];
  const tries = attempts === '1' ? '' : ` x ${attempts} attempts`;
  return [`${requests} requests${tries} x ${perRequest} = ${head?.per_run ?? ''}`];
}

/** A figure is near its limit from this share on, in percent. */
const NEAR_PERCENT = 80;

/** Whether advice is shown: a limit on cost is broken and not overridden, or it is near. */
export function isAdviceShown({ violations, limits = [] }: Report): boolean {
  const open = violations.filter(({ overridden }) => overridden !== true);
  if (violations.length > open.length) return false;
  if (open.some(({ rule }) => COST_RULES.has(rule))) return true;
  return limits.some(({ actual, fail, warn }) => {
    const [figure, limit] = [actual, fail ?? warn].map((text) => (text === null ? null : parseDecimal(text)));
    return figure && limit ? compare(times(figure, 100), times(limit, NEAR_PERCENT)) >= 0 && !isZero(figure) : false;
  });
}

const COST_RULES: ReadonlySet<Rule> = new Set<Rule>([
  ...LIMIT_NAMES,
  'credits',
  'max_prompt_price',
  'max_completion_price',
]);

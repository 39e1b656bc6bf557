import type { Estimate } from '../estimate.js';
import { freeRequests } from '../estimate.js';
import type { Policy } from '../../manifest/schema.js';
import { fromInteger } from '../../lib/money/decimal.js';
import { age, counted } from '../../lib/text/amount.js';
import { violation, amountBaseline } from './broken-rule.js';
import type { BrokenRule } from './broken-rule.js';
import { RULE_WORDS } from './rule-words.js';

/** The source of the prices. `ageInDays` has fractions of days and is null for live prices. */
export interface PriceAge {
  readonly source: 'live' | 'lock';
  readonly ageInDays: number | null;
}

/**
 * Prices from the lockfile are a warning or a failure as `stale_prices` says, and a failure once they are older than
 * `max_price_age_days`. Only the warning is pre-existing at base; a lockfile that is too old is not.
 */
export function judgePriceAge(prices: PriceAge, policy: Policy): BrokenRule[] {
  if (prices.source === 'live') return [];
  const days = prices.ageInDays ?? 0;
  const isTooOld = days > policy.max_price_age_days;
  // Half a day above the limit is above it, so the age is shown in hundredths if whole days would hide that.
  const shown = isTooOld && days < policy.max_price_age_days + 1 ? Math.ceil(days * 100) / 100 : Math.floor(days);
  const severity = isTooOld ? 'fail' : policy.stale_prices;
  return [
    {
      violation: violation({
        rule: 'stale_prices',
        severity,
        actual: String(shown),
        limit: String(policy.max_price_age_days),
        message: RULE_WORDS.stale_prices.message({
          age: age(shown),
          limit: isTooOld ? counted(policy.max_price_age_days, 'day') : null,
        }),
        remedy: RULE_WORDS.stale_prices.remedy(),
      }),
      baseline: severity === 'warn' ? amountBaseline([], '') : null,
    },
  ];
}

const DAYS_IN_A_MONTH = 30n;

/**
 * `:free` models answer 50 requests a day, 1,000 once $10 of credits were bought, and 20 a minute (OpenRouter's
 * documentation of its limits, as of 2026-08). Judged: the requests of a month spread over 30 days, and those of a
 * single run.
 */
export function judgeFreeTier(estimate: Estimate, policy: Policy): BrokenRule[] {
  const ofFreeModels = estimate.suites.map((suite) => ({
    runs: suite.runs_per_month === null ? 0n : BigInt(suite.runs_per_month),
    requests: freeRequests(suite.calls),
  }));
  const aRun = ofFreeModels.reduce((total, { requests }) => total + requests, 0n);
  const aMonth = ofFreeModels.reduce((total, { requests, runs }) => total + requests * runs, 0n);
  const perDay = (aMonth + DAYS_IN_A_MONTH - 1n) / DAYS_IN_A_MONTH;
  const most = perDay > aRun ? perDay : aRun;
  if (most <= BigInt(policy.free_requests_per_day)) return [];
  return [
    {
      violation: violation({
        rule: 'free_tier',
        severity: 'warn',
        actual: most.toString(),
        limit: String(policy.free_requests_per_day),
        message: RULE_WORDS.free_tier.message({
          requests: most.toString(),
          limit: String(policy.free_requests_per_day),
        }),
        remedy: RULE_WORDS.free_tier.remedy(),
      }),
      baseline: amountBaseline([fromInteger(most)], ''),
    },
  ];
}

export function judgeProtection(isUnprotected: boolean, manifestFile: string): BrokenRule[] {
  if (!isUnprotected) return [];
  return [
    {
      violation: violation({
        rule: 'unprotected',
        severity: 'warn',
        message: RULE_WORDS.unprotected.message({ file: manifestFile }),
        remedy: RULE_WORDS.unprotected.remedy(),
        place: { file: manifestFile, line: null },
      }),
      baseline: null,
    },
  ];
}

export function judgeMissingSuites(names: readonly string[], manifestFile: string): BrokenRule[] {
  return names.map((name) => ({
    violation: violation({
      rule: 'suite_missing',
      severity: 'warn',
      suite: name,
      message: RULE_WORDS.suite_missing.message({ suite: name }),
      remedy: RULE_WORDS.suite_missing.remedy(),
      place: { file: manifestFile, line: null },
    }),
    baseline: null,
  }));
}

export function judgeMissingManifest(manifestFile: string): BrokenRule[] {
  return [
    {
      violation: violation({
        rule: 'manifest_missing',
        severity: 'fail',
        message: RULE_WORDS.manifest_missing.message({ file: manifestFile }),
        remedy: RULE_WORDS.manifest_missing.remedy(),
        place: { file: manifestFile, line: null },
      }),
      baseline: null,
    },
  ];
}

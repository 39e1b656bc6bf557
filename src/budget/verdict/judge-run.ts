import type { Estimate } from '../estimate.js';
import { freeRequests } from '../estimate.js';
import type { Policy } from '../../manifest/schema.js';
import { fromInteger } from '../../lib/money/decimal.js';
import { age, counted } from '../../lib/text/amount.js';
import { violation, weightOf } from './finding.js';
import type { Finding } from './finding.js';
import { RULE_WORDS } from './rule-words.js';

/** Where the prices came from; `ageInDays`, with parts of days, is null for live ones. */
export interface PriceAge {
  readonly source: 'live' | 'lock';
  readonly ageInDays: number | null;
}

/**
 * Prices from the lock are a warning or a failure as the policy says, and a failure once they are too old, whatever base
 * is priced by: only the warning is one that base has too.
 */
export function judgePriceAge(prices: PriceAge, policy: Policy): Finding[] {
  if (prices.source === 'live') return [];
  const days = prices.ageInDays ?? 0;
  const isTooOld = days > policy.max_price_age_days;
  // Half a day above the limit is above it: shown in hundredths where whole days would not tell.
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
      weight: severity === 'warn' ? weightOf([], '') : null,
    },
  ];
}

const DAYS_IN_A_MONTH = 30n;

/**
 * `:free` models answer 50 requests a day, 1,000 once $10 of credits were bought, and 20 a minute (OpenRouter's
 * documentation of its limits, as of 2026-08). Judged: the requests of a month spread over 30 days, and those of a
 * single run.
 */
export function judgeFreeTier(estimate: Estimate, policy: Policy): Finding[] {
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
      weight: weightOf([fromInteger(most)], ''),
    },
  ];
}

export function judgeProtection(isUnprotected: boolean, manifestFile: string): Finding[] {
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
      weight: null,
    },
  ];
}

export function judgeMissingSuites(names: readonly string[], manifestFile: string): Finding[] {
  return names.map((name) => ({
    violation: violation({
      rule: 'suite_missing',
      severity: 'warn',
      suite: name,
      message: RULE_WORDS.suite_missing.message({ suite: name }),
      remedy: RULE_WORDS.suite_missing.remedy(),
      place: { file: manifestFile, line: null },
    }),
    weight: null,
  }));
}

export function judgeMissingManifest(manifestFile: string): Finding[] {
  return [
    {
      violation: violation({
        rule: 'manifest_missing',
        severity: 'fail',
        message: RULE_WORDS.manifest_missing.message({ file: manifestFile }),
        remedy: RULE_WORDS.manifest_missing.remedy(),
        place: { file: manifestFile, line: null },
      }),
      weight: null,
    },
  ];
}

import { DAYS_IN_A_MONTH, type Estimate, freeRequestsInThirtieths } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { Policy } from '../../manifest/schema.js';
import { fromInteger } from '../../lib/money/decimal.js';
import { age, counted } from '../../lib/text/amount.js';
import { amountBaseline, placeOf, violation, type BrokenRule } from './violation.js';
import { RULE_WORDS } from './rule-words.js';

/** The source of the prices. `ageInDays` has fractions of days and is null for live prices. */
export interface PriceAge {
  readonly source: 'live' | 'lock';
  readonly ageInDays: number | null;
  /** True: the catalogue answered, and the lockfile only stands in for prices of endpoints that could not be fetched. */
  readonly standsIn?: boolean;
}

/**
 * Prices from the lockfile are a warning or a failure as `stale_prices` says, and a failure once they are older than
 * `max_price_age_days`. The warning is pre-existing wherever there is a baseline. The failure is only if head costs what
 * the baseline costs, call by call (`isSameCost`): other changes must not rest on prices that are too old.
 */
export function judgePriceAge(prices: PriceAge, policy: Policy, isSameCost: boolean): BrokenRule[] {
  if (prices.source === 'live') return [];
  const days = prices.ageInDays ?? 0;
  const isTooOld = days > policy.max_price_age_days;
  // Half a day above the limit is above it, so the age is shown in hundredths if whole days would hide that.
  const shown = isTooOld && days < policy.max_price_age_days + 1 ? Math.ceil(days * 100) / 100 : Math.floor(days);
  const severity = isTooOld ? 'fail' : prices.standsIn === true ? 'warn' : policy.stale_prices;
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
      baseline: severity === 'warn' || isSameCost ? amountBaseline([], '') : null,
    },
  ];
}

/**
 * `:free` models answer 50 requests a day, 1,000 once $10 of credits were bought, and 20 a minute (OpenRouter's
 * documentation of its limits, as of 2026-08). Judged: the requests of a month spread over 30 days, and those of a
 * single run.
 */
export function judgeFreeTier(estimate: Estimate, policy: Policy): BrokenRule[] {
  const thirtieths = freeRequestsInThirtieths(estimate.suites);
  const most = (thirtieths + DAYS_IN_A_MONTH - 1n) / DAYS_IN_A_MONTH;
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

/** Warns that the default branch has no manifest, so that the change sets its own budget. */
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

/** Warns of each suite with a budget on the default branch that head does not have. */
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

/** Fails a head without a manifest, where the default branch has one. */
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

/** Warns of each new suite without a budget, where no limit is over all suites together. */
export function judgeSuitesWithoutBudget(names: readonly string[], manifest: Manifest): BrokenRule[] {
  return names.map((suite) => ({
    violation: violation({
      rule: 'suite_without_budget',
      severity: 'warn',
      suite,
      message: RULE_WORDS.suite_without_budget.message({ suite }),
      remedy: RULE_WORDS.suite_without_budget.remedy(),
      place: placeOf(manifest, ['suites', suite]),
    }),
    baseline: null,
  }));
}

/** Facts of the catalogue about models in use that are a warning whatever the limits say. */
export interface ModelWarnings {
  /** A live price that is $0 or below half of the lockfile's, in a sentence. */
  readonly fallen: readonly { readonly model: string; readonly message: string }[];
  /** Models that are withdrawn within a week; `date` as the catalogue has it. */
  readonly expiring: readonly { readonly model: string; readonly date: string }[];
}

/**
 * The warnings on models, for those that a manifest uses, fallback models included; pre-existing if the baseline uses the
 * same model.
 */
export function judgeModelWarnings({ fallen, expiring }: ModelWarnings, estimate: Estimate): BrokenRule[] {
  const calls = estimate.suites.flatMap((suite) => suite.calls);
  const inUse = new Set(calls.flatMap(({ price }) => price.known_as.flatMap(({ names }) => names)));
  return [
    ...fallen
      .filter(({ model }) => inUse.has(model))
      .map(({ model, message }) => modelWarning('price_fell', model, RULE_WORDS.price_fell.message({ fall: message }))),
    ...expiring
      .filter(({ model }) => inUse.has(model))
      .map(({ model, date }) =>
        modelWarning('expiring_model', model, RULE_WORDS.expiring_model.message({ model, date })),
      ),
  ];
}

function modelWarning(rule: 'price_fell' | 'expiring_model', model: string, message: string): BrokenRule {
  return {
    violation: violation({ rule, severity: 'warn', message, remedy: RULE_WORDS[rule].remedy() }),
    baseline: amountBaseline([], '', model),
  };
}

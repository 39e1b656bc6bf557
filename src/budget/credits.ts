import { z } from 'zod';
import {
  type Decimal,
  compare,
  fromInteger,
  isPositive,
  isZero,
  times,
  toText,
  wholeQuotient,
} from '../lib/money/decimal.js';
import type { Policy } from '../manifest/schema.js';
import { atLeast, count, counted, formatDistinct, money } from '../lib/text/amount.js';
import { safeLine } from '../lib/text/plain.js';
import { type Estimate, freeRequests, sumOfSuites } from './estimate.js';
import { type BrokenRule, amountBaseline, violation, type Violation } from './verdict/violation.js';
import { RULE_WORDS } from './verdict/rule-words.js';
import { refusedLine } from '../openrouter/account/account-client.js';
import { type Credits, type KnownCredits, remainingOf } from '../openrouter/account/credits.js';
import { unpricedCalls } from './comparison/workload.js';

/** The cost and the free requests of one run of CI. */
export interface RunNeeds {
  /** US dollars, expected; a lower bound if `is_lower_bound`. */
  readonly cost: Decimal;
  readonly is_lower_bound: boolean;
  /** Requests to models that are free. */
  readonly free_requests: bigint;
  readonly suites: readonly { readonly name: string; readonly cost: Decimal }[];
}

/**
 * The cost of the kind of run that costs most, and the free requests of the kind that makes most of them: what covers both
 * covers every run.
 */
export function runNeeds(estimate: Estimate): RunNeeds {
  const kinds = [...new Set(estimate.suites.map(({ run }) => run))].map((run) => needsOf(estimate, run));
  const [first = needsOf(estimate, null), ...others] = kinds;
  return others.reduce((most, one) => {
    const free_requests = one.free_requests > most.free_requests ? one.free_requests : most.free_requests;
    return { ...(compare(one.cost, most.cost) > 0 ? one : most), free_requests };
  }, first);
}

function needsOf(estimate: Estimate, run: string | null): RunNeeds {
  const suites = estimate.suites.filter((suite) => suite.run === run);
  const totals = sumOfSuites(suites.map((suite) => suite.totals));
  return {
    cost: totals.priced_per_run,
    is_lower_bound: totals.per_run === null,
    free_requests: freeRequests(suites.flatMap((suite) => suite.calls)),
    suites: suites.map((suite) => ({ name: suite.name, cost: suite.totals.priced_per_run })),
  };
}

/** How many whole runs an amount pays for; null if a run costs $0. */
export function runsCovered(remaining: Decimal, cost: Decimal): bigint | null {
  if (!isPositive(cost)) return null;
  return isPositive(remaining) ? wholeQuotient(remaining, cost) : 0n;
}

/** The share of a run that an amount pays for, in whole percent, rounded down. */
export function percentCovered(remaining: Decimal, cost: Decimal): bigint {
  return isPositive(remaining) ? wholeQuotient(times(remaining, 100), cost) : 0n;
}

/** The rules on credits that head breaks. Both are pre-existing if a run of base costs, or asks, as much. */
export function judgeCredits(credits: Credits | null, estimate: Estimate | null, policy: Policy): BrokenRule[] {
  if (credits === null || estimate === null) return [];
  const run = runNeeds(estimate);
  const cost = creditsViolation(credits, run, policy.credits);
  const requests = freeRequestsViolation(credits, run);
  const unpriced = unpricedCalls(estimate.suites.flatMap((suite) => suite.calls));
  return [
    ...(cost === null ? [] : [{ violation: cost, baseline: amountBaseline([run.cost], unpriced) }]),
    // `free_tier` is also the rule on a month's requests: the subject keeps the two apart.
    ...(requests === null
      ? []
      : [{ violation: requests, baseline: amountBaseline([fromInteger(run.free_requests)], '', 'today') }]),
  ];
}

/** The rule `credits`: a run's expected cost exceeds the remaining credits. Null if it holds, is off, or cannot be known. */
export function creditsViolation(credits: Credits, run: RunNeeds, severity: Policy['credits']): Violation | null {
  if (severity === 'off') return null;
  if (credits.state === 'exhausted') return exhausted(run, severity);
  const remaining = credits.state === 'known' ? remainingOf(credits) : null;
  if (credits.state !== 'known' || remaining === null || compare(run.cost, remaining.amount) <= 0) return null;
  if (isZero(run.cost)) return null;
  const { actual, limit } = formatDistinct(run.cost, remaining.amount);
  const of = remaining.of === 'key' ? "the key's limit" : "the account's credits";
  return violation({
    rule: 'credits',
    severity,
    actual: toText(run.cost),
    isExact: !run.is_lower_bound,
    limit: toText(remaining.amount),
    message: RULE_WORDS.credits.message({
      cost: `${atLeast(!run.is_lower_bound)}${actual}`,
      remaining: `${limit} of ${of}`,
      effect: whatFails(remaining.amount, run),
    }),
    remedy: remedy(credits, remaining.of),
  });
}

/** A warning of the rule `free_tier` if a run makes more requests to `:free` models than they still answer today. */
export function freeRequestsViolation(credits: Credits, run: RunNeeds): Violation | null {
  const left = credits.state === 'known' ? credits.free_requests : null;
  if (left === null || run.free_requests <= BigInt(left.remaining)) return null;
  const words = RULE_WORDS.free_tier.cases.today;
  return violation({
    rule: 'free_tier',
    severity: 'warn',
    actual: run.free_requests.toString(),
    limit: String(left.remaining),
    message: words.message({
      requests: run.free_requests.toString(),
      left: String(left.remaining),
      limit: String(left.limit),
    }),
    remedy: words.remedy(),
  });
}

function exhausted(run: RunNeeds, severity: 'warn' | 'fail'): Violation | null {
  if (isZero(run.cost) && run.free_requests === 0n) return null;
  const words = RULE_WORDS.credits.cases.exhausted;
  return violation({
    rule: 'credits',
    severity,
    actual: toText(run.cost),
    limit: '0',
    message: words.message(),
    remedy: words.remedy(),
  });
}

/** OpenRouter's 402 stops a run in the middle: the share that is served, and the suites that are not, even alone. */
function whatFails(remaining: Decimal, run: RunNeeds): string {
  if (!isPositive(remaining)) return 'OpenRouter answers every request with 402: all of it will fail.';
  const served = percentCovered(remaining, run.cost).toString();
  const tooExpensive = run.suites.filter(({ cost }) => compare(cost, remaining) > 0);
  const named = tooExpensive.slice(0, 3).map(({ name, cost }) => `${safeLine(name)} (${money(cost)})`);
  const more = tooExpensive.length > named.length ? [`${tooExpensive.length - named.length} more`] : [];
  const alone = named.length === 0 ? '' : `; it does not cover ${[...named, ...more].join(', ')} even alone`;
  return `After about ${served} % of the run OpenRouter answers 402, and the requests from there on fail${alone}.`;
}

function remedy({ key_reset: reset }: KnownCredits, of: 'key' | 'account'): string {
  if (of === 'account') return RULE_WORDS.credits.remedy({ instead: 'Buy credits' });
  const wait = reset === null ? '' : `, wait until it is reset (${reset})`;
  return RULE_WORDS.credits.remedy({ instead: `Raise the key's limit${wait}` });
}

/** The report's optional `credits`: the remaining credits, and how many runs they cover. */
export const creditsReportSchema = z.strictObject({
  state: z.enum(['known', 'refused', 'exhausted', 'unavailable']),
  remaining: z
    .string()
    .regex(/^-?\d+(?:\.\d+)?$/)
    .nullable()
    .meta({ description: 'US dollars, the least of what key and account have left; null: no bound is known' }),
  lines: z.array(z.string()).meta({ description: 'In words, a sentence each' }),
});
export type CreditsReport = z.infer<typeof creditsReportSchema>;

/** The credits as the report has them. `run`: the needs of a run; null where they are not known. */
export function creditsReport(credits: Credits, run: RunNeeds | null): CreditsReport {
  const remaining = credits.state === 'known' ? remainingOf(credits) : null;
  return {
    state: credits.state,
    remaining: remaining === null ? null : toText(remaining.amount),
    lines: [...creditsLines(credits, run)],
  };
}

/** An account in words, a sentence each. With the needs of a run: how many runs the account covers. */
export function creditsLines(credits: Credits, run: RunNeeds | null): readonly string[] {
  switch (credits.state) {
    case 'known':
      return [
        remainingLine(credits, run),
        ...keyLines(credits),
        ...accountLines(credits),
        ...freeTierLines(credits, run),
        ...freeRequestLines(credits, run),
      ];
    case 'refused':
      return [refusedLine(credits.status)];
    case 'exhausted':
      return ["Nothing remains: OpenRouter answers 402 until credits are bought or the key's limit is raised."];
    case 'unavailable':
      return [`What remains is not known: ${credits.reason}.`];
  }
}

function remainingLine(credits: KnownCredits, run: RunNeeds | null): string {
  const remaining = remainingOf(credits);
  if (remaining === null) return 'What remains is not known: the key has no limit, and may not see the credits.';
  if (run === null) return `Remaining ${money(remaining.amount)}.`;
  const runs = runsCovered(remaining.amount, run.cost);
  if (runs === null) return `Remaining ${money(remaining.amount)}; a run costs nothing.`;
  const words = counted(Number(runs), 'run');
  const shown = formatDistinct(remaining.amount, run.cost);
  return run.is_lower_bound
    ? `Remaining ${shown.actual} covers at most ${words}, each at least ${shown.limit}.`
    : `Remaining ${shown.actual} covers ${words} at ${shown.limit}.`;
}

function keyLines({ key_limit: limit, key_remaining: remaining, key_reset: reset }: KnownCredits): string[] {
  if (limit === null) return ['The key is unlimited.'];
  const left = remaining === null ? 'what remains of it is not known' : `${money(remaining)} of it remains`;
  return [`The key's limit is ${money(limit)}${reset === null ? '' : `, reset ${reset}`}: ${left}.`];
}

function accountLines({ account_remaining: remaining, account_problem: problem }: KnownCredits): string[] {
  if (remaining !== null) return [`The account's credits: ${money(remaining)} remains.`];
  if (problem !== null) return [`The account's credits are not known: ${problem}.`];
  return ["The account's credits are shown to a management key alone."];
}

function freeTierLines({ is_free_tier: isFreeTier }: KnownCredits, run: RunNeeds | null): string[] {
  if (!isFreeTier) return [];
  const answered = run === null || isPositive(run.cost) ? ': models that cost money answer 402' : '';
  return [`The account has never bought credits (free tier)${answered}.`];
}

function freeRequestLines({ free_requests: left }: KnownCredits, run: RunNeeds | null): string[] {
  if (left === null) return [];
  const today = `${count(left.remaining)} of ${count(left.limit)} requests to :free models are left today`;
  if (run === null || run.free_requests === 0n) return [`${today}.`];
  const missing = run.free_requests - BigInt(left.remaining);
  const enough = missing > 0n ? `, ${missing.toString()} more than that` : '';
  return [`${today}; a run makes ${run.free_requests.toString()}${enough}.`];
}

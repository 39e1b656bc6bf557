import { z } from 'zod';
import { isPositive, toText } from '../../lib/money/decimal.js';
import { count, counted, money, formatDistinct } from '../../lib/text/amount.js';
import { remainingOf, type Credits, type KnownCredits } from '../../openrouter/account/credits.js';
import { refusedLine } from '../../openrouter/account/account-client.js';
import { runsCovered, type RunNeeds } from './credits-rule.js';

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
  const left = remaining === null ? 'what remains of it is not said' : `${money(remaining)} of it remains`;
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

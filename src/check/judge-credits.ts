import { creditsViolation, freeRequestsViolation } from '../budget/credits/credits-rule.js';
import type { Credits } from '../openrouter/account/credits.js';
import { creditsReport } from '../budget/credits/credits-report.js';
import type { CreditsReport } from '../budget/credits/credits-report.js';
import { runNeeds } from '../budget/credits/run-needs.js';
import type { Estimate } from '../budget/estimate.js';
import type { Policy } from '../manifest/schema.js';
import { fromInteger } from '../lib/money/decimal.js';
import type { Note } from '../lib/errors/note.js';
import { leftOut } from '../budget/verdict/asked-work.js';
import { weightOf } from '../budget/verdict/finding.js';
import type { Finding } from '../budget/verdict/finding.js';

/** What an account's credits have to say of one manifest; a run that costs no more than base's is excused like a limit. */
export function creditFindings(credits: Credits | null, estimate: Estimate | null, policy: Policy): Finding[] {
  if (credits === null || estimate === null) return [];
  const run = runNeeds(estimate);
  const dear = creditsViolation(credits, run, policy.credits);
  const often = freeRequestsViolation(credits, run);
  const unpriced = leftOut(estimate.suites.flatMap((suite) => suite.calls));
  return [
    ...(dear === null ? [] : [{ violation: dear, weight: weightOf([run.cost], unpriced) }]),
    // The rule on a month's free requests is another, and has no weight.
    ...(often === null ? [] : [{ violation: often, weight: weightOf([fromInteger(run.free_requests)], '') }]),
  ];
}

export function creditsShown(credits: Credits | null, estimate: Estimate | null): CreditsReport | null {
  return credits === null ? null : creditsReport(credits, estimate === null ? null : runNeeds(estimate));
}

/** A key that is refused, or an account that cannot be asked, changes nothing but is said. */
export function creditNotes(credits: CreditsReport | null): Note[] {
  if (credits === null || credits.state === 'known' || credits.state === 'exhausted') return [];
  return credits.lines.map((message) => ({ code: 'credits_unknown', message }));
}

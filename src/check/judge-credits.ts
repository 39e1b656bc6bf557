import { creditsViolation, freeRequestsViolation } from '../credits/credits-rule.js';
import type { Credits } from '../credits/credits.js';
import { creditsReport } from '../credits/credits-report.js';
import type { CreditsReport } from '../credits/credits-report.js';
import { runNeeds } from '../credits/run-needs.js';
import type { Estimate } from '../estimate/estimate.js';
import type { Policy } from '../manifest/schema.js';
import type { Note } from '../report/schema.js';
import type { Finding } from '../verdict/finding.js';

/** What an account's credits have to say of one manifest; a run that costs no more than base's is excused like a limit. */
export function creditFindings(credits: Credits | null, estimate: Estimate | null, policy: Policy): Finding[] {
  if (credits === null || estimate === null) return [];
  const run = runNeeds(estimate);
  const violations = [creditsViolation(credits, run, policy.credits), freeRequestsViolation(credits, run)];
  return violations
    .filter((violation) => violation !== null)
    .map((violation) => ({
      violation,
      weight: { amounts: [run.cost], subject: '', leavesOut: run.is_lower_bound ? 'unpriced calls' : '' },
    }));
}

export function creditsShown(credits: Credits | null, estimate: Estimate | null): CreditsReport | null {
  return credits === null ? null : creditsReport(credits, estimate === null ? null : runNeeds(estimate));
}

/** A key that is refused, or an account that cannot be asked, changes nothing but is said. */
export function creditNotes(credits: CreditsReport | null): Note[] {
  if (credits === null || credits.state === 'known' || credits.state === 'exhausted') return [];
  return credits.lines.map((message) => ({ code: 'credits_unknown', message }));
}

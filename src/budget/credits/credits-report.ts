import { z } from 'zod';
import { toText } from '../../lib/money/decimal.js';
import { remainingOf } from '../../openrouter/account/credits.js';
import type { Credits } from '../../openrouter/account/credits.js';
import { creditsLines } from './credits-words.js';
import type { RunNeeds } from './run-needs.js';

/** The report's optional `credits`: what is left to spend, and how far it goes. */
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

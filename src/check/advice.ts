import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import type { Comparison } from '../budget/comparison/comparison.js';
import { toText } from '../lib/money/decimal.js';
import type { ReportSuggestion } from '../report/model/schema.js';
import { withRemedies } from '../budget/suggestions/remedies.js';
import { suggest, worthShowing } from '../budget/suggestions/suggest.js';
import type { Judgement } from '../budget/verdict/judge.js';

export interface Advice {
  /** The same verdict, with the smallest change that would mend a broken limit as its remedy. */
  readonly judgement: Judgement;
  readonly suggestions: readonly ReportSuggestion[];
}

/** What would make head cheaper, for the reader and for the limits that are broken. */
export function advise(
  judgement: Judgement,
  comparison: Comparison | null,
  catalogue: Catalogue,
  at: Date | null,
): Advice {
  if (comparison === null) return { judgement, suggestions: [] };
  const suggestions = suggest(comparison, catalogue, at);
  return {
    judgement: { ...judgement, violations: withRemedies(judgement.violations, suggestions, comparison) },
    suggestions: worthShowing(suggestions).map(({ message, saving }) => ({
      message,
      saving_per_run: saving === null ? null : toText(saving),
    })),
  };
}

import type { Rule } from '../../budget/verdict/violation.js';

/** How a rule is spoken of where it is broken. */
export interface RuleWords {
  /** In front of the figures: `Cost per run`. */
  readonly title: string;
  /** As the sentence of the verdict: `Over budget`. */
  readonly headline: string;
  /** `words`: the message says more than two figures do, as what a missing cent of credits will do to a run. */
  readonly unit: 'money' | 'percent' | 'days' | 'words';
}

export const RULE_WORDS: Readonly<Record<Rule, RuleWords>> = {
  per_run: { title: 'Cost per run', headline: 'Over budget', unit: 'money' },
  per_month: { title: 'Cost per month', headline: 'Over budget', unit: 'money' },
  worst_case_per_run: { title: 'Worst case of a run', headline: 'Over budget', unit: 'money' },
  increase_per_run: { title: 'Increase per run', headline: 'Increase above its limit', unit: 'money' },
  increase_percent: { title: 'Increase', headline: 'Increase above its limit', unit: 'percent' },
  unpriced: { title: 'No price', headline: 'Not every call has a price', unit: 'words' },
  incomplete_price: { title: 'Price not known in full', headline: 'Not every price is known', unit: 'words' },
  stale_prices: { title: 'Prices from the lock', headline: 'Prices are not live', unit: 'days' },
  model_denied: { title: 'Model not allowed', headline: 'Against the model policy', unit: 'words' },
  max_prompt_price: {
    title: 'Prompt price per million tokens',
    headline: 'Against the price policy',
    unit: 'money',
  },
  max_completion_price: {
    title: 'Completion price per million tokens',
    headline: 'Against the price policy',
    unit: 'money',
  },
  require_max_tokens: { title: 'No max_tokens', headline: 'A call without max_tokens', unit: 'words' },
  free_tier: { title: 'Free requests', headline: 'More than the free tier gives', unit: 'words' },
  credits: { title: 'Credits', headline: 'Not enough credits', unit: 'words' },
  unprotected: { title: 'Not protected yet', headline: 'Not protected yet', unit: 'words' },
  suite_missing: { title: 'Suite is gone', headline: 'A suite with a budget is gone', unit: 'words' },
  manifest_missing: { title: 'Manifest is gone', headline: 'The manifest is gone', unit: 'words' },
};

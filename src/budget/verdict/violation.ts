import { z } from 'zod';

/** The judgement's part of the report's schema: rules, violations, limits that apply, limits not applied. */

const RULES = [
  'per_run',
  'per_month',
  'worst_case_per_run',
  'increase_per_run',
  'increase_percent',
  'unpriced',
  'incomplete_price',
  'stale_prices',
  'model_denied',
  'max_prompt_price',
  'max_completion_price',
  'require_max_tokens',
  'free_tier',
  'credits',
  'unprotected',
  'suite_missing',
  'suite_without_budget',
  'expiring_model',
  'price_fell',
  'manifest_missing',
] as const;
export type Rule = (typeof RULES)[number];

export const violationSchema = z.strictObject({
  rule: z.enum(RULES),
  severity: z.enum(['fail', 'warn']),
  run: z.string().nullable().meta({ description: 'The kind of run whose limit it is; null unless there are several' }),
  suite: z.string().nullable(),
  call: z.string().nullable(),
  actual: z.string().nullable(),
  limit: z.string().nullable(),
  message: z.string(),
  file: z.string().nullable(),
  line: z.number().int().nonnegative().nullable(),
  remedy: z.string().optional().meta({ description: 'What would mend it' }),
  at_least: z
    .boolean()
    .optional()
    .meta({ description: 'The actual is a lower bound: it leaves out what is not known' }),
  against_default_branch: z.boolean().optional().meta({ description: 'An increase over it and not over base' }),
  in_base: z.boolean().optional().meta({
    description: 'Pre-existing: the baseline (the tip of the default branch, mostly) breaks the same, no less',
  }),
  excused: z
    .boolean()
    .optional()
    .meta({ description: 'Pre-existing, and head is no worse: a warning instead of a failure' }),
  overridden: z.boolean().optional().meta({ description: 'A warning by the override label and an approving review' }),
});
export type Violation = z.infer<typeof violationSchema>;

export const notAppliedSchema = z.strictObject({
  key: z.string(),
  head: z.string().nullable().meta({ description: 'null: dropped' }),
  policy: z.string(),
});
export type NotApplied = z.infer<typeof notAppliedSchema>;

export const limitStateSchema = z.strictObject({
  rule: z.enum(RULES),
  run: z.string().optional().meta({ description: 'The kind of run, where there are several' }),
  suite: z.string().nullable(),
  warn: z.string().nullable(),
  fail: z.string().nullable(),
  actual: z.string().nullable(),
});
export type LimitState = z.infer<typeof limitStateSchema>;

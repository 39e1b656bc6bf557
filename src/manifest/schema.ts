import { z } from 'zod';
import { ZERO } from '../money/decimal.js';
import { amount, wholeNumber } from './scalars.js';

/** The manifest, version 1: one schema, from which the types and the published JSON Schema are made. */

/** `4`, or `{warn: 3, fail: 4}`: a plain amount fails. */
export const limitSchema = z.union([
  amount.transform((fail) => ({ warn: null, fail })),
  z
    .strictObject({ warn: amount.optional(), fail: amount.optional() })
    .transform(({ warn, fail }) => ({ warn: warn ?? null, fail: fail ?? null })),
]);
export type Limit = z.output<typeof limitSchema>;

export const budgetSchema = z.strictObject({
  per_run: limitSchema.optional().meta({ description: 'US dollars, expected cost of one run' }),
  per_month: limitSchema.optional().meta({ description: 'US dollars, cost per run x runs per month' }),
  worst_case_per_run: limitSchema.optional().meta({ description: 'US dollars, worst case of one run' }),
  increase_per_run: limitSchema.optional().meta({ description: 'US dollars, head minus base at the same prices' }),
  increase_percent: limitSchema.optional().meta({ description: 'Percent, not judged below an increase of $0.01' }),
});
export type Budget = z.output<typeof budgetSchema>;
export type LimitName = keyof Budget;

const modelPattern = z.string().min(1).meta({ description: 'A model id; * matches any characters' });

export const policySchema = z.strictObject({
  unpriced: z.enum(['fail', 'warn']).default('fail'),
  stale_prices: z.enum(['warn', 'fail']).default('warn'),
  max_price_age_days: wholeNumber.default(30),
  models: z
    .strictObject({ allow: z.array(modelPattern).optional(), deny: z.array(modelPattern).optional() })
    .optional(),
  max_prompt_price: amount.optional().meta({ description: 'US dollars per million prompt tokens' }),
  max_completion_price: amount.optional().meta({ description: 'US dollars per million completion tokens' }),
  require_max_tokens: z.boolean().default(false),
  free_requests_per_day: wholeNumber.default(50),
  credits: z.enum(['warn', 'fail', 'off']).default('warn'),
  credit_fee: amount.optional().meta({ description: 'Percent paid on top when buying credits' }),
  override_label: z.string().min(1).optional(),
});
export type Policy = z.output<typeof policySchema>;

/** `350`, or `{expected: 350, max: 900}`. */
export const tokensSchema = z.union([
  wholeNumber.transform((expected) => ({ expected, max: null })),
  z
    .strictObject({ expected: wholeNumber, max: wholeNumber.optional() })
    .transform(({ expected, max }) => ({ expected, max: max ?? null })),
]);
export type Tokens = z.output<typeof tokensSchema>;

export const retriesSchema = z.union([
  amount.transform((expected) => ({ expected, max: null })),
  z
    .strictObject({ expected: amount, max: amount.optional() })
    .transform(({ expected, max }) => ({ expected, max: max ?? null })),
]);
export type Retries = z.output<typeof retriesSchema>;

export const promptFileSchema = z.union([
  z
    .string()
    .min(1)
    .transform((path) => ({ path, cached: false })),
  z.strictObject({ path: z.string().min(1), cached: z.boolean().default(false) }),
]);
export type PromptFile = z.output<typeof promptFileSchema>;

/** OpenRouter's `provider` preferences, as far as they move the price. */
export const providerSchema = z.strictObject({
  order: z.array(z.string().min(1)).optional(),
  only: z.array(z.string().min(1)).optional(),
  ignore: z.array(z.string().min(1)).optional(),
  sort: z.enum(['price', 'throughput', 'latency']).optional(),
  max_price: z
    .strictObject({ prompt: amount.optional(), completion: amount.optional() })
    .optional()
    .meta({ description: 'US dollars per million tokens' }),
});
export type ProviderPreferences = z.output<typeof providerSchema>;

const NO_TOKENS: Tokens = { expected: 0, max: null };
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._/:@+-]{0,63}$/;

/** The name of a suite or a call. */
export const nameSchema = z
  .string()
  .regex(NAME, { error: '1-64 letters, digits, spaces and ._/:@+-, starting with a letter or digit' });

export const callSchema = z.strictObject({
  name: nameSchema.optional(),
  model: z.string().min(1),
  count: wholeNumber.meta({ description: 'Requests per execution of the suite' }),
  prompt_tokens: tokensSchema.optional().meta({ description: 'Per request, all inputs' }),
  prompt_files: z.array(promptFileSchema).optional(),
  completion_tokens: tokensSchema.meta({ description: 'Per request, reasoning tokens included' }),
  max_tokens: wholeNumber.optional().meta({ description: 'The cap the code sets; the worst case uses it' }),
  reasoning_tokens: tokensSchema.default(NO_TOKENS),
  cached_tokens: tokensSchema.default(NO_TOKENS),
  cache_write_tokens: tokensSchema.default(NO_TOKENS),
  cache_ttl: z.enum(['5m', '1h']).default('5m'),
  audio_tokens: tokensSchema.default(NO_TOKENS),
  image_output_tokens: tokensSchema.default(NO_TOKENS),
  audio_output_tokens: tokensSchema.default(NO_TOKENS),
  images: wholeNumber.default(0),
  web_searches: wholeNumber.default(0),
  pdf_pages: wholeNumber.default(0),
  retries: retriesSchema.default({ expected: ZERO, max: null }),
  fallback_models: z.array(z.string().min(1)).default([]),
  service_tier: z.enum(['default', 'flex', 'priority']).default('default'),
  provider: providerSchema.optional(),
});
export type Call = z.output<typeof callSchema>;

/** Merged under every call; a key of the call replaces the whole key. */
export const defaultsSchema = callSchema.omit({ name: true }).partial();

export const suiteSchema = z.strictObject({
  description: z.string().optional(),
  repeat: wholeNumber.default(1),
  runs_per_month: wholeNumber.optional(),
  paths: z.array(z.string().min(1)).optional(),
  budget: budgetSchema.default({}),
  calls: z.array(callSchema).min(1),
});
export type Suite = z.output<typeof suiteSchema>;

export const manifestSchema = z.strictObject({
  version: wholeNumber.refine((version) => version === 1, { error: '1' }),
  runs_per_month: wholeNumber.optional(),
  budget: budgetSchema.default({}),
  policy: policySchema.prefault({}),
  defaults: defaultsSchema.optional(),
  suites: z.record(nameSchema, suiteSchema),
});
export type ManifestFile = z.output<typeof manifestSchema>;

import { z } from 'zod';
import { shaped } from '../../lib/http/request.js';
import { negate, type Decimal } from '../../lib/money/decimal.js';
import { exactCost } from '../../lib/money/recorded-cost.js';

/** The answers of OpenRouter about a key, its account and a request (OpenAPI document of 2026-08-22). */

/** US dollars as a JSON number; its shortest decimal text is the exact amount. */
const dollars = z.number().transform((value): Decimal => {
  return value < 0 ? negate(exactCost(-value)) : exactCost(value);
});
const count = z.number().int().nonnegative();

const keySchema = z.object({
  data: z.object({
    limit: dollars.nullish(),
    limit_remaining: dollars.nullish(),
    limit_reset: z.enum(['daily', 'weekly', 'monthly']).nullish().catch(null),
    is_free_tier: z.boolean().nullish(),
    free_model_daily_requests: z.object({ limit: count, used: count, remaining: count }).nullish().catch(null),
  }),
});
export type KeyAnswer = z.output<typeof keySchema>['data'];

const creditsSchema = z.object({ data: z.object({ total_credits: dollars, total_usage: dollars }) });
export type CreditsAnswer = z.output<typeof creditsSchema>['data'];

const generationSchema = z.object({
  data: z.object({
    total_cost: dollars,
    model: z.string().nullish(),
    provider_name: z.string().nullish(),
    native_tokens_prompt: count.nullish(),
    native_tokens_completion: count.nullish(),
    native_tokens_reasoning: count.nullish(),
    native_tokens_cached: count.nullish(),
    is_byok: z.boolean().nullish(),
    cancelled: z.boolean().nullish(),
  }),
});
export type GenerationAnswer = z.output<typeof generationSchema>['data'];

export const readKey = (value: unknown): KeyAnswer => shaped(keySchema, value).data;
export const readCredits = (value: unknown): CreditsAnswer => shaped(creditsSchema, value).data;
export const readGeneration = (value: unknown): GenerationAnswer => shaped(generationSchema, value).data;

import { z } from 'zod';
import type { Network } from '../../lib/http/network.js';
import { shaped } from '../../lib/http/request.js';
import { RETRY_LIMITS, type RetryLimits } from '../../lib/http/retry.js';
import { catalogueUrlText, isLoopback } from '../../lib/inputs.js';
import { type Decimal, negate, exactCost } from '../../lib/money/decimal.js';
import { keyMayBeSentTo, OPENROUTER, openRouterClient } from '../client.js';

export interface AccountAccess {
  readonly catalogueUrl: URL;
  /** Never empty; it is sent as a bearer token and stands in no message. */
  readonly apiKey: string;
  readonly effects: Network;
  readonly limits?: RetryLimits;
}

export interface AccountClient {
  /** The host, as messages name it. */
  readonly host: string;
  /**
   * Fetches one document below the API's base, with `read` as the last step of each attempt. `isPending` names statuses
   * that mean "not yet", which are asked again. Throws `HttpFailure`, whose message holds nothing of the key or of a body.
   */
  get<T>(path: string, read: (value: unknown) => T, isPending?: (status: number) => boolean): Promise<T>;
}

/** For all requests of one client together: OpenRouter hanging on fifty generations costs this time once. */
const ACCOUNT_TOTAL_MS = 120_000;
/** Answers are a few hundred bytes long. */
const BOUNDS = { maxWireBytes: 100_000, maxBytes: 1_000_000 };

/** Makes a client for the account behind an API key. */
export function accountClient({ catalogueUrl, apiKey, effects, limits = RETRY_LIMITS }: AccountAccess): AccountClient {
  const base = accountUrl(catalogueUrl);
  const client = openRouterClient({ base, purpose: 'the account', totalMs: ACCOUNT_TOTAL_MS, limits, apiKey }, effects);
  return {
    host: client.host,
    get: async (path, read, isPending = () => false) => {
      const url = client.urlOf(path);
      if (!keyMayBeSentTo(url)) throw new RangeError(`the key may not be sent to ${url.origin}`);
      return (await client.get(url, { bounds: BOUNDS, read, isPending })).content;
    },
  };
}

/** The server that is asked about a key's account: the catalogue's where that is this machine, else always OpenRouter's. */
export function accountUrl(catalogueUrl: URL): URL {
  return isLoopback(catalogueUrl.hostname) ? new URL(catalogueUrlText(catalogueUrl)) : OPENROUTER;
}

/** The sentence for a key that is refused: a warning where credits were asked for, the error of `--generations`. */
export function refusedLine(status: number): string {
  return `OpenRouter refused the key (${status}): it is wrong, disabled or expired. Prices do not need it.`;
}

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

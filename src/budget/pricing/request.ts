import type { NamedCall } from '../../manifest/manifest.js';
import type { Tokens } from '../../manifest/schema.js';

/** The fields of a call that its price depends on. */
export type PricedCall = Pick<
  NamedCall,
  | 'model'
  | 'uncounted'
  | 'prompt_tokens'
  | 'completion_tokens'
  | 'max_tokens'
  | 'cached_tokens'
  | 'cache_write_tokens'
  | 'cache_ttl'
  | 'audio_tokens'
  | 'image_output_tokens'
  | 'audio_output_tokens'
  | 'images'
  | 'web_searches'
  | 'pdf_pages'
  | 'fallback_models'
  | 'service_tier'
  | 'provider'
> & {
  /** How many of the written tokens are kept for an hour; absent: all with `cache_ttl: 1h`, else none. */
  readonly cache_write_1h_tokens?: number;
};

/** One request for the formula: tokens as whole numbers, with parts included in `prompt` and `completion`. */
export interface PricedRequest {
  readonly prompt: number;
  readonly cached: number;
  /** All that is written to the cache, and how much of it for an hour. */
  readonly written: number;
  readonly written_1h: number;
  readonly audio: number;
  readonly completion: number;
  readonly image_output: number;
  readonly audio_output: number;
  /** Input images, for catalogues that price an image as a unit. */
  readonly images: number;
  readonly cache_ttl: PricedCall['cache_ttl'];
  /** `hit`: cached tokens are read from the cache. `miss`: they are sent or written again, whichever costs more. */
  readonly cache: 'hit' | 'miss';
}

/** The limits of an endpoint, or of the model's top provider, that bound a completion. */
export interface Cap {
  readonly context_length: number | null;
  readonly max_completion_tokens: number | null;
}

/** Returns the expected prompt tokens of a request; null where prompt files have not been counted. */
export function expectedPrompt(call: PricedCall): number | null {
  return call.prompt_tokens?.expected ?? null;
}

/** Builds the request of the expected tokens. `prompt` is the number of prompt tokens, those of files included. */
export function expectedRequest(call: PricedCall, prompt: number): PricedRequest {
  return {
    prompt,
    cached: call.cached_tokens.expected,
    written: call.cache_write_tokens.expected,
    written_1h: call.cache_write_1h_tokens ?? (call.cache_ttl === '1h' ? call.cache_write_tokens.expected : 0),
    audio: call.audio_tokens.expected,
    completion: call.completion_tokens.expected,
    image_output: call.image_output_tokens.expected,
    audio_output: call.audio_output_tokens.expected,
    images: call.images,
    cache_ttl: call.cache_ttl,
    cache: 'hit',
  };
}

/** Builds the longest request that the call may make: every token field at its `max`, nothing read from the cache. */
export function worstRequest(call: PricedCall, completion: number): PricedRequest {
  return {
    prompt: longestPrompt(call),
    cached: most(call.cached_tokens),
    written: most(call.cache_write_tokens),
    written_1h: call.cache_ttl === '1h' ? most(call.cache_write_tokens) : 0,
    audio: most(call.audio_tokens),
    completion,
    image_output: Math.min(completion, most(call.image_output_tokens)),
    audio_output: Math.min(completion, most(call.audio_output_tokens)),
    images: call.images,
    cache_ttl: call.cache_ttl,
    cache: 'miss',
  };
}

function most(tokens: Tokens): number {
  return tokens.max ?? tokens.expected;
}

function longestPrompt({ prompt_tokens }: PricedCall): number {
  return prompt_tokens === undefined ? 0 : most(prompt_tokens);
}

/** Returns the longest completion that is allowed, in tokens; null where nothing bounds it. */
export function longestCompletion(call: PricedCall, cap: Cap): number | null {
  const { expected, max } = call.completion_tokens;
  const declared = call.max_tokens ?? max;
  if (declared !== null) return Math.max(declared, expected);
  const limits = [
    cap.max_completion_tokens,
    cap.context_length === null ? null : cap.context_length - longestPrompt(call),
  ];
  const stated = limits.filter((limit) => limit !== null);
  return stated.length === 0 ? null : Math.max(expected, Math.min(...stated));
}

/** Tells whether the manifest bounds the completion. Otherwise the endpoint's own cap bounds the worst case. */
export function isCapped(call: PricedCall): boolean {
  return call.max_tokens !== undefined || call.completion_tokens.max !== null;
}

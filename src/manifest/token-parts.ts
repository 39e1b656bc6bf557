/**
 * The kinds of tokens that are billed: the name in usage and prices (`part`), the field of the manifest, and the whole that
 * they are part of (null for prompt and completion). Schema, pricing and recorded usage share this table.
 */
export const TOKEN_PARTS = [
  { part: 'prompt', field: 'prompt_tokens', within: null },
  { part: 'completion', field: 'completion_tokens', within: null },
  { part: 'cached', field: 'cached_tokens', within: 'prompt' },
  { part: 'written', field: 'cache_write_tokens', within: 'prompt' },
  { part: 'reasoning', field: 'reasoning_tokens', within: 'completion' },
  { part: 'audio', field: 'audio_tokens', within: 'prompt' },
  { part: 'image_output', field: 'image_output_tokens', within: 'completion' },
  { part: 'audio_output', field: 'audio_output_tokens', within: 'completion' },
] as const;

export type TokenPart = (typeof TOKEN_PARTS)[number]['part'];

/**
 * Tokens of one request in the manifest's convention: `prompt` includes cached, written and audio tokens, `completion`
 * includes reasoning, image and audio tokens. Google counts written tokens as cached tokens too.
 */
export type TokenCounts = Readonly<Record<TokenPart, number>>;

/** Makes a record with one value for each kind of tokens. */
export function byTokenPart<T>(valueOf: (row: (typeof TOKEN_PARTS)[number]) => T): Record<TokenPart, T> {
  return {
    prompt: valueOf(TOKEN_PARTS[0]),
    completion: valueOf(TOKEN_PARTS[1]),
    cached: valueOf(TOKEN_PARTS[2]),
    written: valueOf(TOKEN_PARTS[3]),
    reasoning: valueOf(TOKEN_PARTS[4]),
    audio: valueOf(TOKEN_PARTS[5]),
    image_output: valueOf(TOKEN_PARTS[6]),
    audio_output: valueOf(TOKEN_PARTS[7]),
  };
}

import type { Call, Tokens } from './schema.js';

/** Parts never exceed their whole: cached tokens are prompt tokens, reasoning tokens are completion tokens. */

type PromptPart = 'cached_tokens' | 'cache_write_tokens' | 'audio_tokens';
type CompletionPart = 'reasoning_tokens' | 'image_output_tokens' | 'audio_output_tokens';

/** What is wrong, and the fields of the call that it is about, the best one to point at first. */
export interface CallProblem {
  readonly keys: readonly [keyof Call, ...(keyof Call)[]];
  readonly message: string;
}

type Whole = 'prompt_tokens' | 'completion_tokens';

/**
 * Google counts what it writes to a cache in the cached tokens too; every other provider keeps them apart. (A real charge
 * of gemini-2.5-flash, 2026: of 2,168 prompt tokens 2,161 cached and the same 2,161 written.)
 */
const COUNTS_WRITES_AS_CACHED = /^~?google\//;

/**
 * What makes the parts of a prompt more than the prompt, or null. For a call with `prompt_files` it is to be asked
 * when the files' tokens are known and have been added to `prompt_tokens` and `cached_tokens`.
 */
export function partsProblem(
  call: Pick<Call, PromptPart> & { readonly model: string; readonly prompt_tokens: Tokens },
): CallProblem | null {
  const parts: Part[] = [
    ['cached_tokens', call.cached_tokens],
    ['cache_write_tokens', call.cache_write_tokens],
    ['audio_tokens', call.audio_tokens],
  ];
  const writesAreCached = COUNTS_WRITES_AS_CACHED.test(call.model);
  const smaller =
    call.cached_tokens.expected < call.cache_write_tokens.expected ? 'cached_tokens' : 'cache_write_tokens';
  const apart = writesAreCached ? parts.filter(([key]) => key !== smaller) : parts;
  return (
    sumProblem(apart, 'prompt_tokens', call.prompt_tokens) ?? mostProblem(parts, 'prompt_tokens', call.prompt_tokens)
  );
}

/** The same for reasoning, image and audio output in a completion. */
export function completionPartsProblem(
  call: Pick<Call, CompletionPart> & { readonly completion_tokens: Tokens },
): CallProblem | null {
  const parts: Part[] = [
    ['reasoning_tokens', call.reasoning_tokens],
    ['image_output_tokens', call.image_output_tokens],
    ['audio_output_tokens', call.audio_output_tokens],
  ];
  const whole = call.completion_tokens;
  return sumProblem(parts, 'completion_tokens', whole) ?? mostProblem(parts, 'completion_tokens', whole);
}

type Part = readonly [key: PromptPart | CompletionPart, tokens: Tokens];

function sumProblem(parts: readonly Part[], whole: Whole, { expected }: Tokens): CallProblem | null {
  const present = parts.filter(([, tokens]) => tokens.expected > 0);
  const [first, ...more] = present.map(([key]) => key);
  if (first === undefined || present.reduce((sum, [, tokens]) => sum + tokens.expected, 0) <= expected) return null;
  const sum = present.map(([key, tokens]) => `${key} (${tokens.expected})`).join(' + ');
  return {
    keys: [first, ...more, whole],
    message: `${sum} ${more.length === 0 ? 'is' : 'are'} more than ${whole} (${expected}), the whole`,
  };
}

/** Maxima of several parts need not meet in one request, so each is held against the whole alone. */
function mostProblem(parts: readonly Part[], whole: Whole, tokens: Tokens): CallProblem | null {
  const most = tokens.max ?? tokens.expected;
  for (const [key, { max }] of parts) {
    if (max === null || max <= most) continue;
    const limit = tokens.max === null ? whole : `${whole}.max`;
    return { keys: [key, whole], message: `${key}.max (${max}) is more than ${limit} (${most}), the whole` };
  }
  return null;
}

import { countAt, type Faults } from './counts.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from './json-value.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/**
 * Each provider's usage object in its own convention, brought into the one of the manifest. Field names as of 2026-08
 * (OpenAI and OpenRouter API references, Anthropic Messages API, Gemini API `UsageMetadata`).
 */

const OPENAI_KEYS = ['prompt_tokens', 'completion_tokens', 'input_tokens', 'output_tokens'] as const;

/** Whether an object under `usage` states tokens, or at least a charge: a transcription is paid by the second. */
export function statesUsage(usage: JsonRecord): boolean {
  return typeof usage.cost === 'number' || OPENAI_KEYS.some((key) => usage[key] !== undefined && usage[key] !== null);
}

/** Anthropic's input excludes what was read from and written to the cache; only its objects have these keys. */
function excludesCache(usage: JsonRecord): boolean {
  return (
    usage.prompt_tokens === undefined &&
    (usage.cache_creation_input_tokens !== undefined || usage.cache_read_input_tokens !== undefined)
  );
}

/** OpenAI (chat and Responses), OpenRouter and Anthropic: all say `usage`. */
export function usageTokens(usage: JsonRecord, faults: Faults): TokenCounts {
  return excludesCache(usage) ? anthropicTokens(usage, faults) : openAiTokens(usage, faults);
}

function anthropicTokens(usage: JsonRecord, faults: Faults): TokenCounts {
  const cached = countAt(usage, ['cache_read_input_tokens'], faults);
  const written = countAt(usage, ['cache_creation_input_tokens'], faults);
  const details = recordAt(usage, 'output_tokens_details');
  return {
    prompt: countAt(usage, ['input_tokens'], faults) + cached + written,
    completion: countAt(usage, ['output_tokens'], faults),
    cached,
    written,
    reasoning: countAt(details, ['thinking_tokens', 'reasoning_tokens'], faults),
    audio: 0,
    image_output: 0,
    audio_output: 0,
  };
}

/** Parts are inside their wholes, except where the total says that they were counted beside them. */
function openAiTokens(usage: JsonRecord, faults: Faults): TokenCounts {
  const input = recordAt(usage, 'prompt_tokens_details') ?? recordAt(usage, 'input_tokens_details');
  const output = recordAt(usage, 'completion_tokens_details') ?? recordAt(usage, 'output_tokens_details');
  const prompt = countAt(usage, ['prompt_tokens', 'input_tokens'], faults);
  const completion = countAt(usage, ['completion_tokens', 'output_tokens'], faults);
  const reasoning = countAt(output, ['reasoning_tokens'], faults);
  const audio = countAt(input, ['audio_tokens'], faults);
  const beside = typeof usage.total_tokens === 'number' ? usage.total_tokens - prompt - completion : 0;
  // xAI's reasoning and Mistral's audio; several providers count reasoning by another tokenizer, above its whole.
  const reasoningBeside = reasoning > 0 && beside === reasoning;
  const audioBeside = audio > 0 && beside === audio;
  return {
    prompt: audioBeside ? prompt + audio : prompt,
    completion: reasoningBeside ? completion + reasoning : completion,
    cached:
      countAt(input, ['cached_tokens'], faults) ||
      countAt(usage, ['cached_input_tokens', 'cache_read_input_tokens'], faults),
    written: countAt(input, ['cache_write_tokens'], faults) || countAt(usage, ['cache_creation_input_tokens'], faults),
    reasoning: beside === 0 ? Math.min(reasoning, completion) : reasoning,
    audio,
    image_output: countAt(output, ['image_tokens'], faults),
    audio_output: countAt(output, ['audio_tokens'], faults),
  };
}

/** Google: thoughts and tool prompts are counted beside; cached tokens are inside the prompt. */
export function googleTokens(metadata: JsonRecord, faults: Faults): TokenCounts {
  const thoughts = countAt(metadata, ['thoughtsTokenCount', 'thoughts_token_count'], faults);
  const audio = modality(metadata, ['promptTokensDetails', 'prompt_tokens_details'], 'AUDIO', faults);
  const cachedAudio = modality(metadata, ['cacheTokensDetails', 'cache_tokens_details'], 'AUDIO', faults);
  const candidates = ['candidatesTokensDetails', 'candidates_tokens_details'] as const;
  return {
    prompt:
      countAt(metadata, ['promptTokenCount', 'prompt_token_count'], faults) +
      countAt(metadata, ['toolUsePromptTokenCount', 'tool_use_prompt_token_count'], faults),
    completion: countAt(metadata, ['candidatesTokenCount', 'candidates_token_count'], faults) + thoughts,
    cached: countAt(metadata, ['cachedContentTokenCount', 'cached_content_token_count'], faults),
    written: 0,
    reasoning: thoughts,
    audio: Math.max(audio - cachedAudio, 0),
    image_output: modality(metadata, candidates, 'IMAGE', faults),
    audio_output: modality(metadata, candidates, 'AUDIO', faults),
  };
}

function modality(metadata: JsonRecord, keys: readonly string[], name: string, faults: Faults): number {
  const details = keys.flatMap((key) => listAt(metadata, key));
  return details
    .filter((detail) => isRecord(detail))
    .filter((detail) => nameAt(detail, 'modality')?.toUpperCase() === name)
    .reduce((total, detail) => total + countAt(detail, ['tokenCount', 'token_count'], faults), 0);
}

/** OpenRouter's `GET /generation`: the native counts are what is billed; `tokens_*` are normalised and differ. */
export function generationTokens(generation: JsonRecord, faults: Faults): TokenCounts {
  return {
    prompt: countAt(generation, ['native_tokens_prompt'], faults),
    completion: countAt(generation, ['native_tokens_completion'], faults),
    cached: countAt(generation, ['native_tokens_cached'], faults),
    written: 0,
    reasoning: countAt(generation, ['native_tokens_reasoning'], faults),
    audio: 0,
    image_output: 0,
    audio_output: 0,
  };
}

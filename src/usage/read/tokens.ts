import { byTokenPart, type TokenCounts } from '../../manifest/token-parts.js';
import {
  countAt,
  countOrNull,
  type Findings,
  isRecord,
  listAt,
  nameAt,
  recordAt,
  type JsonRecord,
} from './json-value.js';

/**
 * Tokens as the manifest counts them, read from the usage object of each provider. Field names as of 2026-11:
 * https://platform.openai.com/docs/api-reference/chat/object, https://docs.anthropic.com/en/api/messages,
 * https://ai.google.dev/api/generate-content#UsageMetadata, https://api-docs.deepseek.com/api/create-chat-completion,
 * https://docs.perplexity.ai/api-reference/chat-completions-post, https://docs.x.ai/docs/api-reference,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.
 */
export interface StatedTokens {
  readonly tokens: TokenCounts;
  /** The part of the written tokens that is cached for an hour. */
  readonly written_1h: number;
}

/** Token counts with 0 for each kind that is not stated. */
export function someTokens(stated: Partial<TokenCounts>): TokenCounts {
  return { ...byTokenPart(() => 0), ...stated };
}

const OPENAI_KEYS = ['prompt_tokens', 'completion_tokens', 'input_tokens', 'output_tokens', 'total_tokens'] as const;
const CAMEL_KEYS = ['inputTokens', 'outputTokens', 'promptTokens', 'completionTokens'] as const;

/** Whether an object under `usage` states tokens, or at least a charge: a transcription is paid by the second. */
export function statesUsage(usage: JsonRecord): boolean {
  return (
    typeof usage.cost === 'number' ||
    isRecord(usage.billed_units) ||
    [...OPENAI_KEYS, ...CAMEL_KEYS].some((key) => usage[key] !== undefined && usage[key] !== null)
  );
}

/** The tokens of an object under `usage`, whichever provider's it is. `model` decides where conventions differ. */
export function usageTokens(usage: JsonRecord, model: string | null, findings: Findings): StatedTokens {
  if (isRecord(usage.billed_units)) return cohereTokens(usage.billed_units, usage, findings);
  if (CAMEL_KEYS.some((key) => usage[key] !== undefined && usage[key] !== null)) {
    return camelTokens(usage, model, findings);
  }
  return excludesCache(usage) ? anthropicTokens(usage, findings) : openAiTokens(usage, model, findings);
}

/** Anthropic's input excludes what was read from and written to the cache; only its objects have these keys. */
function excludesCache(usage: JsonRecord): boolean {
  return (
    usage.prompt_tokens === undefined &&
    (usage.cache_creation_input_tokens !== undefined || usage.cache_read_input_tokens !== undefined)
  );
}

/** The tokens of Anthropic's usage object: input, cache reads and cache writes are stated apart and added up. */
export function anthropicTokens(usage: JsonRecord, findings: Findings): StatedTokens {
  const cached = countAt(usage, ['cache_read_input_tokens'], findings);
  const creation = recordAt(usage, 'cache_creation');
  const hour = countAt(creation, ['ephemeral_1h_input_tokens'], findings);
  const short = countAt(creation, ['ephemeral_5m_input_tokens'], findings);
  const written = Math.max(countAt(usage, ['cache_creation_input_tokens'], findings), hour + short);
  const details = recordAt(usage, 'output_tokens_details');
  const tokens = someTokens({
    prompt: countAt(usage, ['input_tokens'], findings) + cached + written,
    completion: countAt(usage, ['output_tokens'], findings),
    cached,
    written,
    reasoning: countAt(details, ['thinking_tokens', 'reasoning_tokens'], findings),
  });
  return { tokens, written_1h: hour };
}

/** Parts are inside their wholes, except where the total says that they were counted beside them. */
function openAiTokens(usage: JsonRecord, model: string | null, findings: Findings): StatedTokens {
  const input = firstRecord(usage, ['prompt_tokens_details', 'input_tokens_details', 'input_token_details']);
  const output = firstRecord(usage, ['completion_tokens_details', 'output_tokens_details', 'output_token_details']);
  const total = countOrNull(usage, ['total_tokens'], findings);
  const promptStated = countOrNull(usage, ['prompt_tokens', 'input_tokens', 'prompt_text_tokens'], findings);
  const completionStated = countOrNull(usage, ['completion_tokens', 'output_tokens'], findings);
  const reasoning = countAt(output, ['reasoning_tokens'], findings) || countAt(usage, ['reasoning_tokens'], findings);
  const cached =
    countAt(input, ['cached_tokens'], findings) ||
    countAt(
      usage,
      // Moonshot, DeepSeek, Codex, Anthropic by way of a gateway, xAI.
      [
        'cached_tokens',
        'prompt_cache_hit_tokens',
        'cached_input_tokens',
        'cache_read_input_tokens',
        'cached_prompt_text_tokens',
      ],
      findings,
    );
  const written =
    countAt(input, ['cache_write_tokens', 'cache_creation_tokens'], findings) ||
    countAt(usage, ['cache_creation_input_tokens'], findings);
  const cachedAudio = countAt(recordAt(input ?? {}, 'cached_tokens_details'), ['audio_tokens'], findings);
  const audio = Math.max(countAt(input, ['audio_tokens'], findings) - cachedAudio, 0);
  const stated = someTokens({
    // Embeddings state their input as the total alone.
    prompt: promptStated ?? (completionStated === null ? (total ?? 0) : 0),
    completion: completionStated ?? 0,
    cached,
    written,
    reasoning,
    audio,
    image_output: countAt(output, ['image_tokens'], findings),
    audio_output: countAt(output, ['audio_tokens'], findings),
  });
  const isPerplexity = usage.citation_tokens !== undefined || usage.num_search_queries !== undefined;
  const tokens = isPerplexity
    ? perplexityTokens(stated, output !== null, countAt(usage, ['citation_tokens'], findings), total, findings)
    : total === null
      ? stated
      : explained(stated, total, model, findings);
  return { tokens, written_1h: countAt(recordAt(usage, 'cache_creation'), ['ephemeral_1h_input_tokens'], findings) };
}

/**
 * Perplexity's research models bill reasoning and citations beside the answer
 * (https://docs.perplexity.ai/getting-started/pricing, 2026-11); its total is that of prompt and answer, and may have
 * either of the others. A gateway that states details has the reasoning inside. No catalogue has a price of citations.
 */
function perplexityTokens(
  stated: TokenCounts,
  isInside: boolean,
  citations: number,
  total: number | null,
  findings: Findings,
): TokenCounts {
  const { prompt, completion, reasoning } = stated;
  const beside = isInside ? 0 : reasoning;
  if (citations > 0) {
    findings.notes.push({
      text: '# citation tokens have no price in the catalogue; Perplexity bills them, and the cost shown leaves them out',
      amounts: [citations],
    });
  }
  const known = prompt + completion;
  const sums = [known, known + beside, known + citations, known + beside + citations];
  if (total !== null && !sums.includes(total)) gapOf(total - known, total, findings);
  return { ...stated, completion: completion + beside };
}

/** The note on tokens that a total has and no part explains. */
export const IN_NO_PART = '# of # total tokens are in no part';

function gapOf(beside: number, total: number, findings: Findings): void {
  findings.notes.push(
    beside > 0
      ? { text: IN_NO_PART, amounts: [beside, total] }
      : { text: 'the total of # tokens is # less than its parts', amounts: [total, -beside] },
  );
}

/** The total is a check sum. A part that is exactly what the sum lacks was counted outside its whole. */
function explained(stated: TokenCounts, total: number, model: string | null, findings: Findings): TokenCounts {
  const { prompt, completion, reasoning, audio, cached, written } = stated;
  const beside = total - prompt - completion;
  if (beside === 0) return { ...stated, reasoning: Math.min(reasoning, completion) };
  // xAI's reasoning, Mistral's audio.
  if (reasoning > 0 && beside === reasoning) return { ...stated, completion: completion + reasoning };
  if (audio > 0 && beside === audio) return { ...stated, prompt: prompt + audio };
  if (cached + written > 0 && beside === cached + written) return { ...stated, prompt: prompt + cached + written };
  // Google's thoughts are in the total of its OpenAI-compatible answers, and in no part.
  if (beside > 0 && model !== null && /gemini|gemma/i.test(model)) {
    return { ...stated, completion: completion + beside, reasoning: Math.max(reasoning, beside) };
  }
  gapOf(beside, total, findings);
  return stated;
}

/** Bedrock Converse counts the cache beside the input, the AI SDK inside it (before version 6 beside it for Claude). */
function camelTokens(usage: JsonRecord, model: string | null, findings: Findings): StatedTokens {
  const input = recordAt(usage, 'inputTokens') ?? recordAt(usage, 'inputTokenDetails');
  const output = recordAt(usage, 'outputTokens') ?? recordAt(usage, 'outputTokenDetails');
  const total = countOrNull(usage, ['totalTokens'], findings);
  const prompt = isRecord(usage.inputTokens)
    ? countAt(input, ['total'], findings)
    : countAt(usage, ['inputTokens', 'promptTokens'], findings);
  const completion = isRecord(usage.outputTokens)
    ? countAt(output, ['total'], findings)
    : countAt(usage, ['outputTokens', 'completionTokens'], findings);
  const bedrock = countAt(usage, ['cacheReadInputTokens'], findings);
  const cached =
    bedrock ||
    countAt(input, ['cacheReadTokens', 'cacheRead'], findings) ||
    countAt(usage, ['cachedInputTokens'], findings);
  const bedrockWritten = countAt(usage, ['cacheWriteInputTokens'], findings);
  const written = bedrockWritten || countAt(input, ['cacheWriteTokens', 'cacheWrite'], findings);
  const hour = listAt(usage, 'cacheDetails')
    .filter(isRecord)
    .filter(({ ttl }) => ttl === '1h')
    .reduce((sum, detail) => sum + countAt(detail, ['inputTokens'], findings), 0);
  const stated = someTokens({
    prompt,
    completion,
    cached,
    written,
    reasoning:
      countAt(output, ['reasoningTokens', 'reasoning'], findings) || countAt(usage, ['reasoningTokens'], findings),
  });
  const isBeside =
    bedrock + bedrockWritten > 0 ||
    (input === null && cached > 0 && (cached > prompt || (model !== null && /claude/i.test(model))));
  if (isBeside) {
    const whole = { ...stated, prompt: prompt + cached + written };
    const sums = [prompt + completion, whole.prompt + completion];
    return {
      tokens: total === null || sums.includes(total) ? whole : explained(whole, total, model, findings),
      written_1h: hour,
    };
  }
  return { tokens: total === null ? stated : explained(stated, total, model, findings), written_1h: hour };
}

/** Cohere bills `billed_units`; `tokens` beside them are what the model saw. */
function cohereTokens(billed: JsonRecord, usage: JsonRecord, findings: Findings): StatedTokens {
  const prompt = countAt(billed, ['input_tokens'], findings);
  const tokens = someTokens({
    prompt,
    completion: countAt(billed, ['output_tokens'], findings),
    cached: Math.min(countAt(usage, ['cached_tokens'], findings), prompt),
  });
  return { tokens, written_1h: 0 };
}

/** Google: thoughts and tool prompts are counted beside; cached tokens are inside the prompt. */
export function googleTokens(metadata: JsonRecord, findings: Findings): TokenCounts {
  const thoughts = countAt(metadata, ['thoughtsTokenCount', 'thoughts_token_count'], findings);
  const audio = modality(metadata, ['promptTokensDetails', 'prompt_tokens_details'], 'AUDIO', findings);
  const cachedAudio = modality(metadata, ['cacheTokensDetails', 'cache_tokens_details'], 'AUDIO', findings);
  const answers = [
    'candidatesTokensDetails',
    'candidates_tokens_details',
    'responseTokensDetails',
    'response_tokens_details',
  ] as const;
  const stated = someTokens({
    prompt:
      countAt(metadata, ['promptTokenCount', 'prompt_token_count'], findings) +
      countAt(metadata, ['toolUsePromptTokenCount', 'tool_use_prompt_token_count'], findings),
    completion:
      countAt(
        metadata,
        ['candidatesTokenCount', 'candidates_token_count', 'responseTokenCount', 'response_token_count'],
        findings,
      ) + thoughts,
    cached: countAt(metadata, ['cachedContentTokenCount', 'cached_content_token_count'], findings),
    reasoning: thoughts,
    audio: Math.max(audio - cachedAudio, 0),
    image_output: modality(metadata, answers, 'IMAGE', findings),
    audio_output: modality(metadata, answers, 'AUDIO', findings),
  });
  const total = countOrNull(metadata, ['totalTokenCount', 'total_token_count'], findings);
  return total === null ? stated : explained(stated, total, null, findings);
}

function modality(metadata: JsonRecord, keys: readonly string[], name: string, findings: Findings): number {
  const details = keys.flatMap((key) => listAt(metadata, key));
  return details
    .filter((detail) => isRecord(detail))
    .filter((detail) => nameAt(detail, 'modality')?.toUpperCase() === name)
    .reduce((total, detail) => total + countAt(detail, ['tokenCount', 'token_count'], findings), 0);
}

function firstRecord(record: JsonRecord, keys: readonly string[]): JsonRecord | null {
  for (const key of keys) {
    const found = recordAt(record, key);
    if (found !== null) return found;
  }
  return null;
}

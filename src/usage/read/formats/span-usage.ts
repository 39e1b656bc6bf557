import { answeringModel, buildRow, type Accounts, type Context, type UsageRow } from '../exchange.js';
import { costAt, countAt, countOrNull, noFindings, type Findings, nameAt, type JsonRecord } from '../json-value.js';
import { looksLikeUsage } from '../looks-like-usage.js';
import { IN_NO_PART, someTokens } from '../tokens.js';

/**
 * What the attributes of a span state, by whichever convention: OpenTelemetry's `gen_ai.*`
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/, 2026-07) and what came before it, OpenLLMetry's
 * `llm.usage.*` (https://www.traceloop.com/docs/openllmetry), OpenInference's `llm.token_count.*`
 * (https://arize-ai.github.io/openinference/spec/semantic_conventions.html) and the AI SDK's `ai.usage.*`
 * (https://ai-sdk.dev/docs/ai-sdk-core/telemetry).
 */
const PROMPT = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.prompt_tokens',
  'llm.usage.prompt_tokens',
  'llm.token_count.prompt',
  'ai.usage.inputTokens',
  'ai.usage.promptTokens',
];
const COMPLETION = [
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.completion_tokens',
  'llm.usage.completion_tokens',
  'llm.token_count.completion',
  'ai.usage.outputTokens',
  'ai.usage.completionTokens',
];
const CACHED = [
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_read_input_tokens',
  'gen_ai.usage.cached_input_tokens',
  'gen_ai.usage.input_tokens.cached',
  'gen_ai.usage.details.cache_read_tokens',
  'gen_ai.usage.details.cache_read_input_tokens',
  'llm.token_count.prompt_details.cache_read',
  'ai.usage.cachedInputTokens',
];
const WRITTEN = [
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
  'gen_ai.usage.cache_write_input_tokens',
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.details.cache_write_tokens',
  'gen_ai.usage.details.cache_creation_input_tokens',
  'llm.token_count.prompt_details.cache_write',
];
const REASONING = [
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.usage.reasoning_tokens',
  'gen_ai.usage.output_tokens.reasoning',
  'gen_ai.usage.details.reasoning_tokens',
  'llm.token_count.completion_details.reasoning',
  'ai.usage.reasoningTokens',
];
const TOTAL = ['gen_ai.usage.total_tokens', 'llm.usage.total_tokens', 'llm.token_count.total', 'ai.usage.totalTokens'];
const AUDIO = ['llm.token_count.prompt_details.audio'];
const AUDIO_OUTPUT = ['llm.token_count.completion_details.audio'];
/** Costs that the tracing tool estimates from a price table of its own. */
const ESTIMATE = ['gen_ai.usage.cost', 'gen_ai.usage.total_cost', 'llm.cost.total', 'operation.cost'];
const ANSWERED = ['gen_ai.response.model', 'ai.response.model', 'llm.response.model'];
const REQUESTED = [
  'gen_ai.request.model',
  'llm.request.model',
  'llm.model_name',
  'ai.model.id',
  'embedding.model_name',
];
const RESPONSE_ID = ['gen_ai.response.id', 'ai.response.id', 'llm.response.id'];

/** The attributes that are read. Prompts and answers are not among them. */
export const SPAN_ATTRIBUTE =
  /^(?:gen_ai\.(?:usage|request\.model|response\.(?:model|id)|operation\.name)|llm\.(?:usage|token_count|cost|model_name|request\.(?:model|type)|response\.(?:model|id))|ai\.(?:usage|model\.id|response\.(?:model|id))|embedding\.model_name|openinference\.span\.kind|operation\.cost|llm_budget\.)/;

/** The place of a span. A span's id is unique within its trace only. */
export interface SpanPlace {
  readonly trace: string;
  readonly span: string | null;
  readonly parent: string | null;
}

/** Suites and calls are named by the attributes `llm_budget.suite` and `llm_budget.call` of a span or its resource. */
export function readSpanAttributes(
  stated: JsonRecord,
  resource: JsonRecord,
  place: SpanPlace,
  context: Context,
  accounts: Accounts,
): void {
  const findings = noFindings();
  const hasUsage = [...PROMPT, ...COMPLETION].some((key) => stated[key] !== undefined && stated[key] !== null);
  const within: Context = {
    ...context,
    suite: nameAt(stated, 'llm_budget.suite') ?? nameAt(resource, 'llm_budget.suite') ?? context.suite,
    call: nameAt(stated, 'llm_budget.call') ?? context.call,
    model: answeringModel(firstName(stated, ANSWERED), firstName(stated, REQUESTED)) ?? context.model,
  };
  const row = hasUsage ? spanRow(stated, within, findings) : null;
  if (row === null) {
    const what = looksLikeUsage(stated);
    if (what !== null) accounts.notUnderstood(what, context);
  }
  accounts.span({ ...place, row, isRequest: row === null && isRequest(stated) }, findings, within);
}

function isRequest(stated: JsonRecord): boolean {
  const kind = stated['openinference.span.kind'];
  const operation = stated['gen_ai.operation.name'] ?? stated['llm.request.type'];
  if (kind === 'LLM' || kind === 'EMBEDDING') return true;
  return (
    operation === 'chat' || operation === 'completion' || operation === 'text_completion' || operation === 'embeddings'
  );
}

function spanRow(stated: JsonRecord, within: Context, findings: Findings): UsageRow {
  const input = countAt(stated, PROMPT, findings);
  const cached = countAt(stated, CACHED, findings);
  const written = countAt(stated, WRITTEN, findings);
  const completion = countAt(stated, COMPLETION, findings);
  // The conventions count cached tokens inside the input; where they are more than it, it was Anthropic's own number.
  const prompt = Math.max(cached, written) > input ? input + cached + written : input;
  const total = countOrNull(stated, TOTAL, findings);
  const gap = total === null || total === 0 ? 0 : total - prompt - completion;
  const reasoning = countAt(stated, REASONING, findings);
  const isBeside = reasoning > 0 && gap === reasoning;
  if (gap > 0 && !isBeside) findings.notes.push({ text: IN_NO_PART, amounts: [gap, total ?? 0] });
  return buildRow(within, {
    model: within.model,
    tokens: someTokens({
      prompt,
      completion: isBeside ? completion + reasoning : completion,
      cached,
      written,
      reasoning,
      audio: countAt(stated, AUDIO, findings),
      audio_output: countAt(stated, AUDIO_OUTPUT, findings),
    }),
    estimate: ESTIMATE.map((key) => costAt(stated, key, findings)).find((cost) => cost !== null) ?? null,
    id: firstName(stated, RESPONSE_ID),
  });
}

function firstName(stated: JsonRecord, keys: readonly string[]): string | null {
  for (const key of keys) {
    const name = nameAt(stated, key);
    if (name !== null) return name;
  }
  return null;
}

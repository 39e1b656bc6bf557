import type { Format } from './exchange.js';
import * as answers from './formats/answers.js';
import * as agents from './formats/coding-agents.js';
import * as evaluators from './formats/evaluators.js';
import * as frameworks from './formats/frameworks.js';
import * as gateways from './formats/gateways.js';
import * as observability from './formats/observability.js';
import * as promptfoo from './formats/promptfoo.js';
import * as events from './formats/stream-events.js';
import * as traces from './formats/traces.js';
import * as vendors from './formats/vendor-answers.js';
import * as wrapped from './formats/wrapped-answers.js';
import { isRecord } from './json-value.js';

/**
 * The recorded formats and how each is recognised: by a key that all its records have, and by `when`. The first format
 * that fits reads the record. A new format goes into the file of its family in `formats`, and gets a line here.
 */
// prettier-ignore
export const FORMATS: readonly Format[] = [
  { name: 'row of llm-budget record', keys: ['llm_budget_record'], when: wrapped.isRecorderRow, read: wrapped.readRecorderRow },
  { name: 'OpenRouter Activity, exported', keys: ['tokens_prompt'], when: (r) => r.generation_id !== undefined, read: gateways.readActivityRow },
  { name: 'OpenRouter Activity, from the API', keys: ['date'], when: gateways.isActivityDay, read: gateways.readActivityDay },
  { name: 'inspect_ai log', keys: ['eval'], when: evaluators.isInspectLog, read: evaluators.readInspectLog },
  { name: 'inspect_ai sample', keys: ['epoch'], when: evaluators.isInspectSample, read: evaluators.readInspectSample },
  { name: 'OTLP traces', keys: ['resourceSpans'], when: (r) => Array.isArray(r.resourceSpans), read: traces.readTraces },
  { name: 'Jaeger span', keys: ['spanID'], when: traces.isJaegerSpan, read: traces.readJaegerSpan },
  { name: 'LangSmith run', keys: ['run_type'], when: frameworks.isLangSmithRun, read: frameworks.readLangSmithRun },
  { name: 'Langfuse observation', keys: ['traceId'], when: observability.isLangfuseObservation, read: observability.readLangfuseObservation },
  { name: 'Braintrust span', keys: ['metrics'], when: observability.isBraintrustSpan, read: observability.readBraintrustSpan },
  { name: 'span', keys: ['attributes', 'tags'], when: traces.isPlainSpan, read: traces.readPlainSpan },
  { name: 'row of a table of spans', keys: ['context.span_id', 'span_id', 'name', 'parent_id'], when: traces.isSpanRow, read: traces.readSpanRow },
  { name: 'Claude Code result', keys: ['modelUsage'], when: (r) => r.type === 'result' && isRecord(r.modelUsage), read: agents.readClaudeResult },
  { name: 'Claude Code result of an older version', keys: ['total_cost_usd'], when: (r) => r.type === 'result' && isRecord(r.usage), read: agents.readOldClaudeResult },
  { name: 'Claude Code message', keys: ['session_id', 'sessionId'], when: (r) => r.type === 'assistant' && isRecord(r.message), read: agents.readClaudeMessage },
  { name: 'Claude Code tool result', keys: ['toolUseResult'], when: () => true, read: agents.readClaudeToolResult },
  { name: 'Claude Code stream event', keys: ['event'], when: events.isWrappedEvent, read: events.readWrappedEvent },
  { name: 'Anthropic stream event', keys: ['type'], when: events.isMessageEvent, read: events.readMessageEvent },
  { name: 'OpenAI Realtime session', keys: ['session'], when: events.isRealtimeSession, read: events.readRealtimeSession },
  { name: 'OpenAI Realtime response', keys: ['response'], when: events.isRealtimeResponse, read: events.readRealtimeResponse },
  { name: 'Gemini Live setup', keys: ['setup'], when: events.isLiveSetup, read: events.readLiveSetup },
  { name: 'Gemini Live turn', keys: ['serverContent'], when: events.isLiveTurn, read: events.readLiveTurn },
  { name: 'Codex rollout', keys: ['payload'], when: agents.isCodexLine, read: agents.readCodexLine },
  { name: 'Gemini CLI', keys: ['stats'], when: agents.isGeminiStats, read: agents.readGeminiStats },
  { name: 'aider analytics', keys: ['properties'], when: agents.isAiderEvent, read: agents.readAiderEvent },
  { name: 'promptfoo evaluation', keys: ['results'], when: promptfoo.isSummary, read: promptfoo.readSummary },
  { name: 'promptfoo result', keys: ['response', 'gradingResult'], when: promptfoo.isResult, read: promptfoo.readResult },
  { name: 'DeepEval metric', keys: ['evaluationModel'], when: evaluators.isDeepEvalMetric, read: evaluators.readDeepEvalMetric },
  { name: 'LiteLLM spend log', keys: ['call_type'], when: gateways.isLiteLlmLog, read: gateways.readLiteLlmLog },
  { name: 'Helicone request', keys: ['request_model'], when: gateways.isHeliconeRequest, read: gateways.readHeliconeRequest },
  { name: 'LangChain message', keys: ['kwargs', 'data', 'usage_metadata', 'response_metadata'], when: frameworks.isLangChainMessage, read: frameworks.readLangChainMessage },
  { name: 'LangChain result', keys: ['generations'], when: frameworks.isLangChainResult, read: frameworks.readLangChainResult },
  { name: 'pydantic-ai response', keys: ['kind'], when: frameworks.isPydanticResponse, read: frameworks.readPydanticResponse },
  { name: 'AI SDK result', keys: ['usage', 'totalUsage'], when: frameworks.isAiSdkResult, read: frameworks.readAiSdkResult },
  { name: 'AI SDK embedding', keys: ['usage'], when: frameworks.isAiSdkEmbedding, read: frameworks.readAiSdkEmbedding },
  { name: 'Bedrock invocation log', keys: ['modelId'], when: vendors.isBedrockInvocation, read: vendors.readBedrockInvocation },
  { name: 'last event of a Bedrock stream', keys: ['amazon-bedrock-invocationMetrics'], when: vendors.isBedrockStreamEnd, read: vendors.readBedrockStreamEnd },
  { name: 'Llama or Titan on Bedrock', keys: ['generation_token_count', 'inputTextTokenCount'], when: vendors.isBedrockBody, read: vendors.readBedrockBody },
  { name: 'line of a batch', keys: ['custom_id'], when: wrapped.isBatchLine, read: wrapped.readBatchLine },
  { name: 'HTTP exchange', keys: ['response'], when: wrapped.isHttpExchange, read: wrapped.readHttpExchange },
  { name: 'answer', keys: ['usage'], when: answers.isAnswer, read: answers.readAnswer },
  { name: 'Cohere answer, version 1', keys: ['meta'], when: answers.isCohereAnswer, read: answers.readCohereAnswer },
  { name: 'Google answer', keys: ['usageMetadata', 'usage_metadata'], when: vendors.isGoogleAnswer, read: vendors.readGoogleAnswer },
  { name: 'OpenRouter generation', keys: ['native_tokens_prompt'], when: () => true, read: gateways.readGeneration },
  { name: 'Ollama answer', keys: ['eval_count', 'prompt_eval_count'], when: vendors.isOllamaAnswer, read: vendors.readOllamaAnswer },
  { name: 'Ollama stream', keys: ['done'], when: vendors.isOllamaChunk, read: vendors.readOllamaChunk },
  { name: 'answer without usage', keys: ['object', 'role'], when: answers.isAnswerWithoutUsage, read: answers.readAnswerWithoutUsage },
];

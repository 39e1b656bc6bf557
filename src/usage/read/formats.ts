import type { Format } from './exchange.js';
import * as answers from './formats/answers.js';
import * as batches from './formats/batches.js';
import * as bedrock from './formats/bedrock.js';
import * as claudeCode from './formats/claude-code.js';
import * as agents from './formats/coding-agents.js';
import * as evaluators from './formats/evaluators.js';
import * as http from './formats/http-exchange.js';
import * as inspect from './formats/inspect.js';
import * as langchain from './formats/langchain.js';
import * as langfuse from './formats/langfuse.js';
import * as litellm from './formats/litellm.js';
import * as observability from './formats/observability.js';
import * as ollama from './formats/ollama.js';
import * as activity from './formats/openrouter-activity.js';
import * as promptfoo from './formats/promptfoo.js';
import * as pydanticAi from './formats/pydantic-ai.js';
import * as recorder from './formats/recorder.js';
import * as events from './formats/stream-events.js';
import * as traces from './formats/traces.js';
import * as vercelAi from './formats/vercel-ai.js';
import { isRecord } from './json-value.js';

/**
 * The recorded formats and how each is recognised: by a key that all its records have, and by `when`. The first that
 * fits reads the record. A new format is a file in `formats` and a line here.
 */
// prettier-ignore
export const FORMATS: readonly Format[] = [
  { name: 'row of llm-budget record', keys: ['llm_budget_record'], when: recorder.isRow, read: recorder.readRow },
  { name: 'OpenRouter Activity, exported', keys: ['tokens_prompt'], when: (r) => r.generation_id !== undefined, read: activity.readExportedRow },
  { name: 'OpenRouter Activity, from the API', keys: ['date'], when: activity.isDaySum, read: activity.readDaySum },
  { name: 'inspect_ai log', keys: ['eval'], when: inspect.isLog, read: inspect.readLog },
  { name: 'inspect_ai sample', keys: ['epoch'], when: inspect.isSample, read: inspect.readSample },
  { name: 'OTLP traces', keys: ['resourceSpans'], when: (r) => Array.isArray(r.resourceSpans), read: traces.readTraces },
  { name: 'Jaeger span', keys: ['spanID'], when: traces.isJaegerSpan, read: traces.readJaegerSpan },
  { name: 'LangSmith run', keys: ['run_type'], when: langchain.isRun, read: langchain.readRun },
  { name: 'Langfuse observation', keys: ['traceId'], when: langfuse.isObservation, read: langfuse.readObservation },
  { name: 'Braintrust span', keys: ['metrics'], when: observability.isBraintrustSpan, read: observability.readBraintrustSpan },
  { name: 'span', keys: ['attributes', 'tags'], when: traces.isPlainSpan, read: traces.readPlainSpan },
  { name: 'row of a table of spans', keys: ['context.span_id', 'span_id', 'name', 'parent_id'], when: traces.isSpanRow, read: traces.readSpanRow },
  { name: 'Claude Code result', keys: ['modelUsage'], when: (r) => r.type === 'result' && isRecord(r.modelUsage), read: claudeCode.readResult },
  { name: 'Claude Code result of an older version', keys: ['total_cost_usd'], when: (r) => r.type === 'result' && isRecord(r.usage), read: claudeCode.readOldResult },
  { name: 'Claude Code message', keys: ['session_id', 'sessionId'], when: (r) => r.type === 'assistant' && isRecord(r.message), read: claudeCode.readMessage },
  { name: 'Claude Code tool result', keys: ['toolUseResult'], when: () => true, read: claudeCode.readToolResult },
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
  { name: 'DeepEval metric', keys: ['evaluationModel'], when: evaluators.isMetric, read: evaluators.readMetric },
  { name: 'LiteLLM spend log', keys: ['call_type'], when: litellm.isSpendLog, read: litellm.readSpendLog },
  { name: 'Helicone request', keys: ['request_model'], when: observability.isHeliconeRequest, read: observability.readHeliconeRequest },
  { name: 'LangChain message', keys: ['kwargs', 'data', 'usage_metadata', 'response_metadata'], when: langchain.isMessage, read: langchain.readMessage },
  { name: 'LangChain result', keys: ['generations'], when: langchain.isResult, read: langchain.readResult },
  { name: 'pydantic-ai response', keys: ['kind'], when: pydanticAi.isResponse, read: pydanticAi.readResponse },
  { name: 'AI SDK result', keys: ['usage', 'totalUsage'], when: vercelAi.isResult, read: vercelAi.readResult },
  { name: 'AI SDK embedding', keys: ['usage'], when: vercelAi.isEmbedding, read: vercelAi.readEmbedding },
  { name: 'Bedrock invocation log', keys: ['modelId'], when: bedrock.isInvocation, read: bedrock.readInvocation },
  { name: 'Llama or Titan on Bedrock', keys: ['generation_token_count', 'inputTextTokenCount'], when: bedrock.isModelBody, read: bedrock.readModelBody },
  { name: 'line of a batch', keys: ['custom_id'], when: batches.isBatchLine, read: batches.readBatchLine },
  { name: 'HTTP exchange', keys: ['response'], when: http.isHttpExchange, read: http.readHttpExchange },
  { name: 'answer', keys: ['usage'], when: answers.isAnswer, read: answers.readAnswer },
  { name: 'Cohere answer, version 1', keys: ['meta'], when: answers.isCohereAnswer, read: answers.readCohereAnswer },
  { name: 'Google answer', keys: ['usageMetadata', 'usage_metadata'], when: answers.isGoogleAnswer, read: answers.readGoogleAnswer },
  { name: 'OpenRouter generation', keys: ['native_tokens_prompt'], when: () => true, read: answers.readGeneration },
  { name: 'Ollama answer', keys: ['eval_count', 'prompt_eval_count'], when: ollama.isAnswer, read: ollama.readAnswer },
  { name: 'Ollama stream', keys: ['done'], when: ollama.isChunk, read: ollama.readChunk },
  { name: 'answer without usage', keys: ['object', 'role'], when: answers.isAnswerWithoutUsage, read: answers.readAnswerWithoutUsage },
];

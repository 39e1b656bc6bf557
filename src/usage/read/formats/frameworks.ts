import {
  buildRow,
  answeringModel,
  contextWithin,
  type Accounts,
  type Context,
  type Search,
  type UsageRow,
} from '../exchange.js';
import {
  costAt,
  countAt,
  noFindings,
  type Findings,
  isList,
  isRecord,
  listAt,
  nameAt,
  recordAt,
  recordedTime,
  type JsonRecord,
} from '../json-value.js';
import { someTokens, statesUsage, usageTokens } from '../tokens.js';
import type { TokenCounts } from '../../../manifest/token-parts.js';
import { answerRow } from './answers.js';

/** Results of frameworks that call a model: LangChain with its LangSmith, the AI SDK, and pydantic-ai. */

/**
 * Messages and results of LangChain (https://python.langchain.com/docs/concepts/chat_models/#usage-metadata): the
 * message has LangChain's own `usage_metadata` and beside it the provider's; both are one request.
 */
export function isLangChainMessage(record: JsonRecord): boolean {
  const fields = fieldsOf(record);
  const own = recordAt(fields, 'usage_metadata')?.input_tokens;
  return own !== undefined || providerUsage(recordAt(fields, 'response_metadata') ?? {}) !== null;
}

/** A serialized object keeps its fields under `kwargs`, a dictionary of a message under `data`. */
function fieldsOf(record: JsonRecord): JsonRecord {
  return recordAt(record, 'kwargs') ?? (record.type === 'ai' ? recordAt(record, 'data') : null) ?? record;
}

export function readLangChainMessage(record: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  accounts.read(messageRow(record, context, findings), findings, context);
}

/** The charge, the tier and the searches are the provider's, the tokens LangChain's: it adds up those of a stream. */
function messageRow(record: JsonRecord, context: Context, findings: Findings): UsageRow {
  const fields = fieldsOf(record);
  const metadata = recordAt(fields, 'response_metadata') ?? {};
  const own = recordAt(fields, 'usage_metadata');
  const answered = nameAt(metadata, 'model_name') ?? nameAt(metadata, 'model') ?? nameAt(metadata, 'model_id');
  const model = answeringModel(answered, context.model);
  const id = nameAt(metadata, 'id') ?? nameAt(fields, 'id');
  const within = contextWithin(fields, context);
  const provider = providerUsage(metadata);
  const answer = provider === null ? null : answerRow({ ...metadata, usage: provider, model, id }, within, findings);
  if (own === null) return answer ?? buildRow(within, { model, tokens: someTokens({}), id });
  const { tokens, written_1h } = ownTokens(own, findings);
  return { ...(answer ?? buildRow(within, { model, tokens, id })), tokens, written_1h };
}

/** What the provider stated, under the names that LangChain has for it in Python and in JavaScript. */
function providerUsage(metadata: JsonRecord): JsonRecord | null {
  const stated = ['token_usage', 'usage', 'tokenUsage'].map((key) => recordAt(metadata, key));
  return stated.find((usage) => usage !== null && statesUsage(usage)) ?? null;
}

/**
 * Everything is inside `input_tokens` and `output_tokens`. Where the lifetimes of cache writes are stated, their sum is
 * not (`_create_usage_metadata` of langchain-anthropic, 2026-06).
 */
function ownTokens(usage: JsonRecord, findings: Findings): { tokens: TokenCounts; written_1h: number } {
  const input = recordAt(usage, 'input_token_details');
  const output = recordAt(usage, 'output_token_details');
  const hour = countAt(input, ['ephemeral_1h_input_tokens'], findings);
  const apart = countAt(input, ['ephemeral_5m_input_tokens'], findings) + hour;
  const tokens = someTokens({
    prompt: countAt(usage, ['input_tokens'], findings),
    completion: countAt(usage, ['output_tokens'], findings),
    cached: countAt(input, ['cache_read'], findings),
    written: Math.max(countAt(input, ['cache_creation', 'cache_write'], findings), apart),
    audio: countAt(input, ['audio'], findings),
    reasoning: countAt(output, ['reasoning'], findings),
    audio_output: countAt(output, ['audio'], findings),
  });
  return { tokens, written_1h: hour };
}

export function isLangChainResult(record: JsonRecord): boolean {
  const { generations, llm_output, llmOutput } = record;
  return isList(generations) && (llm_output !== undefined || llmOutput !== undefined || generations.some(isList));
}

/** An `LLMResult`: its messages, else the usage that the provider stated for all of them. */
export function readLangChainResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const rows = resultRows(result, context, findings);
  for (const row of rows) accounts.read(row, findings, context);
  if (rows.length > 0) return;
  accounts.unmeasured({ model: context.model, id: null, reason: 'an answer that states no usage' }, context);
}

/** A list of generations for each prompt: those of one list are choices of one request, and state the same usage. */
function resultRows(result: JsonRecord, context: Context, findings: Findings): readonly UsageRow[] {
  const rows = listAt(result, 'generations').flatMap((choices) => {
    const messages = (isList(choices) ? choices : [choices]).filter(isRecord).map(({ message }) => message);
    const message = messages.filter(isRecord).find(isLangChainMessage);
    return message === undefined ? [] : [messageRow(message, context, findings)];
  });
  if (rows.length > 0) return rows;
  const output = recordAt(result, 'llm_output') ?? recordAt(result, 'llmOutput') ?? {};
  const usage = providerUsage(output);
  if (usage === null) return [];
  const model = answeringModel(nameAt(output, 'model_name'), context.model);
  return [buildRow(context, { model, tokens: usageTokens(usage, model, findings).tokens, id: nameAt(output, 'id') })];
}

/**
 * Runs of LangSmith (https://docs.smith.langchain.com/reference/data_formats/run_data_format): parents repeat the sums
 * of their children; the cost is LangSmith's own estimate. A run as a tracer hands it over states what was used in its
 * outputs alone.
 */
export function isLangSmithRun(record: JsonRecord): boolean {
  return typeof record.run_type === 'string' && typeof record.id === 'string';
}

export function readLangSmithRun(run: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const findings = noFindings();
  const metadata = recordAt(recordAt(run, 'extra') ?? {}, 'metadata') ?? {};
  const time = recordedTime(run.start_time) ?? context.time;
  const model = nameAt(metadata, 'ls_model_name') ?? context.model;
  const within = { ...contextWithin(metadata, context), model, time };
  const isRequest = run.run_type === 'llm' && typeof run.error !== 'string';
  const isStated = Number(run.prompt_tokens ?? 0) + Number(run.completion_tokens ?? 0) > 0;
  const stated = isStated ? [runRow(run, within, findings)] : [];
  const [row = null, ...others] =
    isRequest && !isStated ? resultRows(recordAt(run, 'outputs') ?? {}, within, findings) : stated;
  const parent = nameAt(run, 'parent_run_id');
  const place = { trace: 'langsmith', span: nameAt(run, 'id'), parent };
  accounts.span({ ...place, row, isRequest: isRequest && row === null }, findings, within);
  for (const other of others) accounts.read(other, noFindings(), within);
  for (const child of listAt(run, 'child_runs')) search(child, context);
}

function runRow(run: JsonRecord, context: Context, findings: Findings): UsageRow {
  const input = recordAt(run, 'prompt_token_details');
  const output = recordAt(run, 'completion_token_details');
  return buildRow(context, {
    model: context.model,
    tokens: someTokens({
      prompt: countAt(run, ['prompt_tokens'], findings),
      completion: countAt(run, ['completion_tokens'], findings),
      cached: countAt(input, ['cache_read'], findings),
      written: countAt(input, ['cache_creation', 'cache_write'], findings),
      reasoning: countAt(output, ['reasoning'], findings),
    }),
    estimate: costAt(run, 'total_cost', findings),
  });
}

/**
 * Results of the AI SDK's generateText and streamText (https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text):
 * every step is a request; `usage` is the last one's and `totalUsage` their sum.
 */
export function isAiSdkResult(record: JsonRecord): boolean {
  const usage = recordAt(record, 'usage') ?? recordAt(record, 'totalUsage');
  if (usage === null || !statesUsage(usage)) return false;
  return Array.isArray(record.steps) || record.totalUsage !== undefined || isRecord(record.response);
}

export function readAiSdkResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const steps = listAt(result, 'steps')
    .filter(isRecord)
    .filter((step) => isRecord(step.usage));
  for (const step of steps.length > 0 ? steps : [result]) {
    const findings = noFindings();
    const response = recordAt(step, 'response') ?? recordAt(result, 'response') ?? {};
    const answer = {
      usage: usageOfStep(step),
      id: response.id,
      model: nameAt(response, 'modelId') ?? nameAt(response, 'model'),
    };
    const row = answerRow(answer, contextWithin(result, context), findings);
    if (row !== null) accounts.read(row, findings, context);
  }
}

/**
 * What the API itself stated, which the SDK keeps as `raw` from version 6 on: it has the charge and the lifetime of cache
 * writes, which the SDK's own form lacks. Before, OpenRouter's provider kept the charge in its metadata.
 */
function usageOfStep(step: JsonRecord): JsonRecord {
  const own = recordAt(step, 'usage') ?? recordAt(step, 'totalUsage') ?? {};
  const raw = recordAt(own, 'raw');
  if (raw !== null && statesUsage(raw)) return raw;
  const openRouter = recordAt(recordAt(step, 'providerMetadata') ?? {}, 'openrouter') ?? {};
  return { cost: recordAt(openRouter, 'usage')?.cost, ...own };
}

/** The result of embed and embedMany (https://ai-sdk.dev/docs/reference/ai-sdk-core/embed): `usage` has `tokens` alone. */
export function isAiSdkEmbedding(record: JsonRecord): boolean {
  return typeof recordAt(record, 'usage')?.tokens === 'number';
}

/** The bodies of the responses name the model and are read instead, where they are kept. */
export function readAiSdkEmbedding(result: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within = contextWithin(result, context);
  const before = accounts.found();
  search(result.response, within);
  search(result.responses, within);
  if (accounts.found() > before) return;
  const findings = noFindings();
  const tokens = someTokens({ prompt: countAt(recordAt(result, 'usage'), ['tokens'], findings) });
  accounts.read(buildRow(within, { model: within.model, tokens, id: nameAt(result, 'id') }), findings, within);
}

/**
 * Messages of pydantic-ai (`all_messages_json()`, https://ai.pydantic.dev/message-history/): a response states its model,
 * its usage and the provider's id; the cache is inside the input.
 */
export function isPydanticResponse(record: JsonRecord): boolean {
  return record.kind === 'response' && isRecord(record.usage) && Array.isArray(record.parts);
}

export function readPydanticResponse(response: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const usage = recordAt(response, 'usage') ?? {};
  const details = recordAt(usage, 'details');
  const input = countAt(usage, ['input_tokens', 'request_tokens'], findings);
  const cached =
    countAt(usage, ['cache_read_tokens'], findings) ||
    countAt(details, ['cached_tokens', 'cache_read_input_tokens'], findings);
  const written =
    countAt(usage, ['cache_write_tokens'], findings) || countAt(details, ['cache_creation_input_tokens'], findings);
  const tokens = someTokens({
    prompt: Math.max(cached, written) > input ? input + cached + written : input,
    completion: countAt(usage, ['output_tokens', 'response_tokens'], findings),
    cached,
    written,
    reasoning: countAt(details, ['reasoning_tokens', 'thoughts_tokens'], findings),
    audio: countAt(usage, ['input_audio_tokens'], findings),
    audio_output: countAt(usage, ['output_audio_tokens'], findings),
  });
  const model = nameAt(response, 'model_name') ?? context.model;
  const id = nameAt(response, 'provider_response_id') ?? nameAt(response, 'vendor_id');
  if (findings.problems.length === 0 && tokens.prompt + tokens.completion === 0) {
    accounts.unmeasured({ model, id, reason: 'an answer that states no usage' }, context);
    return;
  }
  const time = recordedTime(response.timestamp) ?? context.time;
  accounts.read(buildRow(context, { model, tokens, id, time }), findings, context);
}

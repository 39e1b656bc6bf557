import { answeringModel, contextWithin, buildRow, type Accounts, type Context, type UsageRow } from '../exchange.js';
import {
  costAt,
  countAt,
  noFindings,
  type Findings,
  isRecord,
  listAt,
  nameAt,
  recordAt,
  recordedTime,
  type JsonRecord,
} from '../json-value.js';
import { anthropicTokens, someTokens, statesUsage, usageTokens } from '../tokens.js';
import type { ServedTier } from '../../../budget/pricing/price-recorded.js';

/**
 * Answers of the providers' own APIs, as they sent them: OpenAI (chat, Responses, Realtime, embeddings), OpenRouter,
 * Anthropic, Bedrock Converse, Cohere, Mistral, DeepSeek, Voyage and whoever answers in the same form.
 * Documentation: https://openrouter.ai/docs/api-reference/overview, https://docs.anthropic.com/en/api/messages,
 * https://platform.openai.com/docs/api-reference, https://docs.cohere.com/reference/chat.
 */
export function isAnswer(record: JsonRecord): boolean {
  const usage = recordAt(record, 'usage');
  return usage !== null && (statesUsage(usage) || otherUnit(usage) !== null);
}

export function readAnswer(answer: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const row = answerRow(answer, context, findings);
  if (row === null) {
    accounts.without('no request of a model was made (<synthetic>)', context);
    return;
  }
  const unit = otherUnit(recordAt(answer, 'usage') ?? {});
  if (unit !== null && row.tokens.prompt + row.tokens.completion === 0 && row.cost === null) {
    accounts.without(`an answer that is billed by the ${unit}`, context);
    return;
  }
  accounts.read(row, findings, context);
  for (const other of advisorRows(answer, row, findings)) accounts.read(other, noFindings(), context);
}

/** What an answer is billed by where it is not by tokens. */
function otherUnit(usage: JsonRecord): string | null {
  if (recordAt(usage, 'billed_units')?.search_units !== undefined || usage.search_units !== undefined) return 'search';
  return usage.type === 'duration' || usage.seconds !== undefined ? 'second' : null;
}

/** The row of an answer; null where no model was asked. */
export function answerRow(answer: JsonRecord, context: Context, findings: Findings): UsageRow | null {
  const usage = recordAt(answer, 'usage') ?? {};
  const answered = nameAt(answer, 'model') ?? nameAt(answer, 'modelId') ?? nameAt(answer, 'model_name');
  if (answered === '<synthetic>') return null;
  const model = answeringModel(answered, context.model);
  const { tokens, written_1h } = billedTokens(usage, model, findings);
  // Perplexity lists the parts of the cost and their sum.
  const parts = recordAt(usage, 'cost');
  const cost = parts === null ? costAt(usage, 'cost', findings) : costAt(parts, 'total_cost', findings);
  const details = recordAt(usage, 'cost_details');
  const upstream = costAt(details, 'upstream_inference_cost', findings);
  // Older answers do not say `is_byok`; a list price that was not charged says the same.
  const ownKey = usage.is_byok === true || (usage.is_byok === undefined && cost === 0 && Number(upstream) > 0);
  const within = contextWithin(answer, context);
  return buildRow(within, {
    model,
    tier: servedTier(answer, usage),
    tokens,
    written_1h,
    web_searches: searchesOf(answer, usage, findings),
    cost,
    fees: costAt(details, 'server_tool_cost', findings),
    list_cost: ownKey ? upstream : null,
    own_key: ownKey,
    id: nameAt(answer, 'id'),
    time: recordedTime(answer.created ?? answer.created_at) ?? within.time,
  });
}

/**
 * Anthropic's `iterations` are all that is billed for an answer, compaction included, which the figures beside them
 * leave out (https://docs.anthropic.com/en/docs/build-with-claude/compaction). Attempts that a fallback declined are
 * not billed, and those of another model are rows of their own.
 */
function billedTokens(usage: JsonRecord, model: string | null, findings: Findings): ReturnType<typeof usageTokens> {
  const own = iterationsOf(usage).filter((iteration) => modelOfIteration(iteration, model) === null);
  if (own.length === 0) return usageTokens(usage, model, findings);
  const parts = own.map((iteration) => anthropicTokens(iteration, findings));
  return {
    tokens: someTokens({
      prompt: sumOf(parts, ({ tokens }) => tokens.prompt),
      completion: sumOf(parts, ({ tokens }) => tokens.completion),
      cached: sumOf(parts, ({ tokens }) => tokens.cached),
      written: sumOf(parts, ({ tokens }) => tokens.written),
      reasoning: sumOf(parts, ({ tokens }) => tokens.reasoning),
    }),
    written_1h: sumOf(parts, (part) => part.written_1h),
  };
}

function sumOf<Part>(parts: readonly Part[], of: (part: Part) => number): number {
  return parts.reduce((sum, part) => sum + of(part), 0);
}

function iterationsOf(usage: JsonRecord): readonly JsonRecord[] {
  return listAt(usage, 'iterations')
    .filter(isRecord)
    .filter(({ type, declined }) => declined !== true && !(typeof type === 'string' && /declin|refus/i.test(type)));
}

/** The model of an iteration where it is another than the answer's: an advisor's. */
function modelOfIteration(iteration: JsonRecord, model: string | null): string | null {
  const own = nameAt(iteration, 'model');
  return own === null || own === model ? null : own;
}

function advisorRows(answer: JsonRecord, row: UsageRow, findings: Findings): UsageRow[] {
  const usage = recordAt(answer, 'usage') ?? {};
  return iterationsOf(usage).flatMap((iteration, index) => {
    const model = modelOfIteration(iteration, row.model);
    if (model === null) return [];
    const { tokens, written_1h } = anthropicTokens(iteration, findings);
    const id = row.id === null ? null : `${row.id}:${index}`;
    return [{ ...row, model, tokens, written_1h, web_searches: 0, cost: null, fees: null, list_cost: null, id }];
  });
}

/** The tier that served the request, where it has prices of its own. */
function servedTier(answer: JsonRecord, usage: JsonRecord): ServedTier | null {
  if (usage.speed === 'fast') return 'fast';
  const tier = answer.service_tier ?? answer.serviceTier ?? usage.service_tier;
  return tier === 'flex' || tier === 'priority' || tier === 'batch' ? tier : null;
}

/** Searches as they are counted, else the calls of the search tool among the output items of the Responses API. */
function searchesOf(answer: JsonRecord, usage: JsonRecord, findings: Findings): number {
  const tools = recordAt(usage, 'server_tool_use_details') ?? recordAt(usage, 'server_tool_use');
  const stated = countAt(tools, ['web_search_requests'], findings);
  if (stated > 0) return stated;
  const perplexity = countAt(usage, ['num_search_queries'], findings);
  if (perplexity > 0) return perplexity;
  return listAt(answer, 'output').filter(isSearchCall).length;
}

/** Opening a page and looking within it are not charged (https://platform.openai.com/docs/guides/tools-web-search). */
export function isSearchCall(item: unknown): boolean {
  if (!isRecord(item) || item.type !== 'web_search_call') return false;
  const action = recordAt(item, 'action');
  return (action?.type ?? 'search') === 'search';
}

/** Whole answers of a known form that state no usage, and chunks of a stream: the request was made all the same. */
export function isAnswerWithoutUsage(record: JsonRecord): boolean {
  const { object, type } = record;
  if (object === 'chat.completion' || object === 'chat.completion.chunk' || object === 'text_completion') return true;
  if (object === 'response') return record.status !== undefined || Array.isArray(record.output);
  return type === 'message' && record.role === 'assistant' && typeof record.model === 'string';
}

export function readAnswerWithoutUsage(answer: JsonRecord, context: Context, accounts: Accounts): void {
  const { model } = contextWithin(answer, context);
  const id = nameAt(answer, 'id');
  const isChunk = answer.object === 'chat.completion.chunk';
  const reason = isChunk ? NO_USAGE_IN_STREAM : 'an answer that states no usage';
  accounts.unmeasured({ model: answeringModel(nameAt(answer, 'model'), model), id, reason }, context);
}

export const NO_USAGE_IN_STREAM =
  'a stream without usage: it was cut off, or stream_options {"include_usage": true} was not set';

/** Cohere's first version keeps what it bills under `meta` (https://docs.cohere.com/v1/reference/chat). */
export function isCohereAnswer(record: JsonRecord): boolean {
  return isRecord(recordAt(record, 'meta')?.billed_units);
}

export function readCohereAnswer(answer: JsonRecord, context: Context, accounts: Accounts): void {
  const { meta, id, generation_id } = answer;
  readAnswer({ usage: meta, id: id ?? generation_id }, context, accounts);
}

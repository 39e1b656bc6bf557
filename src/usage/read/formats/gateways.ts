import { buildRow, type Accounts, type Context, contextWithin, answeringModel } from '../exchange.js';
import { costAt, countAt, noFindings, nameAt, recordedTime, type JsonRecord, recordAt } from '../json-value.js';
import { someTokens, statesUsage, usageTokens } from '../tokens.js';

/** Requests as the gateway that passed them on states them, with what it charged: OpenRouter, LiteLLM and Helicone. */

/**
 * What OpenRouter itself says of the past: the CSV that the Activity page exports, a generation a row, and
 * `GET /api/v1/activity`, a day's sum a row (https://openrouter.ai/docs/api-reference/analytics/get-activity).
 */
export function readActivityRow(row: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const list = costAt(row, 'byok_usage_inference', findings);
  const ownKey = Number(list) > 0;
  const fees = costAt(row, 'cost_web_search', findings);
  const usage = buildRow(context, {
    model: withVariant(nameAt(row, 'model_permaslug') ?? nameAt(row, 'model'), nameAt(row, 'variant')),
    tokens: someTokens({
      prompt: countAt(row, ['tokens_prompt'], findings),
      completion: countAt(row, ['tokens_completion'], findings),
      reasoning: countAt(row, ['tokens_reasoning'], findings),
      cached: countAt(row, ['tokens_cached'], findings),
    }),
    // The export states what searches cost, not how many there were.
    web_searches: Number(fees) > 0 ? 1 : 0,
    cost: costAt(row, 'cost_total', findings),
    fees: Number(fees) > 0 ? fees : null,
    list_cost: ownKey ? list : null,
    own_key: ownKey,
    id: nameAt(row, 'generation_id'),
    time: recordedTime(row.created_at),
  });
  accounts.read(usage, findings, context);
}

/** `free`, `batch` and the like are part of a model's id; `standard` is the id alone. */
function withVariant(model: string | null, variant: string | null): string | null {
  return model === null || variant === null || variant === 'standard' || model.includes(':')
    ? model
    : `${model}:${variant}`;
}

export function isActivityDay(record: JsonRecord): boolean {
  return typeof record.date === 'string' && record.requests !== undefined && record.prompt_tokens !== undefined;
}

export function readActivityDay(sum: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const list = costAt(sum, 'byok_usage_inference', findings);
  const ownKey = Number(list) > 0 && Number(sum.usage ?? 0) === 0;
  const place = [sum.date, sum.model_permaslug ?? sum.model, sum.endpoint_id, sum.provider_name].map(String).join(' ');
  const row = buildRow(context, {
    model: nameAt(sum, 'model') ?? nameAt(sum, 'model_permaslug'),
    requests: countAt(sum, ['requests'], findings),
    tokens: someTokens({
      prompt: countAt(sum, ['prompt_tokens'], findings),
      completion: countAt(sum, ['completion_tokens'], findings),
      reasoning: countAt(sum, ['reasoning_tokens'], findings),
    }),
    cost: costAt(sum, 'usage', findings),
    list_cost: ownKey ? list : null,
    own_key: ownKey,
    id: `activity ${place}`,
    time: recordedTime(sum.date),
  });
  accounts.read(row, findings, context);
}

/**
 * OpenRouter's `GET /generation` (https://openrouter.ai/docs/api-reference/get-a-generation): the native counts are what
 * is billed; `tokens_*` are normalised and differ.
 */
export function readGeneration(generation: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const ownKey = generation.is_byok === true;
  const within = contextWithin(generation, context);
  const row = buildRow(within, {
    model: nameAt(generation, 'model') ?? context.model,
    tokens: someTokens({
      prompt: countAt(generation, ['native_tokens_prompt'], findings),
      completion: countAt(generation, ['native_tokens_completion'], findings),
      cached: countAt(generation, ['native_tokens_cached'], findings),
      reasoning: countAt(generation, ['native_tokens_reasoning'], findings),
    }),
    web_searches: countAt(generation, ['num_search_results'], noFindings()) > 0 ? 1 : 0,
    cost: costAt(generation, 'total_cost', findings),
    list_cost: ownKey ? costAt(generation, 'upstream_inference_cost', findings) : null,
    own_key: ownKey,
    id: nameAt(generation, 'id'),
    time: recordedTime(generation.created_at) ?? within.time,
  });
  accounts.read(row, findings, context);
}

/**
 * LiteLLM: rows of `GET /spend/logs` (https://docs.litellm.ai/docs/proxy/cost_tracking), whose `spend` is what the gateway
 * charged, and the StandardLoggingPayload of its callbacks
 * (https://docs.litellm.ai/docs/proxy/logging_spec), whose `response_cost` is the same.
 */
export function isLiteLlmLog(record: JsonRecord): boolean {
  const hasCharge = record.spend !== undefined || record.response_cost !== undefined;
  return hasCharge && record.prompt_tokens !== undefined && record.call_type !== undefined;
}

export function readLiteLlmLog(log: JsonRecord, context: Context, accounts: Accounts): void {
  const time = recordedTime(log.startTime) ?? context.time;
  const within = { ...contextWithin(log, context), time };
  if (log.status === 'failure') {
    accounts.without('a request with an error', within);
    return;
  }
  if (log.cache_hit === true || log.cache_hit === 'True' || log.cache_hit === 'true') {
    accounts.without('cached answer', within);
    return;
  }
  const findings = noFindings();
  const model = nameAt(log, 'model');
  const provided = recordAt(recordAt(log, 'metadata') ?? {}, 'usage_object');
  const tokens =
    provided !== null && statesUsage(provided)
      ? usageTokens(provided, model, findings)
      : {
          tokens: someTokens({
            prompt: countAt(log, ['prompt_tokens'], findings),
            completion: countAt(log, ['completion_tokens'], findings),
          }),
          written_1h: 0,
        };
  const row = buildRow(within, {
    model,
    ...tokens,
    cost: costAt(log, 'spend', findings) ?? costAt(log, 'response_cost', findings),
    id: nameAt(log, 'request_id') ?? nameAt(log, 'id'),
  });
  accounts.read(row, findings, within);
}

/** Requests that Helicone exports (https://docs.helicone.ai/rest/request/post-v1requestquery); the gateway states the cost. */
export function isHeliconeRequest(record: JsonRecord): boolean {
  return record.request_model !== undefined && record.prompt_tokens !== undefined;
}

export function readHeliconeRequest(request: JsonRecord, context: Context, accounts: Accounts): void {
  const time = recordedTime(request.request_created_at) ?? context.time;
  const within = { ...contextWithin(request, context), time };
  const status = Number(request.response_status ?? 200);
  if (status >= 400 || status < 0) {
    accounts.without(`error status ${status}`, within);
    return;
  }
  if (request.cache_enabled === true && request.cache_reference_id !== undefined && Number(request.cost ?? 0) === 0) {
    accounts.without('cached answer', within);
    return;
  }
  const findings = noFindings();
  const model = answeringModel(nameAt(request, 'response_model'), nameAt(request, 'request_model'));
  const cached = countAt(request, ['prompt_cache_read_tokens'], findings);
  const written = countAt(request, ['prompt_cache_write_tokens'], findings);
  const prompt = countAt(request, ['prompt_tokens'], findings);
  const body = recordAt(request, 'response_body');
  const row = buildRow(within, {
    model,
    tokens: someTokens({
      prompt: Math.max(cached, written) > prompt ? prompt + cached + written : prompt,
      completion: countAt(request, ['completion_tokens'], findings),
      cached,
      written,
      reasoning: countAt(request, ['reasoning_tokens'], findings),
      audio: countAt(request, ['prompt_audio_tokens'], findings),
      audio_output: countAt(request, ['completion_audio_tokens'], findings),
    }),
    cost: costAt(request, 'cost', findings) ?? costAt(request, 'costUSD', findings),
    id: (body === null ? null : nameAt(body, 'id')) ?? nameAt(request, 'request_id'),
  });
  accounts.read(row, findings, within);
}

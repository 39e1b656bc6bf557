import { buildRow, answeringModel, contextWithin, type Accounts, type Context } from '../exchange.js';
import { costAt, countAt, noFindings } from '../counts.js';
import { isRecord, listAt, nameAt, recordAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens } from '../tokens.js';

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

/**
 * Spans of Braintrust (https://www.braintrust.dev/docs/guides/logs): `metrics` has the tokens, `metadata` the model; parents
 * may repeat the sums of their children.
 */
export function isBraintrustSpan(record: JsonRecord): boolean {
  return isRecord(record.metrics) && (record.span_id !== undefined || isRecord(record.span_attributes));
}

export function readBraintrustSpan(span: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const metrics = recordAt(span, 'metrics');
  const attributes = recordAt(span, 'span_attributes') ?? {};
  const metadata = recordAt(span, 'metadata') ?? {};
  const model = nameAt(metadata, 'model') ?? context.model;
  const time = recordedTime(span.created) ?? context.time;
  const within = { ...contextWithin(span, context), model, time };
  const tokens = someTokens({
    prompt: countAt(metrics, ['prompt_tokens'], findings),
    completion: countAt(metrics, ['completion_tokens'], findings),
    cached: countAt(metrics, ['prompt_cached_tokens'], findings),
    written: countAt(metrics, ['prompt_cache_creation_tokens'], findings),
    reasoning: countAt(metrics, ['completion_reasoning_tokens', 'reasoning_tokens'], findings),
  });
  const isStated = tokens.prompt + tokens.completion > 0;
  const parent = listAt(span, 'span_parents').find((one) => typeof one === 'string');
  const place = {
    trace: nameAt(span, 'root_span_id') ?? context.file.name,
    span: nameAt(span, 'span_id') ?? nameAt(span, 'id'),
    parent: typeof parent === 'string' ? parent : null,
  };
  const row = isStated
    ? buildRow(within, { model, tokens, estimate: costAt(metrics, 'estimated_cost', findings) })
    : null;
  const isCached = Number(metrics?.cached ?? 0) > 0;
  if (isCached && isStated) accounts.without('cached answer', within);
  else accounts.span({ ...place, row, isRequest: attributes.type === 'llm' && row === null }, findings, within);
}

import { buildRow, type Accounts, type Context, contextWithin } from '../exchange.js';
import {
  costAt,
  countAt,
  countOrNull,
  noFindings,
  type Findings,
  nameAt,
  recordAt,
  recordedTime,
  type JsonRecord,
  isRecord,
  listAt,
} from '../json-value.js';
import { someTokens } from '../tokens.js';
import type { TokenCounts } from '../../../manifest/token-parts.js';

/** Spans of Langfuse and Braintrust. Their costs are estimates of these tools. */

/**
 * Observations of Langfuse (`GET /api/public/observations`, https://langfuse.com/docs/model-usage-and-cost): `usageDetails`
 * has each kind of tokens apart from the others, and the total says whether a kind is inside another. The cost is
 * Langfuse's own estimate.
 */
export function isLangfuseObservation(record: JsonRecord): boolean {
  return typeof record.traceId === 'string' && typeof record.type === 'string' && typeof record.id === 'string';
}

export function readLangfuseObservation(observation: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const tokens = observedTokens(observation, findings);
  const time = recordedTime(observation.startTime) ?? context.time;
  const within = { ...context, time, model: nameAt(observation, 'model') ?? context.model };
  const isStated = tokens.prompt + tokens.completion > 0;
  const costs = recordAt(observation, 'costDetails');
  const estimate = costAt(observation, 'calculatedTotalCost', findings) ?? costAt(costs, 'total', findings);
  const isRequest = observation.type === 'GENERATION' && observation.level !== 'ERROR';
  const place = {
    trace: nameAt(observation, 'traceId') ?? 'langfuse',
    span: nameAt(observation, 'id'),
    parent: nameAt(observation, 'parentObservationId'),
  };
  const row = isStated ? buildRow(within, { model: within.model, tokens, estimate }) : null;
  accounts.span({ ...place, row, isRequest: isRequest && row === null }, findings, within);
}

function observedTokens(observation: JsonRecord, findings: Findings): TokenCounts {
  const details = recordAt(observation, 'usageDetails');
  const usage = recordAt(observation, 'usage');
  const source = details !== null && Object.keys(details).length > 0 ? details : (usage ?? observation);
  const input = countAt(source, ['input', 'promptTokens', 'prompt_tokens', 'input_tokens'], findings);
  const output = countAt(source, ['output', 'completionTokens', 'completion_tokens', 'output_tokens'], findings);
  const cached = countAt(
    source,
    ['input_cached_tokens', 'cache_read_input_tokens', 'input_cache_read', 'input_cached'],
    findings,
  );
  const written = countAt(
    source,
    ['cache_creation_input_tokens', 'input_cache_creation', 'input_cache_write'],
    findings,
  );
  const audio = countAt(source, ['input_audio_tokens', 'input_audio'], findings);
  const reasoning = countAt(source, ['output_reasoning_tokens', 'output_reasoning', 'reasoning_tokens'], findings);
  const soundOut = countAt(source, ['output_audio_tokens', 'output_audio'], findings);
  const total = countOrNull(source, ['total', 'totalTokens', 'total_tokens'], findings);
  const isInside = total === input + output;
  return someTokens({
    prompt: isInside ? input : input + cached + written + audio,
    completion: isInside ? output : output + reasoning + soundOut,
    cached,
    written,
    audio,
    reasoning,
    audio_output: soundOut,
  });
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

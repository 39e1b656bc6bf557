import { buildRow, type Accounts, type Context } from '../exchange.js';
import { costAt, countAt, noFindings } from '../counts.js';
import { nameAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens } from '../tokens.js';

/**
 * What OpenRouter itself says of the past: the CSV that the Activity page exports, a generation a row, and
 * `GET /api/v1/activity`, a day's sum a row (https://openrouter.ai/docs/api-reference/analytics/get-activity).
 */
export function readExportedRow(row: JsonRecord, context: Context, accounts: Accounts): void {
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

export function isDaySum(record: JsonRecord): boolean {
  return typeof record.date === 'string' && record.requests !== undefined && record.prompt_tokens !== undefined;
}

export function readDaySum(sum: JsonRecord, context: Context, accounts: Accounts): void {
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

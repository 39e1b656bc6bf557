import { buildRow, contextWithin, type Accounts, type Context } from '../exchange.js';
import { costAt, countAt, noFindings } from '../counts.js';
import { nameAt, recordAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens, statesUsage, usageTokens } from '../tokens.js';

/**
 * LiteLLM: rows of `GET /spend/logs` (https://docs.litellm.ai/docs/proxy/cost_tracking), whose `spend` is what the gateway
 * charged, and the StandardLoggingPayload of its callbacks
 * (https://docs.litellm.ai/docs/proxy/logging_spec), whose `response_cost` is the same.
 */
export function isSpendLog(record: JsonRecord): boolean {
  const hasCharge = record.spend !== undefined || record.response_cost !== undefined;
  return hasCharge && record.prompt_tokens !== undefined && record.call_type !== undefined;
}

export function readSpendLog(log: JsonRecord, context: Context, accounts: Accounts): void {
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

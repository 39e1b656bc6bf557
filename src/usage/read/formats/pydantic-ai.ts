import { buildRow, type Accounts, type Context } from '../exchange.js';
import { countAt, noFindings } from '../counts.js';
import { isRecord, nameAt, recordAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens } from '../tokens.js';

/**
 * Messages of pydantic-ai (`all_messages_json()`, https://ai.pydantic.dev/message-history/): a response states its model,
 * its usage and the provider's id; the cache is inside the input.
 */
export function isResponse(record: JsonRecord): boolean {
  return record.kind === 'response' && isRecord(record.usage) && Array.isArray(record.parts);
}

export function readResponse(response: JsonRecord, context: Context, accounts: Accounts): void {
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

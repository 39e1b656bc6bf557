import { buildRow, answeringModel, contextWithin, type Accounts, type Context, type Search } from '../exchange.js';
import { costAt, countAt, noFindings, type Findings } from '../counts.js';
import { isRecord, listAt, nameAt, recordAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens, usageTokens } from '../tokens.js';
import type { TokenCounts } from '../../../manifest/token-parts.js';

/**
 * Messages and results of LangChain (https://python.langchain.com/docs/concepts/chat_models/#usage-metadata): the
 * message has LangChain's own `usage_metadata` and beside it the provider's; both are one request.
 */
export function isMessage(record: JsonRecord): boolean {
  const fields = fieldsOf(record);
  const own = recordAt(fields, 'usage_metadata')?.input_tokens;
  return own !== undefined || isRecord(recordAt(fields, 'response_metadata')?.token_usage);
}

/** A serialized object keeps its fields under `kwargs`, a dictionary of a message under `data`. */
function fieldsOf(record: JsonRecord): JsonRecord {
  return recordAt(record, 'kwargs') ?? (record.type === 'ai' ? recordAt(record, 'data') : null) ?? record;
}

export function readMessage(record: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const fields = fieldsOf(record);
  const metadata = recordAt(fields, 'response_metadata') ?? {};
  const own = recordAt(fields, 'usage_metadata');
  const answered = nameAt(metadata, 'model_name') ?? nameAt(metadata, 'model') ?? nameAt(metadata, 'model_id');
  const model = answeringModel(answered, context.model);
  const provider = recordAt(metadata, 'token_usage') ?? recordAt(metadata, 'usage');
  const tokens = own === null ? usageTokens(provider ?? {}, model, findings).tokens : ownTokens(own, findings);
  const row = buildRow(contextWithin(fields, context), {
    model,
    tokens,
    cost: costAt(provider, 'cost', findings),
    id: nameAt(metadata, 'id') ?? nameAt(fields, 'id'),
  });
  accounts.read(row, findings, context);
}

/** Everything is inside `input_tokens` and `output_tokens`. */
function ownTokens(usage: JsonRecord, findings: Findings): TokenCounts {
  const input = recordAt(usage, 'input_token_details');
  const output = recordAt(usage, 'output_token_details');
  return someTokens({
    prompt: countAt(usage, ['input_tokens'], findings),
    completion: countAt(usage, ['output_tokens'], findings),
    cached: countAt(input, ['cache_read'], findings),
    written: countAt(input, ['cache_creation', 'cache_write'], findings),
    audio: countAt(input, ['audio'], findings),
    reasoning: countAt(output, ['reasoning'], findings),
    audio_output: countAt(output, ['audio'], findings),
  });
}

export function isResult(record: JsonRecord): boolean {
  return Array.isArray(record.generations);
}

/** An `LLMResult`: its messages, else the usage that the provider stated for all of them. */
export function readResult(result: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const before = accounts.found();
  search(result.generations, context);
  if (accounts.found() > before) return;
  const output = recordAt(result, 'llm_output') ?? {};
  const usage = recordAt(output, 'token_usage') ?? recordAt(output, 'usage');
  if (usage === null) return;
  const findings = noFindings();
  const model = answeringModel(nameAt(output, 'model_name'), context.model);
  const { tokens } = usageTokens(usage, model, findings);
  accounts.read(buildRow(context, { model, tokens, id: nameAt(output, 'id') }), findings, context);
}

/**
 * Runs of LangSmith (https://docs.smith.langchain.com/reference/data_formats/run_data_format): parents repeat the sums
 * of their children; the cost is LangSmith's own estimate.
 */
export function isRun(record: JsonRecord): boolean {
  return typeof record.run_type === 'string' && typeof record.id === 'string';
}

export function readRun(run: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const findings = noFindings();
  const metadata = recordAt(recordAt(run, 'extra') ?? {}, 'metadata') ?? {};
  const time = recordedTime(run.start_time) ?? context.time;
  const model = nameAt(metadata, 'ls_model_name') ?? context.model;
  const within = { ...contextWithin(metadata, context), model, time };
  const input = recordAt(run, 'prompt_token_details');
  const output = recordAt(run, 'completion_token_details');
  const isStated = Number(run.prompt_tokens ?? 0) + Number(run.completion_tokens ?? 0) > 0;
  const row = buildRow(within, {
    model,
    tokens: someTokens({
      prompt: countAt(run, ['prompt_tokens'], findings),
      completion: countAt(run, ['completion_tokens'], findings),
      cached: countAt(input, ['cache_read'], findings),
      written: countAt(input, ['cache_creation', 'cache_write'], findings),
      reasoning: countAt(output, ['reasoning'], findings),
    }),
    estimate: costAt(run, 'total_cost', findings),
  });
  const isRequest = run.run_type === 'llm' && typeof run.error !== 'string';
  const parent = nameAt(run, 'parent_run_id');
  const place = { trace: 'langsmith', span: nameAt(run, 'id'), parent };
  accounts.span({ ...place, row: isStated ? row : null, isRequest: isRequest && !isStated }, findings, within);
  for (const child of listAt(run, 'child_runs')) search(child, context);
}

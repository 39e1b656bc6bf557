import { buildRow, contextWithin, type Accounts, type Context, type Search } from '../exchange.js';
import { countAt, noFindings } from '../counts.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from '../json-value.js';
import { someTokens } from '../tokens.js';

/**
 * The invocation log of Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html): the
 * answer where it is in a known form, else the counts beside it.
 */
export function isInvocation(record: JsonRecord): boolean {
  return typeof record.modelId === 'string' && isRecord(record.input) && isRecord(record.output);
}

export function readInvocation(log: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within = contextWithin(log, context);
  const before = accounts.found();
  const output = recordAt(log, 'output') ?? {};
  search(output.outputBodyJson, within);
  if (accounts.found() > before) return;
  if (typeof log.errorCode === 'string') {
    accounts.without('a request with an error', within);
    return;
  }
  const findings = noFindings();
  const input = recordAt(log, 'input');
  const cached = countAt(input, ['cacheReadInputTokenCount'], findings);
  const written = countAt(input, ['cacheWriteInputTokenCount'], findings);
  const tokens = someTokens({
    prompt: countAt(input, ['inputTokenCount'], findings) + cached + written,
    completion: countAt(output, ['outputTokenCount'], findings),
    cached,
    written,
  });
  const id = nameAt(log, 'requestId');
  if (findings.problems.length === 0 && tokens.prompt + tokens.completion === 0) {
    accounts.unmeasured({ model: within.model, id, reason: 'an answer that states no usage' }, within);
  } else {
    accounts.read(buildRow(within, { model: within.model, tokens, id }), findings, within);
  }
}

/**
 * What Llama and Titan answer to InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html, …-titan-text.html).
 */
export function isModelBody(record: JsonRecord): boolean {
  return record.generation_token_count !== undefined || record.inputTextTokenCount !== undefined;
}

export function readModelBody(body: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const results = listAt(body, 'results').filter(isRecord);
  const answers = results.reduce((sum, result) => sum + countAt(result, ['tokenCount'], findings), 0);
  const tokens = someTokens({
    prompt: countAt(body, ['prompt_token_count', 'inputTextTokenCount'], findings),
    completion: countAt(body, ['generation_token_count'], findings) + answers,
  });
  accounts.read(buildRow(context, { model: context.model, tokens }), findings, context);
}

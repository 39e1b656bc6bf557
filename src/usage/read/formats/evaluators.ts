import { buildRow, answeringModel, type Accounts, type Context } from '../exchange.js';
import {
  countAt,
  noFindings,
  costAt,
  isRecord,
  listAt,
  nameAt,
  recordAt,
  recordedTime,
  type JsonRecord,
} from '../json-value.js';
import { someTokens, usageTokens } from '../tokens.js';

/** Logs of inspect_ai, and the test runs of DeepEval. */

/**
 * Logs of inspect_ai (https://inspect.aisi.org.uk/eval-logs.html): one request stands in the event of the model, in the
 * call of that event, in the sample's output and in the sums of sample and log. The events count; where a log has none,
 * the sums by model do, which do not say how many requests they are of.
 */
export function isInspectLog(record: JsonRecord): boolean {
  return isRecord(record.eval) && (record.stats !== undefined || Array.isArray(record.samples));
}

export function readInspectLog(log: JsonRecord, context: Context, accounts: Accounts): void {
  const samples = listAt(log, 'samples').filter(isRecord);
  const before = accounts.found();
  for (const sample of samples) readInspectSample(sample, context, accounts);
  if (accounts.found() > before) return;
  const evaluation = recordAt(log, 'eval') ?? {};
  readSums(recordAt(recordAt(log, 'stats') ?? {}, 'model_usage'), nameAt(evaluation, 'run_id'), context, accounts);
}

/** A file of a sample within an `.eval` file. */
export function isInspectSample(record: JsonRecord): boolean {
  return record.epoch !== undefined && Array.isArray(record.events) && record.model_usage !== undefined;
}

export function readInspectSample(sample: JsonRecord, context: Context, accounts: Accounts): void {
  const before = accounts.found();
  for (const event of listAt(sample, 'events')) {
    if (isRecord(event) && event.event === 'model') readEvent(event, context, accounts);
  }
  if (accounts.found() === before) readSums(recordAt(sample, 'model_usage'), nameAt(sample, 'uuid'), context, accounts);
}

function readEvent(event: JsonRecord, context: Context, accounts: Accounts): void {
  if (event.cache === 'read') {
    accounts.without('cached answer', context);
    return;
  }
  const output = recordAt(event, 'output') ?? {};
  const usage = recordAt(output, 'usage');
  const response = recordAt(recordAt(event, 'call') ?? {}, 'response') ?? {};
  const within = { ...context, time: recordedTime(event.timestamp) ?? context.time };
  const model = answeringModel(nameAt(output, 'model'), nameAt(event, 'model'));
  const id = nameAt(response, 'id') ?? nameAt(output, 'completion_id');
  if (usage === null) {
    if (typeof event.error === 'string') accounts.without('a request with an error', within);
    else accounts.unmeasured({ model, id, reason: 'an answer that states no usage' }, within);
    return;
  }
  readUsage(usage, { model, id: id ?? nameAt(event, 'uuid'), requests: 1 }, within, accounts);
}

function readSums(sums: JsonRecord | null, run: string | null, context: Context, accounts: Accounts): void {
  for (const [model, usage] of Object.entries(sums ?? {})) {
    if (!isRecord(usage)) continue;
    readUsage(usage, { model, id: run === null ? null : `inspect ${run} ${model}`, requests: null }, context, accounts);
  }
}

interface Identity {
  readonly model: string | null;
  readonly id: string | null;
  readonly requests: number | null;
}

/** inspect_ai's own `ModelUsage`: the cache is beside the input, and the total says so. */
function readUsage(usage: JsonRecord, { model, id, requests }: Identity, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const cached = countAt(usage, ['input_tokens_cache_read'], findings);
  const written = countAt(usage, ['input_tokens_cache_write'], findings);
  const input = countAt(usage, ['input_tokens'], findings);
  const completion = countAt(usage, ['output_tokens'], findings);
  const total = countAt(usage, ['total_tokens'], findings);
  const isInside = cached + written > 0 && total === input + completion && cached + written <= input;
  const tokens =
    cached + written === 0
      ? usageTokens(usage, model, findings).tokens
      : someTokens({ prompt: isInside ? input : input + cached + written, completion, cached, written });
  const reasoning = countAt(usage, ['reasoning_tokens'], findings);
  const row = buildRow(context, { model, id, requests, tokens: { ...tokens, reasoning } });
  accounts.read(row, findings, context);
}

/**
 * A metric of DeepEval's `.latest_test_run.json` (https://deepeval.com/docs/evaluation-introduction): the model that
 * judged, its tokens and DeepEval's estimate of their cost. A metric makes several requests and does not say how many.
 */
export function isDeepEvalMetric(record: JsonRecord): boolean {
  return (
    record.evaluationModel !== undefined &&
    (record.inputTokenCount !== undefined || record.evaluationCost !== undefined)
  );
}

export function readDeepEvalMetric(metric: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const tokens = someTokens({
    prompt: countAt(metric, ['inputTokenCount'], findings),
    completion: countAt(metric, ['outputTokenCount'], findings),
  });
  const estimate = costAt(metric, 'evaluationCost', findings);
  if (findings.problems.length === 0 && tokens.prompt + tokens.completion === 0) {
    if (Number(estimate) > 0) accounts.notUnderstood('evaluationCost without tokens', context);
    else accounts.without('a metric that asked no model, or does not say so', context);
    return;
  }
  const model = nameAt(metric, 'evaluationModel');
  accounts.read(buildRow(context, { model, requests: null, tokens, estimate }), findings, context);
}

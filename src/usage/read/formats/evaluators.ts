import { buildRow, type Accounts, type Context } from '../exchange.js';
import { costAt, countAt, noFindings } from '../counts.js';
import { nameAt, type JsonRecord } from '../json-value.js';
import { someTokens } from '../tokens.js';

/**
 * A metric of DeepEval's `.latest_test_run.json` (https://deepeval.com/docs/evaluation-introduction): the model that
 * judged, its tokens and DeepEval's estimate of their cost. A metric makes several requests and does not say how many.
 */
export function isMetric(record: JsonRecord): boolean {
  return (
    record.evaluationModel !== undefined &&
    (record.inputTokenCount !== undefined || record.evaluationCost !== undefined)
  );
}

export function readMetric(metric: JsonRecord, context: Context, accounts: Accounts): void {
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

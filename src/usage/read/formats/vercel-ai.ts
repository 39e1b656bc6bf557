import { contextWithin, type Accounts, type Context } from '../exchange.js';
import { noFindings } from '../counts.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from '../json-value.js';
import { statesUsage } from '../tokens.js';
import { answerRow } from './answers.js';

/**
 * Results of the AI SDK's generateText and streamText (https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text):
 * every step is a request; `usage` is the last one's and `totalUsage` their sum.
 */
export function isResult(record: JsonRecord): boolean {
  const usage = recordAt(record, 'usage') ?? recordAt(record, 'totalUsage');
  if (usage === null || !statesUsage(usage)) return false;
  return Array.isArray(record.steps) || record.totalUsage !== undefined || isRecord(record.response);
}

export function readResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const steps = listAt(result, 'steps')
    .filter(isRecord)
    .filter((step) => isRecord(step.usage));
  for (const step of steps.length > 0 ? steps : [result]) {
    const findings = noFindings();
    const response = recordAt(step, 'response') ?? recordAt(result, 'response') ?? {};
    const usage = recordAt(step, 'usage') ?? recordAt(step, 'totalUsage');
    // An OpenRouter or OpenAI provider hands on what the API itself stated.
    const answer = {
      usage,
      id: response.id,
      model: nameAt(response, 'modelId') ?? nameAt(response, 'model'),
    };
    const row = answerRow(answer, contextWithin(result, context), findings);
    if (row !== null) accounts.read(row, findings, context);
  }
}

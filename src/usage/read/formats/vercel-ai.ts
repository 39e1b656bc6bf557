import { buildRow, contextWithin, type Accounts, type Context, type Search } from '../exchange.js';
import { countAt, noFindings } from '../counts.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from '../json-value.js';
import { someTokens, statesUsage } from '../tokens.js';
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
    const answer = {
      usage: usageOfStep(step),
      id: response.id,
      model: nameAt(response, 'modelId') ?? nameAt(response, 'model'),
    };
    const row = answerRow(answer, contextWithin(result, context), findings);
    if (row !== null) accounts.read(row, findings, context);
  }
}

/**
 * What the API itself stated, which the SDK keeps as `raw` from version 6 on: it has the charge and the lifetime of cache
 * writes, which the SDK's own form lacks. Before, OpenRouter's provider kept the charge in its metadata.
 */
function usageOfStep(step: JsonRecord): JsonRecord {
  const own = recordAt(step, 'usage') ?? recordAt(step, 'totalUsage') ?? {};
  const raw = recordAt(own, 'raw');
  if (raw !== null && statesUsage(raw)) return raw;
  const openRouter = recordAt(recordAt(step, 'providerMetadata') ?? {}, 'openrouter') ?? {};
  return { cost: recordAt(openRouter, 'usage')?.cost, ...own };
}

/** The result of embed and embedMany (https://ai-sdk.dev/docs/reference/ai-sdk-core/embed): `usage` has `tokens` alone. */
export function isEmbedding(record: JsonRecord): boolean {
  return typeof recordAt(record, 'usage')?.tokens === 'number';
}

/** The bodies of the responses name the model and are read instead, where they are kept. */
export function readEmbedding(result: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within = contextWithin(result, context);
  const before = accounts.found();
  search(result.response, within);
  search(result.responses, within);
  if (accounts.found() > before) return;
  const findings = noFindings();
  const tokens = someTokens({ prompt: countAt(recordAt(result, 'usage'), ['tokens'], findings) });
  accounts.read(buildRow(within, { model: within.model, tokens, id: nameAt(result, 'id') }), findings, within);
}

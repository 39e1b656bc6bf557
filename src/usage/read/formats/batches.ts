import type { Accounts, Context, Search } from '../exchange.js';
import { isRecord, recordAt, type JsonRecord } from '../json-value.js';

/**
 * A line of the output of a batch, which is billed at about half the price: OpenAI's
 * (https://platform.openai.com/docs/guides/batch) and Anthropic's (https://docs.anthropic.com/en/docs/build-with-claude/batch-processing).
 */
export function isBatchLine(record: JsonRecord): boolean {
  return typeof record.custom_id === 'string' && (record.response !== undefined || isRecord(record.result));
}

export function readBatchLine(line: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within: Context = { ...context, tier: 'batch' };
  const response = recordAt(line, 'response');
  const before = accounts.found();
  search(response?.body ?? recordAt(line, 'result')?.message, within);
  if (accounts.found() > before) return;
  const status = Number(response?.status_code ?? 0);
  accounts.without(status >= 400 ? `error status ${status}` : 'a request of a batch that brought no answer', within);
}

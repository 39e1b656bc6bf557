import { contextWithin } from '../context.js';
import type { Accounts, Context } from '../exchange.js';
import { nameAt, type JsonRecord } from '../json-value.js';

/** A row of `llm-budget record` whose answer stated no usage. */
export function isRowWithoutUsage(record: JsonRecord): boolean {
  return typeof record.run === 'string' && record.usage === null;
}

export function readRowWithoutUsage(row: JsonRecord, context: Context, accounts: Accounts): void {
  const within = { ...contextWithin(row, context), run: nameAt(row, 'run') };
  const status = Number(row.status ?? 200);
  if (status >= 400) accounts.without(`error status ${status}`, within);
  else {
    const reason = nameAt(row, 'reason') ?? 'an answer that states no usage';
    accounts.unmeasured({ model: nameAt(row, 'model'), id: nameAt(row, 'id'), reason }, within);
  }
}

import { contextWithin, type Accounts, type Context } from '../exchange.js';
import { nameAt, type JsonRecord } from '../json-value.js';
import { isAnswer, readAnswer } from './answers.js';

/** A row of `llm-budget record` (`usage/record/rows.ts`): the usage as the answer stated it, or why there is none. */
export function isRow(record: JsonRecord): boolean {
  return record.llm_budget_record === 1;
}

export function readRow(row: JsonRecord, context: Context, accounts: Accounts): void {
  const within = { ...contextWithin(row, context), run: nameAt(row, 'run') };
  if (isAnswer(row)) {
    readAnswer(row, within, accounts);
    return;
  }
  const reason = nameAt(row, 'reason') ?? 'an answer that states no usage';
  // An error, or an upstream that was not reached, is no answer.
  const isAnswered = typeof row.status === 'number' && row.status < 400;
  if (isAnswered) accounts.unmeasured({ model: nameAt(row, 'model'), id: nameAt(row, 'id'), reason }, within);
  else accounts.without(reason, within);
}

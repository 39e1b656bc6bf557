import { buildRow, contextWithin, type Accounts, type Context, type RecordingFile } from '../exchange.js';
import { countAt, noFindings } from '../counts.js';
import { nameAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens } from '../tokens.js';

/** Models whose stream is open, by file. */
const open = new WeakMap<RecordingFile, Set<string>>();

/**
 * Answers of Ollama (https://github.com/ollama/ollama/blob/main/docs/api.md): the last object of a stream, `done`, has
 * the counts; the prompt's is left out where the whole prompt was cached.
 */
export function isAnswer(record: JsonRecord): boolean {
  return (
    typeof record.model === 'string' && (record.eval_count !== undefined || record.prompt_eval_count !== undefined)
  );
}

export function readAnswer(answer: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const within = contextWithin(answer, context);
  open.get(context.file)?.delete(nameAt(answer, 'model') ?? '');
  const row = buildRow(within, {
    model: nameAt(answer, 'model'),
    tokens: someTokens({
      prompt: countAt(answer, ['prompt_eval_count'], findings),
      completion: countAt(answer, ['eval_count'], findings),
    }),
    time: recordedTime(answer.created_at) ?? within.time,
  });
  accounts.read(row, findings, context);
}

/** An object of a stream before its last one. */
export function isChunk(record: JsonRecord): boolean {
  return record.done === false && typeof record.model === 'string' && record.created_at !== undefined;
}

/** A stream of which no last object comes was cut off. */
export function readChunk(chunk: JsonRecord, context: Context, accounts: Accounts): void {
  const model = nameAt(chunk, 'model');
  if (model === null) return;
  let models = open.get(context.file);
  if (models === undefined) {
    const created = new Set<string>();
    models = created;
    open.set(context.file, created);
    accounts.atEnd(context.file, () => {
      for (const cut of created)
        accounts.unmeasured({ model: cut, id: null, reason: 'a stream that was cut off' }, context);
    });
  }
  models.add(model);
}

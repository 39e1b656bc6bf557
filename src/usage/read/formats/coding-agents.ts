import { buildRow, type Accounts, type Context, type RecordingFile } from '../exchange.js';
import { costAt, countAt, noFindings } from '../counts.js';
import { isRecord, nameAt, recordAt, recordedTime, type JsonRecord } from '../json-value.js';
import { someTokens, usageTokens } from '../tokens.js';

/** What earlier lines of a Codex file say of the later ones. */
interface CodexState {
  session: string | null;
  model: string | null;
}

const codexFiles = new WeakMap<RecordingFile, CodexState>();

function codexState(file: RecordingFile): CodexState {
  const known = codexFiles.get(file);
  if (known !== undefined) return known;
  const state: CodexState = { session: null, model: null };
  codexFiles.set(file, state);
  return state;
}

const CODEX_LINES: ReadonlySet<unknown> = new Set([
  'session_meta',
  'turn_context',
  'event_msg',
  'response_item',
  'compacted',
]);

/**
 * Rollouts of Codex (`~/.codex/sessions`, https://github.com/openai/codex/blob/main/codex-rs/protocol/src/protocol.rs):
 * the model stands in the context of a turn; an event whose total has not changed repeats the one before.
 */
export function isCodexLine(record: JsonRecord): boolean {
  return CODEX_LINES.has(record.type) && isRecord(record.payload);
}

export function readCodexLine(line: JsonRecord, context: Context, accounts: Accounts): void {
  const payload = recordAt(line, 'payload') ?? {};
  const state = codexState(context.file);
  if (line.type === 'session_meta') state.session = nameAt(payload, 'id') ?? nameAt(payload, 'session_id');
  if (line.type === 'turn_context') state.model = nameAt(payload, 'model') ?? state.model;
  const info = line.type === 'event_msg' && payload.type === 'token_count' ? recordAt(payload, 'info') : null;
  const last = info === null ? null : recordAt(info, 'last_token_usage');
  if (info === null || last === null) return;
  const findings = noFindings();
  const total = recordAt(info, 'total_token_usage');
  const sum = countAt(total, ['total_tokens'], findings);
  const row = buildRow(context, {
    model: state.model ?? context.model,
    tokens: {
      ...usageTokens(last, state.model, findings).tokens,
      reasoning: countAt(last, ['reasoning_output_tokens'], findings),
    },
    id: sum === 0 ? null : `codex ${state.session ?? context.file.name} ${sum}`,
    time: recordedTime(line.timestamp),
  });
  accounts.read(row, findings, context);
}

/** `gemini --output-format json` (https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/headless.md). */
export function isGeminiStats(record: JsonRecord): boolean {
  return isRecord(recordAt(record, 'stats')?.models);
}

/** Thoughts are beside the candidates, prompts of tools beside the prompt. */
export function readGeminiStats(record: JsonRecord, context: Context, accounts: Accounts): void {
  const models = recordAt(recordAt(record, 'stats') ?? {}, 'models') ?? {};
  const session = nameAt(record, 'session_id');
  for (const [model, stats] of Object.entries(models)) {
    if (!isRecord(stats)) continue;
    const findings = noFindings();
    const tokens = recordAt(stats, 'tokens');
    const requests = countAt(recordAt(stats, 'api'), ['totalRequests'], findings);
    const errors = countAt(recordAt(stats, 'api'), ['totalErrors'], findings);
    const thoughts = countAt(tokens, ['thoughts'], findings);
    const row = buildRow(context, {
      model,
      requests: Math.max(requests - errors, 0),
      tokens: someTokens({
        prompt: countAt(tokens, ['prompt'], findings) + countAt(tokens, ['tool'], findings),
        completion: countAt(tokens, ['candidates'], findings) + thoughts,
        cached: countAt(tokens, ['cached'], findings),
        reasoning: thoughts,
      }),
      id: session === null ? null : `gemini-cli ${session} ${model}`,
    });
    if (row.requests === 0 && row.tokens.prompt === 0) accounts.without('no request of a model was made', context);
    else accounts.read(row, findings, context);
  }
}

/** `aider --analytics-log` (https://aider.chat/docs/more/analytics.html); `total_cost` adds up, `cost` is the message's. */
export function isAiderEvent(record: JsonRecord): boolean {
  return typeof record.event === 'string' && isRecord(record.properties) && record.user_id !== undefined;
}

export function readAiderEvent(event: JsonRecord, context: Context, accounts: Accounts): void {
  const properties = recordAt(event, 'properties') ?? {};
  if (properties.prompt_tokens === undefined) return;
  const findings = noFindings();
  const row = buildRow(context, {
    model: nameAt(properties, 'main_model'),
    tokens: someTokens({
      prompt: countAt(properties, ['prompt_tokens'], findings),
      completion: countAt(properties, ['completion_tokens'], findings),
    }),
    estimate: costAt(properties, 'cost', findings),
    time: recordedTime(event.time),
  });
  accounts.read(row, findings, context);
}

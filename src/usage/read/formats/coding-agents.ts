import { buildRow, contextWithin, type Accounts, type Context, type RecordingFile } from '../exchange.js';
import {
  costAt,
  countAt,
  noFindings,
  isRecord,
  nameAt,
  recordAt,
  type JsonRecord,
  recordedTime,
} from '../json-value.js';
import { someTokens, statesUsage, usageTokens } from '../tokens.js';
import { answerRow } from './answers.js';

/** Coding agents: Claude Code, Codex, Gemini CLI and aider. Some keep each request, others only the sums of a session. */

const LONGEST_MODEL = 128;

/**
 * Claude Code: `--output-format json` and `stream-json`, and the transcripts under `~/.claude/projects`
 * (https://docs.anthropic.com/en/docs/claude-code/sdk/sdk-headless, 2026-08). `modelUsage` of a result has the sums of
 * the session by model, subagents included; `usage` beside it repeats the main model's and is left out. Every model of a
 * session is one row. A later result of the same session repeats and replaces it.
 */
export function readClaudeResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const session = claudeSession(result);
  const within = contextWithin(result, context);
  for (const [key, usage] of Object.entries(recordAt(result, 'modelUsage') ?? {})) {
    if (!isRecord(usage)) continue;
    const findings = noFindings();
    if (key.length > LONGEST_MODEL) {
      // Not repeated: so long a text could be a piece of a prompt.
      findings.problems.push(`the name of a model has ${key.length} characters; at most ${LONGEST_MODEL} are accepted`);
    }
    const cached = countAt(usage, ['cacheReadInputTokens'], findings);
    const written = countAt(usage, ['cacheCreationInputTokens'], findings);
    const row = buildRow(within, {
      // "claude-opus-5[1m]" is the model with its long context.
      model: key.replace(/\[1m\]$/, ''),
      requests: null,
      tokens: someTokens({
        prompt: countAt(usage, ['inputTokens'], findings) + cached + written,
        completion: countAt(usage, ['outputTokens'], findings),
        cached,
        written,
        reasoning: countAt(usage, ['thinkingTokens'], findings),
      }),
      web_searches: countAt(usage, ['webSearchRequests'], findings),
      estimate: costAt(usage, 'costUSD', findings),
      id: session === null ? null : `claude-code:${session}:${key}`,
    });
    if (session === null) accounts.read(row, findings, within);
    else accounts.summary(session, 'strong', row, findings, within);
  }
}

/** A message of a stream or a transcript: content blocks of one message come with its id on a line each. */
export function readClaudeMessage(line: JsonRecord, context: Context, accounts: Accounts): void {
  const session = claudeSession(line) ?? '';
  const message = recordAt(line, 'message') ?? {};
  const usage = recordAt(message, 'usage');
  if (usage === null || !statesUsage(usage)) return;
  const findings = noFindings();
  const within = contextWithin(line, context);
  const row = answerRow(message, within, findings);
  if (row === null) accounts.without('no request of a model was made (<synthetic>)', within);
  else accounts.readInSession(session, row, findings, within);
}

function claudeSession(line: JsonRecord): string | null {
  return nameAt(line, 'session_id') ?? nameAt(line, 'sessionId');
}

/** Results of before `modelUsage` state the sums of a session without its models: the messages state more. */
export function readOldClaudeResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const within = contextWithin(result, context);
  const row = answerRow({ usage: result.usage }, within, findings);
  if (row === null) return;
  const session = claudeSession(result);
  const id = session === null ? null : `claude-code:${session}`;
  const sum = { ...row, requests: null, id, estimate: costAt(result, 'total_cost_usd', findings) };
  if (session === null) accounts.read(sum, findings, within);
  else accounts.summary(session, 'weak', sum, findings, within);
}

/**
 * What a subagent used stands in its own messages, in this transcript or in one of its own; the result of the tool repeats
 * the last of them. Results of other tools state no usage, and their text is not searched for any.
 */
export function readClaudeToolResult(line: JsonRecord, context: Context, accounts: Accounts): void {
  const result = recordAt(line, 'toolUseResult') ?? {};
  const usage = recordAt(result, 'usage');
  if (usage === null || !statesUsage(usage)) return;
  const findings = noFindings();
  const row = answerRow({ usage }, contextWithin(line, context), findings);
  if (row === null) return;
  if (findings.problems.length > 0) accounts.notUnderstood(findings.problems.join('; '), context);
  else {
    const id = nameAt(line, 'uuid') ?? nameAt(result, 'agentId') ?? JSON.stringify(usage);
    accounts.subagentResult(claudeSession(line) ?? '', id, row.tokens, context);
  }
}

/** What earlier lines of a Codex file state for the later ones. */
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
    accounts.read(row, findings, context);
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

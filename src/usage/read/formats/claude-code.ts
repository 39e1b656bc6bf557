import { buildRow, contextWithin, type Accounts, type Context } from '../exchange.js';
import { costAt, countAt, noFindings } from '../counts.js';
import { isRecord, nameAt, recordAt, type JsonRecord } from '../json-value.js';
import { someTokens, statesUsage } from '../tokens.js';
import { answerRow } from './answers.js';

/**
 * Claude Code: `--output-format json` and `stream-json`, and the transcripts under `~/.claude/projects`
 * (https://docs.anthropic.com/en/docs/claude-code/sdk/sdk-headless, 2026-08). `modelUsage` of a result has the sums of
 * the session by model, subagents included; `usage` beside it repeats the main model's and is left out.
 */
const LONGEST_MODEL = 128;

/** Every model of a session is one row; a later result of the same session repeats and replaces it. */
export function readResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const session = sessionOf(result);
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
export function readMessage(line: JsonRecord, context: Context, accounts: Accounts): void {
  const session = sessionOf(line) ?? '';
  const message = recordAt(line, 'message') ?? {};
  const usage = recordAt(message, 'usage');
  if (usage === null || !statesUsage(usage)) return;
  const findings = noFindings();
  const within = contextWithin(line, context);
  const row = answerRow(message, within, findings);
  if (row === null) accounts.without('no request of a model was made (<synthetic>)', within);
  else accounts.readInSession(session, row, findings, within);
}

function sessionOf(line: JsonRecord): string | null {
  return nameAt(line, 'session_id') ?? nameAt(line, 'sessionId');
}

/** Results of before `modelUsage` state the sums of a session without its models: the messages state more. */
export function readOldResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const within = contextWithin(result, context);
  const row = answerRow({ usage: result.usage }, within, findings);
  if (row === null) return;
  const session = sessionOf(result);
  const id = session === null ? null : `claude-code:${session}`;
  const sum = { ...row, requests: null, id, estimate: costAt(result, 'total_cost_usd', findings) };
  if (session === null) accounts.read(sum, findings, within);
  else accounts.summary(session, 'weak', sum, findings, within);
}

/**
 * What a subagent used stands in its own messages, in this transcript or in one of its own; the result of the tool repeats
 * the last of them. Results of other tools state no usage, and their text is not searched for any.
 */
export function readToolResult(line: JsonRecord, context: Context, accounts: Accounts): void {
  const result = recordAt(line, 'toolUseResult') ?? {};
  const usage = recordAt(result, 'usage');
  if (usage === null || !statesUsage(usage)) return;
  const findings = noFindings();
  const row = answerRow({ usage }, contextWithin(line, context), findings);
  if (row === null) return;
  if (findings.problems.length > 0) accounts.notUnderstood(findings.problems.join('; '), context);
  else {
    const id = nameAt(line, 'uuid') ?? nameAt(result, 'agentId') ?? JSON.stringify(usage);
    accounts.subagentResult(sessionOf(line) ?? '', id, row.tokens, context);
  }
}

import { costAt, countAt, type Faults } from './counts.js';
import { isRecord, nameAt, recordAt, type JsonRecord } from './json-value.js';
import { reading, type Surroundings } from './response-usage.js';
import type { UsageSink } from './sink.js';

/**
 * The result message of Claude Code (`--output-format json` or `stream-json`, 2026-08): `modelUsage` has the sums of a
 * session by model, subagents included; `usage` beside it repeats the main model's and is left out.
 */
export function isClaudeCodeResult(record: JsonRecord): boolean {
  return record.type === 'result' && isRecord(record.modelUsage);
}

const LONGEST_MODEL = 128;

/** Every model of a session is one row; a later result of the same session repeats and replaces it. */
export function readClaudeCodeResult(result: JsonRecord, around: Surroundings, sink: UsageSink): void {
  const session = nameAt(result, 'session_id');
  if (session !== null) sink.sessionSummary(session);
  for (const [key, usage] of Object.entries(recordAt(result, 'modelUsage') ?? {})) {
    if (!isRecord(usage)) continue;
    if (key.length > LONGEST_MODEL) {
      // Not repeated: so long a text could be a piece of a prompt.
      sink.fault(`the name of a model has ${key.length} characters; at most ${LONGEST_MODEL} are accepted`);
      continue;
    }
    const faults: Faults = [];
    const cached = countAt(usage, ['cacheReadInputTokens'], faults);
    const written = countAt(usage, ['cacheCreationInputTokens'], faults);
    const tokens = {
      prompt: countAt(usage, ['inputTokens'], faults) + cached + written,
      completion: countAt(usage, ['outputTokens'], faults),
      cached,
      written,
      reasoning: countAt(usage, ['thinkingTokens'], faults),
      audio: 0,
      image_output: 0,
      audio_output: 0,
    };
    const row = {
      suite: around.suite,
      call: around.call,
      // "claude-opus-5[1m]" is the model with its long context.
      model: key.replace(/\[1m\]$/, ''),
      tokens,
      web_searches: countAt(usage, ['webSearchRequests'], faults),
      cost: costAt(usage, 'costUSD', faults),
      list_cost: null,
      own_key: false,
      id: session === null ? null : `${around.source}:${session}:${key}`,
      time: around.time,
      source: around.source,
    };
    const found = reading(row, faults);
    if (found.state === 'row') sink.row(found.row);
    else sink.fault(found.message);
  }
}

/** The session of a message of `stream-json`, whose usage the result at the end sums up; null for other records. */
export function streamedSession(record: JsonRecord): string | null {
  return record.type === 'assistant' ? nameAt(record, 'session_id') : null;
}

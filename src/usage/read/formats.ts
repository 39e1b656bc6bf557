import type { Format } from './exchange.js';
import * as answers from './formats/answers.js';
import * as claudeCode from './formats/claude-code.js';
import * as http from './formats/http-exchange.js';
import * as promptfoo from './formats/promptfoo.js';
import * as traces from './formats/traces.js';
import { isRecord } from './json-value.js';

/**
 * The recorded formats and how each is told apart: by a key that all its records have, and by `when`. The first that
 * fits reads the record. A new format is a file in `formats` and a line here.
 */
// prettier-ignore
export const FORMATS: readonly Format[] = [
  { name: 'OTLP traces', keys: ['resourceSpans'], when: (r) => Array.isArray(r.resourceSpans), read: traces.readTraces },
  { name: 'Claude Code result', keys: ['modelUsage'], when: (r) => r.type === 'result' && isRecord(r.modelUsage), read: claudeCode.readResult },
  { name: 'Claude Code message', keys: ['session_id', 'sessionId'], when: (r) => r.type === 'assistant' && isRecord(r.message), read: claudeCode.readMessage },
  { name: 'promptfoo result', keys: ['response', 'gradingResult'], when: promptfoo.isResult, read: promptfoo.readResult },
  { name: 'HTTP exchange', keys: ['response'], when: http.isHttpExchange, read: http.readHttpExchange },
  { name: 'answer', keys: ['usage'], when: answers.isAnswer, read: answers.readAnswer },
  { name: 'Google answer', keys: ['usageMetadata', 'usage_metadata'], when: answers.isGoogleAnswer, read: answers.readGoogleAnswer },
  { name: 'OpenRouter generation', keys: ['native_tokens_prompt'], when: () => true, read: answers.readGeneration },
  { name: 'answer without usage', keys: ['object', 'role'], when: answers.isAnswerWithoutUsage, read: answers.readAnswerWithoutUsage },
];

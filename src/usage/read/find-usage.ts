import { isClaudeCodeResult, readClaudeCodeResult, streamedSession } from './claude-code.js';
import { isList, isRecord, type JsonRecord } from './json-value.js';
import { isPromptfooResult, readPromptfooResult } from './promptfoo.js';
import { hexadecimalChunks, readBase64, readBytes, readText, type RecordedBody } from './recorded-body.js';
import { responseUsage, surroundingsWithin, type Surroundings } from './response-usage.js';
import type { UsageSink } from './sink.js';
import { isTraceExport, readTraces } from './traces.js';

/** Deeper nesting is no recording. */
const DEEPEST = 100;

/**
 * What went out, and what came back as text: a usage object in there is a quotation and was not spent. `messages`,
 * `contents`, `input` and `prompt` are what the APIs call their inputs, `choices`, `candidates` their outputs.
 */
const NOT_SEARCHED: ReadonlySet<string> = new Set([
  'request',
  'messages',
  'contents',
  'input',
  'prompt',
  'system',
  'instructions',
  'tools',
  'choices',
  'candidates',
]);

/**
 * Finds every usage object anywhere in a parsed recording, bodies kept as text included. YAML may refer to one node
 * from many places; each is read once, or a small file could take for ever.
 */
export function findUsage(value: unknown, around: Surroundings, sink: UsageSink): void {
  visit(value, around, sink, 0, new Set());
}

function visit(value: unknown, around: Surroundings, sink: UsageSink, depth: number, seen: Set<unknown>): void {
  if (typeof value === 'string') {
    visitBody(readText(value), around, sink, depth, seen);
  } else if (typeof value === 'object' && value !== null) {
    if (depth > DEEPEST) sink.fault(`nested deeper than ${DEEPEST} levels; what is inside was not read`);
    else if (value instanceof Uint8Array) visitBody(readBytes(value), around, sink, depth, seen);
    else if (seen.has(value)) return;
    else if (isList(value)) visitList(value, around, sink, depth, seen);
    else if (isRecord(value)) visitRecord(value, around, sink, depth, seen);
  }
}

function visitBody(body: RecordedBody, around: Surroundings, sink: UsageSink, depth: number, seen: Set<unknown>): void {
  if (body.state === 'value') visit(body.value, around, sink, depth + 1, seen);
  else if (body.state === 'unreadable') sink.fault(body.message);
}

function visitList(
  list: readonly unknown[],
  around: Surroundings,
  sink: UsageSink,
  depth: number,
  seen: Set<unknown>,
): void {
  seen.add(list);
  const bytes = hexadecimalChunks(list);
  if (bytes !== null) {
    visitBody(readBytes(bytes), around, sink, depth, seen);
    return;
  }
  for (const item of list) visit(item, around, sink, depth + 1, seen);
}

function visitRecord(
  record: JsonRecord,
  around: Surroundings,
  sink: UsageSink,
  depth: number,
  seen: Set<unknown>,
): void {
  if (isTraceExport(record)) {
    readTraces(record, around, sink);
    return;
  }
  if (isClaudeCodeResult(record)) {
    readClaudeCodeResult(record, surroundingsWithin(record, around), sink);
    return;
  }
  const found = responseUsage(record, around);
  if (found !== null) {
    if (found.state === 'row') sink.row(found.row);
    else sink.fault(found.message);
    return;
  }
  const within = surroundingsWithin(record, around);
  if (isPromptfooResult(record)) {
    readPromptfooResult(record, within, sink);
    return;
  }
  seen.add(record);
  const session = streamedSession(record);
  const rows =
    session === null
      ? sink
      : {
          ...sink,
          row: (row: Parameters<UsageSink['row']>[0]) => {
            sink.sessionRow(session, row);
          },
        };
  visitFields(record, within, rows, depth, seen);
}

function visitFields(
  record: JsonRecord,
  within: Surroundings,
  sink: UsageSink,
  depth: number,
  seen: Set<unknown>,
): void {
  const says64 = record.encoding === 'base64' || record.isBase64Encoded === true;
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (isInput(record, key)) continue;
    if (typeof value === 'string' && (says64 || key === 'base64_string')) {
      visitBody(readBase64(value), within, sink, depth, seen);
    } else {
      visit(value, within, sink, depth + 1, seen);
    }
  }
}

/** Beside a `scope` (nock) the `body` is the request's; beside a `role` the `content` is a message. */
function isInput(record: JsonRecord, key: string): boolean {
  if (NOT_SEARCHED.has(key)) return true;
  if (key === 'body') return record.scope !== undefined && record.response !== undefined;
  return key === 'content' && record.role !== undefined;
}

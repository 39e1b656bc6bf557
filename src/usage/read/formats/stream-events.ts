import {
  contextOfFile,
  contextWithin,
  type Accounts,
  type Context,
  type RecordingFile,
  type Search,
} from '../exchange.js';
import { createStreamMerger, type StreamMerger } from '../event-stream.js';
import { isRecord, nameAt, recordAt, type JsonRecord } from '../json-value.js';

/** One stream after the other, with the context in which each response began. */
interface MergedStream {
  readonly merger: StreamMerger;
  readonly contexts: Context[];
}

/** The streams of a file whose events are kept an object each; several may be interleaved. */
interface OpenStreams {
  readonly merged: Map<string, MergedStream>;
  /** The model of a session of Realtime or Live. */
  model: string | null;
}

const files = new WeakMap<RecordingFile, OpenStreams>();

function streamsOf(file: RecordingFile): OpenStreams {
  const known = files.get(file);
  if (known !== undefined) return known;
  const streams: OpenStreams = { merged: new Map(), model: null };
  files.set(file, streams);
  return streams;
}

const EVENTS: ReadonlySet<unknown> = new Set([
  'message_start',
  'message_delta',
  'message_stop',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
]);

/**
 * The events of Anthropic's streams (https://docs.anthropic.com/en/docs/build-with-claude/streaming), an object each, bare
 * or as Claude Code wraps them: the events of one message are one request, and the last count of the output holds.
 */
export function isMessageEvent(record: JsonRecord): boolean {
  return EVENTS.has(record.type) && record.usage === undefined
    ? isRecord(record.message) || record.index !== undefined || record.type === 'message_stop'
    : record.type === 'message_delta' || record.type === 'message_start';
}

export function readMessageEvent(event: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  addEvent('', event, context, accounts, search);
}

export function isWrappedEvent(record: JsonRecord): boolean {
  return record.type === 'stream_event' && isRecord(record.event);
}

/** Claude Code: a stream for each session and subagent. */
export function readWrappedEvent(line: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const stream = `${nameAt(line, 'session_id') ?? ''} ${nameAt(line, 'parent_tool_use_id') ?? ''}`;
  addEvent(stream, recordAt(line, 'event') ?? {}, contextWithin(line, context), accounts, search);
}

function addEvent(name: string, event: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  // Only these make a response; a list of other events has none.
  if (event.type === 'message_start' || event.type === 'message_delta') accounts.deferred();
  const { merger, contexts } = streamOf(name, context.file, accounts, search);
  merger.add(event);
  const current = merger.responses.length;
  if (event.type === 'message_start' || contexts[current] === undefined) contexts[current] = context;
}

function streamOf(name: string, file: RecordingFile, accounts: Accounts, search: Search): MergedStream {
  const { merged } = streamsOf(file);
  const known = merged.get(name);
  if (known !== undefined) return known;
  const stream: MergedStream = { merger: createStreamMerger(), contexts: [] };
  merged.set(name, stream);
  accounts.atEnd(file, () => {
    stream.merger.end();
    stream.merger.responses.forEach((response, at) => {
      search(response, stream.contexts[at] ?? contextOfFile(file));
    });
  });
  return stream;
}

/** `session.created` of OpenAI Realtime (https://platform.openai.com/docs/api-reference/realtime-server-events). */
export function isRealtimeSession(record: JsonRecord): boolean {
  return typeof record.type === 'string' && record.type.startsWith('session.') && isRecord(record.session);
}

export function readRealtimeSession(event: JsonRecord, context: Context): void {
  const model = nameAt(recordAt(event, 'session') ?? {}, 'model');
  if (model !== null) streamsOf(context.file).model = model;
}

export function isRealtimeResponse(record: JsonRecord): boolean {
  return record.type === 'response.done' && isRecord(record.response);
}

export function readRealtimeResponse(event: JsonRecord, context: Context, _accounts: Accounts, search: Search): void {
  search(event.response, { ...context, model: context.model ?? streamsOf(context.file).model });
}

/** The first message of a Gemini Live session names the model (https://ai.google.dev/api/live). */
export function isLiveSetup(record: JsonRecord): boolean {
  return isRecord(record.setup) && typeof recordAt(record, 'setup')?.model === 'string';
}

export function readLiveSetup(message: JsonRecord, context: Context): void {
  streamsOf(context.file).model = nameAt(recordAt(message, 'setup') ?? {}, 'model');
}

/** A turn of a Live session, which names no model of its own. */
export function isLiveTurn(record: JsonRecord): boolean {
  return isRecord(record.usageMetadata) && record.serverContent !== undefined;
}

export function readLiveTurn(turn: JsonRecord, context: Context, _accounts: Accounts, search: Search): void {
  const { usageMetadata } = turn;
  search({ usageMetadata }, { ...context, model: context.model ?? streamsOf(context.file).model });
}

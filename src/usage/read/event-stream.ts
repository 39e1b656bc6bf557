import { isRecord, nameAt, parseRecord, recordAt, type JsonRecord } from './json-value.js';
import { statesUsage } from './tokens.js';

/**
 * The responses in a recorded event stream (text/event-stream,
 * https://html.spec.whatwg.org/multipage/server-sent-events.html), each as the object that an answer in one piece would
 * have been: OpenAI, OpenRouter and Google state usage in a late chunk (the last one wins), the Responses API in its
 * last event, Anthropic the inputs in `message_start` and the outputs, cumulative, in `message_delta`.
 */
export interface StreamedResponses {
  /** A response that was cut off before it stated its usage is among them, without `usage`. */
  readonly responses: readonly JsonRecord[];
  /** Events that state usage and are not JSON: the recording was cut. */
  readonly unreadable: number;
}

const STREAM_START = /^\s*(?:data|event|id|retry|):/;

/** Whether a text begins like an event stream. */
export function isEventStream(text: string): boolean {
  return STREAM_START.test(text.slice(0, 200));
}

/** Reads the text of one stream, or of several in a row. */
export function streamedResponses(text: string): StreamedResponses {
  const merger = createStreamMerger();
  let unreadable = 0;
  for (const data of eventData(text)) {
    if (data === '[DONE]') {
      merger.end();
      continue;
    }
    const event = parseRecord(data);
    if (event !== null) merger.add(event);
    else if (data.includes('"usage')) unreadable += 1;
  }
  merger.end();
  return { responses: merger.responses, unreadable };
}

/** The responses in a list of parsed events, as far as they state their usage. */
export function measuredResponses(events: readonly unknown[]): readonly JsonRecord[] {
  const merger = createStreamMerger();
  for (const event of events) if (isRecord(event)) merger.add(event);
  merger.end();
  return merger.responses.filter(statesAnything);
}

/** Merges events into responses, one stream after the other. */
export interface StreamMerger {
  readonly add: (event: JsonRecord) => void;
  /** Ends the stream. What it did not state is not recorded. */
  readonly end: () => void;
  readonly responses: JsonRecord[];
}

/** A merger without events. Its `responses` grow when a stream ends. */
export function createStreamMerger(): StreamMerger {
  const responses: JsonRecord[] = [];
  let current: JsonRecord | null = null;
  let isOpen = false;
  const end = (): void => {
    if (current !== null) responses.push(isOpen ? unfinished(current) : current);
    current = null;
    isOpen = false;
  };
  return {
    responses,
    end,
    add: (event) => {
      const next: JsonRecord | null = merge(current, event);
      if (next === null) return;
      if (current !== null && isAnother(current, next, event)) end();
      const stated = statesAnything(next);
      // Anthropic's first event states the input; without the later ones the stream was cut.
      isOpen = event.type === 'message_start' || !stated;
      current = !stated && current !== null && statesAnything(current) ? current : next;
    },
  };
}

/** What is known of a response that was cut off: not its usage. */
function unfinished(response: JsonRecord): JsonRecord {
  const { id, model } = response;
  return { object: 'chat.completion.chunk', id, model };
}

function statesAnything(response: JsonRecord): boolean {
  const usage = recordAt(response, 'usage');
  return (
    (usage !== null && statesUsage(usage)) || isRecord(response.usageMetadata) || isRecord(response.usage_metadata)
  );
}

/** The data of each event; its lines are joined as the format says. */
function* eventData(text: string): Generator<string> {
  let data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n');
      data = [];
    } else if (line.startsWith('data:')) {
      data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    }
  }
  if (data.length > 0) yield data.join('\n');
}

/** The response as far as it is known after the event; null where the event says nothing of a response. */
function merge(current: JsonRecord | null, event: JsonRecord): JsonRecord | null {
  if (event.type === 'message_start') return recordAt(event, 'message');
  if (event.type === 'message_delta') {
    const usage = recordAt(event, 'usage');
    if (usage === null) return null;
    return { ...current, usage: { ...recordAt(current ?? {}, 'usage'), ...stated(usage) } };
  }
  const whole = recordAt(event, 'response') ?? event;
  if (statesAnything(whole)) return whole;
  const cohere = cohereAnswer(event);
  if (cohere !== null) return { ...current, ...cohere };
  const metrics = invocationUsage(event);
  if (metrics !== null) return current !== null && statesAnything(current) ? null : { ...current, usage: metrics };
  const isOpening = Array.isArray(whole.choices) || Array.isArray(whole.candidates) || whole.object === 'response';
  return isOpening ? whole : null;
}

/**
 * What an event of Cohere says of its answer: of version 2 the first and the last one (https://docs.cohere.com/v2/docs/streaming),
 * of version 1 the last one (https://docs.cohere.com/v1/docs/streaming); null for other events.
 */
function cohereAnswer(event: JsonRecord): JsonRecord | null {
  if (event.type === 'message-start') return { id: event.id };
  if (event.type === 'message-end') return { usage: recordAt(event, 'delta')?.usage };
  const response = recordAt(event, 'response');
  const meta = response === null ? null : recordAt(response, 'meta');
  return event.event_type === 'stream-end' && meta !== null ? { id: response?.generation_id, usage: meta } : null;
}

/**
 * The usage that Bedrock adds to the last event of each stream, whichever model's it is, as an object of Converse; null
 * in other events (https://github.com/ChatGPTNextWeb/ChatGPT-Next-Web/blob/main/docs/bedrock-response-format.md).
 */
export function invocationUsage(event: JsonRecord): JsonRecord | null {
  const metrics = recordAt(event, 'amazon-bedrock-invocationMetrics');
  if (metrics === null) return null;
  return {
    inputTokens: metrics.inputTokenCount,
    outputTokens: metrics.outputTokenCount,
    cacheReadInputTokens: metrics.cacheReadInputTokenCount,
    cacheWriteInputTokens: metrics.cacheWriteInputTokenCount,
  };
}

/** Null in a later event means "not stated again". */
function stated(usage: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}

/** Two recordings may stand in one text, one after the other. */
function isAnother(current: JsonRecord, next: JsonRecord, event: JsonRecord): boolean {
  if (event.type === 'message_start') return true;
  const [before, after] = [responseId(current), responseId(next)];
  return before !== null && after !== null && before !== after;
}

function responseId(response: JsonRecord): string | null {
  return nameAt(response, 'id') ?? nameAt(response, 'responseId');
}

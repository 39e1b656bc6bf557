import { isRecord, nameAt, recordAt, type JsonRecord } from './json-value.js';
import { statesUsage } from './provider-tokens.js';

/**
 * The responses in a recorded event stream (text/event-stream), each as the object that an answer in one piece would
 * have been: OpenAI, OpenRouter and Google state usage in a late chunk (the last one wins), the Responses API in its
 * last event, Anthropic the inputs in `message_start` and the outputs, cumulative, in `message_delta`.
 */
export interface StreamedResponses {
  readonly responses: readonly JsonRecord[];
  /** Events that state usage and are not JSON: the recording was cut. */
  readonly unreadable: number;
}

const STREAM_START = /^\s*(?:data|event|id|retry|):/;

export function isEventStream(text: string): boolean {
  return STREAM_START.test(text.slice(0, 200));
}

export function streamedResponses(text: string): StreamedResponses {
  const responses: JsonRecord[] = [];
  let unreadable = 0;
  let current: JsonRecord | null = null;
  const finish = (): void => {
    if (current !== null) responses.push(current);
    current = null;
  };
  for (const data of eventData(text)) {
    if (data === '[DONE]') finish();
    if (!data.includes('"usage')) continue;
    const event = parseRecord(data);
    if (event === null) {
      unreadable += 1;
      continue;
    }
    const next: JsonRecord | null = merge(current, event);
    if (next === null) continue;
    if (current !== null && isAnother(current, next, event)) finish();
    current = next;
  }
  finish();
  return { responses, unreadable };
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

function parseRecord(text: string): JsonRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** The response as far as it is known after the event; null where the event says nothing of usage. */
function merge(current: JsonRecord | null, event: JsonRecord): JsonRecord | null {
  if (event.type === 'message_start') return recordAt(event, 'message');
  if (event.type === 'message_delta') {
    const usage = recordAt(event, 'usage');
    if (usage === null) return null;
    return { ...current, usage: { ...recordAt(current ?? {}, 'usage'), ...stated(usage) } };
  }
  const whole = recordAt(event, 'response') ?? event;
  const usage = recordAt(whole, 'usage');
  const states = (usage !== null && statesUsage(usage)) || isRecord(whole.usageMetadata);
  return states ? whole : null;
}

/** Null in a later event means "not said again". */
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

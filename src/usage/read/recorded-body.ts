import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { createStreamMerger, isEventStream, streamedResponses, type StreamMerger } from './event-stream.js';
import { isList, isRecord, parseJson, type JsonRecord } from './json-value.js';

/** A body as a recorder kept it: text, bytes, base64, hexadecimal; plain, gzip, deflate or brotli. */
export type RecordedBody =
  | { readonly state: 'value'; readonly value: unknown }
  | { readonly state: 'unreadable'; readonly message: string }
  /** Not a body that states usage. */
  | { readonly state: 'other' };

const OTHER: RecordedBody = { state: 'other' };
/** A small body can unpack to any size; no answer of a model is larger. */
const LARGEST_BODY = 64 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/\r\n]{16,}={0,2}\s*$/;
const HEXADECIMAL = /^(?:[0-9a-f]{2})+$/i;
/** How base64 of gzip, `{`, `[`, `data:`, `event:`, `id:` and `: comment` begins. */
const BASE64_OF_BODY = /^(?:H4sI|e[w-z]|W[w-z]|ZGF0YTo|ZXZlbnQ|aWQ6|Oi)/;

/** A text found in a recording: a JSON body, JSON Lines, an event stream, or any of them encoded. */
export function readText(text: string): RecordedBody {
  if (text.length < 16) return OTHER;
  const first = text.charCodeAt(0);
  // Some recorders write bytes one to a character.
  if (first === 0x1f && text.charCodeAt(1) === 0x8b) return readBytes(Buffer.from(text, 'latin1'));
  if (BASE64_OF_BODY.test(text) && BASE64.test(text)) return readBytes(Buffer.from(text, 'base64'));
  if (text.startsWith('1f8b') && HEXADECIMAL.test(text)) return readBytes(Buffer.from(text, 'hex'));
  return readPlain(text);
}

/** A text that the recording says is base64; Polly.js keeps a compressed body as a JSON list of such texts. */
export function readBase64(text: string): RecordedBody {
  if (BASE64.test(text)) return readBytes(Buffer.from(text, 'base64'));
  const list = text.startsWith('["') ? parseJson(text) : null;
  const bytes = list !== null && isList(list.value) ? base64Chunks(list.value) : null;
  return bytes === null ? readText(text) : readBytes(bytes);
}

/** nock keeps an encoded body as a list of hexadecimal chunks. */
export function hexadecimalChunks(list: readonly unknown[]): Buffer | null {
  if (!isTexts(list) || !list.every((chunk) => HEXADECIMAL.test(chunk))) return null;
  return Buffer.from(list.join(''), 'hex');
}

/** Polly.js: chunks of a compressed body, each in base64. */
export function base64Chunks(list: readonly unknown[]): Buffer | null {
  if (!isTexts(list) || list[0]?.startsWith('H4sI') !== true || !list.every((chunk) => BASE64.test(chunk))) return null;
  return Buffer.concat(list.map((chunk) => Buffer.from(chunk, 'base64')));
}

function isTexts(list: readonly unknown[]): list is readonly string[] {
  return list.length > 0 && list.every((chunk) => typeof chunk === 'string');
}

/** A body that a recording keeps as bytes, compressed or not. */
export function readBytes(bytes: Uint8Array): RecordedBody {
  const unpacked = unpack(bytes);
  if (unpacked === null) return { state: 'unreadable', message: 'a compressed body cannot be unpacked (cut off?)' };
  if (isUtf8(unpacked)) return readPlain(Buffer.from(unpacked).toString('utf8'));
  const framed = eventFrames(unpacked);
  if (framed !== null) return framed;
  const brotli = unpackBrotli(bytes);
  return brotli === null ? OTHER : readPlain(brotli.toString('utf8'));
}

function unpack(bytes: Uint8Array): Uint8Array | null {
  const [first, second] = bytes;
  try {
    if (first === 0x1f && second === 0x8b) return gunzipSync(bytes, { maxOutputLength: LARGEST_BODY });
    if (first === 0x78 && (second === 0x01 || second === 0x9c || second === 0xda)) {
      return inflateSync(bytes, { maxOutputLength: LARGEST_BODY });
    }
  } catch {
    return null;
  }
  return bytes;
}

/** Brotli has no signature: what is neither text nor the others is tried. */
function unpackBrotli(bytes: Uint8Array): Buffer | null {
  try {
    const text = brotliDecompressSync(bytes, { maxOutputLength: LARGEST_BODY });
    return isUtf8(text) ? text : null;
  } catch {
    return null;
  }
}

/**
 * The events of an AWS event stream (https://smithy.io/2.0/aws/amazon-eventstream.html), which Bedrock streams: a frame
 * has its length, the length of its headers, and its payload before four bytes of check sum. Null where it is none.
 */
function eventFrames(bytes: Uint8Array): RecordedBody | null {
  const view = Buffer.from(bytes);
  const merger = createStreamMerger();
  let at = 0;
  let events = 0;
  while (at + 16 <= view.length) {
    const length = view.readUInt32BE(at);
    const headers = view.readUInt32BE(at + 4);
    if (length < 16 || headers > length - 16 || at + length > view.length) break;
    const payload = parseJson(view.subarray(at + 12 + headers, at + length - 4).toString('utf8'));
    if (payload !== null && isRecord(payload.value)) addFrame(payload.value, merger);
    events += 1;
    at += length;
  }
  merger.end();
  return events === 0 ? null : { state: 'value', value: merger.responses };
}

/** InvokeModel puts the model's own event in base64 under `bytes`; Converse sends it plain. */
function addFrame(payload: JsonRecord, merger: StreamMerger): void {
  const { bytes } = payload;
  const inner = typeof bytes === 'string' ? parseJson(Buffer.from(bytes, 'base64').toString('utf8')) : null;
  if (inner !== null && isRecord(inner.value)) merger.add(inner.value);
  else merger.add(payload);
}

/** Only a text that mentions tokens or usage is parsed: most texts are prompts and answers. */
function mentionsUsage(text: string): boolean {
  return /usage|oken|"(?:billed_units|prompt_eval_count|spend|object)"/.test(text);
}

function readPlain(text: string): RecordedBody {
  const body = text.charCodeAt(0) > 0x20 ? text : text.trimStart();
  const first = body.charAt(0);
  if (first === '{' || first === '[') return mentionsUsage(body) ? readJson(body) : OTHER;
  if (!isEventStream(body)) return OTHER;
  const { responses, unreadable } = streamedResponses(body);
  if (unreadable > 0) return { state: 'unreadable', message: 'an event of a recorded stream is not valid JSON' };
  return { state: 'value', value: responses };
}

function readJson(text: string): RecordedBody {
  const json = parseJson(text);
  if (json !== null) return { state: 'value', value: isList(json.value) ? lastOfChunks(json.value) : json.value };
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map(parseJson);
  // A body may be JSON Lines, the output of a batch for example.
  if (lines.length > 1 && values.every((value) => value !== null)) {
    return { state: 'value', value: values.map(({ value }) => value) };
  }
  return { state: 'unreadable', message: 'a recorded body is not valid JSON (cut off?)' };
}

/** Google streams without events as one list of chunks, each with the usage so far: the last one counts. */
function lastOfChunks(list: readonly unknown[]): readonly unknown[] {
  const chunks = list.every((chunk) => isRecord(chunk) && (isRecord(chunk.usageMetadata) || isList(chunk.candidates)));
  if (!chunks) return list;
  return list.filter((chunk) => isRecord(chunk) && isRecord(chunk.usageMetadata)).slice(-1);
}

/** The same for a list that may be no body: of a stream the last chunk says why the answer ended, and no other does. */
export function lastOfStream(list: readonly unknown[]): readonly unknown[] {
  const isStream = list.length > 1 && list.every((chunk, at) => isEnded(chunk) === (at === list.length - 1));
  return isStream ? lastOfChunks(list) : list;
}

/** Whether a chunk of Google says why the answer ended; null for what is no such chunk. */
function isEnded(chunk: unknown): boolean | null {
  if (!isRecord(chunk) || !isList(chunk.candidates)) return null;
  return chunk.candidates.some((candidate) => isRecord(candidate) && typeof candidate.finishReason === 'string');
}

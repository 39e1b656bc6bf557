import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { isList, isRecord } from './json-value.js';
import { isEventStream, streamedResponses } from './event-stream.js';

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

/** A text found in a recording: a JSON body, an event stream, or either of them encoded. */
export function readText(text: string): RecordedBody {
  if (text.length < 16) return OTHER;
  const first = text.charCodeAt(0);
  // Some recorders write bytes one to a character.
  if (first === 0x1f && text.charCodeAt(1) === 0x8b) return readBytes(Buffer.from(text, 'latin1'));
  if (BASE64_OF_BODY.test(text) && BASE64.test(text)) return readBytes(Buffer.from(text, 'base64'));
  if (HEXADECIMAL.test(text) && text.startsWith('1f8b')) return readBytes(Buffer.from(text, 'hex'));
  return readPlain(text);
}

/** A text that the recording says is base64. */
export function readBase64(text: string): RecordedBody {
  return BASE64.test(text) ? readBytes(Buffer.from(text, 'base64')) : readText(text);
}

/** nock keeps an encoded body as a list of hexadecimal chunks. */
export function hexadecimalChunks(list: readonly unknown[]): Buffer | null {
  if (list.length === 0 || !list.every((chunk) => typeof chunk === 'string' && HEXADECIMAL.test(chunk))) return null;
  return Buffer.from(list.join(''), 'hex');
}

export function readBytes(bytes: Uint8Array): RecordedBody {
  const unpacked = unpack(bytes);
  if (unpacked === null) return { state: 'unreadable', message: 'a compressed body cannot be unpacked (cut off?)' };
  if (!isUtf8(unpacked)) {
    const brotli = unpackBrotli(bytes);
    if (brotli === null) return OTHER;
    return readPlain(brotli.toString('utf8'));
  }
  return readPlain(Buffer.from(unpacked).toString('utf8'));
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

function readPlain(text: string): RecordedBody {
  if (!mentionsUsage(text)) return OTHER;
  if (/^\s*[[{]/.test(text.slice(0, 100))) return readJson(text);
  if (!isEventStream(text)) return OTHER;
  const { responses, unreadable } = streamedResponses(text);
  if (unreadable > 0) return { state: 'unreadable', message: 'an event of a recorded stream is not valid JSON' };
  return { state: 'value', value: responses };
}

function mentionsUsage(text: string): boolean {
  return text.includes('"usage') || text.includes('"native_tokens_prompt"');
}

function readJson(text: string): RecordedBody {
  try {
    const value: unknown = JSON.parse(text);
    return { state: 'value', value: isList(value) ? lastOfChunks(value) : value };
  } catch {
    return { state: 'unreadable', message: 'a recorded body is not valid JSON (cut off?)' };
  }
}

/** Google streams without events as one list of chunks, each with the usage so far: the last one counts. */
function lastOfChunks(list: readonly unknown[]): readonly unknown[] {
  const chunks = list.every((chunk) => isRecord(chunk) && (isRecord(chunk.usageMetadata) || isList(chunk.candidates)));
  if (!chunks) return list;
  return list.filter((chunk) => isRecord(chunk) && isRecord(chunk.usageMetadata)).slice(-1);
}

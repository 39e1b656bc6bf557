import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Transform } from 'node:stream';
import { once } from 'node:events';
import { createStreamMerger } from '../read/event-stream.js';
import { parseRecord, type JsonRecord } from '../read/json-value.js';

/** What an answer says of its usage; `answer` has the fields of an answer in one piece, the text of it included. */
interface ReadAnswer {
  readonly answer: JsonRecord | null;
  /** Why the answer could not be read at all: its compression, its size. */
  readonly unreadable: string | null;
}

/** Reads a copy of an answer while it passes through. */
export interface AnswerReader {
  /** Takes the next bytes as they came over the wire; resolves when more may come. Never throws. */
  readonly push: (chunk: Buffer) => Promise<void>;
  /** The answer, as far as it came. */
  readonly end: () => Promise<ReadAnswer>;
}

/** A longer JSON answer is read at its two ends alone, where clients and servers write the model and the usage. */
const LONGEST_JSON = 16 * 1024 * 1024;
const EDGE = 256 * 1024;
/** A longer line of an event stream is skipped. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** `contentType` and `contentEncoding` are the headers of the answer; "" where they are absent. */
export function answerReader(contentType: string, contentEncoding: string): AnswerReader {
  const body = /^\s*text\/event-stream\b/i.test(contentType) ? eventReader() : jsonReader();
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') {
    return {
      push: (chunk) => {
        body.push(chunk);
        return Promise.resolve();
      },
      end: () => Promise.resolve({ answer: body.end(), unreadable: null }),
    };
  }
  const unpacker = unpackerFor(encoding);
  if (unpacker === null) {
    const unreadable = `its compression (${encoding.replace(/[^\w, -]/g, '').slice(0, 40)}) is not known here`;
    return { push: () => Promise.resolve(), end: () => Promise.resolve({ answer: null, unreadable }) };
  }
  return unpacking(unpacker, body);
}

function unpacking(unpacker: Transform, body: BodyReader): AnswerReader {
  let broken = false;
  let ended = false;
  unpacker.on('data', (chunk: Buffer) => {
    body.push(chunk);
  });
  // An answer that was cut or is no such compression is read as far as it goes.
  unpacker.on('error', () => {
    broken = true;
  });
  unpacker.on('end', () => {
    ended = true;
  });
  return {
    push: async (chunk) => {
      if (broken || ended || unpacker.write(chunk)) return;
      // Decompression is slower than the stream: the next bytes wait, so that memory stays bounded.
      await Promise.race([once(unpacker, 'drain'), once(unpacker, 'close')]).catch(() => undefined);
    },
    end: async () => {
      if (!broken && !ended) {
        unpacker.end();
        await once(unpacker, 'close').catch(() => undefined);
      }
      return { answer: body.end(), unreadable: null };
    },
  };
}

function unpackerFor(encoding: string): Transform | null {
  // A stream that was cut is read up to there.
  const flush = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(flush);
    case 'deflate':
      return createInflate(flush);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return null;
  }
}

interface BodyReader {
  readonly push: (chunk: Buffer) => void;
  readonly end: () => JsonRecord | null;
}

function jsonReader(): BodyReader {
  const chunks: Buffer[] = [];
  let length = 0;
  let head: Buffer | null = null;
  return {
    push: (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= LONGEST_JSON) return;
      const all = Buffer.concat(chunks);
      head ??= all.subarray(0, EDGE);
      const tail = Buffer.from(all.subarray(-EDGE));
      head = Buffer.from(head);
      chunks.splice(0, chunks.length, tail);
      length = tail.length;
    },
    end: () => {
      const text = Buffer.concat(chunks).toString('utf8');
      return head === null ? parseRecord(text) : edgesOf(head.toString('utf8'), text);
    },
  };
}

/** The usage of a document that is too long to be kept, such as one of many embeddings. */
function edgesOf(head: string, tail: string): JsonRecord | null {
  const usage = [...`${head}\n${tail}`.matchAll(/(?<!\\)"usage"\s*:\s*(\{)/g)].at(-1);
  if (usage === undefined) return null;
  const text = `${head}\n${tail}`;
  const found = objectAt(text, usage.index + usage[0].length - 1);
  const model = /(?<!\\)"model"\s*:\s*"([^"\\]{1,256})"/.exec(text)?.[1];
  return found === null ? null : { usage: found, model };
}

/** The JSON object that begins at a brace. */
function objectAt(text: string, start: number): JsonRecord | null {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isText) {
      if (character === '\\') at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return parseRecord(text.slice(start, at + 1));
    }
  }
  return null;
}

const LINE_FEED = 0x0a;
const DATA = Buffer.from('data:');
const USAGE_KEY = Buffer.from('"usage"');

/**
 * An event stream, line by line. Only events that state usage are parsed, and those before the first of them that name
 * the answer: the rest is text.
 */
function eventReader(): BodyReader {
  const merger = createStreamMerger();
  let rest: Buffer[] = [];
  let restLength = 0;
  let isNamed = false;
  let skips = false;
  const line = (bytes: Buffer): void => {
    if (!bytes.subarray(0, DATA.length).equals(DATA)) return;
    if (isNamed && !bytes.includes(USAGE_KEY)) return;
    const event = parseRecord(bytes.toString('utf8', 5));
    if (event === null) return;
    isNamed = true;
    merger.add(event);
  };
  return {
    push: (chunk) => {
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(LINE_FEED, start);
        if (end === -1) break;
        if (!skips) {
          const part = chunk.subarray(start, end);
          line(rest.length === 0 ? part : Buffer.concat([...rest, part]));
        }
        skips = false;
        rest = [];
        restLength = 0;
        start = end + 1;
        // Most chunks are text alone: their lines are passed over at once.
        if (isNamed && !chunk.includes(USAGE_KEY, start)) start = Math.max(start, chunk.lastIndexOf(LINE_FEED) + 1);
      }
      if (start === chunk.length || skips) return;
      rest.push(Buffer.from(chunk.subarray(start)));
      restLength += chunk.length - start;
      if (restLength <= LONGEST_LINE) return;
      skips = true;
      rest = [];
      restLength = 0;
    },
    end: () => {
      if (rest.length > 0) line(Buffer.concat(rest));
      merger.end();
      return merger.responses.at(-1) ?? null;
    },
  };
}

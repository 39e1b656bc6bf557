import { isUtf8 } from 'node:buffer';
import { cassetteDocuments, LARGEST_YAML } from './cassette-yaml.js';
import { isEventStream, streamedResponses } from './event-stream.js';
import { isList, isRecord } from './json-value.js';
import { createLineSplitter, LARGEST_LINE } from './line-splitter.js';

/** What a recording's values and faults are handed to; `line` is null where the file is one document. */
export interface RecordingHandler {
  readonly value: (value: unknown, line: number | null) => void;
  readonly unreadable: (message: string, line: number | null) => void;
}

interface State {
  form: 'lines' | 'document' | 'undecided';
  /** A whole JSON value that was the first line; another line will tell what it was. */
  first: { readonly value: unknown; readonly line: number } | null;
  document: Buffer[];
  documentLength: number;
  tooLarge: boolean;
}

const LINES = /\.(?:jsonl|ndjson)(?:\.gz)?$/i;
const YAML = /\.ya?ml(?:\.gz)?$/i;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const HEAD = 8192;

/**
 * Reads one recording, whatever its form: JSON Lines line by line, JSON, YAML or an event stream as one document. A
 * file that does not say by its name what it is shows it by its first line: a whole JSON value means JSON Lines.
 */
export async function readRecording(
  name: string,
  blocks: AsyncIterable<Buffer>,
  handler: RecordingHandler,
): Promise<void> {
  const form = LINES.test(name) ? 'lines' : YAML.test(name) ? 'document' : 'undecided';
  const state: State = { form, first: null, document: [], documentLength: 0, tooLarge: false };
  const limit = YAML.test(name) ? LARGEST_YAML : LARGEST_LINE;
  const splitter = createLineSplitter(
    {
      line: (raw, line) => {
        const bytes = line === 1 && raw.subarray(0, 3).equals(BYTE_ORDER_MARK) ? raw.subarray(3) : raw;
        if (state.form === 'lines') readLine(bytes, line, handler);
        else if (state.form === 'undecided') decide(state, bytes, line, handler);
        else keep(state, bytes, limit);
      },
      tooLong: (line) => {
        if (state.form === 'lines' || state.first !== null) handler.unreadable(longerThan(limit), line);
        else state.tooLarge = true;
      },
    },
    limit,
  );

  let isFirstBlock = true;
  for await (const block of blocks) {
    const wrong = isFirstBlock ? notText(block.subarray(0, HEAD)) : null;
    if (wrong !== null) {
      handler.unreadable(wrong, null);
      return;
    }
    isFirstBlock = false;
    splitter.push(block);
  }
  splitter.end();
  if (state.tooLarge) handler.unreadable(`is larger than ${limit / 1024 / 1024} MiB and not JSON Lines`, null);
  else if (state.first !== null) handler.value(state.first.value, null);
  else if (state.documentLength > 0) readDocument(name, Buffer.concat(withLineEnds(state.document)), handler);
}

function keep(state: State, bytes: Buffer, limit: number): void {
  state.documentLength += bytes.length + 1;
  state.tooLarge ||= state.documentLength > limit;
  if (state.tooLarge) state.document = [];
  else state.document.push(Buffer.from(bytes));
}

function decide(state: State, bytes: Buffer, line: number, handler: RecordingHandler): void {
  if (isBlank(bytes)) return;
  if (state.first !== null) {
    // A second line after a whole value: JSON Lines.
    state.form = 'lines';
    handler.value(state.first.value, state.first.line);
    state.first = null;
    readLine(bytes, line, handler);
    return;
  }
  const value = isUtf8(bytes) ? parsed(bytes.toString('utf8')) : null;
  if (value !== null && (isRecord(value.value) || isList(value.value))) {
    state.first = { value: value.value, line };
    return;
  }
  state.form = 'document';
  keep(state, bytes, LARGEST_LINE);
}

function withLineEnds(lines: readonly Buffer[]): Buffer[] {
  const end = Buffer.from('\n');
  return lines.flatMap((line) => [line, end]);
}

function longerThan(limit: number): string {
  return `is longer than ${limit / 1024 / 1024} MiB; it was not read`;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 100 && bytes.toString('latin1').trim() === '';
}

/** Why the start of a file is not UTF-8 text; null where it may be. */
function notText(head: Buffer): string | null {
  const [a, b] = head;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'is UTF-16; UTF-8 is accepted';
  return head.includes(0) ? 'is a binary file; JSON, JSON Lines or YAML is accepted' : null;
}

function readLine(bytes: Buffer, line: number, handler: RecordingHandler): void {
  if (isBlank(bytes)) return;
  if (!isUtf8(bytes)) {
    handler.unreadable('is not UTF-8', line);
    return;
  }
  const value = parsed(bytes.toString('utf8'));
  // The parser's own message quotes the text, which may be a prompt.
  if (value === null) handler.unreadable('is not valid JSON', line);
  else handler.value(value.value, line);
}

function parsed(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function readDocument(name: string, bytes: Buffer, handler: RecordingHandler): void {
  if (!isUtf8(bytes)) {
    handler.unreadable('is not UTF-8', null);
    return;
  }
  const text = bytes.toString('utf8');
  const json = parsed(text);
  if (json !== null) {
    handler.value(json.value, null);
  } else if (isEventStream(text)) {
    readStream(text, handler);
  } else if (looksLikeJson(text)) {
    readBrokenJson(text, handler);
  } else {
    readYaml(name, bytes.length, text, handler);
  }
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

function readStream(text: string, handler: RecordingHandler): void {
  const { responses, unreadable } = streamedResponses(text);
  handler.value(responses, null);
  if (unreadable > 0) handler.unreadable('has events that are not valid JSON', null);
}

/** JSON Lines whose first line is broken, or a document that was cut off. */
function readBrokenJson(text: string, handler: RecordingHandler): void {
  const lines = text.split('\n');
  const second = lines.slice(1).find((line) => line.trim() !== '');
  const value = second === undefined ? null : parsed(second);
  if (value === null || !isRecord(value.value)) {
    handler.unreadable('is not valid JSON (cut off?)', null);
    return;
  }
  lines.forEach((line, index) => {
    readLine(Buffer.from(line), index + 1, handler);
  });
}

function readYaml(name: string, size: number, text: string, handler: RecordingHandler): void {
  const documents = size > LARGEST_YAML ? null : cassetteDocuments(text);
  if (documents === null || documents.every((document) => typeof document !== 'object' || document === null)) {
    handler.unreadable(
      YAML.test(name) ? 'is not valid YAML' : 'is neither JSON, JSON Lines, YAML nor an event stream',
      null,
    );
    return;
  }
  for (const document of documents) handler.value(document, null);
}

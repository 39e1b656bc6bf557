import { isUtf8 } from 'node:buffer';
import { cassetteDocuments, LARGEST_YAML, readCsv, isZip, LARGEST_ZIP, readEvalFile } from './file-forms.js';
import { isEventStream, streamedResponses } from './event-stream.js';
import { isList, isRecord, parseJson } from './json-value.js';
import type { RecordingHandler } from './exchange.js';
import { createLineSplitter, LARGEST_LINE, readJsonLines } from './json-lines.js';

interface State {
  form: 'lines' | 'document' | 'undecided';
  /** The first line where it is a whole JSON value. The next line shows whether the file is JSON Lines. */
  first: { readonly value: unknown; readonly line: number } | null;
  document: Buffer[];
  documentLength: number;
  tooLarge: boolean;
}

const LINES = /\.(?:jsonl|ndjson)(?:\.gz)?$/i;
const CSV = /\.(csv|tsv)(?:\.gz)?$/i;
const YAML = /\.ya?ml(?:\.gz)?$/i;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NEW_LINE = 0x0a;
const HEAD = 8192;

/**
 * Reads one recording, whatever its form: JSON Lines line by line, JSON, YAML or an event stream as one document. Where
 * the name does not tell the form, the first line does: a whole JSON value means JSON Lines.
 */
export async function readRecording(
  name: string,
  blocks: AsyncGenerator<Buffer>,
  handler: RecordingHandler,
): Promise<void> {
  const opening = await blocks.next();
  if (opening.done === true) return;
  // A block is valid until the next one is asked for.
  const first = Buffer.from(opening.value);
  const all = joined(first, blocks);
  const table = CSV.exec(name)?.[1];
  if (table !== undefined) await readCsv(all, table.toLowerCase() === 'tsv', handler);
  else if (isZip(first)) await readZip(all, handler);
  else await readText(name, all, handler);
}

async function* joined(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    yield* rest;
  } finally {
    // A reader that stops early must not leave the file open.
    await rest.return(undefined);
  }
}

async function readZip(blocks: AsyncIterable<Buffer>, handler: RecordingHandler): Promise<void> {
  const held: Buffer[] = [];
  let length = 0;
  for await (const block of blocks) {
    length += block.length;
    if (length > LARGEST_ZIP) {
      handler.unreadable(`a zip file of more than ${LARGEST_ZIP / 1024 / 1024} MiB`, null);
      return;
    }
    held.push(Buffer.from(block));
  }
  readEvalFile(Buffer.concat(held), handler);
}

async function readText(name: string, blocks: AsyncIterable<Buffer>, handler: RecordingHandler): Promise<void> {
  const form = LINES.test(name) ? 'lines' : YAML.test(name) ? 'document' : 'undecided';
  const state: State = { form, first: null, document: [], documentLength: 0, tooLarge: false };
  const limit = YAML.test(name) ? LARGEST_YAML : LARGEST_LINE;
  const splitter = createLineSplitter(
    {
      lines: (bytes, line) => readLines(state, bytes, line, limit, handler),
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
    const isMarked = isFirstBlock && block.subarray(0, 3).equals(BYTE_ORDER_MARK);
    splitter.push(isMarked ? block.subarray(3) : block);
    isFirstBlock = false;
  }
  splitter.end();
  if (state.tooLarge) handler.unreadable(`a file of more than ${limit / 1024 / 1024} MiB that is not JSON Lines`, null);
  else if (state.first !== null) handler.value(state.first.value, null);
  else if (state.documentLength > 0) readDocument(name, Buffer.concat(withLineEnds(state.document)), handler);
}

/**
 * Reads line by line until the form is known; JSON Lines are then read a block at a time. Returns the number of lines.
 */
function readLines(state: State, bytes: Buffer, line: number, limit: number, handler: RecordingHandler): number {
  let start = 0;
  let number = line;
  while (state.form !== 'lines' && start <= bytes.length) {
    const found = bytes.indexOf(NEW_LINE, start);
    const end = found < 0 ? bytes.length : found;
    const one = bytes.subarray(start, end);
    if (state.form === 'undecided') decide(state, one, number, handler);
    else keep(state, one, limit);
    start = end + 1;
    number += 1;
  }
  if (start <= bytes.length) number += readJsonLines(bytes.subarray(start), number, handler);
  return number - line;
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
    readJsonLines(bytes, line, handler);
    return;
  }
  const value = isUtf8(bytes) ? parseJson(bytes.toString('utf8')) : null;
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
  return `a line of more than ${limit / 1024 / 1024} MiB`;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 100 && bytes.toString('latin1').trim() === '';
}

/** Why the start of a file is not UTF-8 text; null where it may be. */
function notText(head: Buffer): string | null {
  const [a, b] = head;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'a file in UTF-16; UTF-8 is accepted';
  return head.includes(0) ? 'a binary file; JSON, JSON Lines, YAML and CSV are accepted' : null;
}

function readDocument(name: string, bytes: Buffer, handler: RecordingHandler): void {
  if (!isUtf8(bytes)) {
    handler.unreadable('a file that is not UTF-8', null);
    return;
  }
  const text = bytes.toString('utf8');
  const json = parseJson(text);
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
  if (unreadable > 0) handler.unreadable('events that are not valid JSON', null);
}

/** JSON Lines whose first line is broken, or a document that was cut off. */
function readBrokenJson(text: string, handler: RecordingHandler): void {
  const values = jsonValues(text);
  if (values !== null) {
    for (const value of values) handler.value(value, null);
    return;
  }
  const lines = text.split('\n');
  const second = lines.slice(1).find((line) => line.trim() !== '');
  const value = second === undefined ? null : parseJson(second);
  if (value === null || !isRecord(value.value)) {
    handler.unreadable('a file that is not valid JSON (cut off?)', null);
    return;
  }
  readJsonLines(Buffer.from(text), 1, handler);
}

/**
 * JSON values one after the other, each over many lines, as the console exporter of OpenTelemetry writes them; null
 * where the text is anything else.
 */
function jsonValues(text: string): readonly unknown[] | null {
  const values: unknown[] = [];
  let start = 0;
  // Such a value ends with a bracket at the start of a line.
  for (const { index } of text.matchAll(/^[\]}],?\r?$/gm)) {
    const value = parseJson(text.slice(start, index + 1));
    if (value === null) continue;
    values.push(value.value);
    start = text[index + 1] === ',' ? index + 2 : index + 1;
  }
  return values.length > 0 && text.slice(start).trim() === '' ? values : null;
}

function readYaml(name: string, size: number, text: string, handler: RecordingHandler): void {
  const documents = size > LARGEST_YAML ? null : cassetteDocuments(text);
  if (documents === null || documents.every((document) => typeof document !== 'object' || document === null)) {
    handler.unreadable(
      YAML.test(name)
        ? 'a file that is not valid YAML'
        : 'a file that is neither JSON, JSON Lines, YAML, CSV nor an event stream',
      null,
    );
    return;
  }
  for (const document of documents) handler.value(document, null);
}

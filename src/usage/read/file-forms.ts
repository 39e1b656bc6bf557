import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { errorCode } from '../../lib/errors/problem.js';
import { isRecord, parseJson } from './json-value.js';
import type { RecordingHandler } from './exchange.js';
import { parseAllDocuments, type ScalarTag } from 'yaml';
import { unzipSync } from 'fflate';
import { LARGEST_LINE } from './json-lines.js';

/** Recordings in other forms than JSON and event streams: tables, YAML cassettes, and the zip files of inspect_ai. */

/** A record of a table is no longer than this: 1 MiB. */
const LONGEST_RECORD = 1024 * 1024;

/**
 * Reads the rows of a table with a header (RFC 4180), each as a record by column. Counts become numbers, and amounts of
 * money stay texts.
 */
export async function readCsv(
  blocks: AsyncIterable<Buffer>,
  isTabbed: boolean,
  handler: RecordingHandler,
): Promise<void> {
  const parser = parse({
    bom: true,
    columns: true,
    delimiter: isTabbed ? '\t' : ',',
    info: true,
    max_record_size: LONGEST_RECORD,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(copies(blocks), { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser)) {
      if (isRecord(row) && isRecord(row.record)) handler.value(withNumbers(row.record), lineOf(row.info));
    }
  } catch (error) {
    // Its message may quote what was read.
    if (errorCode(error)?.startsWith('CSV_') !== true) throw error;
    handler.unreadable('a table that is not valid CSV', null);
  }
}

/** A stream keeps its blocks for a while, so each block is copied. */
async function* copies(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const block of blocks) yield Buffer.from(block);
}

function lineOf(info: unknown): number | null {
  return isRecord(info) && typeof info.lines === 'number' ? info.lines : null;
}

function withNumbers(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]) => {
    const isCount = typeof value === 'string' && /^\d{1,10}$/.test(value) && !/cost|usage|spend|price/.test(key);
    return [key, isCount ? Number(value) : value] as const;
  });
  return Object.fromEntries(entries);
}

/** YAML takes about a hundred times its size in memory, and a second a megabyte; cassettes are smaller. */
export const LARGEST_YAML = 32 * 1024 * 1024;

/** Recorders keep bytes under these tags; Ruby's has one exclamation mark. Broken base64 does not lose the cassette. */
function binaryTag(tag: string): ScalarTag {
  return { tag, identify: () => false, resolve: (text: string) => new Uint8Array(Buffer.from(text, 'base64')) };
}

const TAGS = [binaryTag('tag:yaml.org,2002:binary'), binaryTag('!binary')];

/**
 * The documents of a YAML cassette as plain values; null where the text is not YAML. Aliases are resolved to the same
 * object (PyYAML writes them for repeated headers), so the size in memory stays that of the text.
 */
export function cassetteDocuments(text: string): readonly unknown[] | null {
  return documentsOf(text) ?? documentsOf(withDeepQuotes(text));
}

function documentsOf(text: string): readonly unknown[] | null {
  try {
    const documents = parseAllDocuments(text, {
      customTags: TAGS,
      logLevel: 'silent',
      prettyErrors: false,
      stringKeys: false,
      uniqueKeys: false,
    });
    if (!Array.isArray(documents) || documents.some((document) => document.errors.length > 0)) return null;
    return documents.map((document) => {
      const value: unknown = document.toJS({ maxAliasCount: -1 });
      return value;
    });
  } catch {
    return null;
  }
}

const OPENS_QUOTE = /^( *)(?:- +)*[\w"'. -]+: (['"])/;

/**
 * Indents the further lines of a quoted value deeper than its key. YAML requires that and removes the blanks; PyYAML,
 * which plays cassettes back, reads such lines without them.
 */
function withDeepQuotes(text: string): string {
  let quote: string | null = null;
  let indent = '';
  const lines = text.split('\n').map((line) => {
    if (quote !== null) {
      if (closes(line, quote)) quote = null;
      return line.trim() === '' ? line : indent + line.trimStart();
    }
    const [start, blanks = '', mark = "'"] = OPENS_QUOTE.exec(line) ?? [];
    if (start !== undefined && !closes(line.slice(start.length), mark)) {
      quote = mark;
      indent = `${blanks}      `;
    }
    return line;
  });
  return lines.join('\n');
}

/** Whether a quote ends within the line; a doubled single quote and an escaped double quote do not end it. */
function closes(line: string, quote: string): boolean {
  const rest = quote === "'" ? line.replaceAll("''", '') : line.replace(/\\./g, '');
  return rest.includes(quote);
}

/** A file of inspect_ai is held in memory while it is read: 512 MiB. */
export const LARGEST_ZIP = 512 * 1024 * 1024;

/** How a zip file begins. */
export function isZip(head: Buffer): boolean {
  return head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 0x03, 0x04]));
}

/**
 * An `.eval` file of inspect_ai (https://inspect.aisi.org.uk/eval-logs.html#sec-log-format): a zip with a header and a
 * file for each sample. The samples are read one after the other; the header's sums where there is no sample.
 */
export function readEvalFile(bytes: Uint8Array, handler: RecordingHandler): void {
  const names: string[] = [];
  const tooLarge: string[] = [];
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const isWanted = name === 'header.json' || /^samples\/[^/]*\.json$/.test(name);
        if (isWanted) (originalSize > LARGEST_LINE ? tooLarge : names).push(name);
        return false;
      },
    });
  } catch {
    handler.unreadable('a zip file that cannot be unpacked (cut off?)', null);
    return;
  }
  tooLarge.forEach(() => {
    handler.unreadable(`a sample of more than ${LARGEST_LINE / 1024 / 1024} MiB`, null);
  });
  const samples = names.filter((name) => name !== 'header.json');
  const wanted = samples.length > 0 || tooLarge.length > 0 ? samples : names;
  if (names.length === 0 && tooLarge.length === 0) handler.unreadable('a zip file that is no log of inspect_ai', null);
  for (const name of wanted) readEntry(bytes, name, handler);
}

function readEntry(bytes: Uint8Array, name: string, handler: RecordingHandler): void {
  const text = entryText(bytes, name);
  const json = text === null ? null : parseJson(text);
  if (json === null) handler.unreadable('a sample that cannot be unpacked or is not valid JSON', null);
  else handler.value(json.value, null);
}

function entryText(bytes: Uint8Array, name: string): string | null {
  try {
    const entry = unzipSync(bytes, { filter: (file) => file.name === name })[name];
    return entry === undefined ? null : Buffer.from(entry).toString('utf8');
  } catch {
    return null;
  }
}

import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { errorCode } from '../../lib/errors/problem.js';
import { isRecord } from './json-value.js';
import type { RecordingHandler } from './exchange.js';

/** A record of a table is no longer than this: 1 MiB. */
const LONGEST_RECORD = 1024 * 1024;

/**
 * The rows of a table with a header (RFC 4180), each as a record by column; whole numbers are numbers, and amounts stay
 * the text that they are.
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

/** A stream keeps its blocks for a while, so each is one of its own. */
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

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { configurationError, reasonOf } from '../../lib/errors/problem.js';
import { answeringModel } from '../read/exchange.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from '../read/json-value.js';
import { isSearchCall } from '../read/formats/answers.js';
import { statesUsage } from '../read/tokens.js';

/**
 * The recorder's file: JSON Lines, a row for each counted request, read by `usage/read/formats/wrapped-answers.ts`.
 * Nothing of a prompt, an answer or a key is in it: of an answer only its id, model, time, tier and usage are kept, and of
 * the usage only numbers, flags and the short words of `USAGE_WORDS`.
 */
export interface RecordedRow {
  /** The version of this format; the field by which it is recognised. */
  readonly llm_budget_record: 1;
  /** A random id of the recorder. */
  readonly run: string;
  /** When the request arrived: ISO 8601, UTC. */
  readonly time: string;
  readonly suite: string | null;
  /** The name in the header `x-llm-budget-call`. */
  readonly call: string | null;
  /** The model that answered, else the requested one; null where neither is known. */
  readonly model: string | null;
  /** The status of the answer; null where there was none. */
  readonly status: number | null;
  /** The id of the answer. */
  readonly id: string | null;
  readonly service_tier: string | null;
  /** As the answer states it; null where it states none. */
  readonly usage: JsonRecord | null;
  /** Why there is no usage; null where there is. */
  readonly reason: string | null;
}

/** What is kept of an answer. */
export type KeptAnswer = Pick<RecordedRow, 'model' | 'id' | 'service_tier' | 'usage'>;

/** Words of a usage object that decide a price. */
const USAGE_WORDS: ReadonlySet<string> = new Set(['type', 'model', 'modality', 'service_tier', 'speed', 'ttl']);
const WORD = /^[\w.:/@~-]{1,100}$/;
const DEEPEST = 6;
const MOST_ENTRIES = 100;

/** The fields of an answer that a row keeps. `requested` is the model that was asked for. */
export function keptAnswer(answer: JsonRecord | null, requested: string | null): KeptAnswer {
  const usage = answer === null ? null : recordAt(answer, 'usage');
  return {
    model: answeringModel(wordAt(answer, 'model'), requested),
    id: wordAt(answer, 'id'),
    service_tier: wordAt(answer, 'service_tier'),
    usage: answer === null || usage === null || !statesUsage(usage) ? null : withSearches(keptUsage(usage, 0), answer),
  };
}

function wordAt(answer: JsonRecord | null, key: string): string | null {
  const word = answer === null ? null : nameAt(answer, key);
  return word !== null && WORD.test(word) ? word : null;
}

/** The Responses API states its searches as items of the output, which are not kept. */
function withSearches(usage: JsonRecord, answer: JsonRecord): JsonRecord {
  const searches = listAt(answer, 'output').filter(isSearchCall).length;
  const isStated = usage.server_tool_use !== undefined || usage.server_tool_use_details !== undefined;
  return searches === 0 || isStated ? usage : { ...usage, server_tool_use: { web_search_requests: searches } };
}

function keptUsage(record: JsonRecord, depth: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record).slice(0, MOST_ENTRIES)) {
    const own = WORD.test(key) ? keptValue(key, value, depth) : undefined;
    if (own !== undefined) kept[key] = own;
  }
  return kept;
}

function keptValue(key: string, value: unknown, depth: number): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'string') return keepsText(key, value) ? value : undefined;
  if (depth >= DEEPEST) return undefined;
  if (Array.isArray(value)) {
    return value
      .slice(0, MOST_ENTRIES)
      .flatMap((item: unknown) => (isRecord(item) ? [keptUsage(item, depth + 1)] : []));
  }
  return isRecord(value) ? keptUsage(value, depth + 1) : undefined;
}

/** A cost may be a decimal text. */
function keepsText(key: string, value: string): boolean {
  return (USAGE_WORDS.has(key) && WORD.test(value)) || /^\d{1,12}(?:\.\d{1,30})?$/.test(value);
}

/** The file that rows are appended to. */
export interface UsageFile {
  /** Appends a row, one line in one write; false where the file does not take it. */
  readonly append: (row: RecordedRow) => boolean;
  readonly close: () => void;
}

/**
 * Opens the file for appending, and creates it where it is missing. Rows of earlier runs stay; a last line that was cut
 * is ended first, so that no row becomes a part of it. NoVerdictError (2) where it cannot be written.
 */
export function openUsageFile(path: string, name: string): UsageFile {
  let file: number;
  try {
    file = openSync(path, 'a+', 0o644);
  } catch (error) {
    throw configurationError(`${name} cannot be written: ${reasonOf(error)}`, { file: name });
  }
  const kind = fstatSync(file);
  if (!kind.isFile()) {
    closeSync(file);
    throw configurationError(`${name} cannot be written: it is not a regular file`, { file: name });
  }
  const last = Buffer.alloc(1);
  const isCut = kind.size > 0 && readSync(file, last, 0, 1, kind.size - 1) === 1 && last[0] !== 0x0a;
  let prefix = isCut ? '\n' : '';
  return {
    append: (row) => {
      const line = Buffer.from(`${prefix}${JSON.stringify(row)}\n`);
      try {
        if (writeSync(file, line) === line.length) {
          prefix = '';
          return true;
        }
      } catch {
        // Counted by the caller; the next row may fit again.
      }
      // What was written of this row is ended before the next one.
      prefix = '\n';
      return false;
    },
    close: () => {
      closeSync(file);
    },
  };
}

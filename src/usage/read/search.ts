import { contextWithin, type Accounts, type Context, type Format } from './exchange.js';
import { FORMATS } from './formats.js';
import { isList, isRecord, type JsonRecord } from './json-value.js';
import { looksLikeUsage } from './looks-like-usage.js';
import {
  base64Chunks,
  hexadecimalChunks,
  lastOfStream,
  readBase64,
  readBytes,
  readText,
  type RecordedBody,
} from './recorded-body.js';

/** Values that are nested deeper are not read. */
const DEEPEST = 100;

/**
 * Fields with prompts and answers. A usage object inside them is a quotation and was not spent. `messages`, `contents`,
 * `input` and `prompt` are what the APIs call their inputs, `choices`, `candidates` their outputs.
 */
const NOT_SEARCHED: ReadonlySet<string> = new Set([
  'request',
  'messages',
  'contents',
  'input',
  'prompt',
  'system',
  'instructions',
  'tools',
  'choices',
  'candidates',
]);

/** Each format by its keys, with its rank in the table. */
const BY_KEY: ReadonlyMap<string, readonly (readonly [number, Format])[]> = byKey();

function byKey(): Map<string, [number, Format][]> {
  const formats = new Map<string, [number, Format][]>();
  FORMATS.forEach((format, rank) => {
    for (const key of format.keys) formats.set(key, [...(formats.get(key) ?? []), [rank, format]]);
  });
  return formats;
}

/**
 * Accounts for every exchange in a parsed recording, bodies kept as text included. What looks like usage and is in no
 * known form is not understood. YAML may refer to one node from many places. Each is read once, so that a small file is
 * read in a short time.
 */
export function findExchanges(value: unknown, context: Context, accounts: Accounts): void {
  visit(value, context, { accounts, seen: new Set(), depth: 0 });
}

interface Walk {
  readonly accounts: Accounts;
  readonly seen: Set<unknown>;
  readonly depth: number;
}

function deeper(walk: Walk): Walk {
  return { ...walk, depth: walk.depth + 1 };
}

function visit(value: unknown, context: Context, walk: Walk): void {
  if (typeof value === 'string') {
    visitBody(readText(value), context, walk);
  } else if (typeof value === 'object' && value !== null) {
    if (walk.depth > DEEPEST) {
      walk.accounts.notUnderstood(`nested deeper than ${DEEPEST} levels; what is inside was not read`, context);
    } else if (value instanceof Uint8Array) {
      visitBody(readBytes(value), context, walk);
    } else if (!walk.seen.has(value)) {
      walk.seen.add(value);
      if (isList(value)) visitList(value, context, walk);
      else if (isRecord(value)) visitRecord(value, context, walk);
    }
  }
}

function visitBody(body: RecordedBody, context: Context, walk: Walk): void {
  if (body.state === 'value') visit(body.value, context, deeper(walk));
  else if (body.state === 'unreadable') walk.accounts.notUnderstood(body.message, context);
}

function visitList(list: readonly unknown[], context: Context, walk: Walk): void {
  const bytes = hexadecimalChunks(list) ?? base64Chunks(list);
  if (bytes !== null) {
    visitBody(readBytes(bytes), context, walk);
    return;
  }
  for (const item of lastOfStream(list)) if (typeof item !== 'number') visit(item, context, deeper(walk));
}

function visitRecord(record: JsonRecord, context: Context, walk: Walk): void {
  const { accounts } = walk;
  const format = formatOf(record);
  if (format !== null) {
    format.read(record, context, accounts, (value, within) => {
      visit(value, within, deeper(walk));
    });
    return;
  }
  const before = accounts.found();
  visitFields(record, contextWithin(record, context), walk);
  if (accounts.found() > before) return;
  const what = looksLikeUsage(record);
  if (what !== null) accounts.notUnderstood(what, context);
}

/** The first format of the table that fits. */
function formatOf(record: JsonRecord): Format | null {
  let rank = FORMATS.length;
  let found: Format | null = null;
  for (const key in record) {
    const formats = BY_KEY.get(key);
    if (formats === undefined) continue;
    for (const [at, format] of formats) {
      if (at < rank && format.when(record)) {
        rank = at;
        found = format;
      }
    }
  }
  return found;
}

function visitFields(record: JsonRecord, within: Context, walk: Walk): void {
  const isEncoded = record.encoding === 'base64' || record.isBase64Encoded === true;
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (typeof value === 'number' || isInput(record, key)) continue;
    if (typeof value === 'string' && (isEncoded || key === 'base64_string')) {
      visitBody(readBase64(value), within, walk);
    } else {
      visit(value, within, deeper(walk));
    }
  }
}

/** Beside a `scope` (nock) the `body` is the request's; beside a `role` the `content` is a message. */
function isInput(record: JsonRecord, key: string): boolean {
  if (NOT_SEARCHED.has(key)) return true;
  if (key === 'body') return record.scope !== undefined && record.response !== undefined;
  return key === 'content' && record.role !== undefined;
}

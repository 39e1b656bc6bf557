import { isDeepStrictEqual } from 'node:util';
import type { TokenCounts } from '../../manifest/token-parts.js';
import type { CountNote } from './json-value.js';
import type { GroupKey, UsageRow } from './exchange.js';

/** The place of a row in its store. */
export type RowNumber = number;

/** The notes on a record, and its place. */
export interface RecordNotes {
  readonly notes: readonly CountNote[];
  readonly file: string;
  readonly line: number | null;
}

/** A record of a request, as it was read. */
interface UsageRecord extends UsageRow {
  readonly noted: RecordNotes | null;
}

/** A row as it is kept: without its id and its time. */
export interface StoredRow extends Omit<UsageRow, keyof GroupKey | 'id' | 'time'> {
  /** One object for all rows of a group. */
  readonly key: GroupKey;
}

/** The rows of all files, at most one for each request that has an id. */
export interface RowStore {
  /** Adds a row, or merges it with those of its id: the finished one counts. */
  readonly put: (row: UsageRow, noted?: RecordNotes | null) => RowNumber;
  readonly get: (row: RowNumber) => StoredRow;
  readonly drop: (row: RowNumber) => void;
  readonly has: (id: string) => boolean;
  /** The rows that count, in the order in which they came first. */
  readonly all: () => Iterable<StoredRow>;
  /** The notes on the rows that count, in the same order. */
  readonly notes: () => Iterable<RecordNotes>;
  readonly size: () => number;
  readonly repeated: () => number;
  readonly groups: () => readonly GroupKey[];
}

/** A Map takes 2^24 entries; with several there is no such bound. */
const SHARDS = 16;

/**
 * Millions of rows: their numbers stand in arrays, their ids in Maps, and what most rows do not have in a Map that most
 * rows are not in (docs/performance.md has the bytes of a row).
 */
export function createRowStore(): RowStore {
  const byId = Array.from({ length: SHARDS }, () => new Map<string, RowNumber>());
  const numbers = createNumbers();
  const rare = new Map<RowNumber, Rare>();
  /** Of a request whose row takes its fields from several records: these, the best first. */
  const records = new Map<RowNumber, readonly UsageRecord[]>();
  const dropped = new Set<RowNumber>();
  const groups = new Map<string, number>();
  const keys: GroupKey[] = [];
  let size = 0;
  let last = 0;
  let repeated = 0;

  const shardOf = (id: string): Map<string, RowNumber> => {
    const shard = byId[id.charCodeAt(id.length - 1) % SHARDS];
    return shard ?? new Map<string, RowNumber>();
  };
  const groupOf = (row: GroupKey): number => {
    // Rows of one group tend to come one after the other.
    const before = keys[last];
    if (before !== undefined && isOfGroup(row, before)) return last;
    const { source, suite, call, model, tier, run, web_searches } = row;
    const name = JSON.stringify([source, suite, call, model, tier, run, web_searches]);
    last = groups.get(name) ?? keys.length;
    if (last === keys.length) {
      groups.set(name, last);
      keys.push({ source, suite, call, model, tier, run, web_searches });
    }
    return last;
  };
  const write = (at: RowNumber, row: UsageRow, noted: RecordNotes | null): void => {
    const { cost } = row;
    const text = typeof cost === 'string' ? cost : null;
    numbers.write(at, groupOf(row), row.tokens, typeof cost === 'number' ? cost : NaN);
    if (noted !== null || hasRare(row, text)) rare.set(at, rareFields(row, noted, text));
    else rare.delete(at);
  };
  // Field by field: an object spread for each of millions of rows fills the old generation with garbage.
  const get = (at: RowNumber): StoredRow => {
    const numeric = numbers.read(at);
    const own = rare.get(at) ?? NOTHING_RARE;
    return {
      key: keyAt(keys, numeric.group),
      tokens: {
        prompt: numeric.prompt,
        completion: numeric.completion,
        cached: numeric.cached,
        written: numeric.written,
        reasoning: numeric.reasoning,
        audio: own.audio,
        image_output: own.image_output,
        audio_output: own.audio_output,
      },
      cost: own.cost_text ?? (Number.isNaN(numeric.cost) ? null : numeric.cost),
      requests: own.requests,
      written_1h: own.written_1h,
      fees: own.fees,
      list_cost: own.list_cost,
      own_key: own.own_key,
      estimate: own.estimate,
    };
  };
  const recordOf = (at: RowNumber): UsageRecord => ({ ...rowOf(get(at)), noted: rare.get(at)?.noted ?? null });
  function* counted(): Generator<RowNumber> {
    for (let at = 0; at < size; at += 1) if (!dropped.has(at)) yield at;
  }
  function* all(): Generator<StoredRow> {
    for (const at of counted()) yield get(at);
  }

  function* notes(): Generator<RecordNotes> {
    for (const at of counted()) {
      const noted = rare.get(at)?.noted ?? null;
      if (noted !== null) yield noted;
    }
  }

  return {
    put: (row, noted = null) => {
      const shard = row.id === null ? null : shardOf(row.id);
      const known = row.id === null ? undefined : shard?.get(row.id);
      if (known !== undefined) {
        repeated += 1;
        const used = recordsUsed([...(records.get(known) ?? [recordOf(known)]), { ...row, noted }]);
        if (used.length > 1) records.set(known, used);
        else records.delete(known);
        const whole = merged(used);
        write(known, whole, whole.noted);
        return known;
      }
      const at = size;
      size += 1;
      write(at, row, noted);
      if (row.id !== null) shard?.set(row.id, at);
      return at;
    },
    get,
    drop: (at) => {
      dropped.add(at);
    },
    has: (id) => shardOf(id).has(id),
    all,
    notes,
    size: () => size - dropped.size,
    repeated: () => repeated,
    groups: () => {
      const used = new Set<number>();
      for (const at of counted()) used.add(numbers.group(at));
      return [...used].map((group) => keyAt(keys, group));
    },
  };
}

function keyAt(keys: readonly GroupKey[], group: number): GroupKey {
  const key = keys[group];
  if (key === undefined) throw new RangeError(`no group ${group}`);
  return key;
}

/** Fields that most rows lack. A cost as text is one, since most recordings state a number. */
interface Rare
  extends
    Pick<TokenCounts, 'audio' | 'image_output' | 'audio_output'>,
    Pick<UsageRecord, 'requests' | 'written_1h' | 'fees' | 'list_cost' | 'own_key' | 'estimate' | 'noted'> {
  readonly cost_text: string | null;
}

const NOTHING_RARE: Rare = {
  audio: 0,
  image_output: 0,
  audio_output: 0,
  requests: 1,
  written_1h: 0,
  fees: null,
  list_cost: null,
  own_key: false,
  estimate: null,
  noted: null,
  cost_text: null,
};

function hasRare(row: UsageRow, cost_text: string | null): boolean {
  const { audio, image_output, audio_output } = row.tokens;
  return (
    audio + image_output + audio_output + row.written_1h > 0 ||
    row.requests !== 1 ||
    row.own_key ||
    row.fees !== null ||
    row.list_cost !== null ||
    row.estimate !== null ||
    cost_text !== null
  );
}

function rareFields(row: UsageRow, noted: RecordNotes | null, cost_text: string | null): Rare {
  const { audio, image_output, audio_output } = row.tokens;
  const { requests, written_1h, fees, list_cost, own_key, estimate } = row;
  return {
    audio,
    image_output,
    audio_output,
    requests,
    written_1h,
    fees,
    list_cost,
    own_key,
    estimate,
    noted,
    cost_text,
  };
}

interface RowNumbers extends Pick<TokenCounts, 'prompt' | 'completion' | 'cached' | 'written' | 'reasoning'> {
  readonly group: number;
  /** NaN: no number is stated. */
  readonly cost: number;
}

/** Seven numbers a row, exact up to 2^53, in arrays of so many rows each: none is ever copied to grow. */
const ROWS = 16_384;
const WIDTH = 7;

function createNumbers() {
  const chunks: Float64Array[] = [];
  const chunkOf = (at: RowNumber): Float64Array => {
    const index = Math.floor(at / ROWS);
    const chunk = chunks[index] ?? new Float64Array(ROWS * WIDTH);
    chunks[index] = chunk;
    return chunk;
  };
  const first = (at: RowNumber): number => (at % ROWS) * WIDTH;
  return {
    write: (at: RowNumber, group: number, tokens: TokenCounts, cost: number): void => {
      const { prompt, completion, cached, written, reasoning } = tokens;
      chunkOf(at).set([group, prompt, completion, cached, written, reasoning, cost], first(at));
    },
    read: (at: RowNumber): RowNumbers => {
      const chunk = chunkOf(at);
      const start = first(at);
      const number = (offset: number): number => chunk[start + offset] ?? 0;
      return {
        group: number(0),
        prompt: number(1),
        completion: number(2),
        cached: number(3),
        written: number(4),
        reasoning: number(5),
        cost: number(6),
      };
    },
    group: (at: RowNumber): number => chunkOf(at)[first(at)] ?? 0,
  };
}

function isOfGroup(row: GroupKey, key: GroupKey): boolean {
  return (
    row.model === key.model &&
    row.call === key.call &&
    row.suite === key.suite &&
    row.source === key.source &&
    row.tier === key.tier &&
    row.run === key.run &&
    row.web_searches === key.web_searches
  );
}

/** What a record may leave to the other records of its request. */
const OPTIONAL = ['suite', 'call', 'model', 'tier', 'run', 'cost', 'fees', 'list_cost', 'estimate'] as const;

/** The first of the records that states the field. */
function statedBy(records: readonly UsageRecord[], field: (typeof OPTIONAL)[number]): UsageRecord | undefined {
  return records.find((record) => record[field] !== null);
}

/** The first of the records with notes, among those with the tokens that count: other notes are on other tokens. */
function notedBy(records: readonly UsageRecord[]): UsageRecord | undefined {
  return records.find(({ noted, tokens }) => noted !== null && isDeepStrictEqual(tokens, records[0]?.tokens));
}

/**
 * The records of one request from which its row is made, the best first. The finished one, with more completion tokens,
 * counts; what it does not state is taken from the best that states it. The order in which they come changes nothing.
 */
function recordsUsed(records: readonly UsageRecord[]): readonly UsageRecord[] {
  const used: UsageRecord[] = [];
  for (const record of records.toSorted((a, b) => compareRecords(b, a))) {
    if (used.length === 0 || addsTo(used, record)) used.push(record);
  }
  return used;
}

/** Whether the record states what none of the better ones states. */
function addsTo(better: readonly UsageRecord[], record: UsageRecord): boolean {
  return (
    OPTIONAL.some((field) => record[field] !== null && statedBy(better, field) === undefined) ||
    (record.own_key && !better.some(({ own_key }) => own_key)) ||
    (record.noted !== null && notedBy([...better, record]) === record)
  );
}

function merged(records: readonly UsageRecord[]): UsageRecord {
  const [best] = records;
  if (best === undefined) throw new RangeError('no record');
  return {
    ...best,
    suite: statedBy(records, 'suite')?.suite ?? null,
    call: statedBy(records, 'call')?.call ?? null,
    model: statedBy(records, 'model')?.model ?? null,
    tier: statedBy(records, 'tier')?.tier ?? null,
    run: statedBy(records, 'run')?.run ?? null,
    cost: statedBy(records, 'cost')?.cost ?? null,
    fees: statedBy(records, 'fees')?.fees ?? null,
    list_cost: statedBy(records, 'list_cost')?.list_cost ?? null,
    estimate: statedBy(records, 'estimate')?.estimate ?? null,
    own_key: records.some(({ own_key }) => own_key),
    noted: notedBy(records)?.noted ?? null,
  };
}

/** The row as it was read; its id and its time are not kept. */
export function rowOf({ key, ...row }: StoredRow): UsageRow {
  return { ...key, ...row, id: null, time: null };
}

function compareRecords(a: UsageRecord, b: UsageRecord): number {
  const order = (row: UsageRow): readonly number[] => [
    row.tokens.completion,
    row.tokens.prompt,
    row.tokens.cached + row.tokens.written + row.tokens.reasoning,
    row.written_1h,
    row.tokens.audio,
    row.tokens.image_output,
    row.tokens.audio_output,
    row.web_searches,
    Number(row.cost ?? -1),
  ];
  const [left, right] = [order(a), order(b)];
  const at = left.findIndex((value, index) => value !== right[index]);
  if (at >= 0) return (left[at] ?? 0) - (right[at] ?? 0);
  // Equal figures: everything else decides, so that the same record counts whatever the order.
  const [first, second] = [contents(a), contents(b)];
  return first === second ? 0 : first < second ? 1 : -1;
}

function contents({ tokens, noted, ...row }: UsageRecord): string {
  const { source, suite, call, model, tier, run, requests, cost, fees, list_cost, own_key, estimate } = row;
  const { cached, written } = tokens;
  const names = [suite, call, model, tier, run];
  const costs = [cost, fees, list_cost, own_key, estimate];
  // The name of the file comes last: it decides only which of two equal records is named.
  return JSON.stringify([names, cached, written, requests, costs, noted?.notes ?? null, source, noted?.line ?? null]);
}

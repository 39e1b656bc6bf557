import type { TokenCounts } from '../../manifest/token-parts.js';
import type { GroupKey, UsageRow } from './usage-row.js';

/** The place of a row in its store. */
export type RowNumber = number;

/** A row as it is kept: without its id and its time. */
export interface StoredRow extends Omit<UsageRow, keyof GroupKey | 'id' | 'time'> {
  /** One object for all rows of a group. */
  readonly key: GroupKey;
}

export interface RowStore {
  /** Adds a row, or merges it with the one of its id: the finished one counts. */
  readonly put: (row: UsageRow) => RowNumber;
  readonly get: (row: RowNumber) => StoredRow;
  readonly drop: (row: RowNumber) => void;
  readonly has: (id: string) => boolean;
  /** The rows that count, in the order in which they came first. */
  readonly all: () => Iterable<StoredRow>;
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
  const write = (at: RowNumber, row: UsageRow): void => {
    const { cost } = row;
    const text = typeof cost === 'string' ? cost : null;
    numbers.write(at, groupOf(row), row.tokens, typeof cost === 'number' ? cost : NaN);
    if (hasRare(row, text)) rare.set(at, rareFields(row, text));
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
  function* counted(): Generator<RowNumber> {
    for (let at = 0; at < size; at += 1) if (!dropped.has(at)) yield at;
  }
  function* all(): Generator<StoredRow> {
    for (const at of counted()) yield get(at);
  }

  return {
    put: (row) => {
      const shard = row.id === null ? null : shardOf(row.id);
      const known = row.id === null ? undefined : shard?.get(row.id);
      if (known !== undefined) {
        repeated += 1;
        write(known, merged(rowOf(get(known)), row));
        return known;
      }
      const at = size;
      size += 1;
      write(at, row);
      if (row.id !== null) shard?.set(row.id, at);
      return at;
    },
    get,
    drop: (at) => {
      dropped.add(at);
    },
    has: (id) => shardOf(id).has(id),
    all,
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

/** What most rows do not have. A cost that is a text is one: most recordings state a number. */
interface Rare
  extends
    Pick<TokenCounts, 'audio' | 'image_output' | 'audio_output'>,
    Pick<UsageRow, 'requests' | 'written_1h' | 'fees' | 'list_cost' | 'own_key' | 'estimate'> {
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

function rareFields(row: UsageRow, cost_text: string | null): Rare {
  const { audio, image_output, audio_output } = row.tokens;
  const { requests, written_1h, fees, list_cost, own_key, estimate } = row;
  return { audio, image_output, audio_output, requests, written_1h, fees, list_cost, own_key, estimate, cost_text };
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

/**
 * Two records of one request: the finished one, with more completion tokens, counts; what it does not state is taken
 * from the other. The order in which they come changes nothing.
 */
function merged(before: UsageRow, row: UsageRow): UsageRow {
  const isBetter = compareRows(row, before) > 0;
  const [winner, other] = isBetter ? [row, before] : [before, row];
  return {
    ...winner,
    suite: winner.suite ?? other.suite,
    call: winner.call ?? other.call,
    model: winner.model ?? other.model,
    tier: winner.tier ?? other.tier,
    run: winner.run ?? other.run,
    cost: winner.cost ?? other.cost,
    fees: winner.fees ?? other.fees,
    list_cost: winner.list_cost ?? other.list_cost,
    own_key: winner.own_key || other.own_key,
    estimate: winner.estimate ?? other.estimate,
  };
}

/** The row as it was read; its id and its time are not kept. */
export function rowOf({ key, ...row }: StoredRow): UsageRow {
  return { ...key, ...row, id: null, time: null };
}

function compareRows(a: UsageRow, b: UsageRow): number {
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
  // Equal figures: the names decide, so that the same file is named whatever the order.
  const name = ({ source, suite, call, model }: UsageRow): string => JSON.stringify([source, suite, call, model]);
  return name(a) < name(b) ? 1 : -1;
}

import type { RecordedCost } from '../../lib/money/recorded-cost.js';
import type { TokenCounts } from '../../manifest/token-parts.js';
import type { GroupKey, UsageRow } from './usage-row.js';

/**
 * Millions of rows in plain objects and a Map by id. What most rows do not have stands in an object of its own that
 * most rows do not need: 2 million rows take about 400 MB (docs/performance.md).
 */
export interface StoredRow {
  group: StoredGroup;
  prompt: number;
  completion: number;
  cached: number;
  written: number;
  reasoning: number;
  cost: RecordedCost | null;
  rare: Rare | null;
}

/** A group is one object for all its rows. */
interface StoredGroup {
  readonly key: GroupKey;
}

type Rare = Pick<TokenCounts, 'audio' | 'image_output' | 'audio_output'> &
  Pick<UsageRow, 'requests' | 'written_1h' | 'fees' | 'list_cost' | 'own_key' | 'estimate'>;

export interface RowStore {
  /** Adds a row, or merges it with the one of its id: the finished one counts. */
  readonly put: (row: UsageRow) => StoredRow;
  readonly drop: (row: StoredRow) => void;
  readonly has: (id: string) => boolean;
  /** The rows that count, in the order in which they came first. */
  readonly all: () => Iterable<StoredRow>;
  readonly size: () => number;
  readonly repeated: () => number;
  readonly groups: () => readonly GroupKey[];
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
};

export function rareOf(row: StoredRow): Rare {
  return row.rare ?? NOTHING_RARE;
}

/** All tokens of a stored row. */
export function tokensOf(row: StoredRow): TokenCounts {
  const { prompt, completion, cached, written, reasoning } = row;
  const { audio, image_output, audio_output } = rareOf(row);
  return { prompt, completion, cached, written, reasoning, audio, image_output, audio_output };
}

/** A Map takes 2^24 entries; with several there is no such bound. */
const SHARDS = 16;

export function createRowStore(): RowStore {
  const byId = Array.from({ length: SHARDS }, () => new Map<string, StoredRow>());
  const stored: StoredRow[] = [];
  const dropped = new Set<StoredRow>();
  const groups = new Map<string, StoredGroup>();
  let last: StoredGroup | null = null;
  let repeated = 0;

  const shardOf = (id: string): Map<string, StoredRow> => {
    const shard = byId[id.charCodeAt(id.length - 1) % SHARDS];
    return shard ?? new Map<string, StoredRow>();
  };
  const groupOf = (row: UsageRow): StoredGroup => {
    // Rows of one group tend to come one after the other.
    if (last !== null && isOfGroup(row, last.key)) return last;
    const { source, suite, call, model, tier, run, web_searches } = row;
    const name = JSON.stringify([source, suite, call, model, tier, run, web_searches]);
    const known = groups.get(name);
    last = known ?? { key: { source, suite, call, model, tier, run, web_searches } };
    if (known === undefined) groups.set(name, last);
    return last;
  };
  function* all(): Generator<StoredRow> {
    for (const row of stored) if (!dropped.has(row)) yield row;
  }

  return {
    put: (row) => {
      const shard = row.id === null ? null : shardOf(row.id);
      const known = row.id === null ? undefined : shard?.get(row.id);
      if (known !== undefined) {
        repeated += 1;
        merge(known, row, groupOf);
        return known;
      }
      const added: StoredRow = {
        group: groupOf(row),
        prompt: 0,
        completion: 0,
        cached: 0,
        written: 0,
        reasoning: 0,
        cost: null,
        rare: null,
      };
      write(added, row);
      stored.push(added);
      if (row.id !== null) shard?.set(row.id, added);
      return added;
    },
    drop: (row) => {
      dropped.add(row);
    },
    has: (id) => shardOf(id).has(id),
    all,
    size: () => stored.length - dropped.size,
    repeated: () => repeated,
    groups: () => {
      const counted = new Set<StoredGroup>();
      for (const { group } of all()) counted.add(group);
      return [...counted].map(({ key }) => key);
    },
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

function write(stored: StoredRow, row: UsageRow): void {
  const { tokens } = row;
  stored.prompt = tokens.prompt;
  stored.completion = tokens.completion;
  stored.cost = row.cost;
  stored.cached = tokens.cached;
  stored.written = tokens.written;
  stored.reasoning = tokens.reasoning;
  stored.rare = hasRare(row) ? rareFields(row) : null;
}

function hasRare(row: UsageRow): boolean {
  const { audio, image_output, audio_output } = row.tokens;
  return (
    audio + image_output + audio_output + row.written_1h > 0 ||
    row.requests !== 1 ||
    row.own_key ||
    row.fees !== null ||
    row.list_cost !== null ||
    row.estimate !== null
  );
}

function rareFields(row: UsageRow): Rare {
  const { audio, image_output, audio_output } = row.tokens;
  const { requests, written_1h, fees, list_cost, own_key, estimate } = row;
  return { audio, image_output, audio_output, requests, written_1h, fees, list_cost, own_key, estimate };
}

/**
 * Two records of one request: the finished one, with more completion tokens, counts; what it does not state is taken
 * from the other. The order in which they come changes nothing.
 */
function merge(stored: StoredRow, row: UsageRow, groupOf: (row: UsageRow) => StoredGroup): void {
  const before = rowOf(stored);
  const isBetter = compareRows(row, before) > 0;
  const [winner, other] = isBetter ? [row, before] : [before, row];
  const merged: UsageRow = {
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
  stored.group = groupOf(merged);
  write(stored, merged);
}

/** The row as it was read; its id and its time are not kept. */
export function rowOf(stored: StoredRow): UsageRow {
  const { requests, written_1h, fees, list_cost, own_key, estimate } = rareOf(stored);
  return {
    ...stored.group.key,
    tokens: tokensOf(stored),
    requests,
    written_1h,
    cost: stored.cost,
    fees,
    list_cost,
    own_key,
    estimate,
    id: null,
    time: null,
  };
}

function compareRows(a: UsageRow, b: UsageRow): number {
  const order = (row: UsageRow): readonly number[] => [
    row.tokens.completion,
    row.tokens.prompt,
    row.tokens.cached + row.tokens.written + row.tokens.reasoning,
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

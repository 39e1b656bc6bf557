import { add, fromUnits, ZERO, type Decimal, exactCost, type RecordedCost } from '../../lib/money/decimal.js';
import { byTokenPart, TOKEN_PARTS, type TokenPart } from '../../manifest/token-parts.js';
import type { RowStore, StoredRow } from './row-store.js';
import type { GroupKey } from './exchange.js';

/** What the requests of one group used, over all recorded runs. */
export interface UsageGroup extends GroupKey {
  /** Requests; a sum that does not state its number counts as one. */
  readonly requests: number;
  /** Whether the number of requests is stated by all rows. */
  readonly has_requests: boolean;
  readonly sums: Readonly<Record<TokenPart, number>>;
  /** Those of the written tokens that are kept for an hour. */
  readonly written_1h: number;
  readonly web_searches: number;
  /** Requests that search the web. */
  readonly searching: number;
  /** The 95th percentile by nearest rank: of 20 requests the 19th. */
  readonly p95: { readonly prompt: number; readonly completion: number };
  /** The largest of all, in tokens: prices may change with the length of a prompt. */
  readonly longest: { readonly prompt: number; readonly completion: number };
  /** US dollars: the sum of what was charged, at list price for own keys; null where a request states none. */
  readonly cost: Decimal | null;
  /** US dollars that a provider and a gateway charged, with an own key both; null where a request states none. */
  readonly charged: Decimal | null;
  /** The part of the cost that is not for tokens. */
  readonly fees: Decimal;
  /** The sum of what other tools worked out; null where a request states none. */
  readonly estimate: Decimal | null;
  /** Requests that state no cost. */
  readonly without_cost: number;
  /** Requests that an own provider key paid for. */
  readonly own_key: number;
}

/**
 * Sums the rows by group. `keyOf` may coarsen the groups, e.g. leave out the file, or divide them by more; each group
 * has the fields of its key.
 */
export function aggregate<Key extends GroupKey>(store: RowStore, keyOf: (key: GroupKey) => Key): (Key & UsageGroup)[] {
  const byKey = new Map<GroupKey, Collected<Key>>();
  const groups = new Map<string, Collected<Key>>();
  for (const row of store.all()) {
    const { key } = row;
    let group = byKey.get(key);
    if (group === undefined) {
      const coarse = keyOf(key);
      const name = JSON.stringify(coarse);
      group = groups.get(name) ?? collect(coarse);
      groups.set(name, group);
      byKey.set(key, group);
    }
    addRow(group, row);
  }
  return [...groups.values()].map(finish);
}

interface Collected<Key> {
  readonly key: Key;
  requests: number;
  unstated: number;
  readonly prompts: Values;
  readonly completions: Values;
  readonly sums: Record<TokenPart, number>;
  written_1h: number;
  web_searches: number;
  searching: number;
  readonly cost: CostSum;
  readonly charged: CostSum;
  readonly fees: CostSum;
  readonly estimate: CostSum;
  without_cost: number;
  without_estimate: number;
  own_key: number;
}

function collect<Key>(key: Key): Collected<Key> {
  return {
    key,
    requests: 0,
    unstated: 0,
    prompts: createValues(),
    completions: createValues(),
    sums: byTokenPart(() => 0),
    written_1h: 0,
    web_searches: 0,
    searching: 0,
    cost: createCostSum(),
    charged: createCostSum(),
    fees: createCostSum(),
    estimate: createCostSum(),
    without_cost: 0,
    without_estimate: 0,
    own_key: 0,
  };
}

function addRow(group: Collected<unknown>, row: StoredRow): void {
  const { tokens, requests, written_1h, fees, list_cost, own_key, estimate } = row;
  const { web_searches } = row.key;
  const number = requests ?? 1;
  group.requests += number;
  if (requests === null) group.unstated += 1;
  for (const { part } of TOKEN_PARTS) group.sums[part] += tokens[part];
  // Of a row that is a sum only the mean of its requests is known.
  group.prompts.add(Math.round(tokens.prompt / number));
  group.completions.add(Math.round(tokens.completion / number));
  group.written_1h += written_1h;
  group.web_searches += web_searches;
  if (web_searches > 0) group.searching += number;
  if (own_key) group.own_key += number;
  const cost = own_key ? list_cost : row.cost;
  if (cost === null) group.without_cost += number;
  else {
    group.cost.add(cost);
    group.charged.add(cost);
    if (own_key && row.cost !== null) group.charged.add(row.cost);
  }
  if (fees !== null) group.fees.add(fees);
  if (estimate === null) group.without_estimate += number;
  else group.estimate.add(estimate);
}

function finish<Key extends GroupKey>(group: Collected<Key>): Key & UsageGroup {
  const { sums, written_1h, web_searches, searching, without_cost, own_key } = group;
  const prompts = group.prompts.sorted();
  const completions = group.completions.sorted();
  return {
    ...group.key,
    requests: group.requests,
    has_requests: group.unstated === 0,
    sums,
    written_1h,
    web_searches,
    searching,
    p95: { prompt: percentile95(prompts), completion: percentile95(completions) },
    longest: { prompt: prompts.at(-1) ?? 0, completion: completions.at(-1) ?? 0 },
    cost: without_cost === 0 ? group.cost.total() : null,
    charged: without_cost === 0 ? group.charged.total() : null,
    fees: group.fees.total(),
    estimate: group.without_estimate === 0 ? group.estimate.total() : null,
    without_cost,
    own_key,
  };
}

/** Whole numbers in four bytes each. */
interface Values {
  readonly add: (value: number) => void;
  readonly sorted: () => Uint32Array;
}

function createValues(): Values {
  let values = new Uint32Array(16);
  let length = 0;
  return {
    add: (value) => {
      if (length === values.length) {
        const larger = new Uint32Array(Math.ceil(length * 1.5));
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    sorted: () => values.subarray(0, length).sort(),
  };
}

function percentile95(sorted: Uint32Array): number {
  return sorted[Math.ceil((sorted.length * 95) / 100) - 1] ?? 0;
}

interface CostSum {
  readonly add: (cost: RecordedCost) => void;
  readonly total: () => Decimal;
}

const PLACES = 12;
const UNITS = 10 ** PLACES;
/** Below it a decimal of 12 places is the shortest text of its float, and a few thousand of them still add up exactly. */
const FEW_UNITS = 1e15;

/** An exact sum. Most costs are whole numbers of $1e-12, which floats add exactly up to 2^53; the others are decimals. */
function createCostSum(): CostSum {
  let units = 0;
  let whole = 0n;
  let others = ZERO;
  return {
    add: (cost) => {
      const scaled = typeof cost === 'number' ? Math.round(cost * UNITS) : FEW_UNITS;
      if (scaled < FEW_UNITS && scaled / UNITS === cost) {
        units += scaled;
        if (units > Number.MAX_SAFE_INTEGER - FEW_UNITS) {
          whole += BigInt(units);
          units = 0;
        }
      } else {
        others = add(others, exactCost(cost));
      }
    },
    total: () => add(others, fromUnits(whole + BigInt(units), PLACES)),
  };
}

import { add, fromUnits, ZERO, type Decimal } from '../../lib/money/decimal.js';
import type { Column } from './column.js';
import { exactCost } from '../../lib/money/recorded-cost.js';
import { byTokenPart, TOKEN_PARTS, type TokenCounts, type TokenPart } from '../../manifest/token-parts.js';
import type { GroupKey, UsageTable } from './usage-table.js';

/** What the requests of one group used, over all recorded runs. */
export interface UsageGroup extends GroupKey {
  readonly requests: number;
  readonly sums: TokenCounts;
  readonly web_searches: number;
  /** The 95th percentile by nearest rank: of 20 requests the 19th. */
  readonly p95: { readonly prompt: number; readonly completion: number };
  /** The largest prompt, in tokens: prices may change with its length. */
  readonly longest_prompt: number;
  /** US dollars: the sum of what was charged, at list price for own keys; null where a request states none. */
  readonly cost: Decimal | null;
  /** Requests that state no cost. */
  readonly without_cost: number;
  /** Requests that an own provider key paid for. */
  readonly own_key: number;
}

/** Sums the rows by group. `keyOf` may coarsen the groups, e.g. leave out the file. */
export function aggregate(table: UsageTable, keyOf: (key: GroupKey) => GroupKey = (key) => key): UsageGroup[] {
  const groups = new Map<string, Collected>();
  const byNumber = table.groups.map((key) => {
    const coarse = keyOf(key);
    const name = JSON.stringify([coarse.source, coarse.suite, coarse.call, coarse.model]);
    const collected = groups.get(name) ?? collect(coarse);
    groups.set(name, collected);
    return collected;
  });
  for (let row = 0; row < table.length(); row += 1) {
    const group = byNumber[table.group.get(row)];
    if (group !== undefined && !table.isDropped(row)) addRow(group, table, row);
  }
  const prompts = percentiles(table, table.tokens.prompt, byNumber);
  const completions = percentiles(table, table.tokens.completion, byNumber);
  return [...groups.values()]
    .filter((group) => group.requests > 0)
    .map((group) => finish(group, prompts.get(group) ?? 0, completions.get(group) ?? 0));
}

/** The 95th percentile of a column by group; one column at a time, as its values are copied to be sorted. */
function percentiles(table: UsageTable, column: Column, byNumber: readonly Collected[]): Map<Collected, number> {
  const values = new Map<Collected, Values>();
  for (const group of new Set(byNumber)) {
    const narrow = Math.max(group.longest.prompt, group.longest.completion) <= 0xffff;
    values.set(group, { seen: 0, values: narrow ? new Uint16Array(group.requests) : new Uint32Array(group.requests) });
  }
  for (let row = 0; row < table.length(); row += 1) {
    const group = byNumber[table.group.get(row)];
    const collected = group === undefined || table.isDropped(row) ? undefined : values.get(group);
    if (collected === undefined) continue;
    collected.values[collected.seen] = column.get(row);
    collected.seen += 1;
  }
  return new Map([...values].map(([group, collected]) => [group, percentile95(collected.values.sort())]));
}

interface Values {
  seen: number;
  readonly values: Uint16Array | Uint32Array;
}

interface Collected {
  readonly key: GroupKey;
  requests: number;
  readonly longest: { prompt: number; completion: number };
  readonly sums: Record<TokenPart, number>;
  web_searches: number;
  readonly cost: CostSum;
  without_cost: number;
  own_key: number;
}

function collect(key: GroupKey): Collected {
  return {
    key,
    requests: 0,
    longest: { prompt: 0, completion: 0 },
    sums: byTokenPart(() => 0),
    web_searches: 0,
    cost: createCostSum(),
    without_cost: 0,
    own_key: 0,
  };
}

function addRow(group: Collected, table: UsageTable, row: number): void {
  group.requests += 1;
  for (const { part } of TOKEN_PARTS) group.sums[part] += table.tokens[part].get(row);
  group.longest.prompt = Math.max(group.longest.prompt, table.tokens.prompt.get(row));
  group.longest.completion = Math.max(group.longest.completion, table.tokens.completion.get(row));
  group.web_searches += table.web_searches.get(row);
  if (table.ownKey(row)) group.own_key += 1;
  const cost = table.cost(row);
  if (cost === null) group.without_cost += 1;
  else group.cost.add(cost);
}

function finish(group: Collected, prompt: number, completion: number): UsageGroup {
  return {
    ...group.key,
    requests: group.requests,
    sums: group.sums,
    web_searches: group.web_searches,
    p95: { prompt, completion },
    longest_prompt: group.longest.prompt,
    cost: group.without_cost === 0 ? group.cost.total() : null,
    without_cost: group.without_cost,
    own_key: group.own_key,
  };
}

function percentile95(sorted: Uint16Array | Uint32Array): number {
  return sorted[Math.ceil((sorted.length * 95) / 100) - 1] ?? 0;
}

interface CostSum {
  readonly add: (cost: number | string) => void;
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

import { floatColumn, wholeColumn, type Column } from './column.js';
import { createIdIndex } from './id-index.js';
import { decimalText } from '../../lib/money/recorded-cost.js';
import { byTokenPart, TOKEN_PARTS, type TokenPart } from '../../manifest/token-parts.js';
import type { UsageRow } from './usage-row.js';

/** What rows have in common; a row keeps the number of its group. */
export interface GroupKey {
  readonly source: string;
  readonly suite: string | null;
  readonly call: string | null;
  readonly model: string | null;
}

/** Millions of rows, about 25 bytes each: everything but ids and times, which are needed only while reading. */
export interface UsageTable {
  /** Adds a row, or replaces the one with its id; returns its number. */
  readonly put: (row: UsageRow) => number;
  readonly drop: (row: number) => void;
  /** Numbers given so far, dropped rows included. */
  readonly length: () => number;
  readonly replaced: () => number;
  readonly isDropped: (row: number) => boolean;
  readonly groups: readonly GroupKey[];
  readonly group: Column;
  readonly tokens: Readonly<Record<TokenPart, Column>>;
  readonly web_searches: Column;
  /** US dollars as recorded (the list price for own keys); null where it is not stated. */
  readonly cost: (row: number) => number | string | null;
  readonly ownKey: (row: number) => boolean;
}

const DROPPED = 1;
const OWN_KEY = 2;
const HAS_COST = 4;

export function createUsageTable(): UsageTable {
  const ids = createIdIndex();
  const groups = groupRegistry();
  const tokens = byTokenPart(() => wholeColumn());
  const group = wholeColumn();
  const web_searches = wholeColumn();
  const flags = wholeColumn();
  const costs = floatColumn();
  /** Costs that no float holds; hardly any. */
  const exactCosts = new Map<number, string>();
  let length = 0;
  let replaced = 0;

  const writeCost = (row: number, cost: number | string | null): void => {
    exactCosts.delete(row);
    const float = Number(cost ?? 0);
    costs.set(row, float);
    if (typeof cost === 'string' && decimalText(float) !== cost) exactCosts.set(row, cost);
  };
  const place = (row: UsageRow): number => {
    if (row.id !== null) {
      const known = ids.claim(row.id, length);
      if (known >= 0) {
        replaced += 1;
        return known;
      }
    }
    length += 1;
    return length - 1;
  };

  return {
    put: (row) => {
      const at = place(row);
      group.set(at, groups.numberOf(row));
      for (const { part } of TOKEN_PARTS) tokens[part].set(at, row.tokens[part]);
      web_searches.set(at, row.web_searches);
      const cost = row.own_key ? row.list_cost : row.cost;
      writeCost(at, cost);
      flags.set(at, (row.own_key ? OWN_KEY : 0) | (cost === null ? 0 : HAS_COST));
      return at;
    },
    drop: (row) => {
      flags.set(row, flags.get(row) | DROPPED);
    },
    length: () => length,
    replaced: () => replaced,
    isDropped: (row) => (flags.get(row) & DROPPED) !== 0,
    groups: groups.keys,
    group,
    tokens,
    web_searches,
    cost: (row) => ((flags.get(row) & HAS_COST) === 0 ? null : (exactCosts.get(row) ?? costs.get(row))),
    ownKey: (row) => (flags.get(row) & OWN_KEY) !== 0,
  };
}

function groupRegistry(): { readonly keys: readonly GroupKey[]; readonly numberOf: (row: GroupKey) => number } {
  const keys: GroupKey[] = [];
  const numbers = new Map<string, number>();
  let last = -1;
  return {
    keys,
    numberOf: (row) => {
      // Rows of one group tend to come one after the other.
      const before = keys[last];
      if (before !== undefined && isSameGroup(row, before)) return last;
      const { source, suite, call, model } = row;
      const key = `${source}\0${suite ?? '\0'}\0${call ?? '\0'}\0${model ?? '\0'}`;
      const known = numbers.get(key);
      last = known ?? keys.length;
      if (known !== undefined) return known;
      numbers.set(key, last);
      keys.push({ source, suite, call, model });
      return last;
    },
  };
}

function isSameGroup(a: GroupKey, b: GroupKey): boolean {
  return a.model === b.model && a.call === b.call && a.suite === b.suite && a.source === b.source;
}

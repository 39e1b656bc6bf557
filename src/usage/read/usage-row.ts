import type { RecordedCost } from '../../lib/money/recorded-cost.js';
import type { ServedTier } from '../../budget/pricing/price-recorded.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/** The one normal form of a recorded exchange that states its usage, whichever format it was recorded in. */
export interface UsageRow {
  /** The file it was read from. */
  readonly source: string;
  /** Where the recording names it. */
  readonly suite: string | null;
  /** Where the recording names it. */
  readonly call: string | null;
  /** As recorded; null: not stated. */
  readonly model: string | null;
  readonly tier: ServedTier | null;
  /** The id of the recorder's run; null where the recording has none. */
  readonly run: string | null;
  /** 1, or the number of requests that the row is the sum of; null: a sum that does not state it. */
  readonly requests: number | null;
  readonly tokens: TokenCounts;
  /** Those of the written tokens that are kept for an hour. */
  readonly written_1h: number;
  readonly web_searches: number;
  /** What the provider or a gateway charged, in US dollars. */
  readonly cost: RecordedCost | null;
  /** The part of the cost that is not for tokens: server tools such as web search. */
  readonly fees: RecordedCost | null;
  /** With an own provider key: the list price; else null. */
  readonly list_cost: RecordedCost | null;
  readonly own_key: boolean;
  /** What another tool worked out from a price table of its own. */
  readonly estimate: RecordedCost | null;
  /** Of the response: rows with the same id are one request. */
  readonly id: string | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
}

/** What rows have in common. */
export type GroupKey = Pick<UsageRow, 'source' | 'suite' | 'call' | 'model' | 'tier' | 'run' | 'web_searches'>;

import type { RecordedCost } from '../../lib/money/recorded-cost.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/** The one normal form of what a request really used, whichever format it was recorded in. */
export interface UsageRow {
  /** Where the recording names it. */
  readonly suite: string | null;
  /** Where the recording names it. */
  readonly call: string | null;
  /** As recorded, often the canonical slug; null: not stated. */
  readonly model: string | null;
  readonly tokens: TokenCounts;
  readonly web_searches: number;
  /** What was charged. */
  readonly cost: RecordedCost | null;
  /** With an own provider key: the list price; else null. */
  readonly list_cost: RecordedCost | null;
  readonly own_key: boolean;
  /** Of the response; the same id is counted once, the last wins. */
  readonly id: string | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
  /** The file it was read from. */
  readonly source: string;
}

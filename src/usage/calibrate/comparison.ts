import type { Path } from '../../manifest/manifest.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { UsageGroup } from '../read/aggregate.js';

/** What a manifest declares held against what was used. Money in US dollars per run, percentages to two places. */
export interface UsageComparison {
  readonly runs: number;
  /** In the manifest's order; with a suite asked for, that one alone. */
  readonly suites: readonly SuiteUsage[];
  /** In use and not in the manifest; each with the suite the recording names, if any. */
  readonly unknown: readonly UsageGroup[];
  /** In use and like several calls of the manifest. */
  readonly ambiguous: readonly { readonly group: UsageGroup; readonly candidates: readonly string[] }[];
  /** Whether the recordings state everything that was used; else figures are lower bounds. */
  readonly is_complete: boolean;
}

export interface SuiteUsage {
  readonly name: string;
  /** False where no request of the suite was recorded. */
  readonly recorded: boolean;
  /** Whether a call of the suite was recorded. */
  readonly is_matched: boolean;
  readonly seen_calls: number;
  /** Of the calls that were recorded; of all where none was. */
  readonly estimated_per_run: Decimal | null;
  /** What was charged, at list price for own keys; where a recording states no cost, at the catalogue's prices. */
  readonly used_per_run: Decimal | null;
  /** The same tokens at the catalogue's prices; what was charged where the catalogue has no price. */
  readonly tokens_per_run: Decimal | null;
  readonly token_error_percent: Decimal | null;
  /** By how much the use is above the estimate; null where one of them is not known, or the estimate is 0. */
  readonly error_percent: Decimal | null;
  readonly calls: readonly CallUsage[];
}

/** One figure, as declared and as measured; the percentage says by how much the measured one is above. */
export interface Figure {
  readonly declared: Decimal;
  readonly measured: Decimal;
  readonly percent: Decimal | null;
}

export interface CallUsage {
  readonly name: string;
  readonly index: number;
  readonly model: string;
  /** Null where no request of the call was recorded: it was never seen. */
  readonly measured: MeasuredCall | null;
  readonly estimated_per_run: Decimal | null;
}

export interface MeasuredCall {
  readonly recorded_requests: number;
  /** Per run, retries included on both sides. */
  readonly requests: Figure;
  /** Per request, means. */
  readonly prompt: Figure;
  readonly completion: Figure;
  readonly cached: Figure;
  readonly used_per_run: Decimal | null;
  /** The same tokens at the catalogue's prices. */
  readonly tokens_per_run: Decimal | null;
  /** Null where one side has no price. */
  readonly cost_percent: Decimal | null;
  readonly own_key: number;
  readonly without_cost: number;
  /** Set where the same tokens were charged otherwise than the catalogue says: a price error, no token error. */
  readonly price: PriceDifference | null;
  readonly proposals: readonly Proposal[];
  /** What a second call should say, for the requests that search the web; null where there is no need for one. */
  readonly split: readonly Proposal[] | null;
  /** What a reader should know, e.g. why a figure is not proposed. */
  readonly notes: readonly string[];
}

export interface PriceDifference {
  /** Of all recorded requests of the call. */
  readonly charged: Decimal;
  readonly catalogue: Decimal;
  readonly percent: Decimal | null;
  /** The part that the recordings state as fees of tools; null where they state none. */
  readonly fees: Decimal | null;
  readonly web_searches: number;
}

/** A number or word to be written into the manifest. */
export interface Proposal {
  readonly path: Path;
  readonly field: string;
  readonly from: NumberOrRange | string;
  readonly to: NumberOrRange | string;
}

export interface NumberOrRange {
  readonly expected: number;
  /** Null: none is stated. */
  readonly max: number | null;
}

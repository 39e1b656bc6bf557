import type { NamedCall } from '../../manifest/manifest.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { CallPrice } from '../pricing/call-price.js';

/** US dollars; null where a part has no price: unknown is never $0. */
export interface Totals {
  readonly per_run: Decimal | null;
  /** The sum of the parts that have a price: a lower bound. */
  readonly priced_per_run: Decimal;
  readonly floor_per_run: Decimal | null;
  readonly worst_case_per_run: Decimal | null;
  /** Null also where a suite has no runs per month. */
  readonly per_month: Decimal | null;
  /** The lower bound of `per_month`; null where a suite has no runs per month. */
  readonly priced_per_month: Decimal | null;
  /** Without retries. */
  readonly requests_per_run: bigint;
}

export interface CallEstimate {
  readonly call: NamedCall;
  readonly price: CallPrice;
  readonly requests_per_run: bigint;
  readonly per_run: Decimal | null;
  readonly floor_per_run: Decimal | null;
  readonly worst_case_per_run: Decimal | null;
}

export interface SuiteEstimate {
  readonly name: string;
  readonly runs_per_month: number | null;
  readonly calls: readonly CallEstimate[];
  readonly totals: Totals;
}

export interface Estimate {
  readonly suites: readonly SuiteEstimate[];
  readonly totals: Totals;
  readonly coverage: { readonly priced: number; readonly free: number; readonly unpriced: number };
}

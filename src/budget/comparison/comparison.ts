import type { CallEstimate, Estimate, SuiteEstimate } from '../estimate.js';
import type { Decimal } from '../../lib/money/decimal.js';

export type Status = 'added' | 'removed' | 'changed' | 'unchanged';

export interface Delta {
  /** US dollars, head minus base; null where a call that differs has no price. */
  readonly per_run: Decimal | null;
  /** Percent of base to 2 places; null where base is zero or has no full sum. */
  readonly percent: Decimal | null;
  /** US dollars; null where a side has no monthly figure. */
  readonly per_month: Decimal | null;
}

/** A call of head and the call of base it is held against; one of them is there. */
export interface CallPair {
  readonly status: Status;
  readonly head: CallEstimate | null;
  readonly base: CallEstimate | null;
  readonly delta: Decimal | null;
}

export interface SuitePair {
  readonly name: string;
  readonly status: Status;
  readonly head: SuiteEstimate | null;
  readonly base: SuiteEstimate | null;
  readonly calls: readonly CallPair[];
  /** Null where there is no base at all. */
  readonly delta: Delta | null;
}

export interface Comparison {
  readonly head: Estimate;
  readonly base: Estimate | null;
  /** In head's order, removed suites last. */
  readonly suites: readonly SuitePair[];
  readonly delta: Delta | null;
}

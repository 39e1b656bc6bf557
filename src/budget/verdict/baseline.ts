import type { Comparison } from '../comparison/comparison.js';
import type { Estimate } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import { isZero } from '../../lib/money/decimal.js';

/**
 * Where the change goes; it decides what head is compared with beside base.
 * - `pull_request`, `merge_group`: to the default branch, whose tip decides what is pre-existing. A merge leaves the
 *   tip's version of what head did not change. A pull request that changes no call never fails.
 * - `other_branch`: to any other branch, or an event without a base: every difference from the tip counts.
 * - `default_branch`: the commits are on the default branch already, or base is the user's own choice (the command line
 *   without `--policy`): head is compared with base alone.
 */
export type ChangeTarget = 'pull_request' | 'merge_group' | 'other_branch' | 'default_branch';

/** A manifest that head is compared with, priced from the same catalogue as head. */
export interface Side {
  readonly manifest: Manifest;
  readonly estimate: Estimate;
}

/** The sides that head is compared with. */
export interface Sides {
  readonly change: ChangeTarget;
  /** False for an event without a base, such as `schedule`: then nothing is pre-existing. */
  readonly hasBase: boolean;
  readonly base: Side | null;
  /** The tip of the default branch. It is the same object as `base` if base is that very commit. */
  readonly tip: Side | null;
}

/** The side whose violations are pre-existing; null if there is none. */
export function baselineOf({ change, hasBase, base, tip }: Sides): Side | null {
  if (!hasBase) return null;
  return change === 'default_branch' ? base : tip;
}

/** Whether no call, no kind of run and no number of runs differs. */
export function isUnchanged({ base, suites }: Comparison): boolean {
  return base !== null && suites.every((suite) => suite.status === 'unchanged');
}

/** Whether each call is at both sides and costs the same there. */
export function costsTheSame({ base, suites }: Comparison): boolean {
  const pairs = suites.flatMap((suite) => suite.calls);
  return base !== null && pairs.every(({ head, base: before, delta }) => head && before && delta && isZero(delta));
}

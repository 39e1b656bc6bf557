import type { CallEstimate } from '../estimate.js';
import type { Manifest, Path } from '../../manifest/manifest.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { Rule, Violation } from './violation.js';

/**
 * A broken limit or rule, with what the excuse needs to know: whether head is worse than base on the same subject.
 * `weight` is null where base can be no excuse (increases, prices that are too old, what is missing).
 */
export interface Finding {
  readonly violation: Violation;
  readonly weight: Weight | null;
}

export interface Weight {
  /** The call it is about; null for the run or a suite. */
  readonly call: CallEstimate | null;
  /** Must be the same at base, e.g. the declared model. */
  readonly subject: string;
  /** The figures of which none may have grown. */
  readonly amounts: readonly Decimal[];
  /** The models that may answer: none that base does not have. */
  readonly models: readonly string[];
  /** The calls without a price that a lower bound leaves out: bounds compare only where these are the same. */
  readonly leavesOut: string;
}

/** The weight of an amount of the run or a suite. */
export function weightOf(amounts: readonly Decimal[], leavesOut: string, subject = ''): Weight {
  return { call: null, subject, amounts, models: [], leavesOut };
}

/** The fields of a violation that are not the same everywhere; the rest defaults to "nowhere in particular". */
export interface ViolationParts {
  readonly rule: Rule;
  readonly severity: 'fail' | 'warn';
  readonly message: string;
  readonly remedy: string;
  readonly suite?: string | null;
  readonly call?: string | null;
  readonly actual?: string | null;
  readonly limit?: string | null;
  readonly place?: { readonly file: string; readonly line: number | null };
  /** False: `actual` is a lower bound. */
  readonly isExact?: boolean;
  readonly isAgainstDefaultBranch?: boolean;
}

export function violation(parts: ViolationParts): Violation {
  return {
    rule: parts.rule,
    severity: parts.severity,
    suite: parts.suite ?? null,
    call: parts.call ?? null,
    actual: parts.actual ?? null,
    limit: parts.limit ?? null,
    message: parts.message,
    file: parts.place?.file ?? null,
    line: parts.place?.line ?? null,
    remedy: parts.remedy,
    ...(parts.isExact === false ? { at_least: true } : {}),
    ...(parts.isAgainstDefaultBranch === true ? { against_default_branch: true } : {}),
  };
}

/** Where a path stands in the manifest, for the report and the annotation. */
export function placeOf(manifest: Manifest, path: Path): { file: string; line: number } {
  return { file: manifest.file, line: manifest.locate(path).line };
}

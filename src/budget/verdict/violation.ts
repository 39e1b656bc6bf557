import { z } from 'zod';
import type { CallPair } from '../comparison/call-pairs.js';
import type { CallEstimate } from '../estimate.js';
import type { Manifest, Path } from '../../manifest/manifest.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { type UnboundedCall, haveCounterparts, isLarger } from '../comparison/workload.js';

/** The judgement's part of the report's schema: rules, violations, limits that apply, limits not applied. */

const RULES = [
  'per_run',
  'per_month',
  'worst_case_per_run',
  'increase_per_run',
  'increase_percent',
  'unpriced',
  'incomplete_price',
  'stale_prices',
  'model_denied',
  'max_prompt_price',
  'max_completion_price',
  'require_max_tokens',
  'free_tier',
  'credits',
  'unprotected',
  'suite_missing',
  'suite_without_budget',
  'expiring_model',
  'price_fell',
  'manifest_missing',
] as const;
export type Rule = (typeof RULES)[number];

export const violationSchema = z.strictObject({
  rule: z.enum(RULES),
  severity: z.enum(['fail', 'warn']),
  run: z.string().nullable().meta({ description: 'The kind of run whose limit it is; null unless there are several' }),
  suite: z.string().nullable(),
  call: z.string().nullable(),
  actual: z.string().nullable(),
  limit: z.string().nullable(),
  message: z.string(),
  file: z.string().nullable(),
  line: z.number().int().nonnegative().nullable(),
  remedy: z.string().optional().meta({ description: 'What would bring it within the limit or rule' }),
  at_least: z
    .boolean()
    .optional()
    .meta({ description: 'The actual is a lower bound: it leaves out what is not known' }),
  against_default_branch: z.boolean().optional().meta({ description: 'An increase over it and not over base' }),
  in_base: z.boolean().optional().meta({
    description: 'Pre-existing: the baseline (the tip of the default branch, mostly) breaks the same, no less',
  }),
  excused: z
    .boolean()
    .optional()
    .meta({ description: 'Pre-existing, and head is unchanged or better: a warning instead of a failure' }),
  overridden: z.boolean().optional().meta({ description: 'A warning by the override label and an approving review' }),
});
export type Violation = z.infer<typeof violationSchema>;

export const notAppliedSchema = z.strictObject({
  key: z.string(),
  head: z.string().nullable().meta({ description: 'null: dropped' }),
  policy: z.string(),
});
export type NotApplied = z.infer<typeof notAppliedSchema>;

export const limitStateSchema = z.strictObject({
  rule: z.enum(RULES),
  run: z.string().optional().meta({ description: 'The kind of run, where there are several' }),
  suite: z.string().nullable(),
  warn: z.string().nullable(),
  fail: z.string().nullable(),
  actual: z.string().nullable(),
});
export type LimitState = z.infer<typeof limitStateSchema>;

/**
 * A broken limit or rule, with the data that decides whether it is pre-existing. `baseline` is null where a baseline
 * never excuses it: increases, prices that are too old, what is missing.
 */
export interface BrokenRule {
  readonly violation: Violation;
  readonly baseline: BaselineComparison | null;
}

/** The data that decides whether the baseline had this violation already, and whether head made it worse. */
export interface BaselineComparison {
  /** The call that broke the rule; null for the run or a suite. */
  readonly call: CallEstimate | null;
  /** An extra key that must be equal at the baseline, e.g. the declared model. */
  readonly subject: string;
  /** Head is worse if one of these is larger at head. */
  readonly amounts: readonly Decimal[];
  /** The models that may answer. Head is worse if it has one that the baseline does not have. */
  readonly models: readonly string[];
  /** Identifies the unpriced calls that a sum leaves out. Two partial sums are compared only if these are equal. */
  readonly unpricedCalls: string;
  /** Calls without a known worst case beside a sum of worst cases; each needs one as large at the baseline. */
  readonly unboundedCalls?: readonly UnboundedCall[];
}

/** The baseline comparison of an amount of the run or of a suite. */
export function amountBaseline(amounts: readonly Decimal[], unpricedCalls: string, subject = ''): BaselineComparison {
  return { call: null, subject, amounts, models: [], unpricedCalls };
}

/**
 * The violations of head. One that the baseline has too is pre-existing: it becomes a warning if head is unchanged or
 * better. A violation of a call is compared with that of the call at the other side of its pair only, so that one bad
 * call at the baseline never excuses a second one like it.
 */
export function downgradePreExisting(
  head: readonly BrokenRule[],
  baseline: readonly BrokenRule[],
  pairs: readonly CallPair[],
): Violation[] {
  const before = bySubject(baseline, pairs);
  return head.map(({ violation: found, baseline: comparison }) => {
    if (comparison === null) return found;
    const counterpart = before.get(comparison.call)?.get(keyOf(found, comparison));
    if (counterpart === undefined || isWorse(comparison, counterpart)) return found;
    if (found.severity === 'warn') return { ...found, in_base: true };
    return { ...found, severity: 'warn', excused: true, in_base: true };
  });
}

/** The broken rules of the baseline by the call of head that is paired with theirs (null: the run, or a suite). */
function bySubject(
  broken: readonly BrokenRule[],
  pairs: readonly CallPair[],
): ReadonlyMap<CallEstimate | null, ReadonlyMap<string, BaselineComparison>> {
  const headOf = new Map(pairs.flatMap(({ head, base }) => (head === null || base === null ? [] : [[base, head]])));
  const found = new Map<CallEstimate | null, Map<string, BaselineComparison>>();
  for (const { violation: one, baseline } of broken) {
    if (baseline === null) continue;
    const call = baseline.call === null ? null : headOf.get(baseline.call);
    if (call === undefined) continue;
    const ofCall = found.get(call) ?? new Map<string, BaselineComparison>();
    found.set(call, ofCall.set(keyOf(one, baseline), baseline));
  }
  return found;
}

function keyOf({ rule, run, suite }: Violation, { subject }: BaselineComparison): string {
  return JSON.stringify([rule, run, suite, subject]);
}

function isWorse(head: BaselineComparison, before: BaselineComparison): boolean {
  if (head.amounts.length !== before.amounts.length) return true;
  if (head.unpricedCalls !== '' && head.unpricedCalls !== before.unpricedCalls) return true;
  if (!haveCounterparts(head.unboundedCalls ?? [], before.unboundedCalls ?? [])) return true;
  if (!head.models.every((model) => before.models.includes(model))) return true;
  return isLarger(head.amounts, before.amounts);
}

/** The fields of a violation that differ from rule to rule; the others have a default. */
export interface ViolationParts {
  readonly rule: Rule;
  readonly severity: 'fail' | 'warn';
  readonly message: string;
  readonly remedy: string;
  /** The kind of run whose limit it is; null unless there are several. */
  readonly run?: string | null;
  readonly suite?: string | null;
  readonly call?: string | null;
  readonly actual?: string | null;
  readonly limit?: string | null;
  readonly place?: { readonly file: string; readonly line: number | null };
  /** False: `actual` is a lower bound. */
  readonly isExact?: boolean;
  readonly isAgainstDefaultBranch?: boolean;
}

/**
 * Builds a violation of the report. Fields that `parts` leaves out are null, or absent where the report has them only if
 * true.
 */
export function violation(parts: ViolationParts): Violation {
  return {
    rule: parts.rule,
    severity: parts.severity,
    run: parts.run ?? null,
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

/** The file and line of a path in the manifest, for the report and the annotation. */
export function placeOf(manifest: Manifest, path: Path): { file: string; line: number } {
  return { file: manifest.file, line: manifest.locate(path).line };
}

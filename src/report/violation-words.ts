import { compare, divide, isZero, parseDecimal, subtract, times, toText, ZERO } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';
import { counted, money, percent, plainPercent, tellApart } from '../text/amount.js';
import type { Rule, Violation } from '../verdict/violation.js';

/** A violation in words. `subject`, `message` and `remedy` are untrusted text. */
export interface ViolationWords {
  /** `Cost per run`. */
  readonly title: string;
  /** `rag-evals / answer`; null where it is about the whole. */
  readonly subject: string | null;
  /** `$5.21, limit $5.00`; null where the rule is not about an amount. */
  readonly figures: string | null;
  /** `$0.21 over (4.2 %)`. */
  readonly over: string | null;
  readonly message: string;
  readonly remedy: string | null;
  /** `as before the change`, `overridden`; null for a violation that counts in full. */
  readonly mitigated: string | null;
}

/** `words`: the message says more than two figures do, as what a missing cent of credits will do to a run. */
type Unit = 'money' | 'percent' | 'days' | 'words';

const RULES: Readonly<Record<Rule, { title: string; unit: Unit }>> = {
  per_run: { title: 'Cost per run', unit: 'money' },
  per_month: { title: 'Cost per month', unit: 'money' },
  worst_case_per_run: { title: 'Worst case of a run', unit: 'money' },
  increase_per_run: { title: 'Increase per run', unit: 'money' },
  increase_percent: { title: 'Increase', unit: 'percent' },
  unpriced: { title: 'No price', unit: 'words' },
  incomplete_price: { title: 'Price not known in full', unit: 'words' },
  stale_prices: { title: 'Prices from the lock', unit: 'days' },
  model_denied: { title: 'Model not allowed', unit: 'words' },
  max_prompt_price: { title: 'Prompt price per million tokens', unit: 'money' },
  max_completion_price: { title: 'Completion price per million tokens', unit: 'money' },
  require_max_tokens: { title: 'No max_tokens', unit: 'words' },
  free_tier: { title: 'Free requests', unit: 'words' },
  credits: { title: 'Credits', unit: 'words' },
  unprotected: { title: 'Not protected yet', unit: 'words' },
  suite_missing: { title: 'Suite is gone', unit: 'words' },
  manifest_missing: { title: 'Manifest is gone', unit: 'words' },
};

export function describeViolation(violation: Violation): ViolationWords {
  const { title, unit } = RULES[violation.rule];
  const actual = violation.actual === null ? null : parseDecimal(violation.actual);
  const limit = violation.limit === null ? null : parseDecimal(violation.limit);
  const known = actual !== null && limit !== null ? { actual, limit } : null;
  const subject = [violation.suite, violation.call].filter((name) => name !== null).join(' / ');
  return {
    title: violation.against_default_branch === true ? `${title} over the default branch` : title,
    subject: subject === '' ? null : subject,
    figures: known && leastly(violation, figuresOf(known, unit)),
    over: known && leastly(violation, overOf(known, unit)),
    message: violation.message,
    remedy: violation.remedy ?? null,
    mitigated: mitigationOf(violation),
  };
}

/** Failures, then open warnings, then what was excused or overridden; as reported within each. */
export function worstFirst(violations: readonly Violation[]): Violation[] {
  return violations.toSorted((a, b) => rank(a) - rank(b));
}

function rank(violation: Violation): number {
  if (violation.severity === 'fail') return 0;
  return mitigationOf(violation) === null ? 1 : 2;
}

function mitigationOf(violation: Violation): string | null {
  if (violation.overridden === true) return 'overridden';
  return violation.excused === true || violation.in_base === true ? 'as before this change' : null;
}

/** A figure that leaves out calls without a price says so, wherever it stands. */
function leastly(violation: Violation, figure: string | null): string | null {
  return figure !== null && violation.at_least === true ? `at least ${figure}` : figure;
}

interface Known {
  readonly actual: Decimal;
  readonly limit: Decimal;
}

function figuresOf(known: Known, unit: Unit): string | null {
  switch (unit) {
    case 'money': {
      const shown = tellApart(known.actual, known.limit);
      return `${shown.actual}, limit ${shown.limit}`;
    }
    case 'percent':
      return percentages(known);
    case 'days':
      // A lock within its limit is a warning for being one.
      if (compare(known.actual, known.limit) <= 0) return null;
      return `${counted(numberOf(known.actual), 'day')} old, limit ${counted(numberOf(known.limit), 'day')}`;
    case 'words':
      return null;
  }
}

/** The report's percentages have two places: one that is above its limit by less can only be said to be. */
function percentages({ actual, limit }: Known): string {
  const [shownActual, shownLimit] = [percent(actual), percent(limit)];
  if (shownActual !== shownLimit) return `${shownActual}, limit ${shownLimit}`;
  return compare(actual, limit) <= 0
    ? `just above the limit of ${shownLimit}`
    : `+${toText(actual)} %, limit +${toText(limit)} %`;
}

function overOf(known: Known, unit: Unit): string | null {
  const over = subtract(known.actual, known.limit);
  if (over.coefficient <= 0n || unit !== 'money') return null;
  const share = known.limit.coefficient <= 0n ? ZERO : divide(times(over, 100), known.limit, 6);
  return isZero(share) ? `${money(over)} over` : `${money(over)} over (${plainPercent(share)})`;
}

function numberOf(value: Decimal): number {
  return Number(value.coefficient) / 10 ** value.scale;
}

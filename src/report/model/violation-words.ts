import {
  compare,
  isPositive,
  isZero,
  parseDecimal,
  percentage,
  subtract,
  toNumber,
  toText,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';
import { atLeast, counted, money, percent, plainPercent, formatDistinct } from '../../lib/text/amount.js';
import type { Violation } from '../../budget/verdict/violation.js';
import { RULE_WORDS, type RuleUnit } from '../../budget/verdict/rule-words.js';

/** A violation in words. `subject`, `message` and `remedy` are untrusted text. */
export interface ViolationWords {
  /** `Cost per run`. */
  readonly title: string;
  /** `rag-evals / answer`; null where it is about the whole manifest. */
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

export function describeViolation(violation: Violation): ViolationWords {
  const { title, unit } = RULE_WORDS[violation.rule];
  const actual = violation.actual === null ? null : parseDecimal(violation.actual);
  const limit = violation.limit === null ? null : parseDecimal(violation.limit);
  const known = actual !== null && limit !== null ? { actual, limit } : null;
  const run = violation.suite === null ? (violation.run ?? null) : null;
  const subject = [run, violation.suite, violation.call].filter((name) => name !== null).join(' / ');
  return {
    title: violation.against_default_branch === true ? `${title} over the default branch` : title,
    subject: subject === '' ? null : subject,
    figures: known && bounded(violation, figuresOf(known, unit)),
    over: known && bounded(violation, overOf(known, unit)),
    message: violation.message,
    // What is overridden was approved as it is.
    remedy: violation.overridden === true ? null : (violation.remedy ?? null),
    mitigated: mitigationOf(violation),
  };
}

function mitigationOf(violation: Violation): string | null {
  if (violation.overridden === true) return 'overridden';
  return violation.excused === true || violation.in_base === true ? 'as before this change' : null;
}

/** A figure that leaves out unpriced calls starts with `at least`. */
function bounded(violation: Violation, figure: string | null): string | null {
  return figure === null ? null : `${atLeast(violation.at_least !== true)}${figure}`;
}

interface Known {
  readonly actual: Decimal;
  readonly limit: Decimal;
}

function figuresOf(known: Known, unit: RuleUnit): string | null {
  switch (unit) {
    case 'money': {
      const shown = formatDistinct(known.actual, known.limit);
      return `${shown.actual}, limit ${shown.limit}`;
    }
    case 'percent':
      return percentages(known);
    case 'days':
      // A lockfile within its age limit is a warning without figures.
      if (compare(known.actual, known.limit) <= 0) return null;
      return `${counted(toNumber(known.actual), 'day')} old, limit ${counted(toNumber(known.limit), 'day')}`;
    case 'words':
      return null;
  }
}

/** The report's percentages have two places. One that exceeds its limit by less than that reads `just above the limit`. */
function percentages({ actual, limit }: Known): string {
  const [shownActual, shownLimit] = [percent(actual), percent(limit)];
  if (shownActual !== shownLimit) return `${shownActual}, limit ${shownLimit}`;
  return compare(actual, limit) <= 0
    ? `just above the limit of ${shownLimit}`
    : `+${toText(actual)} %, limit +${toText(limit)} %`;
}

function overOf(known: Known, unit: RuleUnit): string | null {
  const over = subtract(known.actual, known.limit);
  if (!isPositive(over) || unit !== 'money') return null;
  const share = isPositive(known.limit) ? percentage(over, known.limit, 6) : ZERO;
  return isZero(share) ? `${money(over)} over` : `${money(over)} over (${plainPercent(share)})`;
}

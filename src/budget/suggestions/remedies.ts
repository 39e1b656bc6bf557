import type { Comparison } from '../comparison/comparison.js';
import type { Estimate } from '../estimate.js';
import {
  add,
  compare,
  isPositive,
  isZero,
  parseDecimal,
  percentage,
  subtract,
  sum,
  times,
  ZERO,
} from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { percent, formatDistinct } from '../../lib/text/amount.js';
import { breaksPercent } from '../verdict/increase.js';
import type { Violation } from '../verdict/violation.js';
import type { Effect, Suggestion } from './suggestion.js';
import { SUGGESTION_KINDS } from './suggestion.js';

/**
 * The violations, those of a limit on cost with the smallest change that alone would bring the cost within the limit as
 * their remedy, where there is one.
 */
export function withRemedies(
  violations: readonly Violation[],
  suggestions: readonly Suggestion[],
  comparison: Comparison,
): Violation[] {
  const smallestFirst = suggestions.toSorted(
    (a, b) => SUGGESTION_KINDS.indexOf(a.kind) - SUGGESTION_KINDS.indexOf(b.kind),
  );
  return violations.map((violation) => {
    // What a lower bound would be is not what the cost would be.
    if (violation.at_least === true) return violation;
    for (const suggestion of smallestFirst) {
      const after = figureAfter(violation, suggestion, comparison);
      if (after !== null) return { ...violation, remedy: `${suggestion.action}: that alone ${after}.` };
    }
    return violation;
  });
}

/** What the figure would be, in words, where it would be within the limit; null where it would not. */
function figureAfter(violation: Violation, suggestion: Suggestion, comparison: Comparison): string | null {
  const [actual, limit] = [violation.actual, violation.limit].map((text) => parseDecimal(text ?? ''));
  if (!actual || !limit) return null;
  if (violation.rule === 'increase_percent') {
    return percentAfter(violation, limit, expectedLess(suggestion, violation.suite), comparison);
  }
  const less = reduction(violation, suggestion, comparison);
  if (less === null || !isPositive(less)) return null;
  const after = subtract(actual, less);
  if (compare(after, limit) > 0) return null;
  const shown = formatDistinct(after, limit);
  return `brings it to ${shown.actual}, within ${shown.limit}`;
}

/** What the suggestion takes off the figure that a limit is held against; null for rules that are not on cost. */
function reduction({ rule, suite }: Violation, suggestion: Suggestion, comparison: Comparison): Decimal | null {
  if (rule === 'per_run' || rule === 'increase_per_run') return expectedLess(suggestion, suite);
  if (rule === 'per_month') return monthlyLess(suggestion, suite, comparison);
  return rule === 'worst_case_per_run' ? sum(effectsIn(suggestion, suite).map((effect) => effect.worst_case)) : null;
}

function expectedLess(suggestion: Suggestion, suite: string | null): Decimal {
  return sum(effectsIn(suggestion, suite).map((effect) => effect.expected));
}

function effectsIn({ effects }: Suggestion, suite: string | null): Effect[] {
  return [...effects].filter(([name]) => suite === null || name === suite).map(([, effect]) => effect);
}

function monthlyLess({ effects }: Suggestion, suite: string | null, { head }: Comparison): Decimal {
  return head.suites
    .filter(({ name }) => suite === null || suite === name)
    .map(({ name, runs_per_month: runs }) => times(effects.get(name)?.expected ?? ZERO, runs ?? 0))
    .reduce(add, ZERO);
}

/** Only where the increase that was judged is the one over base: over the default branch it may be another. */
function percentAfter(violation: Violation, limit: Decimal, less: Decimal, comparison: Comparison): string | null {
  const [head, base] = [comparison.head, comparison.base].map((estimate) => pricedPerRun(estimate, violation.suite));
  if (!head || !base || isZero(base) || isZero(less)) return null;
  const increase = (cost: Decimal) => percentage(subtract(cost, base), base, 2);
  const actual = parseDecimal(violation.actual ?? '');
  if (actual === null || compare(increase(head), actual) !== 0) return null;
  const after = subtract(head, less);
  if (breaksPercent(limit, base, after)) return null;
  return `brings it to ${percent(increase(after))}, within ${percent(limit)}`;
}

function pricedPerRun(estimate: Estimate | null, suite: string | null): Decimal | null {
  if (estimate === null || suite === null) return estimate?.totals.priced_per_run ?? null;
  return estimate.suites.find(({ name }) => name === suite)?.totals.priced_per_run ?? null;
}

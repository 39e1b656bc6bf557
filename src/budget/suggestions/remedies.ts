import { type Change, changesInWords } from '../comparison/changes.js';
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
  type Decimal,
} from '../../lib/money/decimal.js';
import { formatDistinct, money, percent, signedMoney } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';
import { breaksPercent } from '../verdict/increase.js';
import { LIMIT_NAMES } from '../verdict/limits-in-force.js';
import type { Rule, Violation } from '../verdict/violation.js';
import { type AdviceInput, type Effect, type Scope, type Suggestion, SUGGESTION_KINDS } from './suggestion.js';
import { suggest } from './suggest.js';
import { boundWorstCase } from './worst-case.js';

const COST_RULES: ReadonlySet<Rule> = new Set<Rule>(LIMIT_NAMES);

/**
 * The violations with their remedies. A limit on cost has this change's own part first, where it has one, then the smallest
 * change that alone would bring the cost within the limit; for a worst case, what bounds it. Every call that is named belongs
 * to the scope of the violation. What is overridden was approved as it is and gets no advice.
 */
export function withRemedies(
  violations: readonly Violation[],
  input: AdviceInput,
  changes: readonly Change[],
): Violation[] {
  const known = new Map<string, Suggestion[]>();
  return violations.map((violation) => {
    if (violation.overridden === true) return { ...violation, remedy: undefined };
    if (!COST_RULES.has(violation.rule)) return violation;
    const scope = scopeOf(violation, input.comparison);
    const key = JSON.stringify([violation.suite, violation.run]);
    const isWorstCase = violation.rule === 'worst_case_per_run';
    const suggestions = isWorstCase ? boundWorstCase(input, scope) : (known.get(key) ?? suggest(input, scope));
    if (!isWorstCase) known.set(key, suggestions);
    const parts = [
      ...(violation.in_base === true ? [] : ownPart(violation, input, changes, scope)),
      ...otherWay(violation, suggestions, input.comparison, scope),
    ];
    if (parts.length === 0) return violation;
    return { ...violation, remedy: parts.map((part, index) => (index === 0 ? part : `Or: ${part}`)).join(' ') };
  });
}

/** The suites that a violation is about: one, those of a kind of run, or all. */
function scopeOf({ suite, run }: Pick<Violation, 'suite' | 'run'>, { suites }: Comparison): Scope {
  if (suite !== null) return (name) => name === suite;
  if (run === null) return () => true;
  const names = new Set(suites.filter(({ head, base }) => (head ?? base)?.run === run).map(({ name }) => name));
  return (name) => names.has(name);
}

/** The suites that any broken limit on cost is about; all of them where none is broken. */
export function scopeOfAll(violations: readonly Violation[], comparison: Comparison): Scope {
  const broken = violations.filter(({ rule, overridden }) => COST_RULES.has(rule) && overridden !== true);
  if (broken.length === 0) return () => true;
  const scopes = broken.map((violation) => scopeOf(violation, comparison));
  return (name) => scopes.some((scope) => scope(name));
}

/** The largest part of the change in this scope: `Take back rag / judge: 540 -> 1,800 requests, +$0.77.` */
function ownPart(violation: Violation, input: AdviceInput, changes: readonly Change[], scope: Scope): string[] {
  const inScope = changes.filter(({ suite }) => scope(suite));
  if (violation.rule === 'worst_case_per_run') return ownWorstCase(input.comparison, scope);
  const largest = grouped(inScope)
    .filter(({ amount }) => isPositive(amount))
    .toSorted((a, b) => compare(b.amount, a.amount))[0];
  return largest === undefined ? [] : [`Take back ${largest.words}, ${signedMoney(largest.amount)}.`];
}

interface OwnPart {
  readonly words: string;
  readonly amount: Decimal;
}

/** A file that several calls use is one part of the change. */
function grouped(changes: readonly Change[]): OwnPart[] {
  const groups = new Map<string, Change[]>();
  for (const [index, change] of changes.entries()) {
    const key = change.file === null ? String(index) : JSON.stringify([change.what, change.file]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((a, b) => compare(b.per_run ?? ZERO, a.per_run ?? ZERO));
    if (first === undefined) return [];
    const subject = first.file ?? `${first.suite} / ${first.call}`;
    const words = `${safeLine(subject, 140)}: ${safeLine(changesInWords(first, group), 200)}`;
    return [{ words, amount: sum(group.flatMap(({ per_run: moved }) => moved ?? [])) }];
  });
}

/** The call of the scope whose worst case rose most. */
function ownWorstCase({ suites, base }: Comparison, scope: Scope): string[] {
  if (base === null) return [];
  const rises = suites
    .filter(({ name }) => scope(name))
    .flatMap(({ name, calls }) =>
      calls.flatMap(({ head, base: before }) => {
        const [after, was] = [head?.worst_case_per_run, before === null ? ZERO : before.worst_case_per_run];
        if (head === null || !after || was === null) return [];
        const words = `${safeLine(name)} / ${safeLine(head.call.display_name)}: worst case ${money(was)} -> ${money(after)}`;
        return [{ words, amount: subtract(after, was) }];
      }),
    );
  const [largest] = rises.filter(({ amount }) => isPositive(amount)).toSorted((a, b) => compare(b.amount, a.amount));
  return largest === undefined ? [] : [`Take back ${largest.words}, ${signedMoney(largest.amount)}.`];
}

/** Other remedies: the smallest change that suffices alone; for a worst case every bound that lowers it. */
function otherWay(
  violation: Violation,
  suggestions: readonly Suggestion[],
  comparison: Comparison,
  scope: Scope,
): string[] {
  if (violation.rule === 'worst_case_per_run') return worstCaseWay(violation, suggestions);
  // The actual is a lower bound, so the cost after the change is not known.
  if (violation.at_least === true) return [];
  const smallestFirst = suggestions.toSorted(
    (a, b) => SUGGESTION_KINDS.indexOf(a.kind) - SUGGESTION_KINDS.indexOf(b.kind),
  );
  for (const suggestion of smallestFirst) {
    // Going back to the model before is this change's own part.
    if (suggestion.kind === 'previous_model') continue;
    const after = figureAfter(violation, suggestion, comparison, scope);
    if (after !== null) return [`${suggestion.action}: that alone ${after}.`];
  }
  return [];
}

const MOST_BOUNDS = 3;

function worstCaseWay(violation: Violation, suggestions: readonly Suggestion[]): string[] {
  return suggestions.slice(0, MOST_BOUNDS).map((suggestion) => {
    const less = sum([...suggestion.effects.values()].map((effect) => effect.worst_case));
    const within = violation.at_least === true ? null : withinLimit(violation, less);
    return `${suggestion.action}: ${within === null ? `${money(less)} less` : `that alone ${within}`}.`;
  });
}

/** The figure after the change, in words; null where it would still break the limit. */
function figureAfter(
  violation: Violation,
  suggestion: Suggestion,
  comparison: Comparison,
  scope: Scope,
): string | null {
  if (violation.rule === 'increase_percent') {
    const limit = parseDecimal(violation.limit ?? '');
    return limit && percentAfter(violation, limit, expectedLess(suggestion), [comparison.head, comparison.base], scope);
  }
  return withinLimit(violation, reduction(violation, suggestion, comparison));
}

function withinLimit(violation: Violation, less: Decimal): string | null {
  const [actual, limit] = [violation.actual, violation.limit].map((text) => parseDecimal(text ?? ''));
  if (!actual || !limit || !isPositive(less)) return null;
  const after = subtract(actual, less);
  if (compare(after, limit) > 0) return null;
  const shown = formatDistinct(after, limit);
  return `brings it to ${shown.actual}, within ${shown.limit}`;
}

/** The amount that the suggestion takes off the figure that a limit on expected cost is compared with, in US dollars. */
function reduction({ rule }: Violation, suggestion: Suggestion, comparison: Comparison): Decimal {
  return rule === 'per_month' ? monthlyLess(suggestion, comparison) : expectedLess(suggestion);
}

function expectedLess({ effects }: Suggestion): Decimal {
  return sum([...effects.values()].map((effect: Effect) => effect.expected));
}

function monthlyLess({ effects }: Suggestion, { head }: Comparison): Decimal {
  return head.suites
    .map(({ name, runs_per_month: runs }) => times(effects.get(name)?.expected ?? ZERO, runs ?? 0))
    .reduce(add, ZERO);
}

/** The percentage after the change, in words; null unless the increase over base was judged and would be within the limit. */
function percentAfter(
  violation: Violation,
  limit: Decimal,
  less: Decimal,
  sides: readonly [Estimate, Estimate | null],
  scope: Scope,
): string | null {
  const [head, base] = sides.map((side) => (side === null ? ZERO : pricedPerRun(side, scope)));
  if (!head || !base || isZero(base) || isZero(less)) return null;
  const increase = (cost: Decimal) => percentage(subtract(cost, base), base, 2);
  const actual = parseDecimal(violation.actual ?? '');
  if (actual === null || compare(increase(head), actual) !== 0) return null;
  const after = subtract(head, less);
  if (breaksPercent(limit, base, after)) return null;
  return `brings it to ${percent(increase(after))}, within ${percent(limit)}`;
}

function pricedPerRun({ suites }: Estimate, scope: Scope): Decimal {
  return sum(suites.filter(({ name }) => scope(name)).map(({ totals }) => totals.priced_per_run));
}

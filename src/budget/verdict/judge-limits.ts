import type { CallEstimate } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { Limit, LimitName } from '../../manifest/schema.js';
import { compare, sum, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { tellApart } from '../../lib/text/amount.js';
import { askedWork, leftOut } from './asked-work.js';
import { placeOf, violation, weightOf } from './finding.js';
import type { Finding, Weight } from './finding.js';
import { RULE_WORDS } from './rule-words.js';
import type { Scope } from './scope.js';
import { scopeName } from './scope.js';
import type { Rule } from './violation.js';

/**
 * The limits on an amount of one manifest: per_run, per_month, worst_case_per_run. A sum with an unpriced call is
 * held against the limit as the sum of the rest, a lower bound: what already breaks the limit breaks it.
 */
export function judgeLimits(scope: Scope, manifest: Manifest): Finding[] {
  return [...judgePerRun(scope, manifest), ...judgePerMonth(scope, manifest), ...judgeWorstCase(scope, manifest)];
}

/** The level that an amount breaks; a limit met exactly holds. */
export function brokenLevel(limit: Limit, actual: Decimal): { severity: 'fail' | 'warn'; limit: Decimal } | null {
  if (limit.fail !== null && compare(actual, limit.fail) > 0) return { severity: 'fail', limit: limit.fail };
  if (limit.warn !== null && compare(actual, limit.warn) > 0) return { severity: 'warn', limit: limit.warn };
  return null;
}

/** What a limit that cannot be judged counts as: its strictest level, broken. */
function strictestLevel(limit: Limit): { severity: 'fail' | 'warn'; limit: Decimal } | null {
  if (limit.fail !== null) return { severity: 'fail', limit: limit.fail };
  return limit.warn === null ? null : { severity: 'warn', limit: limit.warn };
}

function judgePerRun(scope: Scope, manifest: Manifest): Finding[] {
  const limit = scope.budget.per_run;
  if (limit === undefined) return [];
  return judgeAmount(scope, manifest, {
    rule: 'per_run',
    limit,
    actual: scope.totals.priced_per_run,
    isComplete: scope.totals.per_run !== null,
  });
}

function judgePerMonth(scope: Scope, manifest: Manifest): Finding[] {
  const limit = scope.budget.per_month;
  if (limit === undefined) return [];
  const actual = scope.totals.priced_per_month;
  if (actual === null) return monthUnknown(scope, manifest, limit);
  const isComplete = scope.totals.per_month !== null;
  return judgeAmount(scope, manifest, { rule: 'per_month', limit, actual, isComplete });
}

/** The limit stands on the default branch, and head has a suite of which nobody says how often it runs. */
function monthUnknown(scope: Scope, manifest: Manifest, limit: Limit): Finding[] {
  return unjudged(scope, manifest, limit, {
    rule: 'per_month',
    path: 'per_month',
    message: `The monthly cost of ${scopeName(scope.suite)} is not known: no runs_per_month for ${scope.suitesWithoutRuns.join(', ')}.`,
    remedy: 'Say how often the suite runs: runs_per_month on it or at the top.',
    // How often the others run may have changed: nothing tells that head is no worse.
    weight: null,
  });
}

function judgeWorstCase(scope: Scope, manifest: Manifest): Finding[] {
  const limit = scope.budget.worst_case_per_run;
  if (limit === undefined) return [];
  const { amount: actual, unknown } = worstCaseOf(scope);
  const isComplete = scope.totals.worst_case_per_run !== null;
  const broken = judgeAmount(scope, manifest, {
    rule: 'worst_case_per_run',
    limit,
    actual,
    isComplete,
  });
  const isBrokenAtItsStrictest = broken.some(
    (finding) => finding.violation.severity === strictestLevel(limit)?.severity,
  );
  if (isBrokenAtItsStrictest || unknown.length === 0) return broken;
  return worstCaseUnknown(scope, manifest, limit, { amount: actual, unknown });
}

interface WorstCase {
  readonly amount: Decimal;
  readonly unknown: readonly CallEstimate[];
}

/** The worst cases that are known, summed, and the priced calls that have none; unpriced calls are in neither. */
export function worstCaseOf({ calls }: Pick<Scope, 'calls'>): WorstCase {
  const priced = calls.filter((call) => call.price.state !== 'unpriced');
  return {
    amount: sum(priced.flatMap((call) => call.worst_case_per_run ?? [])),
    unknown: priced.filter((call) => call.worst_case_per_run === null),
  };
}

function worstCaseUnknown(scope: Scope, manifest: Manifest, limit: Limit, { amount, unknown }: WorstCase): Finding[] {
  const reasons = [...new Set(unknown.flatMap((call) => call.price.incomplete))].slice(0, 3).join('; ');
  return unjudged(scope, manifest, limit, {
    rule: 'incomplete_price',
    path: 'worst_case_per_run',
    message: `The worst case of ${scopeName(scope.suite)} is not known, so its limit cannot be kept: ${reasons}.`,
    remedy: 'Run the check again; set max_tokens where the worst case has no other bound.',
    weight: weightOf(
      [amount, ...unknown.flatMap(askedWork)],
      leftOut(scope.calls),
      unknown.map(({ call }) => call.model).join(' '),
    ),
  });
}

/** A limit that cannot be held against any figure is broken: nothing passes for want of a number. */
function unjudged(
  scope: Scope,
  manifest: Manifest,
  limit: Limit,
  parts: { rule: Rule; path: LimitName; message: string; remedy: string; weight: Weight | null },
): Finding[] {
  const level = strictestLevel(limit);
  if (level === null) return [];
  const found = violation({
    rule: parts.rule,
    severity: level.severity,
    suite: scope.suite,
    limit: toText(level.limit),
    message: parts.message,
    remedy: parts.remedy,
    place: placeOf(manifest, [...scope.path, parts.path]),
  });
  return [{ violation: found, weight: parts.weight }];
}

interface JudgedAmount {
  readonly rule: 'per_run' | 'per_month' | 'worst_case_per_run';
  readonly limit: Limit;
  readonly actual: Decimal;
  readonly isComplete: boolean;
}

function judgeAmount(scope: Scope, manifest: Manifest, judged: JudgedAmount): Finding[] {
  const broken = brokenLevel(judged.limit, judged.actual);
  if (broken === null) return [];
  const shown = tellApart(judged.actual, broken.limit);
  return [
    {
      violation: violation({
        rule: judged.rule,
        severity: broken.severity,
        suite: scope.suite,
        actual: toText(judged.actual),
        isExact: judged.isComplete,
        limit: toText(broken.limit),
        message: RULE_WORDS[judged.rule].message({
          suite: scope.suite,
          ...shown,
          severity: broken.severity,
          isExact: judged.isComplete,
        }),
        remedy: RULE_WORDS[judged.rule].remedy(),
        place: placeOf(manifest, [...scope.path, judged.rule]),
      }),
      weight: weightOf([judged.actual], leftOut(scope.calls)),
    },
  ];
}

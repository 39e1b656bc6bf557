import type { Estimate } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import { add, compare, decimal, toText, type Decimal } from '../../lib/money/decimal.js';
import type { Limit } from '../../manifest/schema.js';
import { money, formatDistinct } from '../../lib/text/amount.js';
import { violation, type BrokenRule } from './violation.js';
import { breaksPercent, increasePercent, type Increase, type IncreaseBasis } from './increase.js';
import { brokenLevel, strictestLevel } from './judge-limits.js';
import { RULE_WORDS } from './rule-words.js';
import { increaseIn, placeOfLimit, type Scope } from './scope.js';

/** US dollars. A percentage of an increase below both shows rounding rather than spending. */
const SMALLEST_JUDGED_INCREASE = { perRun: decimal('0.01'), perMonth: decimal('1') };

type IncreaseRule = 'increase_per_run' | 'increase_percent';
type Level = ReturnType<typeof brokenLevel>;

interface JudgedIncrease {
  readonly scope: Scope;
  readonly manifest: Manifest;
  readonly basis: IncreaseBasis;
  readonly increase: Increase;
  /** The label that lifts a limit together with an approving review; undefined if the policy names none. */
  readonly overrideLabel: string | undefined;
}

/**
 * The limits on the increase of head over one side: increase_per_run and increase_percent. A suite that the side does not
 * have rises from zero. Where the increase of a call is not known, the sum of the others is judged as a lower bound, and
 * what remains unknown breaks the limit at its strictest level. Where only the cost before is not known, the increase is
 * at most the cost of head, and the limit is broken only if that breaks it.
 */
export function judgeIncrease(
  scope: Scope,
  head: { readonly manifest: Manifest; readonly estimate: Estimate },
  basis: IncreaseBasis,
  overrideLabel: string | undefined,
): BrokenRule[] {
  const { increase_per_run: perRun, increase_percent: percent } = scope.budget;
  if (perRun === undefined && percent === undefined) return [];
  const increase = increaseIn(scope, head.estimate, basis);
  const judged = { scope, manifest: head.manifest, basis, increase, overrideLabel };
  return [
    ...judgeLimit(judged, 'increase_per_run', perRun, ({ perRun: amount }) => perRun && brokenLevel(perRun, amount)),
    ...judgeLimit(judged, 'increase_percent', percent, (amount) => percent && brokenPercent(percent, increase, amount)),
  ];
}

function judgeLimit(
  judged: JudgedIncrease,
  rule: IncreaseRule,
  limit: Limit | undefined,
  levelOf: (amount: Increase['atMost']) => Level | undefined,
): BrokenRule[] {
  if (limit === undefined) return [];
  const { increase } = judged;
  if (increase.unknown.length > 0) {
    const strictest = strictestLevel(limit);
    const known = levelOf(increase) ?? null;
    if (known !== null && known.severity === strictest?.severity) return [broken(judged, rule, known, false)];
    return strictest === null ? [] : [unknownIncrease(judged, rule, strictest)];
  }
  const level = levelOf(increase.atMost) ?? null;
  if (level === null) return [];
  return [increase.isOpen ? possibleIncrease(judged, rule, level) : broken(judged, rule, level, true)];
}

function brokenPercent(limit: Limit, { before }: Increase, { perRun, perMonth }: Increase['atMost']): Level {
  const isSmall = compare(perRun, SMALLEST_JUDGED_INCREASE.perRun) < 0;
  const isSmallInAMonth = perMonth === null || compare(perMonth, SMALLEST_JUDGED_INCREASE.perMonth) < 0;
  if (isSmall && isSmallInAMonth) return null;
  for (const severity of ['fail', 'warn'] as const) {
    const percent = limit[severity];
    if (percent !== null && breaksPercent(percent, before, add(before, perRun))) return { severity, limit: percent };
  }
  return null;
}

/** `isExact`: false for a lower bound. */
function broken(judged: JudgedIncrease, rule: IncreaseRule, level: NonNullable<Level>, isExact: boolean): BrokenRule {
  const { scope, basis, increase } = judged;
  const { run, suite } = scope;
  const { from } = basis;
  if (rule === 'increase_per_run') {
    const shown = formatDistinct(increase.perRun, level.limit);
    const message = RULE_WORDS.increase_per_run.message({ run, suite, ...shown, isExact, from });
    return brokenIncrease(judged, rule, level, message, toText(increase.perRun), isExact);
  }
  const percent = increasePercent(increase.perRun, increase.before);
  const message = RULE_WORDS.increase_percent.message({
    run,
    suite,
    actual: percent === null ? null : percentAbove(percent, level.limit),
    after: money(add(increase.before, increase.perRun)),
    limit: `+${toText(level.limit)} %`,
    isExact,
    from,
  });
  return brokenIncrease(judged, rule, level, message, percent === null ? null : toText(percent, 2), isExact);
}

function unknownIncrease(judged: JudgedIncrease, rule: IncreaseRule, level: NonNullable<Level>): BrokenRule {
  const { scope, basis, increase } = judged;
  const facts = { run: scope.run, suite: scope.suite, from: basis.from, calls: increase.unknown };
  return brokenIncrease(judged, rule, level, RULE_WORDS[rule].cases.unknown.message(facts), null, true);
}

function possibleIncrease(judged: JudgedIncrease, rule: IncreaseRule, level: NonNullable<Level>): BrokenRule {
  const { scope, basis, increase } = judged;
  const facts = { run: scope.run, suite: scope.suite, from: basis.from, most: money(increase.atMost.perRun) };
  return brokenIncrease(judged, rule, level, RULE_WORDS[rule].cases.possible.message(facts), null, true);
}

function brokenIncrease(
  { scope, manifest, basis, overrideLabel }: JudgedIncrease,
  rule: IncreaseRule,
  level: NonNullable<Level>,
  message: string,
  actual: string | null,
  isExact: boolean,
): BrokenRule {
  return {
    violation: violation({
      rule,
      severity: level.severity,
      run: scope.run,
      suite: scope.suite,
      actual,
      limit: toText(level.limit),
      message,
      remedy: RULE_WORDS[rule].remedy({ overrideLabel }),
      isExact,
      isAgainstDefaultBranch: basis.from === 'the default branch',
      place: placeOfLimit(scope, manifest, rule),
    }),
    baseline: null,
  };
}

/** Two places, as in the report. With fewer, an increase above the limit could look as if it were not. */
function percentAbove(actual: Decimal, limit: Decimal): string {
  return compare(actual, limit) > 0 ? `+${toText(actual)} %` : `just above +${toText(limit)} %`;
}

import {
  absolute,
  compare,
  isZero,
  parseDecimal,
  times,
  isPositive,
  percentage,
  subtract,
  toNumber,
  toText,
  ZERO,
  type Decimal,
} from '../../lib/money/decimal.js';
import {
  age,
  counted,
  formatDistinct,
  signedMoney,
  atLeast,
  money,
  percent,
  plainPercent,
} from '../../lib/text/amount.js';
import { RULE_WORDS, runName, type RuleUnit } from '../../budget/verdict/rule-words.js';
import type { Violation } from '../../budget/verdict/violation.js';
import type { ErrorReport, Report, ReportDelta, ReportRun, Reports } from './schema.js';
import { hasHeadManifest } from './document.js';
import { costOf, deltaText, hasLimits, isNothingChanged, isZeroAmount } from './wording.js';

/** The sentence of the verdict: `Over budget` and `LLM calls cost $5.21 per run, +$0.31 (+6.3 %)`. Both hold names. */
export interface Headline {
  readonly title: string;
  /** Null where there are no figures, because head has no manifest. */
  readonly cost: string | null;
}

/** The sentence of a report's verdict. */
export function headline(report: Report): Headline {
  return { title: titleOf(report), cost: costSentence(report) };
}

function titleOf(report: Report): string {
  const [worst] = report.violations;
  if (worst === undefined) return unbrokenTitle(report);
  if (isPriceAgeAlone(report, worst)) return `${unbrokenTitle(report)}, prices ${ageOf(worst)}`;
  const title = `${titleOfViolation(worst)}${isPreExisting(worst) ? loosenedText(report) : ''}`;
  return hasLimits(report) || worst.rule === 'manifest_missing' ? title : `${title}, no limit set`;
}

function unbrokenTitle(report: Report): string {
  if (!hasLimits(report)) return 'No limit set';
  if (report.verdict === 'warn' && report.violations.length === 0) return 'Not every figure is known';
  return `Within budget${loosenedText(report)}`;
}

/** The number of limits that the change loosens, so that it does not read like a change that does nothing. */
function loosenedText({ policy }: Report): string {
  const loosened = policy.not_applied.length;
  return loosened === 0 ? '' : `, ${counted(loosened, 'loosened limit')} not applied`;
}

function isPreExisting({ excused, in_base: inBase }: Violation): boolean {
  return excused === true || inBase === true;
}

/** Whether the only violation is a lockfile within its age limit: the budget holds. */
function isPriceAgeAlone({ violations }: Report, worst: Violation): boolean {
  return (
    worst.rule === 'stale_prices' && worst.severity === 'warn' && worst.overridden !== true && violations.length === 1
  );
}

function ageOf({ actual }: Violation): string {
  const days = Number(actual ?? '0');
  return Number.isFinite(days) ? age(days) : 'of unknown age';
}

function titleOfViolation(worst: Violation): string {
  const title = brokenTitle(worst);
  if (worst.overridden === true) return `${title}, overridden`;
  return isPreExisting(worst) ? `${title}, as before` : title;
}

/** The rule that is broken, and where: `Suite rag-evals over its limit: $4.33 of $4.00`. */
function brokenTitle(worst: Violation): string {
  const { headline: words } = RULE_WORDS[worst.rule];
  if (typeof words === 'string') return words;
  const isWarning = worst.severity === 'warn' && worst.overridden !== true && worst.excused !== true;
  const { run, suite, actual } = worst;
  return words({ run, suite, actual, isWarning, figures: actualOfLimit(worst) });
}

function actualOfLimit({ actual, limit, at_least: isLowerBound }: Violation): string | null {
  const [a, b] = [actual, limit].map((amount) => (amount === null ? null : parseDecimal(amount)));
  if (!a || !b) return null;
  const shown = formatDistinct(a, b);
  return `${atLeast(isLowerBound !== true)}${shown.actual} of ${shown.limit}`;
}

function costSentence(report: Report): string | null {
  if (!hasHeadManifest(report)) return null;
  const drift = driftText(report);
  const runs = report.runs ?? [];
  if (runs.length > 1) return `LLM calls: ${runsText(runs, report)}${drift === '' ? '' : `; ${drift}`}`;
  const foreign = drift === '' ? '' : ` (${drift})`;
  return `LLM calls cost ${costOf(report.head)} per run${foreign}, ${changeOf(report.base === null ? null : report.delta)}`;
}

const MOST_RUNS = 3;

/** `a push costs $6.50 (+$0.31), a night $11.88 (no change)`. */
function runsText(runs: readonly ReportRun[], { base }: Report): string {
  const shown = runs.slice(0, MOST_RUNS).map(({ name, head, delta }, index) => {
    const cost = head === null ? 'is gone' : `${index === 0 ? 'costs ' : ''}${costOf(head)}`;
    const change = delta?.per_run ?? null;
    const moved = change === null ? 'change not known' : isZeroAmount(change) ? 'no change' : signedMoney(change);
    return `${runName(name)} ${cost}${base === null ? '' : ` (${moved})`}`;
  });
  const more = runs.length - shown.length;
  return [...shown, ...(more > 0 ? [`${counted(more, 'more kind')} of run`] : [])].join(', ');
}

/** How far prices moved the cost of a run; empty unless that is more than the change did and at least 1 % of the cost. */
function driftText({ price_drift: drift, delta, head }: Report): string {
  const moved = parseDecimal(drift?.per_run ?? '0');
  if (moved === null || isZero(moved)) return '';
  const own = parseDecimal(delta?.per_run ?? '0');
  const cost = parseDecimal(head.priced_per_run);
  if (own === null || cost === null || compare(absolute(moved), absolute(own)) <= 0) return '';
  if (compare(times(absolute(moved), 100), cost) < 0) return '';
  return `of which ${signedMoney(moved)} is not this change's: prices moved`;
}

function changeOf(delta: ReportDelta | null): string {
  if (delta === null) return 'no base to compare with';
  if (delta.per_run === null) return 'change not known';
  return isZeroAmount(delta.per_run) ? 'no change' : deltaText(delta);
}

/** `Over budget: LLM calls cost …`, or `Suite rag over its limit: $4.33 of $4.00. LLM calls cost …`: one colon is enough. */
export function betweenParts({ title }: Headline): string {
  return title.includes(':') ? '. ' : ': ';
}

/** The one line over several manifests: `3 manifests: 1 without a verdict, 1 fails, 1 passes`. */
export function headlineOfAll({ reports }: Reports): string {
  const count = (verdict: Report['verdict'] | ErrorReport['verdict']) =>
    reports.filter((report) => report.verdict === verdict).length;
  const parts: [number, string, string][] = [
    [count('error'), 'without a verdict', 'without a verdict'],
    [count('fail'), 'fails', 'fail'],
    [count('warn'), 'warns', 'warn'],
    [count('pass'), 'passes', 'pass'],
  ];
  const words = parts.flatMap(([number, one, many]) =>
    number === 0 ? [] : [`${number} ${number === 1 ? one : many}`],
  );
  const quiet = reports.every((report) => report.verdict !== 'error' && isNothingChanged(report));
  return `LLM budget, ${counted(reports.length, 'manifest')}: ${quiet ? 'nothing changed' : words.join(', ')}`;
}

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

/** A violation in words, for every renderer. */
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
    // An overridden violation was approved as it is.
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

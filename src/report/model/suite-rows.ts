import {
  compare,
  fromInteger,
  isPositive,
  parseDecimal,
  percentage,
  round,
  toNumber,
  type Decimal,
} from '../../lib/money/decimal.js';
import { atLeast, money, percent, plainPercent } from '../../lib/text/amount.js';
import { runName } from '../../budget/verdict/rule-words.js';
import { hasHeadManifest } from './document.js';
import { deltaText, hasLimits, isZeroAmount } from './wording.js';
import type { Report, ReportDelta, ReportSuite, ReportTotals } from './schema.js';

const ONE = fromInteger(1);
const HUNDRED = fromInteger(100);

/** A line of the suites' table; only `name` is untrusted. */
export interface SuiteRow {
  readonly name: string;
  /** An amount, `new` or `no price`. */
  readonly base: string;
  /** An amount, `gone` or `no price`. */
  readonly head: string;
  /** `+$0.31 (+6.3 %)`; `new` or `removed` where one side lacks the suite and the amount is not known. */
  readonly change: string;
  /** The same without its percentage. */
  readonly changeAmount: string;
  /** Its percentage alone; empty where there is none. */
  readonly changePercent: string;
  readonly share: Share | null;
}

interface Share {
  /** The length of a bar: above 100 where a limit is broken. */
  readonly percent: number;
  /** `76 % of $2.00`. */
  readonly text: string;
  /** `76 %`. */
  readonly part: string;
}

/** The title of the shares: they are parts of the limits, or of the run where nothing limits its cost. */
export function shareTitle(report: Report): string {
  return hasRunLimit(report) ? 'Share of limit' : 'Share of run';
}

/** The line of one suite. */
export function suiteRow(suite: ReportSuite, report: Report): SuiteRow {
  return {
    name: suite.name,
    base: suite.base === null ? (report.base === null ? '' : 'new') : cost(suite.base),
    head: suite.head === null ? 'gone' : cost(suite.head),
    ...changeOf(suite),
    share: shareOf(suite, report),
  };
}

/** The line of all suites together; with several kinds of run, which never meet, a line for each of them. */
export function totalRows(report: Report): SuiteRow[] {
  const runs = report.runs ?? [];
  if (runs.length < 2) {
    return [totalRow('All suites', hasHeadManifest(report) ? report.head : null, report.base, report.delta, report)];
  }
  return runs.map(({ name, head, base, delta }) => totalRow(runName(name), head, base, delta, report, name));
}

function totalRow(
  name: string,
  head: ReportTotals | null,
  base: ReportTotals | null,
  delta: ReportDelta | null,
  report: Report,
  run: string | null = null,
): SuiteRow {
  const limit = runLimit(report, null, run);
  return {
    name,
    base: base === null ? '' : cost(base),
    head: head === null ? 'not known' : cost(head),
    ...totalChange(report.base, delta),
    share: limit === null || head === null ? null : share(head, limit, money(limit)),
  };
}

type Change = Pick<SuiteRow, 'change' | 'changeAmount' | 'changePercent'>;

function totalChange(base: ReportTotals | null, delta: ReportDelta | null): Change {
  if (base === null) return inWords('');
  return delta === null ? inWords('not known') : inFigures(delta);
}

function inWords(word: string): Change {
  return { change: word, changeAmount: word, changePercent: '' };
}

function inFigures(delta: ReportDelta): Change {
  const [change, changeAmount] = [deltaText(delta), deltaText({ ...delta, percent: null })];
  const changePercent = change === changeAmount || delta.percent === null ? '' : percent(delta.percent);
  return { change, changeAmount, changePercent };
}

/** An amount; `no price`, with what is known of it where some calls have one. */
function cost(totals: ReportTotals): string {
  if (totals.per_run !== null) return money(totals.per_run);
  return isZeroAmount(totals.priced_per_run) ? 'no price' : `${money(totals.priced_per_run)} + no price`;
}

function changeOf(suite: ReportSuite): Change {
  if (suite.delta !== null && suite.status !== 'added' && suite.status !== 'removed') return inFigures(suite.delta);
  const amount = suite.delta?.per_run ?? null;
  if (amount === null) return inWords(suite.status === 'removed' ? 'removed' : 'new');
  return inFigures({ per_run: amount, percent: null, per_month: null });
}

/** The share of the suite's own limit, else of the run's limit, else of the cost of the run. */
function shareOf(suite: ReportSuite, report: Report): Share | null {
  if (suite.head === null) return null;
  const own = runLimit(report, suite.name, null);
  if (own !== null) return share(suite.head, own, `its ${money(own)}`);
  const common = runLimit(report, null, suite.run ?? null);
  if (common !== null) return share(suite.head, common, money(common));
  // The total is not known, so there is no share of it.
  if (hasRunLimit(report) || report.head.per_run === null) return null;
  return share(suite.head, report.head.per_run, null);
}

/** A suite with unpriced calls has at least this share; one in which no call has a price has none. `whole` is in US dollars. */
function share(
  { per_run: exactly, priced_per_run: known }: ReportTotals,
  whole: string,
  of: string | null,
): Share | null {
  const [part, total] = [parseDecimal(known), parseDecimal(whole)];
  if (part === null || total === null || !isPositive(total)) return null;
  if (exactly === null && isZeroAmount(known)) return null;
  const exact = percentage(part, total, 6);
  const shown = `${atLeast(exactly !== null)}${sharePercent(exact)}`;
  return { percent: toNumber(exact), part: shown, text: of === null ? shown : `${shown} of ${of}` };
}

/** Whole percents from 1 on. A share that would be rounded to 100 reads `just over 100 %` or `just under 100 %`. */
function sharePercent(exact: Decimal): string {
  if (compare(exact, ONE) < 0) return plainPercent(exact);
  const [whole, toLimit] = [round(exact, 0), compare(exact, HUNDRED)];
  if (toLimit === 0 || compare(whole, HUNDRED) !== 0) return plainPercent(whole);
  return `just ${toLimit > 0 ? 'over' : 'under'} 100 %`;
}

/** The limit on the cost of a run: of a suite, or of the suites of a kind; null where there is none. */
function runLimit(report: Report, suite: string | null, run: string | null): string | null {
  const limits = (report.limits ?? []).filter((state) => state.rule === 'per_run' && state.suite === suite);
  const limit = limits.find((state) => (state.run ?? run) === run);
  return limit?.fail ?? limit?.warn ?? null;
}

function hasRunLimit(report: Report): boolean {
  return hasLimits(report) && (report.limits ?? []).some((limit) => limit.rule === 'per_run');
}

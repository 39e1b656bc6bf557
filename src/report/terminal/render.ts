import {
  coverageText,
  hasHeadManifest,
  headline,
  isNothingChanged,
  moneyOr,
  priceSource,
  usageFlaws,
  usageTitle,
} from '../model/wording.js';
import type { ErrorReport, Report } from '../model/schema.js';
import { shareTitle, suiteRow, totalRow } from '../model/suite-rows.js';
import type { SuiteRow } from '../model/suite-rows.js';
import { describeViolation } from '../model/violation-words.js';
import { money, signedMoney } from '../../lib/text/amount.js';
import { logLine } from '../../lib/text/log.js';
import { LINE_LIMIT } from '../../lib/text/plain.js';
import type { Violation } from '../../budget/verdict/violation.js';
import { explanation } from './explain.js';
import type { Paint } from './colour.js';
import { paintWith } from './colour.js';
import type { Column } from '../../lib/text/columns.js';
import { bar, columns } from '../../lib/text/columns.js';

export interface TerminalOptions {
  /** Only where a terminal reads and NO_COLOR is not set. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Print the arithmetic of each call. */
  readonly explain: boolean;
}

const VERDICT_STYLE = { pass: 'green', warn: 'yellow', fail: 'red', error: 'red' } as const;

/**
 * The report for a person at a terminal: verdict, violations, suites, notes, prices. The text may end up in a
 * runner's log, so whatever is untrusted passes the log's own filter.
 */
export function renderTerminal(report: Report | ErrorReport, options: TerminalOptions): string {
  const paint = paintWith(options.colour);
  const parts = report.verdict === 'error' ? errorParts(report, paint) : reportParts(report, options, paint);
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function errorParts(report: ErrorReport, paint: Paint): string[][] {
  const problems = report.errors.map(({ message, file, line, column }) => {
    const place = [file, line, column].filter((part) => part !== null).join(':');
    return `  ${place === '' ? '' : `${logLine(place)}: `}${logLine(message)}`;
  });
  return [[paint('red', paint('bold', 'No verdict')), ...problems]];
}

function reportParts(report: Report, options: TerminalOptions, paint: Paint): string[][] {
  return [
    [verdictLine(report, paint)],
    report.violations.flatMap((violation) => violationLines(violation, paint)),
    suiteTable(report, options, paint),
    figureLines(report),
    noteLines(report),
    options.explain ? explanation(report, paint) : [],
    [priceLine(report, paint), ...(hasHeadManifest(report) ? [`Calls: ${coverageText(report)}`] : [])],
  ];
}

function verdictLine(report: Report, paint: Paint): string {
  const { title, cost } = headline(report);
  const style = VERDICT_STYLE[report.verdict];
  const text = isNothingChanged(report) && report.verdict === 'pass' ? 'Nothing changed' : title;
  return `${paint(style, paint('bold', text))}${cost === null ? '' : `: ${cost}`}`;
}

function violationLines(violation: Violation, paint: Paint): string[] {
  const words = describeViolation(violation);
  const level = violation.severity === 'fail' ? paint('red', 'fail') : paint('yellow', 'warn');
  const subject = words.subject === null ? '' : `${logLine(words.subject, 140)}: `;
  const figures = words.figures === null ? null : `${words.title} ${words.figures}`;
  const said = figures === null ? logLine(words.message) : figures + (words.over === null ? '' : `, ${words.over}`);
  const where = violation.file === null ? '' : logLine(`${violation.file}:${violation.line ?? 1}`);
  const aside = [words.mitigated, where].filter((part) => part !== null && part !== '').join(', ');
  return [
    `  ${level}  ${figures === null ? '' : subject}${said}${aside === '' ? '' : paint('dim', `  (${aside})`)}`,
    ...(words.remedy === null ? [] : [paint('dim', `        ${logLine(words.remedy)}`)]),
  ];
}

const NAME: Column = { title: 'Suite', align: 'left', isElastic: true };

function suiteTable(report: Report, { width }: TerminalOptions, paint: Paint): string[] {
  if (report.suites.length === 0) return [];
  const hasBase = report.base !== null;
  const heads: Column[] = [
    NAME,
    ...(hasBase ? [right('Base'), right('Head'), right('Change')] : [right('Per run')]),
    ...(hasHeadManifest(report) ? [{ title: shareTitle(report), align: 'left' } satisfies Column] : []),
  ];
  const rows = [...report.suites.map((suite) => suiteRow(suite, report)), totalRow(report)].map((row) =>
    cellsOf(row, hasBase),
  );
  const [titles = '', ...lines] = columns(heads, rows, width - 2).map((line) => `  ${line}`);
  return [paint('dim', titles), ...lines.slice(0, -1), ...lines.slice(-1).map((line) => paint('bold', line))];
}

function cellsOf(row: SuiteRow, hasBase: boolean): string[] {
  const share = row.share === null ? '' : `${bar(row.share.percent)} ${row.share.text}`;
  return [name(row.name), ...(hasBase ? [row.base, row.head, row.change] : [row.head]), share];
}

function right(title: string): Column {
  return { title, align: 'right' };
}

function figureLines(report: Report): string[] {
  const { head, delta, price_drift: drift, usage, credits, charges } = report;
  const month = head.per_month;
  const monthly = delta?.per_month ?? null;
  const cash = head.cash_per_run ?? null;
  const range = `${moneyOr(head.floor_per_run, 'not known')} - ${moneyOr(head.worst_case_per_run, 'not known')}`;
  return [
    ...(hasHeadManifest(report) ? [`Range of a run: ${range}`] : []),
    ...(month === null ? [] : [`Per month: ${money(month)}${monthly === null ? '' : ` (${signedMoney(monthly)})`}`]),
    ...(cash === null ? [] : [`Cash per run: ${money(cash)} with the fee for credits`]),
    ...(usage === undefined ? [] : [usageTitle(usage), ...usageFlaws(usage)]),
    ...(charges ?? []).map((line) => logLine(line)),
    ...(credits?.lines ?? []).map((line) => logLine(line)),
    ...(drift?.per_run ? [`Prices moved since the lockfile: ${signedMoney(drift.per_run)} per run`] : []),
  ];
}

function noteLines(report: Report): string[] {
  const { override } = report;
  return [
    ...(override === null ? [] : [`Overridden by ${name(override.label)}, approved by ${name(override.by)}`]),
    ...report.policy.not_applied.map(
      ({ key, head, policy }) =>
        `Not applied until merged: ${name(key)} ${head === null ? 'dropped' : name(head)}, in force ${name(policy)}`,
    ),
    ...report.notes.map(({ message }) => `Note: ${logLine(message)}`),
    ...(report.suggestions ?? []).map(({ message, saving_per_run: saving }) => {
      const saved = saving === null ? '' : ` (saves ${money(saving)} per run)`;
      return `Would help: ${logLine(message)}${saved}`;
    }),
  ];
}

/** A name or value: no longer than in a cell of the comment. */
function name(text: string): string {
  return logLine(text, LINE_LIMIT);
}

function priceLine(report: Report, paint: Paint): string {
  const text = `Prices ${priceSource(report)}, ${logLine(report.prices.url)}, fetched ${name(report.prices.fetched_at)}`;
  return report.prices.source === 'lock' ? paint('yellow', text) : text;
}

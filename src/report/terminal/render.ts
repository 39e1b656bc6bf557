import { hasHeadManifest } from '../model/document.js';
import {
  arithmeticOf,
  coverageText,
  isAdviceShown,
  isNothingChanged,
  moneyOr,
  priceSource,
  stateWord,
  tokensOf,
  unitPricesOf,
  usageFlaws,
  usageTitle,
} from '../model/wording.js';
import { changeLines, moreChanges, splitLines, worstCaseLine } from '../model/change-lines.js';
import { betweenParts, headline, headlineOfAll, describeViolation } from '../model/verdict-words.js';
import type { ErrorReport, Report, ReportCall, ReportDocument } from '../model/schema.js';
import { counted, money, signedMoney } from '../../lib/text/amount.js';
import { wrapped, type Style, paintWith } from '../../lib/text/columns.js';
import { LINE_LIMIT, logLine } from '../../lib/text/plain.js';
import type { Violation } from '../../budget/verdict/violation.js';
import { suiteTable } from './suite-table.js';

export interface TerminalOptions {
  /** True only where the output is a terminal and NO_COLOR is not set. */
  readonly colour: boolean;
  /**
   * Columns of the terminal: prose is wrapped and tables are cut to it. Null: the width is not known, so nothing is wrapped
   * or cut.
   */
  readonly width: number | null;
  /** Print the arithmetic of each call. */
  readonly explain: boolean;
}

const VERDICT_STYLE = { pass: 'green', warn: 'yellow', fail: 'red', error: 'red' } as const;

/**
 * The report for a person at a terminal: verdict, violations, suites, notes, prices. The text may end up in a
 * runner's log, so untrusted text passes the log's own filter.
 */
export function renderTerminal(document: ReportDocument, options: TerminalOptions): string {
  const style: Style = { paint: paintWith(options.colour), width: options.width };
  const parts = documentParts(document, options, style);
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function documentParts(document: ReportDocument, options: TerminalOptions, style: Style): string[][] {
  if ('reports' in document) {
    const { paint, width } = style;
    const first = wrapped('', paint(VERDICT_STYLE[document.verdict], paint('bold', headlineOfAll(document))), width);
    return [
      first,
      ...document.reports.flatMap((report) => {
        const title = report.manifest === undefined ? [] : [[paint('bold', `== ${name(report.manifest)}`)]];
        return [...title, ...documentParts(report, options, style)];
      }),
    ];
  }
  return document.verdict === 'error' ? errorParts(document, style) : reportParts(document, options, style);
}

function errorParts(report: ErrorReport, { paint, width }: Style): string[][] {
  const problems = report.errors.flatMap(({ message, file, line, column }) => {
    const place = [file, line, column].filter((part) => part !== null).join(':');
    return wrapped('  ', `${place === '' ? '' : `${logLine(place)}: `}${logLine(message)}`, width);
  });
  return [[paint('red', paint('bold', 'No verdict')), ...problems]];
}

function reportParts(report: Report, options: TerminalOptions, style: Style): string[][] {
  const paragraph = (text: string): string[] => wrapped('', text, style.width);
  return [
    paragraph(verdictLine(report, style)),
    report.violations.flatMap((violation) => violationLines(violation, style)),
    changedLines(report, style),
    suiteTable(report, style),
    figureLines(report).flatMap(paragraph),
    noteLines(report).flatMap(paragraph),
    options.explain ? explanation(report, style) : [],
    [priceLine(report, style), ...(hasHeadManifest(report) ? [`Calls: ${coverageText(report)}`] : [])].flatMap(
      paragraph,
    ),
  ];
}

function verdictLine(report: Report, { paint }: Style): string {
  const { title, cost } = headline(report);
  const text = isNothingChanged(report) && report.verdict === 'pass' ? 'Nothing changed' : logLine(title);
  return `${paint(VERDICT_STYLE[report.verdict], paint('bold', text))}${cost === null ? '' : `${betweenParts({ title: text, cost })}${logLine(cost)}`}`;
}

function violationLines(violation: Violation, { paint, width }: Style): string[] {
  const words = describeViolation(violation);
  const level = violation.severity === 'fail' ? paint('red', 'fail') : paint('yellow', 'warn');
  const subject = words.subject === null ? '' : `${logLine(words.subject, 140)}: `;
  const figures = words.figures === null ? null : `${words.title} ${words.figures}`;
  const statement =
    figures === null ? logLine(words.message) : figures + (words.over === null ? '' : `, ${words.over}`);
  const where = violation.file === null ? '' : logLine(`${violation.file}:${violation.line ?? 1}`);
  const aside = [words.mitigated, where].filter((part) => part !== null && part !== '').join(', ');
  const text = `${figures === null ? '' : subject}${statement}${aside === '' ? '' : paint('dim', `  (${aside})`)}`;
  return [
    ...wrapped(`  ${level}  `, text, width),
    ...(words.remedy === null
      ? []
      : wrapped('        ', logLine(words.remedy), width).map((line) => paint('dim', line))),
  ];
}

const CHANGES_SHOWN = 10;

function changedLines(report: Report, { paint, width }: Style): string[] {
  const lines = changeLines(report);
  const worst = worstCaseLine(report);
  if (lines.length === 0 && worst === null) return [];
  const { shown, rest } = splitLines(lines, CHANGES_SHOWN);
  return [
    paint('bold', 'What changed'),
    ...(worst === null ? [] : wrapped('  ', `Worst case of a run: ${worst.words}, ${worst.amount}`, width)),
    ...shown.flatMap(({ subject, words, amount }) => {
      return wrapped('  ', `${logLine(subject, 140)}: ${logLine(words)}, ${amount}`, width);
    }),
    ...(rest.length === 0 ? [] : wrapped('  ', moreChanges(rest), width)),
  ];
}

function figureLines(report: Report): string[] {
  const { head, delta, price_drift: drift, usage, credits, charges } = report;
  const month = head.per_month;
  const monthly = delta?.per_month ?? null;
  const cash = head.cash_per_run ?? null;
  const isKnown = head.floor_per_run !== null || head.worst_case_per_run !== null;
  const range = isKnown
    ? `${moneyOr(head.floor_per_run, 'not known')} - ${moneyOr(head.worst_case_per_run, 'not known')}`
    : 'not known';
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
    ...(isAdviceShown(report) ? (report.suggestions ?? []) : []).map(({ message, saving_per_run: saving }) => {
      const saved = saving === null ? '' : ` (saves ${money(saving)} per run)`;
      return `Would help: ${logLine(message)}${saved}`;
    }),
  ];
}

/** A name or value: no longer than in a cell of the comment. */
function name(text: string): string {
  return logLine(text, LINE_LIMIT);
}

function priceLine(report: Report, { paint }: Style): string {
  const text = `Prices ${priceSource(report)}, ${logLine(report.prices.url)}, fetched ${name(report.prices.fetched_at)}`;
  return report.prices.source === 'lock' ? paint('yellow', text) : text;
}

/** How the cost of each call comes about, call by call. */
function explanation(report: Report, { paint, width }: Style): string[] {
  return report.suites
    .filter((suite) => suite.head !== null)
    .flatMap((suite) => [
      paint('bold', logLine(suite.name)),
      ...suite.calls.flatMap((call) => (call.head === null ? [] : callLines(call, width))),
    ]);
}

function callLines(call: ReportCall, width: number | null): string[] {
  const model = call.name === call.model ? '' : ` (${logLine(call.model)})`;
  const cost = moneyOr(call.head?.per_run);
  const [tokens, prices] = [tokensOf(call), unitPricesOf(call)];
  const facts = [
    counted(call.requests_per_run, 'request'),
    ...(tokens === null
      ? []
      : [`${tokens.prompt}${tokens.cached === '' ? '' : ` (${tokens.cached} cached)`} in, ${tokens.completion} out`]),
    prices === null ? stateWord(call) : `${prices.prompt} in, ${prices.completion} out per million`,
  ].join('; ');
  const below = [
    `${facts}${call.reason === null ? '' : `: ${logLine(call.reason)}`}`,
    ...arithmeticOf(call).map((line) => logLine(line)),
  ];
  return [
    ...wrapped('  ', `${logLine(call.name)}${model}: ${cost} per run`, width),
    ...below.flatMap((line) => wrapped('    ', line, width)),
  ];
}

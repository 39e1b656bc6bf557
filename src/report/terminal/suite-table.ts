import type { Report } from '../model/schema.js';
import { shareTitle, suiteRow, totalRows, type SuiteRow } from '../model/suite-rows.js';
import { hasHeadManifest } from '../model/document.js';
import { bar, columns, cutToWidth, widthOf, type Column, type Style } from '../../lib/text/columns.js';
import { LINE_LIMIT, logLine } from '../../lib/text/plain.js';

/** The parts that a narrow terminal leaves out, the least needed first. */
interface Layout {
  readonly bar: boolean;
  /** `+$0.31 (+6.3 %)` instead of `+$0.31`. */
  readonly percentOfChange: boolean;
  /** `76 % of $2.00` instead of `76 %`. */
  readonly limit: boolean;
  readonly base: boolean;
}

const WIDEST: Layout = { bar: true, percentOfChange: true, limit: true, base: true };
const NARROWEST: Layout = { bar: false, percentOfChange: false, limit: false, base: false };
const LAYOUTS: readonly Layout[] = [
  WIDEST,
  { ...WIDEST, bar: false },
  { ...WIDEST, bar: false, percentOfChange: false },
  { ...NARROWEST, base: true },
  NARROWEST,
];

const INDENT = '  ';
/** A narrower layout is taken before a name is cut to fewer characters than this. */
const READABLE_NAME = 20;

/** The cost and share of each suite and of all of them. No line is wider than the terminal, from 60 columns on. */
export function suiteTable(report: Report, { paint, width }: Style): string[] {
  if (report.suites.length === 0) return [];
  const rows = [...report.suites.map((suite) => suiteRow(suite, report)), ...totalRows(report)];
  const maxWidth = (width ?? Number.POSITIVE_INFINITY) - INDENT.length;
  const layout = LAYOUTS.find((each) => naturalWidth(report, rows, each) <= maxWidth) ?? NARROWEST;
  const lines = columns(
    headsOf(report, layout),
    rows.map((row) => cellsOf(row, report, layout)),
    maxWidth,
  );
  const [titles = '', ...rest] = lines.map((line) => `${INDENT}${line}`);
  const { length: suites } = report.suites;
  return [paint('dim', titles), ...rest.slice(0, suites), ...rest.slice(suites).map((line) => paint('bold', line))];
}

function naturalWidth(report: Report, rows: readonly SuiteRow[], layout: Layout): number {
  const cells = rows.map((row) => {
    const [first = '', ...others] = cellsOf(row, report, layout);
    return [cutToWidth(first, READABLE_NAME), ...others];
  });
  return Math.max(...columns(headsOf(report, layout), cells, Number.POSITIVE_INFINITY).map(widthOf));
}

function headsOf(report: Report, layout: Layout): Column[] {
  const right = (title: string): Column => ({ title, align: 'right' });
  return [
    { title: 'Suite', align: 'left', isElastic: true },
    ...(report.base === null
      ? [right('Per run')]
      : [...(layout.base ? [right('Base')] : []), right('Head'), right('Change')]),
    ...(hasHeadManifest(report) ? [{ title: shareTitle(report), align: 'left' } satisfies Column] : []),
  ];
}

function cellsOf(row: SuiteRow, report: Report, layout: Layout): string[] {
  const change = layout.percentOfChange ? row.change : row.changeAmount;
  return [
    logLine(row.name, LINE_LIMIT),
    ...(report.base === null ? [row.head] : [...(layout.base ? [row.base] : []), row.head, change]),
    shareCell(row, layout),
  ];
}

function shareCell({ share }: SuiteRow, layout: Layout): string {
  if (share === null) return '';
  const text = layout.limit ? share.text : share.part;
  return layout.bar ? `${bar(share.percent)} ${text}` : text;
}

import type { Report, ReportSuite } from '../../report/schema.js';
import { shareTitle, suiteRow, totalRow } from '../../report/suite-rows.js';
import type { Share, SuiteRow } from '../../report/suite-rows.js';
import { moneyOr } from '../../report/wording.js';
import { bar } from '../../text/bar.js';
import type { Block } from '../../text/fit.js';
import { counted } from '../../text/amount.js';
import { cell } from '../../text/markdown.js';
import type { MarkdownContext } from '../context.js';
import { missingRows } from '../context.js';
import { folded, tableHead, tableRow } from './folded.js';

/** The suites that this change touches, and the line of all; those it leaves alone are counted, not listed. */
export function changedSuites(report: Report, context: MarkdownContext): Block[] {
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged');
  if (changed.length === 0) return [];
  const total = markdownRow(
    { ...totalRow(report), name: '' },
    `**All ${counted(report.suites.length, 'suite')}**`,
    report,
  );
  return [
    {
      lead: `${head(report)}\n${total}`,
      rows: changed.map((suite) => rowOf(suite, report)),
      importance: 8,
      missing: missingRows(context, 'changed suite'),
    },
  ];
}

export function unchangedSuites(report: Report, context: MarkdownContext): Block[] {
  const unchanged = report.suites.filter((suite) => suite.status === 'unchanged');
  if (unchanged.length === 0) return [];
  return [
    folded(counted(unchanged.length, 'unchanged suite'), {
      lead: tableHead(['Suite', '>Per run', shareTitle(report)]),
      rows: unchanged.map((suite) => {
        const row = suiteRow(suite, report);
        return tableRow([cell(suite.name), row.head, shareCell(row.share)]);
      }),
      importance: 3,
      missing: missingRows(context, 'unchanged suite'),
    }),
  ];
}

/** Floor, expected and worst case of a run, suite by suite. */
export function rangeSection(report: Report, context: MarkdownContext): Block[] {
  const { head } = report;
  const range = `floor ${moneyOr(head.floor_per_run)} – worst case ${moneyOr(head.worst_case_per_run, 'not known')}`;
  const uncapped = report.suites.flatMap((suite) => suite.calls.filter((call) => !call.capped && call.head !== null));
  const rows = report.suites.flatMap((suite) => {
    if (suite.head === null) return [];
    const { floor_per_run: floor, per_run: expected, worst_case_per_run: worst } = suite.head;
    const isUncapped = suite.calls.some((call) => !call.capped && call.head !== null);
    const worstText = `${moneyOr(worst, 'not known')}${isUncapped ? ' *' : ''}`;
    return [tableRow([cell(suite.name), moneyOr(floor), moneyOr(expected), worstText])];
  });
  const note =
    uncapped.length === 0
      ? ''
      : `\\* ${counted(uncapped.length, 'call')} without \`max_tokens\`: the worst case is what the model may write at most.\n\n`;
  return [
    folded(`Range of a run: ${range}`, {
      lead: `${note}${tableHead(['Suite', '>Floor', '>Expected', '>Worst case'])}`,
      rows,
      importance: 2,
      missing: missingRows(context, 'suite'),
    }),
  ];
}

function head(report: Report): string {
  const share = shareTitle(report);
  return report.base === null
    ? tableHead(['Suite', '>Per run', share])
    : tableHead(['Suite', '>Base', '>Head', '>Change', share]);
}

function rowOf(suite: ReportSuite, report: Report): string {
  return markdownRow(suiteRow(suite, report), cell(suite.name), report);
}

function markdownRow(row: SuiteRow, name: string, report: Report): string {
  const bold = name.startsWith('**');
  const figures = report.base === null ? [row.head] : [row.base, row.head, row.change];
  const shown = bold ? figures.map((figure) => (figure === '' ? '' : `**${figure}**`)) : figures;
  return tableRow([name, ...shown, shareCell(row.share)]);
}

function shareCell(share: Share | null): string {
  return share === null ? '' : `\`${bar(share.percent)}\` ${share.text}`;
}

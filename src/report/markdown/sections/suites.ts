import { hasHeadManifest, isZeroAmount, moneyOr } from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import { shareTitle, suiteRow, totalRow } from '../../model/suite-rows.js';
import type { Share, SuiteRow } from '../../model/suite-rows.js';
import { bar } from '../../../lib/text/columns.js';
import type { Block } from '../../../lib/text/fit.js';
import { counted, money, signedMoney, formatDistinct } from '../../../lib/text/amount.js';
import { cell } from '../../../lib/text/markdown.js';
import { folded, missingRows, tableHead, tableRow, unbroken } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

/** The suites that this change touches, and the line of all; those it leaves alone are counted, not listed. */
export function changedSuites(report: Report, context: MarkdownContext): Block[] {
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged');
  if (changed.length === 0) return [];
  return [
    {
      lead: `${head(report)}\n${totalLine(report)}`,
      rows: changed.map((suite) => {
        const row = suiteRow(suite, report);
        return tableRow([cell(suite.name), ...figures(row, report), ...shareCells(row, report)]);
      }),
      importance: 6,
      missing: missingRows(context, 'changed suite'),
    },
  ];
}

export function unchangedSuites(report: Report, context: MarkdownContext): Block[] {
  const unchanged = report.suites.filter((suite) => suite.status === 'unchanged');
  if (unchanged.length === 0) return [];
  return [
    folded(
      {
        title: counted(unchanged.length, 'unchanged suite'),
        lead: tableHead(['Suite', '>Per run', shareTitle(report)]),
        rows: unchanged.map((suite) => {
          const row = suiteRow(suite, report);
          return tableRow([cell(suite.name), row.head, shareCell(row.share)]);
        }),
        importance: 3,
        missing: missingRows(context, 'unchanged suite'),
      },
      context,
    ),
  ];
}

/** Floor, expected and worst case of a run, suite by suite. */
export function rangeSection(report: Report, context: MarkdownContext): Block[] {
  const { head } = report;
  const worst = `${moneyOr(head.worst_case_per_run, 'not known')}${worstBefore(report)}`;
  const range = `floor ${moneyOr(head.floor_per_run, 'not known')} – worst case ${worst}`;
  const uncapped = report.suites.flatMap((suite) => suite.calls.filter((call) => !call.capped && call.head !== null));
  const rows = report.suites.flatMap((suite) => {
    if (suite.head === null) return [];
    const { floor_per_run: floor, per_run: expected, worst_case_per_run: most } = suite.head;
    const isUncapped = suite.calls.some((call) => !call.capped && call.head !== null);
    const worstText = `${moneyOr(most, 'not known')}${isUncapped ? ' *' : ''}`;
    return [tableRow([cell(suite.name), moneyOr(floor, 'not known'), moneyOr(expected), worstText])];
  });
  if (rows.length === 0) return [];
  const note =
    uncapped.length === 0
      ? ''
      : `\\* ${counted(uncapped.length, 'call')} without \`max_tokens\`: the worst case is what the model may write at most.\n\n`;
  return [
    folded(
      {
        title: `Range of a run: ${range}`,
        lead: `${note}${tableHead(['Suite', '>Floor', '>Expected', '>Worst case'])}`,
        rows,
        importance: 2,
        missing: missingRows(context, 'suite'),
      },
      context,
    ),
  ];
}

/** A change of `max_tokens` alone moves nothing else. */
function worstBefore({ head, base }: Report): string {
  const before = base?.worst_case_per_run ?? null;
  return before === null || money(before) === moneyOr(head.worst_case_per_run) ? '' : ` (base ${money(before)})`;
}

function head(report: Report): string {
  const share = hasHeadManifest(report) ? [shareTitle(report)] : [];
  return report.base === null
    ? tableHead(['Suite', '>Per run', ...share])
    : tableHead(['Suite', '>Base', '>Head', '>Change', ...share]);
}

function totalLine(report: Report): string {
  const row = totalRow(report);
  const bold = figures(row, report).map((figure) => `**${figure}**`);
  return tableRow([`**${row.name}**`, ...bold, ...shareCells(row, report)]);
}

function figures(row: SuiteRow, report: Report): string[] {
  const shown = report.base === null ? [row.head] : [row.base, row.head, row.change];
  return shown.map(unbroken);
}

function shareCells(row: SuiteRow, report: Report): string[] {
  return hasHeadManifest(report) ? [shareCell(row.share)] : [];
}

function shareCell(share: Share | null): string {
  if (share === null) return '';
  const text = unbroken(share.text);
  return `\`${bar(share.percent)}\`&nbsp;${share.percent > 100 ? `**${text}**` : text}`;
}

/** `**Per month:** $3,126 (+$186), limit $2,500`, and what a run costs in cash; empty where neither is known. */
export function monthlyLine(report: Report): string {
  const parts = [perMonth(report), cash(report)].filter((part) => part !== '');
  return parts.join(' · ');
}

function perMonth(report: Report): string {
  const amount = report.head.per_month;
  if (amount === null) return '';
  const delta = report.delta?.per_month ?? null;
  const change = delta === null || isZeroAmount(delta) ? '' : ` (${signedMoney(delta)})`;
  const state = report.limits?.find((limit) => limit.rule === 'per_month' && limit.suite === null);
  const limit = state?.fail ?? state?.warn ?? null;
  if (limit === null) return `**Per month:** ${money(amount)}${change}`;
  const shown = formatDistinct(amount, limit);
  return `**Per month:** ${shown.actual}${change}, limit ${shown.limit}`;
}

function cash(report: Report): string {
  const amount = report.head.cash_per_run ?? null;
  return amount === null ? '' : `**Cash per run:** ${money(amount)} with the fee for credits`;
}

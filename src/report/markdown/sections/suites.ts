import { hasHeadManifest, isZeroAmount } from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import { shareTitle, suiteRow, totalRows, type SuiteRow } from '../../model/suite-rows.js';
import type { Block } from '../../../lib/text/fit.js';
import { money, signedMoney, formatDistinct } from '../../../lib/text/amount.js';
import { cell, prose } from '../../../lib/text/markdown.js';
import { missingRows, tableHead, tableRow, unbroken, type MarkdownContext } from '../blocks.js';

/** The suites that this change touches, and the line of all; those it leaves alone are counted, not listed. */
export function changedSuites(report: Report, context: MarkdownContext): Block[] {
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged');
  if (changed.length === 0) return [];
  return [
    {
      lead: [head(report), ...totalLines(report)].join('\n'),
      rows: changed.map((suite) => {
        const row = suiteRow(suite, report);
        return tableRow([cell(suite.name), ...figures(row, report)]);
      }),
      importance: 6,
      missing: missingRows(context, 'changed suite'),
    },
  ];
}

function head(report: Report): string {
  const share = hasHeadManifest(report) ? `<br>${shareTitle(report)}` : '';
  return report.base === null
    ? tableHead(['Suite', `>Per run${share}`])
    : tableHead(['Suite', '>Base', `>Head${share}`, '>Change']);
}

function totalLines(report: Report): string[] {
  return totalRows(report).map((row) => tableRow([`**${prose(row.name)}**`, ...figures(row, report, '**')]));
}

/** Percentages stand below their amounts: a phone has room for four narrow columns. */
function figures(row: SuiteRow, report: Report, bold: '**' | '' = ''): string[] {
  const lines = (...parts: readonly string[]): string =>
    parts
      .filter((part) => part !== '')
      .map((part) => `${bold}${unbroken(part).replace('&nbsp;+&nbsp;', `${bold}<br>${bold}+&nbsp;`)}${bold}`)
      .join('<br>');
  const head = lines(row.head, row.share?.part ?? '');
  if (report.base === null) return [head];
  return [lines(row.base), head, lines(row.changeAmount, row.changePercent)];
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

import { hasHeadManifest, isZeroAmount } from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import { shareTitle, suiteRow, totalRows } from '../../model/suite-rows.js';
import type { Share, SuiteRow } from '../../model/suite-rows.js';
import type { Block } from '../../../lib/text/fit.js';
import { money, signedMoney, formatDistinct } from '../../../lib/text/amount.js';
import { cell, prose } from '../../../lib/text/markdown.js';
import { missingRows, tableHead, tableRow, unbroken } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

/** The suites that this change touches, and the line of all; those it leaves alone are counted, not listed. */
export function changedSuites(report: Report, context: MarkdownContext): Block[] {
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged');
  if (changed.length === 0) return [];
  return [
    {
      lead: [head(report), ...totalLines(report)].join('\n'),
      rows: changed.map((suite) => {
        const row = suiteRow(suite, report);
        return tableRow([cell(suite.name), ...figures(row, report), ...shareCells(row, report)]);
      }),
      importance: 6,
      missing: missingRows(context, 'changed suite'),
    },
  ];
}

function head(report: Report): string {
  const share = hasHeadManifest(report) ? [`>${shareTitle(report)}`] : [];
  return report.base === null
    ? tableHead(['Suite', '>Per run', ...share])
    : tableHead(['Suite', '>Base', '>Head', '>Change', ...share]);
}

function totalLines(report: Report): string[] {
  return totalRows(report).map((row) => {
    const bold = figures(row, report).map((figure) => `**${figure}**`);
    return tableRow([`**${prose(row.name)}**`, ...bold, ...shareCells(row, report)]);
  });
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
  return share.percent > 100 ? `**${unbroken(share.part)}**` : unbroken(share.part);
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

import { changeLines, moreChanges, splitLines, worstCaseLine } from '../../model/change-lines.js';
import type { Report } from '../../model/schema.js';
import { inlineText, prose, cell } from '../../../lib/text/markdown.js';
import { missingRows, type MarkdownContext, type Block, keptTogether, tableHead, tableRow } from '../blocks.js';
import { hasHeadManifest } from '../../model/document.js';
import { isZeroAmount } from '../../model/wording.js';
import { shareTitle, suiteRow, totalRows, type SuiteRow } from '../../model/suite-rows.js';
import { money, signedMoney, formatDistinct } from '../../../lib/text/amount.js';

const SHOWN = 5;

/**
 * Lists what moved the cost, the most expensive first: at most five lines, the worst case's included, and the sum of the
 * others.
 */
export function changesSection(report: Report, context: MarkdownContext): Block[] {
  const lines = changeLines(report);
  const worst = worstCaseLine(report);
  const isSilent =
    lines.length === 0 && (worst === null || report.suites.every(({ status }) => status === 'unchanged'));
  if (isSilent || report.base === null) return [];
  const most = worst === null ? SHOWN : SHOWN - 1;
  const { shown, rest } = context.isSummary ? { shown: lines, rest: [] } : splitLines(lines, most);
  return [
    {
      lead: '**What changed**\n',
      rows: [
        ...(worst === null ? [] : [`- Worst case of a run: ${worst.words}, **${worst.amount}**`]),
        ...shown.map(({ subject, words, amount }) => {
          return `- ${inlineText(subject, 140)}: ${prose(words, 300)}, **${amount}**`;
        }),
        ...(rest.length === 0 ? [] : [`- ${moreChanges(rest)}: see the calls below`]),
      ],
      importance: 8,
      missing: missingRows(context, 'change'),
    },
  ];
}

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

/** Three columns, since a phone is too narrow for more. A manifest that is gone leaves nothing to compare base with. */
function head(report: Report): string {
  if (!hasHeadManifest(report)) return tableHead(['Suite', '>Base']);
  const share = `<br>${shareTitle(report)}`;
  return report.base === null
    ? tableHead(['Suite', `>Per run${share}`])
    : tableHead(['Suite', `>Base → head${share}`, '>Change']);
}

function totalLines(report: Report): string[] {
  return totalRows(report).map((row) => tableRow([`**${prose(row.name)}**`, ...figures(row, report, '**')]));
}

/** The share is below the cost, and the percentage below the amount that it belongs to. */
function figures(row: SuiteRow, report: Report, bold: '**' | '' = ''): string[] {
  const lines = (...parts: readonly string[]): string =>
    parts
      .filter((part) => part !== '')
      .map((part) => `${bold}${keptTogether(part)}${bold}`)
      .join('<br>');
  if (!hasHeadManifest(report)) return [lines(row.base)];
  const share = row.share?.part ?? '';
  if (report.base === null) return [lines(row.head, share)];
  const isNew = row.base === 'new';
  const cost = row.base === '' || isNew ? row.head : `${row.base} → ${row.head}`;
  const change = isNew && row.changeAmount !== 'new' ? ['new'] : [];
  return [lines(cost, share), lines(...change, row.changeAmount, row.changePercent)];
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

import { betweenParts, headline, headlineOfAll } from '../../model/headline.js';
import {
  costOf,
  coverageText,
  hasHeadManifest,
  isNothingChanged,
  priceSource,
  violationCount,
} from '../../model/wording.js';
import type { ErrorReport, Report, Reports } from '../../model/schema.js';
import { counted } from '../../../lib/text/amount.js';
import type { Block } from '../../../lib/text/fit.js';
import { fileLink, inlineText, prose } from '../../../lib/text/markdown.js';
import { missingRows } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

/** One sign for each verdict; they are read before the words. */
export const SIGNS = { pass: '✅', warn: '⚠️', fail: '❌', error: '⛔' } as const;

/** `### ❌ Over budget: LLM calls cost $5.21 per run, +$0.31 (+6.3 %)`, or one line where nothing changed. */
export function headlineSection(report: Report, context: MarkdownContext): string {
  const named = context.isOneOfSeveral ? `${inlineText(report.manifest)}: ` : '';
  const { title, cost } = headline(report);
  const between = betweenParts({ title, cost });
  if (isNothingChanged(report)) {
    const warnings = report.violations.length === 0 ? '' : ` (${prose(title)}: ${violationCount(report.violations)})`;
    const what = context.isOneOfSeveral ? `${named}**nothing changed**` : '**LLM budget: nothing changed**';
    return `${SIGNS[report.verdict]} ${what}, ${unchangedCost(report, cost)}${warnings}.`;
  }
  const level = context.isOneOfSeveral ? '####' : '###';
  return `${level} ${SIGNS[report.verdict]} ${named}${prose(title, 200)}${cost === null ? '' : `${between}${prose(cost, 400)}`}`;
}

function unchangedCost(report: Report, cost: string | null): string {
  return (report.runs ?? []).length > 1 && cost !== null ? prose(cost, 400) : `${costOf(report.head)} per run`;
}

/** `### ❌ LLM budget, 3 manifests: 1 fails, 2 pass`. */
export function headlineOfAllSection(reports: Reports): string {
  return `### ${SIGNS[reports.verdict]} ${headlineOfAll(reports)}`;
}

/** The line below the headline: which manifest, how much of it changed, what has no plain price, how old prices are. */
export function subline(report: Report, context: MarkdownContext): string {
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged').length;
  const suites = counted(report.suites.length, 'suite');
  const { free, unpriced } = report.coverage;
  const parts = [
    ...(context.isOneOfSeveral ? [] : [inlineText(report.manifest)]),
    ...(hasHeadManifest(report) ? [report.base === null ? suites : `${changed} of ${suites} changed`] : []),
    ...(hasHeadManifest(report) && free + unpriced > 0 ? [`calls: ${coverageText(report)}`] : []),
    ...(report.prices.source === 'lock' ? [`prices ${priceSource(report)}`] : []),
  ];
  return parts.join(' · ');
}

/** No verdict: what is wrong, where, and what is accepted. */
export function errorSections(report: ErrorReport, context: MarkdownContext): Block[] {
  const problems = counted(report.errors.length, 'problem');
  const named = report.manifest === undefined || !context.isOneOfSeveral ? '' : `${inlineText(report.manifest)}: `;
  const level = context.isOneOfSeveral ? '####' : '###';
  return [
    `${level} ${SIGNS.error} ${named}No verdict: ${problems} to solve before the cost of this change can be judged`,
    {
      lead: '',
      rows: report.errors.map(({ message, file, line }) => {
        const where = file === null ? '' : `${fileLink(file, line, context.link)}: `;
        return `- ${where}${prose(message, 600)}`;
      }),
      importance: 9,
      missing: missingRows(context, 'problem'),
    },
  ];
}

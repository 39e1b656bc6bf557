import { hasHeadManifest } from '../../model/document.js';
import { betweenParts, headline, headlineOfAll, describeViolation } from '../../model/verdict-words.js';
import { costOf, coverageText, isNothingChanged, priceSource, violationCount } from '../../model/wording.js';
import type { ErrorReport, Report, Reports } from '../../model/schema.js';
import { counted } from '../../../lib/text/amount.js';
import { fileLink, inlineText, prose } from '../../../lib/text/markdown.js';
import { type MarkdownContext, firstInTheOpen, missingRows, type Block } from '../blocks.js';
import type { Violation } from '../../../budget/verdict/violation.js';

/** One sign for each verdict; they are read before the words. */
const SIGNS = { pass: '✅', warn: '⚠️', fail: '❌', error: '⛔' } as const;

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

/** A reader acts on the first few; the rest is one click away. */
const SHOWN_IN_THE_OPEN = 8;

/** Lists the violations, worst first: by how much a limit is broken, where, and the remedy. */
export function violationsSection(report: Report, context: MarkdownContext): Block[] {
  const rows = report.violations.map((violation) => item(violation, context));
  return firstInTheOpen({ rows, shown: SHOWN_IN_THE_OPEN, one: 'violation', importance: 9 }, context);
}

function item(violation: Violation, { link }: MarkdownContext): string {
  const words = describeViolation(violation);
  // A message names its subject itself.
  const named = words.subject !== null && words.figures !== null;
  const subject = named ? `${inlineText(words.subject, 140)}: ` : '';
  const said = words.figures === null ? `**${words.title}.** ${prose(words.message, 400)}` : figures(words);
  const mitigated = words.mitigated === null ? '' : ` _(${words.mitigated})_`;
  // A manifest that is gone cannot be linked to.
  const file = violation.rule === 'manifest_missing' ? null : violation.file;
  const where = file === null ? [] : [fileLink(file, violation.line, link)];
  const remedy = words.remedy === null ? [] : [`→ ${prose(words.remedy, 600)}`];
  const second = [...where, ...remedy].join(' ');
  return `- ${SIGNS[violation.severity]} ${subject}${said}${mitigated}${second === '' ? '' : `<br>${second}`}`;
}

function figures({ title, figures, over }: { title: string; figures: string | null; over: string | null }): string {
  return `**${title} ${figures ?? ''}**${over === null ? '' : `, ${over}`}`;
}

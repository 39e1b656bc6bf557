import type { Report } from '../../model/schema.js';
import { moneyOr, usageFlaws, usageTitle, usedText } from '../../model/wording.js';
import { percent } from '../../../lib/text/amount.js';
import { cell, prose } from '../../../lib/text/markdown.js';
import { bound, folded, missingRows, tableHead, tableRow, type MarkdownContext, type Block } from '../blocks.js';

/** What the suites were estimated to cost against what they really used. */
export function usageSection(report: Report, context: MarkdownContext): Block[] {
  const { usage } = report;
  if (usage === undefined) return [];
  const rows = usage.suites.map((suite) =>
    tableRow([
      cell(suite.name),
      `${moneyOr(suite.estimated_per_run)} → ${usedText(suite)}`,
      suite.error_percent === null ? '' : bound(percent(suite.error_percent)),
    ]),
  );
  const title = usageTitle(usage);
  const lead = tableHead(['Suite', '>Estimate → used', '>Error']);
  return [folded({ title, lead, rows, importance: 4, missing: missingRows(context, 'suite') }, context)];
}

/** What is left to spend: in the summary alone, since it differs from run to run. */
export function creditsSection({ credits }: Report, { isSummary }: MarkdownContext): Block[] {
  if (credits === undefined || !isSummary) return [];
  return [`**Credits.** ${credits.lines.map((line) => prose(line)).join(' ')}`];
}

/** What OpenRouter says that recorded requests were charged, beside the estimate. */
export function chargesSection({ charges }: Report, context: MarkdownContext): Block[] {
  if (charges === undefined) return [];
  const rows = charges.map((line) => `- ${prose(line)}`);
  return [folded({ title: 'Exact charges', rows, importance: 2, missing: missingRows(context, 'charge') }, context)];
}

/** What is wrong with the recordings themselves. */
export function usageRemarks({ usage }: Report): Block[] {
  if (usage === undefined) return [];
  const remarks = usageFlaws(usage);
  return remarks.length === 0
    ? []
    : [`_${remarks.map((line) => prose(line)).join(' ')} \`llm-budget calibrate\` names them._`];
}

import type { MarkdownContext } from '../comment/context.js';
import { detailSections } from '../comment/sections/details.js';
import { errorSections } from '../comment/sections/errors.js';
import { headlineSection, subline } from '../comment/sections/headline.js';
import { monthlyLine } from '../comment/sections/months.js';
import { notesSection } from '../comment/sections/notes.js';
import { changedSuites } from '../comment/sections/suites.js';
import { violationsSection } from '../comment/sections/violations.js';
import type { ErrorReport, Report } from '../report/schema.js';
import type { Block } from '../text/fit.js';
import { fit } from '../text/fit.js';
import { costChart } from './chart.js';

/** In bytes of UTF-8: GitHub takes 1 MiB a step, and other steps of the action may have written before. */
export const SUMMARY_LIMIT = 1024 * 1024 - 8 * 1024;

export interface SummaryContext {
  /** `https://github.com/owner/repo`. */
  readonly repositoryUrl: string | null;
  readonly headSha: string | null;
}

/** The job summary's Markdown: the comment's facts unabridged, with a chart, below 1 MiB. */
export function renderSummary(report: Report | ErrorReport, context: SummaryContext): string {
  const markdown: MarkdownContext = {
    link: { repositoryUrl: context.repositoryUrl, sha: context.headSha },
    elsewhere: 'the JSON report',
    isSummary: true,
  };
  const blocks = report.verdict === 'error' ? errorSections(report, markdown) : reportBlocks(report, markdown);
  return `${fit(blocks, SUMMARY_LIMIT - 1, (text) => Buffer.byteLength(text))}\n`;
}

function reportBlocks(report: Report, context: MarkdownContext): Block[] {
  return [
    headlineSection(report),
    subline(report),
    ...violationsSection(report, context),
    ...changedSuites(report, context),
    monthlyLine(report),
    ...notesSection(report, context),
    costChart(report),
    ...detailSections(report, context),
  ].filter((block) => block !== '');
}

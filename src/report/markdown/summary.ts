import type { MarkdownContext } from './blocks.js';
import { detailSections } from './comment.js';
import { errorSections } from './sections/errors.js';
import { headlineSection, subline } from './sections/headline.js';
import { notesSection } from './sections/notes.js';
import { changedSuites, monthlyLine } from './sections/suites.js';
import { violationsSection } from './sections/violations.js';
import type { ErrorReport, Report } from '../model/schema.js';
import type { Block } from '../../lib/text/fit.js';
import { fit } from '../../lib/text/fit.js';
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

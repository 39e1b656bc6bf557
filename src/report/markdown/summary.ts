import type { MarkdownContext } from './blocks.js';
import { detailSections, documentBlocks, openBlocks } from './comment.js';
import type { Report, ReportDocument } from '../model/schema.js';
import type { Block } from '../../lib/text/fit.js';
import { fit } from '../../lib/text/fit.js';
import { costChart } from './chart.js';

/** In bytes of UTF-8: GitHub takes 1 MiB a step, and other steps of the action may have written before. */
const SUMMARY_LIMIT = 1024 * 1024 - 8 * 1024;

export interface SummaryContext {
  /** `https://github.com/owner/repo`. */
  readonly repositoryUrl: string | null;
  readonly headSha: string | null;
}

/** The job summary's Markdown: the comment's facts unabridged, with a chart, below 1 MiB. */
export function renderSummary(document: ReportDocument, context: SummaryContext): string {
  const markdown: MarkdownContext = {
    link: { repositoryUrl: context.repositoryUrl, sha: context.headSha },
    elsewhere: 'the JSON report',
    isSummary: true,
    isOneOfSeveral: 'reports' in document,
  };
  const blocks = documentBlocks(document, markdown, reportBlocks);
  return `${fit(blocks, SUMMARY_LIMIT - 1, (text) => Buffer.byteLength(text))}\n`;
}

function reportBlocks(report: Report, context: MarkdownContext): Block[] {
  return [...openBlocks(report, context), costChart(report), ...detailSections(report, context)].filter(
    (block) => block !== '',
  );
}

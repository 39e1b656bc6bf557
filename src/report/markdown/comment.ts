import type { ErrorReport, Report } from '../model/schema.js';
import { isNothingChanged } from '../model/wording.js';
import type { Block } from '../../lib/text/fit.js';
import { fit } from '../../lib/text/fit.js';
import { pageLink } from '../../lib/text/markdown.js';
import { foldedBlocks } from './blocks.js';
import type { MarkdownContext } from './blocks.js';
import { arithmeticSection, callsSection } from './sections/calls.js';
import { errorSections } from './sections/errors.js';
import { headlineSection, subline } from './sections/headline.js';
import { notesSection, suggestionsSection } from './sections/notes.js';
import { driftSection, pricesSection } from './sections/prices.js';
import { changedSuites, monthlyLine, rangeSection, unchangedSuites } from './sections/suites.js';
import { chargesSection, creditsSection, usageRemarks, usageSection } from './sections/usage.js';
import { violationsSection } from './sections/violations.js';

/** In UTF-16 units, the marker's line included; GitHub takes 65,536 characters. */
export const COMMENT_LIMIT = 60_000;
/** A key of 200 characters, each of up to four bytes, percent-encoded, and the marker's other fields. */
const MARKER_LIMIT = 3_000;

/** What of the run the comment refers to; null where it is not known. */
export interface CommentContext {
  /** `https://github.com/owner/repo`. */
  readonly repositoryUrl: string | null;
  readonly headSha: string | null;
  /** The page of the run whose job summary has what is dropped here. */
  readonly summaryUrl: string | null;
}

/** The comment's Markdown without the marker, which makes 60,000 characters with it at most. */
export function renderComment(report: Report | ErrorReport, context: CommentContext): string {
  const markdown: MarkdownContext = {
    link: { repositoryUrl: context.repositoryUrl, sha: context.headSha },
    elsewhere: `${pageLink('the job summary', context.summaryUrl)} and the JSON report`,
    isSummary: false,
  };
  const blocks = report.verdict === 'error' ? errorSections(report, markdown) : reportBlocks(report, markdown);
  return `${fit(blocks, COMMENT_LIMIT - MARKER_LIMIT)}\n`;
}

function reportBlocks(report: Report, context: MarkdownContext): Block[] {
  if (isNothingChanged(report))
    return [headlineSection(report), ...notesSection(report, context), ...unchangedDetails(report, context)];
  return [
    headlineSection(report),
    subline(report),
    ...violationsSection(report, context),
    ...changedSuites(report, context),
    ...optional(monthlyLine(report)),
    ...notesSection(report, context),
    ...detailSections(report, context),
  ];
}

/** Everything behind one click: whoever looks closer finds the same as ever. */
function unchangedDetails(report: Report, context: MarkdownContext): Block[] {
  return foldedBlocks(
    'Details',
    [
      subline(report),
      ...violationsSection(report, context),
      ...optional(monthlyLine(report)),
      ...detailSections(report, context),
    ],
    context,
  );
}

/** What stands below the verdict and its reasons, in comment and summary alike: where each figure comes from. */
export function detailSections(report: Report, context: MarkdownContext): Block[] {
  return [
    ...suggestionsSection(report, context),
    ...unchangedSuites(report, context),
    ...callsSection(report, context),
    ...arithmeticSection(report, context),
    ...rangeSection(report, context),
    ...usageSection(report, context),
    ...usageRemarks(report),
    ...chargesSection(report, context),
    ...creditsSection(report, context),
    ...driftSection(report, context),
    ...pricesSection(report, context),
  ];
}

function optional(text: string): string[] {
  return text === '' ? [] : [text];
}

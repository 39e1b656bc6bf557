import type { ErrorReport, Report, ReportDocument } from '../model/schema.js';
import { isNothingChanged } from '../model/wording.js';
import { pageLink } from '../../lib/text/markdown.js';
import { foldedBlocks, type MarkdownContext, type Block, fit } from './blocks.js';
import {
  arithmeticSection,
  callsSection,
  chargesSection,
  creditsSection,
  usageRemarks,
  usageSection,
} from './sections/costs.js';
import { changesSection, changedSuites, monthlyLine } from './sections/changes.js';
import {
  errorSections,
  headlineOfAllSection,
  headlineSection,
  subline,
  violationsSection,
} from './sections/headline.js';
import { judgedSection } from './sections/judged.js';
import { notesSection, suggestionsSection } from './sections/notes.js';

/** The longest comment in UTF-16 units, the marker's line included. GitHub takes 65,536 characters. */
export const COMMENT_LIMIT = 60_000;
/** A key of 200 characters, each of up to four bytes, percent-encoded, and the marker's other fields. */
const MARKER_LIMIT = 3_000;

/** The links of a comment; null where they are not known. */
export interface CommentContext {
  /** `https://github.com/owner/repo`. */
  readonly repositoryUrl: string | null;
  readonly headSha: string | null;
  /** The page of the run whose job summary has what is dropped here. */
  readonly summaryUrl: string | null;
}

/**
 * The comment's Markdown without the marker, which makes 60,000 characters with it at most. Several manifests have a
 * section each below one headline.
 */
export function renderComment(document: ReportDocument, context: CommentContext): string {
  const markdown: MarkdownContext = {
    link: { repositoryUrl: context.repositoryUrl, sha: context.headSha },
    elsewhere: `${pageLink('the job summary', context.summaryUrl)} and the JSON report`,
    isSummary: false,
    isOneOfSeveral: 'reports' in document,
  };
  return `${fit(documentBlocks(document, markdown, reportBlocks), COMMENT_LIMIT - MARKER_LIMIT)}\n`;
}

type BlocksOf = (report: Report, context: MarkdownContext) => Block[];

/** The blocks of whatever was reported: one manifest, several, or errors. */
export function documentBlocks(document: ReportDocument, context: MarkdownContext, blocksOf: BlocksOf): Block[] {
  if ('reports' in document) {
    const worstFirst = document.reports.toSorted((a, b) => rankOf(a) - rankOf(b));
    const sections = worstFirst.flatMap((report) => documentBlocks(report, context, blocksOf));
    return [headlineOfAllSection(document), ...sections];
  }
  return document.verdict === 'error' ? errorSections(document, context) : blocksOf(document, context);
}

/** Sections with a failure or warning come first, then those that changed, then those that did not. */
function rankOf(report: Report | ErrorReport): number {
  if (report.verdict === 'error') return 0;
  return isNothingChanged(report) ? 4 : { fail: 1, warn: 2, pass: 3 }[report.verdict];
}

function reportBlocks(report: Report, context: MarkdownContext): Block[] {
  if (isNothingChanged(report)) return unchangedBlocks(report, context);
  return [...openBlocks(report, context), ...detailSections(report, context)];
}

/** The blocks that are read before the first fold: the verdict, what the change did, and what to do now. */
export function openBlocks(report: Report, context: MarkdownContext): Block[] {
  return [
    headlineSection(report, context),
    subline(report, context),
    ...violationsSection(report, context),
    ...changesSection(report, context),
    ...changedSuites(report, context),
    monthlyLine(report),
    ...notesSection(report, context),
  ].filter((block) => block !== '');
}

/** One line, and the rest behind one click. Of several manifests the job summary has the rest. */
function unchangedBlocks(report: Report, context: MarkdownContext): Block[] {
  const open = [headlineSection(report, context), ...notesSection(report, context)];
  if (context.isOneOfSeveral) return open;
  const details: Block[] = [
    subline(report, context),
    ...violationsSection(report, context),
    monthlyLine(report),
    ...detailSections(report, context),
  ];
  return [
    ...open,
    ...foldedBlocks(
      'Details',
      details.filter((block) => block !== ''),
      context,
    ),
  ];
}

/** The blocks below the verdict and its reasons, in comment and summary alike: the sources of each figure. */
export function detailSections(report: Report, context: MarkdownContext): Block[] {
  return [
    ...suggestionsSection(report, context),
    ...callsSection(report, context),
    ...arithmeticSection(report, context),
    ...usageSection(report, context),
    ...usageRemarks(report),
    ...chargesSection(report, context),
    ...creditsSection(report, context),
    ...judgedSection(report, context),
  ];
}

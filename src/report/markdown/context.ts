import type { LinkBase } from '../../lib/text/markdown.js';
import { counted } from '../../lib/text/amount.js';

/** What the Markdown of a report needs beyond the report itself. */
export interface MarkdownContext {
  /** Where files are linked to: the repository and head's commit. */
  readonly link: LinkBase;
  /** Markdown of ours that says where dropped rows are: `the job summary and the JSON report`. */
  readonly elsewhere: string;
  /** The comment folds its details; the summary leaves the tables of suites and calls open. */
  readonly isSummary: boolean;
}

/** What stands in the place of dropped rows. */
export function missingRows(context: MarkdownContext, one: string): (count: number) => string {
  return (count) => `_${counted(count, `more ${one}`)} not shown here: see ${context.elsewhere}._`;
}

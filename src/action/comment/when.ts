import type { CommentMode } from '../inputs.js';
import type { NoteCode } from '../../lib/errors/note.js';
import type { ErrorReport, Report } from '../../report/model/schema.js';

const WORKFLOW_CHANGED: NoteCode = 'workflow_changed';

/**
 * Whether the pull request gets a comment. A comment that exists is kept up to date in every mode but `never`: a
 * stale one would be worse than none.
 */
export function wantsComment(mode: CommentMode, report: Report | ErrorReport, exists: boolean): boolean {
  switch (mode) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'on-violation':
      return exists || report.verdict === 'error' || report.violations.length > 0;
    case 'on-change':
      return exists || report.verdict === 'error' || isNews(report);
  }
}

/**
 * The estimate changed, or a failure, or a warning that base lacks; and what a reviewer must see although it costs
 * nothing yet: limits that head would loosen, and a touched workflow.
 */
function isNews(report: Report): boolean {
  const changed = report.base === null || report.suites.some((suite) => suite.status !== 'unchanged');
  const broken = report.violations.some((violation) => violation.severity === 'fail' || violation.in_base !== true);
  const touchesWorkflow = report.notes.some(({ code }) => code === WORKFLOW_CHANGED);
  return changed || broken || report.policy.not_applied.length > 0 || touchesWorkflow;
}

import type { CommentStatus } from './comment/comment.js';
import type { ErrorReport, Report } from '../report/model/schema.js';

/** Every output by its name, in the order of action.yml: all are set on every path, empty where there is no figure. */
export function outputsOf(
  report: Report | ErrorReport,
  written: { readonly reportFile: string; readonly commentStatus: CommentStatus },
): ReadonlyMap<string, string> {
  const figures = report.verdict === 'error' ? null : report;
  return new Map([
    ['verdict', report.verdict],
    ['cost-per-run', figures?.head.per_run ?? ''],
    ['cost-per-month', figures?.head.per_month ?? ''],
    ['worst-case-per-run', figures?.head.worst_case_per_run ?? ''],
    ['delta-per-run', figures?.delta?.per_run ?? ''],
    ['delta-percent', figures?.delta?.percent ?? ''],
    ['price-drift-per-run', figures?.price_drift?.per_run ?? ''],
    ['violations', figures === null ? '' : String(figures.violations.length)],
    ['price-source', figures?.prices.source ?? ''],
    ['comment-status', written.commentStatus],
    ['report-file', written.reportFile],
  ]);
}

import type { CommentStatus } from './comment/comment.js';
import { hasHeadManifest, reportsIn } from '../report/model/document.js';
import type { Report, ReportDocument } from '../report/model/schema.js';

/**
 * Every output by its name, in the order of action.yml. All are set on every path, empty where there is no figure. Of several
 * manifests the figures are those of the worst that has any, and the violations those of all.
 */
export function outputsOf(
  report: ReportDocument,
  written: { readonly reportFile: string; readonly commentStatus: CommentStatus },
): ReadonlyMap<string, string> {
  const reports = judgedReports(report);
  const figures = worstOf(reports);
  const violations = reports.reduce((sum, one) => sum + one.violations.length, 0);
  return new Map([
    ['verdict', report.verdict],
    ['cost-per-run', figures?.head.per_run ?? ''],
    ['cost-per-month', figures?.head.per_month ?? ''],
    ['worst-case-per-run', figures?.head.worst_case_per_run ?? ''],
    ['delta-per-run', figures?.delta?.per_run ?? ''],
    ['delta-percent', figures?.delta?.percent ?? ''],
    ['price-drift-per-run', figures?.price_drift?.per_run ?? ''],
    ['violations', figures === null ? '' : String(violations)],
    ['price-source', figures?.prices.source ?? ''],
    ['comment-status', written.commentStatus],
    ['report-file', written.reportFile],
  ]);
}

/** The reports with figures: not those of manifests without a verdict. */
function judgedReports(document: ReportDocument): readonly Report[] {
  return reportsIn(document).flatMap((report) => (report.verdict === 'error' ? [] : [report]));
}

const WORST_FIRST = ['fail', 'warn', 'pass'];

/** A manifest that is gone has no figures, however bad that is. */
function worstOf(reports: readonly Report[]): Report | null {
  const sorted = reports.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict));
  return sorted.find(hasHeadManifest) ?? sorted[0] ?? null;
}

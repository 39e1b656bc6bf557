import type { NoVerdictError } from '../../lib/errors/problem.js';
import type { ErrorReport, Report, ReportDocument, Reports } from './schema.js';

/**
 * Functions on a report document: its reports, whether head has a manifest, the exit code; and the document of a run without
 * a verdict. This file loads neither the schema nor anything else, since the action needs it before its first request.
 */

/** The report of a run without a verdict. */
export function errorReport(error: NoVerdictError): ErrorReport {
  return {
    schema_version: 1,
    verdict: 'error',
    errors: error.problems.map(({ message, file, line, column }) => ({ message, file, line, column })),
  };
}

const VERDICTS = ['error', 'fail', 'warn', 'pass'] as const;

/** One document of the reports of several manifests, in the order given; the worst verdict is that of all. */
export function combineReports(reports: readonly (Report | ErrorReport)[]): Reports {
  const verdict = VERDICTS.find((each) => reports.some((report) => report.verdict === each)) ?? 'pass';
  return { schema_version: 1, verdict, reports: [...reports] };
}

/** The reports in a document: those of several manifests, or the one that it is. */
export function reportsIn(document: ReportDocument): readonly (Report | ErrorReport)[] {
  return 'reports' in document ? document.reports : [document];
}

/** The values of `fail-on` and `--fail-on`; the first is the default. */
export const FAIL_ON = ['violation', 'warning', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * 0 pass or warn, 1 fail. With `warning` 1 also for a warning that is neither overridden nor pre-existing; with `never`
 * always 0.
 */
export function exitCodeOf(report: Pick<Report, 'verdict' | 'violations'>, failOn: FailOn): 0 | 1 {
  switch (failOn) {
    case 'never':
      return 0;
    case 'violation':
      return report.verdict === 'fail' ? 1 : 0;
    case 'warning':
      return report.verdict === 'fail' || hasOpenWarning(report) ? 1 : 0;
  }
}

/**
 * 2 for a wrong configuration, 3 for prices that cannot be used. With `never` a run without prices ends in 0; a wrong
 * configuration ends in 2 always.
 */
export function errorExitCode(exitCode: 2 | 3, failOn: FailOn): 0 | 2 | 3 {
  return failOn === 'never' && exitCode === 3 ? 0 : exitCode;
}

/** Whether a warning counts. A verdict of `warn` without any violation means that a figure is not known, which counts too. */
function hasOpenWarning({ verdict, violations }: Pick<Report, 'verdict' | 'violations'>): boolean {
  if (verdict === 'pass') return false;
  return (
    violations.length === 0 ||
    violations.some((violation) => violation.overridden !== true && violation.in_base !== true)
  );
}

/** Whether head has a manifest, and so figures: a manifest has one suite at least. */
export function hasHeadManifest(report: Pick<Report, 'suites'>): boolean {
  return report.suites.some((suite) => suite.head !== null);
}

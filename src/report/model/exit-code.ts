import type { Report } from './schema.js';

/** The values of `fail-on` and `--fail-on`; the first is the default. */
export const FAIL_ON = ['violation', 'warning', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** 0 pass or warn, 1 fail. With `warning` 1 also for a warning that is neither overridden nor pre-existing; with `never` always 0. */
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

/** 2 configuration, 3 prices unusable; `never` lets a run without prices pass, a wrong configuration never. */
export function errorExitCode(exitCode: 2 | 3, failOn: FailOn): 0 | 2 | 3 {
  return failOn === 'never' && exitCode === 3 ? 0 : exitCode;
}

/** A verdict of `warn` without any violation is a figure that could not be proven: that warns too. */
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

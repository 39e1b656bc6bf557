import { reportsIn } from '../report/model/document.js';
import type { ErrorReport, Report, ReportDocument } from '../report/model/schema.js';

/** A line in the pull request's files, or at the top of the run where there is none. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly title: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** GitHub shows ten of a kind for a step. */
const MOST = 10;

/** One for each violation or problem, worst first, at most ten; the last one counts the rest. */
export function annotationsOf(document: ReportDocument): Annotation[] {
  const all = reportsIn(document)
    .flatMap((report) => (report.verdict === 'error' ? problems(report) : violations(report)))
    // The sort keeps the order of equals: violations come with the worst first.
    .toSorted((a, b) => Number(a.level !== 'error') - Number(b.level !== 'error'));
  if (all.length <= MOST) return all;
  const rest = all.length - MOST + 1;
  const level = all.slice(MOST - 1).some((annotation) => annotation.level === 'error') ? 'error' : 'warning';
  const message = `${rest} more, all in the job summary and the report`;
  return [...all.slice(0, MOST - 1), { level, message, title: 'LLM Budget', file: null, line: null, column: null }];
}

function problems(report: ErrorReport): Annotation[] {
  return report.errors.map(({ message, file, line, column }) => ({
    level: 'error',
    message,
    title: 'LLM Budget: no verdict',
    file,
    line,
    column,
  }));
}

function violations(report: Report): Annotation[] {
  return report.violations.map((violation) => ({
    level: violation.severity === 'fail' ? 'error' : 'warning',
    message: [violation.message, violation.remedy ?? ''].join(' ').trim(),
    title: `LLM Budget: ${violation.rule}`,
    file: violation.file,
    line: violation.line,
    column: null,
  }));
}

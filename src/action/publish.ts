import { reportsIn } from '../report/model/document.js';
import type { ErrorReport, Report, ReportDocument } from '../report/model/schema.js';
import { renderSummary } from '../report/markdown/summary.js';
import { renderTerminal } from '../report/terminal/render.js';
import { comment } from './comment/comment-step.js';
import type { RunContext } from './run-context.js';
import { outputsOf } from './inputs-and-outputs.js';
import { type ActionWorld, type Annotation, reportPath } from './environment.js';
import { dirname } from 'node:path';
import { jsonDocument } from '../lib/text/plain.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { makeFolder, refusedTarget, writeTextFile } from '../lib/files/write-file.js';

/**
 * Shows the report everywhere: log, annotations, report file, outputs, summary, and last the comment. None of it can
 * change the verdict; what cannot be written is warned of. Outputs are set before the comment, which may be cut off.
 */
export async function publish(report: ReportDocument, context: RunContext | null, world: ActionWorld): Promise<void> {
  world.log(renderTerminal(report, { colour: false, width: null, explain: false }));
  for (const annotation of annotationsOf(report)) world.annotate(annotation);
  const asked = context?.inputs['report-file'] ?? world.input('report-file');
  const reportFile = await writeReportFile(report, asked, context?.inputs['comment-key'] ?? 'error', world);
  const outputs = outputsOf(report, { reportFile, commentStatus: 'skipped' });
  for (const [name, value] of outputs) world.setOutput(name, value);
  await world.writeSummary(renderSummary(report, summaryContext(context)));
  if (context === null) return;
  const commented = await comment(report, context, world);
  if (commented.warning !== null) world.warn(commented.warning);
  if (commented.status !== 'skipped') world.setOutput('comment-status', commented.status);
}

/** GitHub shows at most ten errors and ten warnings of a step. */
const MOST = 10;

/** Makes an annotation of each violation or problem, worst first, at most ten; the last one counts the rest. */
function annotationsOf(document: ReportDocument): Annotation[] {
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

function summaryContext(context: RunContext | null): { repositoryUrl: string | null; headSha: string | null } {
  return { repositoryUrl: context?.repositoryUrl ?? null, headSha: context?.facts.head.sha ?? null };
}

/**
 * Writes the report to the requested file, or to the default file where that is refused: an error has a document too.
 * Returns the path, or "" with a warning where it cannot be written.
 */
async function writeReportFile(
  report: ReportDocument,
  asked: string,
  commentKey: string,
  world: ActionWorld,
): Promise<string> {
  const named = reportPath(asked, commentKey, world.variable);
  const isRefused = asked !== '' && (await refusedTarget(named)) !== null;
  const path = isRefused ? reportPath('', commentKey, world.variable) : named;
  try {
    // No checkout is needed, so the workspace may be empty.
    await makeFolder(dirname(path));
    await writeTextFile(path, jsonDocument(report));
    return path;
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    world.warn(`The report file was not written: ${error.message}`);
    return '';
  }
}

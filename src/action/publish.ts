import type { ErrorReport, Report } from '../report/model/schema.js';
import { renderSummary } from '../report/markdown/summary.js';
import { renderTerminal } from '../report/terminal/render.js';
import { annotationsOf } from './annotations.js';
import { comment } from './comment/comment-step.js';
import type { RunContext } from './run-context.js';
import { outputsOf } from './outputs.js';
import { writeReportFile } from './report-file.js';
import type { ActionWorld } from './world.js';

/** Log lines are as wide as a log is read. */
const LOG_WIDTH = 120;

/**
 * Shows the report everywhere: log, annotations, report file, outputs, summary, and last the comment. None of it can
 * change the verdict; what cannot be written is warned of. Outputs are set before the comment, which may be cut off.
 */
export async function publish(
  report: Report | ErrorReport,
  context: RunContext | null,
  world: ActionWorld,
): Promise<void> {
  world.log(renderTerminal(report, { colour: false, width: LOG_WIDTH, explain: false }));
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

function summaryContext(context: RunContext | null): { repositoryUrl: string | null; headSha: string | null } {
  return { repositoryUrl: context?.repositoryUrl ?? null, headSha: context?.facts.head.sha ?? null };
}

import { renderComment } from '../report/markdown/comment.js';
import type { NoVerdictError } from '../lib/errors/problem.js';
import type { ErrorReport, Report, ReportDocument } from '../report/model/schema.js';
import { type TerminalOptions, renderTerminal } from '../report/terminal/render.js';
import { logJson } from '../lib/text/log.js';

export type OutputFormat = 'table' | 'json' | 'markdown';

/** The report in the requested format, with a newline at its end; of a run without a verdict too. */
export function renderReport(report: Report | ErrorReport, format: OutputFormat, look: TerminalOptions): string {
  switch (format) {
    case 'json':
      return jsonDocument(report);
    case 'markdown':
      return renderComment(report, NOWHERE);
    case 'table':
      return renderTerminal(report, look);
  }
}

/** The report of a run without a verdict. */
export function errorReport(error: NoVerdictError): ErrorReport {
  return {
    schema_version: 1,
    verdict: 'error',
    errors: error.problems.map(({ message, file, line, column }) => ({ message, file, line, column })),
  };
}

/** The document as JSON in which no line looks like a command of the runner. Parsers read the same document. */
export function jsonDocument(document: ReportDocument): string {
  return `${logJson(JSON.stringify(document, null, 2))}\n`;
}

/** On the command line there is no pull request, so there are no links. */
const NOWHERE = { repositoryUrl: null, headSha: null, summaryUrl: null };

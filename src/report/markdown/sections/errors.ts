import type { ErrorReport } from '../../model/schema.js';
import { counted } from '../../../lib/text/amount.js';
import type { Block } from '../../../lib/text/fit.js';
import { fileLink, prose } from '../../../lib/text/markdown.js';
import { SIGNS } from './headline.js';
import { missingRows } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

/** No verdict: what is wrong, where, and what is accepted. */
export function errorSections(report: ErrorReport, context: MarkdownContext): Block[] {
  const problems = counted(report.errors.length, 'problem');
  return [
    `### ${SIGNS.error} No verdict: ${problems} to solve before the cost of this change can be judged`,
    {
      lead: '',
      rows: report.errors.map(({ message, file, line }) => {
        const where = file === null ? '' : `${fileLink(file, line, context.link)}: `;
        return `- ${where}${prose(message, 600)}`;
      }),
      importance: 9,
      missing: missingRows(context, 'problem'),
    },
  ];
}

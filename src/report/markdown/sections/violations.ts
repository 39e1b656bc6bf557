import type { Report } from '../../model/schema.js';
import type { Violation } from '../../../budget/verdict/violation.js';
import { describeViolation } from '../../model/violation-words.js';
import type { Block } from '../../../lib/text/fit.js';
import { counted } from '../../../lib/text/amount.js';
import { fileLink, inlineText, prose } from '../../../lib/text/markdown.js';
import { SIGNS } from './headline.js';
import { folded, missingRows } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

/** A reader acts on the first few; the rest is one click away. */
const SHOWN_IN_THE_OPEN = 8;

/** What is broken, in the report's order, worst first: by how much, where, and what would mend it. */
export function violationsSection(report: Report, context: MarkdownContext): Block[] {
  const items = report.violations.map((violation) => item(violation, context));
  if (items.length === 0) return [];
  const shown = context.isSummary ? items.length : SHOWN_IN_THE_OPEN;
  const missing = missingRows(context, 'violation');
  const rest = items.slice(shown);
  return [
    { lead: '', rows: items.slice(0, shown), importance: 9, missing },
    ...(rest.length === 0
      ? []
      : [folded({ title: counted(rest.length, 'more violation'), rows: rest, importance: 5, missing }, context)]),
  ];
}

function item(violation: Violation, { link }: MarkdownContext): string {
  const words = describeViolation(violation);
  // A message names its subject itself.
  const named = words.subject !== null && words.figures !== null;
  const subject = named ? `${inlineText(words.subject, 140)}: ` : '';
  const said = words.figures === null ? `**${words.title}.** ${prose(words.message, 400)}` : figures(words);
  const mitigated = words.mitigated === null ? '' : ` _(${words.mitigated})_`;
  // A manifest that is gone cannot be linked to.
  const file = violation.rule === 'manifest_missing' ? null : violation.file;
  const where = file === null ? [] : [fileLink(file, violation.line, link)];
  const remedy = words.remedy === null ? [] : [`→ ${prose(words.remedy, 600)}`];
  const second = [...where, ...remedy].join(' ');
  return `- ${SIGNS[violation.severity]} ${subject}${said}${mitigated}${second === '' ? '' : `<br>${second}`}`;
}

function figures({ title, figures, over }: { title: string; figures: string | null; over: string | null }): string {
  return `**${title} ${figures ?? ''}**${over === null ? '' : `, ${over}`}`;
}

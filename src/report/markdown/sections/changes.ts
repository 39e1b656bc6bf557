import { changeLines, moreChanges, splitLines, worstCaseLine } from '../../model/change-lines.js';
import type { Report } from '../../model/schema.js';
import { inlineText, prose } from '../../../lib/text/markdown.js';
import { missingRows, type MarkdownContext, type Block } from '../blocks.js';

const SHOWN = 5;

/** What the change did, the most expensive first: at most five lines, the worst case's included, and what the others add up to. */
export function changesSection(report: Report, context: MarkdownContext): Block[] {
  const lines = changeLines(report);
  const worst = worstCaseLine(report);
  const isSilent =
    lines.length === 0 && (worst === null || report.suites.every(({ status }) => status === 'unchanged'));
  if (isSilent || report.base === null) return [];
  const most = worst === null ? SHOWN : SHOWN - 1;
  const { shown, rest } = context.isSummary ? { shown: lines, rest: [] } : splitLines(lines, most);
  return [
    {
      lead: '**What changed**\n',
      rows: [
        ...(worst === null ? [] : [`- Worst case of a run: ${worst.words}, **${worst.amount}**`]),
        ...shown.map(({ subject, words, amount }) => {
          return `- ${inlineText(subject, 140)}: ${prose(words, 300)}, **${amount}**`;
        }),
        ...(rest.length === 0 ? [] : [`- ${moreChanges(rest)}: see the calls below`]),
      ],
      importance: 8,
      missing: missingRows(context, 'change'),
    },
  ];
}

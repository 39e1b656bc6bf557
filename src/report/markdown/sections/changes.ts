import { changeLines, moreChanges, worstCaseMoved } from '../../model/change-lines.js';
import { isZeroAmount } from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import type { Block } from '../../../lib/text/fit.js';
import { inlineText, prose } from '../../../lib/text/markdown.js';
import { missingRows, type MarkdownContext } from '../blocks.js';

const SHOWN = 5;

/** What the change did, the most expensive first: at most five lines, and what the others add up to. */
export function changesSection(report: Report, context: MarkdownContext): Block[] {
  const lines = changeLines(report);
  const worst = isZeroAmount(report.delta?.per_run ?? null) ? worstCaseMoved(report) : null;
  const isSilent =
    lines.length === 0 && (worst === null || report.suites.every(({ status }) => status === 'unchanged'));
  if (isSilent || report.base === null) return [];
  const shown = context.isSummary || lines.length === SHOWN + 1 ? lines.length : SHOWN;
  const rest = lines.slice(shown);
  return [
    {
      lead: '**What changed**\n',
      rows: [
        ...lines.slice(0, shown).map(({ subject, words, amount }) => {
          return `- ${inlineText(subject, 140)}: ${prose(words, 300)}, **${amount}**`;
        }),
        ...(rest.length === 0 ? [] : [`- ${moreChanges(rest)}: see the calls below`]),
        ...(lines.length === 0 && worst !== null ? [`- Nothing in the expected cost; ${worst}`] : []),
      ],
      importance: 8,
      missing: missingRows(context, 'change'),
    },
  ];
}

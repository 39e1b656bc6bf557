import type { Report } from '../../model/schema.js';
import type { NotApplied } from '../../../budget/verdict/violation.js';
import type { Block } from '../../../lib/text/fit.js';
import { counted, money } from '../../../lib/text/amount.js';
import { inlineText, prose } from '../../../lib/text/markdown.js';
import { folded, missingRows } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

const SHOWN_IN_THE_OPEN = 6;

/** What a reviewer has to know beyond the figures: who overrode what, limits that wait for the merge, notes. */
export function notesSection(report: Report, context: MarkdownContext): Block[] {
  const items = [
    ...overrideItem(report),
    ...report.policy.not_applied.map((change) => notAppliedItem(change, report.policy.ref)),
    ...report.notes.map((note) => `- ${prose(note.message, 400)}`),
  ];
  if (items.length === 0) return [];
  const shown = context.isSummary ? items.length : SHOWN_IN_THE_OPEN;
  const missing = missingRows(context, 'note');
  const rest = items.slice(shown);
  return [
    { lead: '', rows: items.slice(0, shown), importance: 8, missing },
    ...(rest.length === 0
      ? []
      : [folded({ title: counted(rest.length, 'more note'), rows: rest, importance: 4, missing }, context)]),
  ];
}

function overrideItem({ override }: Report): string[] {
  if (override === null) return [];
  return [`- **Overridden** by the label ${inlineText(override.label)}, approved by ${inlineText(override.by)}.`];
}

function notAppliedItem({ key, head, policy }: NotApplied, ref: string | null): string {
  const change = head === null ? 'is dropped here' : `is ${inlineText(head)} here`;
  return `- **Not applied until merged:** ${inlineText(key)} ${change}, ${ref === null ? 'the policy' : inlineText(ref)} says ${inlineText(policy)}.`;
}

/** What would make it cheaper, the largest saving named in the title. */
export function suggestionsSection(report: Report, context: MarkdownContext): Block[] {
  const suggestions = report.suggestions ?? [];
  const [largest] = suggestions;
  if (largest === undefined) return [];
  const saving = largest.saving_per_run;
  return [
    folded(
      {
        title: saving === null ? 'What would help' : `What would help: up to ${money(saving)} less per run`,
        rows: suggestions.map(
          ({ message, saving_per_run: saved }) =>
            `- ${prose(message, 400)}${saved === null ? '' : ` **Saves ${money(saved)} per run.**`}`,
        ),
        importance: 7,
        missing: missingRows(context, 'suggestion'),
      },
      context,
    ),
  ];
}

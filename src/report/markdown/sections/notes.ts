import type { Report } from '../../model/schema.js';
import { isAdviceShown } from '../../model/wording.js';
import type { NoteCode } from '../../../lib/errors/problem.js';
import type { NotApplied } from '../../../budget/verdict/violation.js';
import { money } from '../../../lib/text/amount.js';
import { inlineText, prose } from '../../../lib/text/markdown.js';
import { firstInTheOpen, folded, missingRows, type MarkdownContext, type Block } from '../blocks.js';

const SHOWN_IN_THE_OPEN = 6;

/** Lists what the change did beside its figures: who overrode the verdict, limits that wait for the merge, notes. */
export function notesSection(report: Report, context: MarkdownContext): Block[] {
  const rows = [
    ...overrideItem(report),
    ...report.policy.not_applied.map((change) => notAppliedItem(change, report.policy.ref)),
    ...report.notes.filter(isAboutChange).map((note) => `- ${prose(note.message, 400)}`),
  ];
  return firstInTheOpen({ rows, shown: SHOWN_IN_THE_OPEN, one: 'note', importance: 8 }, context);
}

/** The codes of notes that a reviewer of this change has to see; all others explain how it was judged. */
const ABOUT_THE_CHANGE: ReadonlySet<string> = new Set<NoteCode>([
  'workflow_changed',
  'possibly_outdated',
  'lock_changed',
  'override_without_approval',
  'base_missing',
  'base_invalid',
  'default_branch_invalid',
  'branch_outdated',
]);

function isAboutChange({ code }: Report['notes'][number]): boolean {
  return ABOUT_THE_CHANGE.has(code);
}

/** The notes that this change did not cause, each sentence once. */
export function otherNotes(report: Report, context: MarkdownContext): Block[] {
  const messages = new Set(report.notes.filter((note) => !isAboutChange(note)).map(({ message }) => message));
  if (messages.size === 0) return [];
  const rows = [...messages].map((message) => `- ${prose(message, 400)}`);
  return [{ lead: '', rows, importance: 4, missing: missingRows(context, 'note') }];
}

function overrideItem({ override }: Report): string[] {
  if (override === null) return [];
  return [`- **Overridden** by the label ${inlineText(override.label)}, approved by ${inlineText(override.by)}.`];
}

function notAppliedItem({ key, head, policy }: NotApplied, ref: string | null): string {
  const change = head === null ? 'is dropped here' : `is ${inlineText(head)} here`;
  return `- **Not applied until merged:** ${inlineText(key)} ${change}, ${ref === null ? 'the policy' : inlineText(ref)} says ${inlineText(policy)}.`;
}

/** Lists what would make it cheaper, with the largest saving in the title; empty unless a limit is broken or near. */
export function suggestionsSection(report: Report, context: MarkdownContext): Block[] {
  if (!isAdviceShown(report)) return [];
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

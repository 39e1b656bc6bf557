import type { Block, Rows } from '../../../lib/text/fit.js';
import type { MarkdownContext } from '../context.js';

interface Part extends Pick<Rows, 'rows' | 'importance' | 'missing'> {
  /** Text of ours, never anything untrusted. */
  readonly title: string;
  readonly lead?: string;
}

/** A part that is closed in the comment until somebody wants it, and open in the summary. */
export function folded({ title, lead, rows, importance, missing }: Part, context: MarkdownContext): Rows {
  const start = [opening(title, context), '', ...(lead === undefined ? [] : [lead])].join('\n');
  return { lead: start, rows, end: '</details>', importance, missing };
}

/** Several blocks behind one click. */
export function foldedBlocks(title: string, blocks: readonly Block[], context: MarkdownContext): Block[] {
  return [opening(title, context), ...blocks, '</details>'];
}

function opening(title: string, { isSummary }: MarkdownContext): string {
  return `<details${isSummary ? ' open' : ''}><summary>${title}</summary>`;
}

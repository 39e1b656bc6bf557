import type { Block, Rows } from '../../text/fit.js';

/** A part that is closed until somebody wants it. `title` is text of ours, never anything untrusted. */
export function folded(title: string, rows: Pick<Rows, 'rows' | 'importance' | 'missing'> & { lead?: string }): Rows {
  const lead = rows.lead === undefined || rows.lead === '' ? [] : [rows.lead];
  return {
    lead: [`<details><summary>${title}</summary>`, '', ...lead].join('\n'),
    rows: rows.rows,
    end: '</details>',
    importance: rows.importance,
    missing: rows.missing,
  };
}

/** Several blocks behind one click. */
export function foldedBlocks(title: string, blocks: readonly Block[]): Block[] {
  return [`<details><summary>${title}</summary>`, ...blocks, '</details>'];
}

/** The two first lines of a table; a title that starts with `>` stands over figures, to the right. */
export function tableHead(titles: readonly string[]): string {
  const names = titles.map((title) => title.replace(/^>/, ''));
  const rules = titles.map((title) => (title.startsWith('>') ? '--:' : '---'));
  return `${tableRow(names)}\n${tableRow(rules)}`;
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

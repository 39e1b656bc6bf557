import { stripVTControlCharacters } from 'node:util';
import { charactersOf } from './plain.js';

/** Text and tables in the columns and colours of a terminal. */

const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ELLIPSIS = '…';
const FULL = '█';
const EMPTY = '░';
/** Most texts have no other characters than ASCII and those that are added here. Each of these takes one column. */
const NARROW = new RegExp(`^[ -~${ELLIPSIS}${FULL}${EMPTY}]*$`);

/** Counts the columns of a line. East Asian characters and emoji take two, marks on a letter none. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const character of charactersOf(text)) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Shortens a text to `width` columns. Where something is cut, an ellipsis is part of them. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const character of charactersOf(text)) {
    used += widthOf(character);
    if (used > width) break;
    kept += character;
  }
  return kept.trimEnd() + ELLIPSIS;
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Whether the column is cut where the table is wider than the terminal. */
  readonly isElastic?: boolean;
}

const GAP = '  ';
const SMALLEST_ELASTIC = 8;

/** Makes a table of rows under titles. Elastic columns are cut so that a line has at most `width` columns, as far as possible. */
export function columns(heads: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const natural = heads.map((head, index) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[index] ?? '')), widthOf(head.title)),
  );
  const widths = squeeze(heads, natural, width);
  const line = (cells: readonly string[]): string =>
    heads
      .map((head, index) => pad(cells[index] ?? '', widths[index] ?? 0, head.align))
      .join(GAP)
      .trimEnd();
  return [line(heads.map((head) => head.title)), ...rows.map(line)];
}

function squeeze(heads: readonly Column[], natural: readonly number[], width: number): number[] {
  let excess = natural.reduce((total, each) => total + each, 0) + GAP.length * (heads.length - 1) - width;
  const elastic = heads.filter((head) => head.isElastic === true).length;
  if (excess <= 0 || elastic === 0) return [...natural];
  let left = elastic;
  return natural.map((each, index) => {
    if (heads[index]?.isElastic !== true) return each;
    const given = Math.min(Math.ceil(excess / left), Math.max(each - SMALLEST_ELASTIC, 0));
    excess -= given;
    left -= 1;
    return each - given;
  });
}

function pad(text: string, width: number, align: Column['align']): string {
  const cut = cutToWidth(text, width);
  const blanks = ' '.repeat(Math.max(width - widthOf(cut), 0));
  return align === 'left' ? cut + blanks : blanks + cut;
}

/** A bar of `width` blocks for a share in percent. It is empty only for 0, and full only from 100. */
export function bar(share: number, width = 10): string {
  const blocks = Math.floor((share * width) / 100);
  const filled = Math.min(Math.max(blocks, share > 0 ? 1 : 0), width);
  return FULL.repeat(filled) + EMPTY.repeat(width - filled);
}

/**
 * Breaks a text at its spaces into lines of at most `width` columns. A longer word has a line of its own. Colours do not
 * count.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && visibleWidth(longer) > width) {
      lines.push(line.trimEnd());
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

const NARROWEST_TEXT = 12;

/**
 * Does the same with `start` before the first line and as many spaces before the others. The text has at least 12 columns.
 * Where the width is not known, the result is one line.
 */
export function wrapped(start: string, text: string, width: number | null): string[] {
  if (width === null) return [start + text];
  const indent = visibleWidth(start);
  return wrap(text, Math.max(width - indent, NARROWEST_TEXT)).map(
    (line, index) => (index === 0 ? start : ' '.repeat(indent)) + line,
  );
}

/** Counts the columns of a text without its colours. */
function visibleWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}

const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Puts a text in a colour of the terminal, or returns it as it is where no terminal reads. */
export type Paint = (style: keyof typeof CODES, text: string) => string;

/** How a text is shown at a terminal. */
export interface Style {
  readonly paint: Paint;
  /** Columns; null where the width is not known. */
  readonly width: number | null;
}

/** Returns what colours a text; with `isColoured` false it returns every text as it is. */
export function paintWith(isColoured: boolean): Paint {
  return (style, text) => (isColoured && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}

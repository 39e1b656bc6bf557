/** The two first lines of a table; a title that starts with `>` stands over figures, to the right. */
export function tableHead(titles: readonly string[]): string {
  const names = titles.map((title) => title.replace(/^>/, ''));
  const rules = titles.map((title) => (title.startsWith('>') ? '--:' : '---'));
  return `${tableRow(names)}\n${tableRow(rules)}`;
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Figures that a narrow column must not break in two. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '&nbsp;');
}

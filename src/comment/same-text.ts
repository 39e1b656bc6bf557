/** The time of the price line alone: nothing untrusted can start a line with these words. */
const FETCH_TIME = /^(- Prices: .*, fetched at )\d{4}-\d{2}-\d{2}T[\d:.]+Z$/gm;

/** Whether two comments say the same: equal apart from the first line, the marker, and when prices were fetched. */
export function sameText(a: string, b: string): boolean {
  return withoutRun(a) === withoutRun(b);
}

/** GitHub hands a body back with other line ends, and without blanks at its end. */
function withoutRun(comment: string): string {
  const text = comment.replace(/\r\n?/g, '\n');
  const firstLineEnd = text.indexOf('\n');
  return (firstLineEnd === -1 ? '' : text.slice(firstLineEnd + 1)).replace(FETCH_TIME, '$1').trim();
}

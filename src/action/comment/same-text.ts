/** The time of the price line alone: nothing untrusted can start a line with these words. */
const FETCH_TIME = /^(- Prices: .*, fetched at )\d{4}-\d{2}-\d{2}T[\d:.]+Z$/gm;

/** Whether two comments, without their markers, say the same: equal apart from when prices were fetched. */
export function sameText(a: string, b: string): boolean {
  return withoutTime(a) === withoutTime(b);
}

/** GitHub hands a body back with other line ends, and without blanks at its end. */
function withoutTime(comment: string): string {
  return comment.replace(/\r\n?/g, '\n').replace(FETCH_TIME, '$1').trim();
}

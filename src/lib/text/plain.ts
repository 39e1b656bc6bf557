/** Makes untrusted text one harmless line. Characters that a reader cannot see are removed. */

/** The usual length in UTF-16 units. Longer texts are cut with an ellipsis. */
export const LINE_LIMIT = 100;
/** The length of a sentence that names what stands in a file, in UTF-16 units. */
export const SENTENCE_LIMIT = 400;

const ELLIPSIS = '…';
/** Line ends, tabs and Unicode separators. Each becomes one space. */
const WHITE_SPACE = /[\s\u0085\u001c-\u001f]+/gu;
/**
 * Characters that a renderer may leave invisible by Unicode's rules: control, format (bidi, zero-width, tags), unpaired
 * surrogates, private use, variation selectors, fillers, the grapheme joiner.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
/** No script puts more than four marks on a letter; more of them cover the neighbouring lines. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Most names match this, and need no further cleaning. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Made for the first text that is cut, since Node takes 9 ms to make it. */
let graphemes: Intl.Segmenter | undefined;

/** Returns the text as one visible line of at most `limit` UTF-16 units, cut only between characters as a reader sees them. */
export function safeLine(text: string, limit: number = LINE_LIMIT): string {
  // Only a bounded part is examined, so that a name of several megabytes costs no more than a long one.
  const part = text.length > limit * 20 + 1000 ? text.slice(0, limit * 20 + 1000) : text;
  const visible = PRINTABLE_ASCII.test(part) ? part : visiblePart(part);
  return cut(visible.replace(/ {2,}/g, ' ').trim(), limit);
}

function visiblePart(text: string): string {
  return text.replace(WHITE_SPACE, ' ').replace(INVISIBLE, '').replace(PILED_MARKS, '$1');
}

/** Cuts a text to `limit` UTF-16 units with an ellipsis, between whole characters. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const left = Math.max(limit - ELLIPSIS.length, 0);
  let kept = '';
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text.slice(0, limit + 1))) {
    if (kept.length + segment.length > left) break;
    kept += segment;
  }
  return kept.trimEnd() + ELLIPSIS;
}

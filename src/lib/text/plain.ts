import { format } from 'node:util';

/**
 * All untrusted text that is printed as plain text passes through this file: one harmless line for any reader, without the
 * characters that nobody sees, and texts for the runner's log. The runner executes a line that starts, after white space,
 * with `::command::`, and `##[command]` anywhere in a line, on stdout and stderr alike.
 */

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

/** It is made for the first text that needs it, since Node takes 9 ms or more to make it. */
let graphemes: Intl.Segmenter | undefined;

/** Splits a line into characters as a reader sees them: a letter is one with its marks, and an emoji with its parts. */
export function charactersOf(line: string): readonly string[] {
  if (PRINTABLE_ASCII.test(line)) return line.split('');
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(graphemes.segment(line), ({ segment }) => segment);
}

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
  for (const character of charactersOf(text.slice(0, limit + 1))) {
    if (kept.length + character.length > left) break;
    kept += character;
  }
  return kept.trimEnd() + ELLIPSIS;
}

const LOG_LIMIT = 1000;
const COMMAND_AT_START = /(?<=^|\s):{2,}/gu;
const OLD_COMMAND = /##(?=\[)/gu;

/** Makes one line in which no runner command can start; `::x::` becomes `: :x::`. */
export function logLine(text: string, limit: number = LOG_LIMIT): string {
  return safeLine(text, limit)
    .replace(COMMAND_AT_START, (colons) => ': '.repeat(colons.length).trimEnd())
    .replace(OLD_COMMAND, '## ');
}

/** Applies `logLine` to each line of a text, such as a stack trace at debug level. */
export function logLines(text: string): string {
  return text
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/u)
    .map((line) => logLine(line))
    .join('\n');
}

const LINE_OR_CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Keeps lines as they are, spaces included, because a reader may apply a diff. Only commands are changed. */
export function logVerbatim(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(LINE_OR_CONTROL, (found) => (found === '\t' ? found : '\ufffd'))
        .replace(/^(\s*):{2,}/u, (colons) => colons.replaceAll('::', ': :'))
        .replace(OLD_COMMAND, '## '),
    )
    .join('\n');
}

const ESCAPED_IN_JSON = /##(?=\[)|(?<=\s):(?=:)|[\u007f-\u009f\u2028\u2029]|[\p{Cf}\p{Cs}]/gu;

/**
 * Escapes characters in JSON text so that no string starts a runner command or ends a line; the document stays the same.
 * Neither `##[` nor `::` occurs outside a JSON string, so the escape is always legal.
 */
export function logJson(json: string): string {
  return json.replace(ESCAPED_IN_JSON, (found) =>
    [...Array(found.length).keys()]
      .map((index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** A document as indented JSON with a newline at its end, in which no line looks like a command of the runner. */
export function jsonDocument(document: object): string {
  return `${logJson(JSON.stringify(document, null, 2))}\n`;
}

const MASK = '***';

/** Replaces every occurrence of a secret, plain, percent-encoded or in base64, by `***`. Empty secrets are ignored. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    // The longest is first, so that no part remains of a secret that contains another.
    .sort((a, b) => b.length - a.length);
  return spellings.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/**
 * From now on, what libraries print unprompted (Node's warnings and deprecations, lines on the console) goes to `debug`
 * instead: it may quote untrusted text, and the runner executes commands from stdout and stderr alike.
 */
export function redirectConsole(debug: (text: string) => void): void {
  process.removeAllListeners('warning').on('warning', ({ name, message }) => {
    debug(`${name}: ${message}`);
  });
  const redirected = (...parts: unknown[]) => {
    debug(format(...parts));
  };
  Object.assign(console, {
    debug: redirected,
    error: redirected,
    info: redirected,
    log: redirected,
    trace: redirected,
    warn: redirected,
  });
}

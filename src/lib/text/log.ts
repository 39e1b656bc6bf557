import { safeLine } from './plain.js';

/**
 * The one way of untrusted text into the runner's log. The runner executes a line that starts, after white space, with
 * `::command::`, and `##[command]` anywhere in a line, on stdout and stderr alike.
 */

const LOG_LIMIT = 1000;
const COMMAND_AT_START = /(?<=^|\s):{2,}/gu;
const OLD_COMMAND = /##(?=\[)/gu;

/** One line that starts no runner command, wherever in a line it is put; `::x::` is shown as `: :x::`. */
export function logLine(text: string, limit: number = LOG_LIMIT): string {
  return safeLine(text, limit)
    .replace(COMMAND_AT_START, (colons) => ': '.repeat(colons.length).trimEnd())
    .replace(OLD_COMMAND, '## ');
}

/** `logLine` for each line of a text that has several, such as a stack at debug level. */
export function logLines(text: string): string {
  return text
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/u)
    .map((line) => logLine(line))
    .join('\n');
}

const LINE_OR_CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Several lines as they are, blanks included, such as a diff that somebody may apply; only commands are broken. */
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
 * JSON text, the same document, in which no string can start a runner command or end a line: characters that could
 * are written as JSON escapes. Neither `##[` nor `::` can stand outside a JSON string, so the escape is always legal.
 */
export function logJson(json: string): string {
  return json.replace(ESCAPED_IN_JSON, (found) =>
    [...Array(found.length).keys()]
      .map((index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

const MASK = '***';

/** Every occurrence of a secret, plain or percent-encoded or in base64, becomes `***`; empty secrets are none. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    // The longest first: where one secret is a part of another, no end of it is left over.
    .sort((a, b) => b.length - a.length);
  return spellings.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

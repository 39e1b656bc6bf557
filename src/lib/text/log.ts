import { safeLine } from './plain.js';
import { format } from 'node:util';

/**
 * All untrusted text in the runner's log passes through this file. The runner executes a line that starts, after white
 * space, with `::command::`, and `##[command]` anywhere in a line, on stdout and stderr alike.
 */

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

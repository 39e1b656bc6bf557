import type { Problem } from '../lib/errors/problem.js';
import { logLine } from '../lib/text/log.js';

/** `file:line:column: message`, the form that editors and terminals link. */
export function problemLine({ file, line, column, message }: Problem): string {
  // A message that begins with the file's name needs it only where a line follows.
  const isNamed = line === null && file !== null && message.startsWith(file);
  const place = file === null || isNamed ? '' : `${[file, line, column].filter((part) => part !== null).join(':')}: `;
  return logLine(`${place}${message}`);
}

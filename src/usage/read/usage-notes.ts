import type { Note } from '../../lib/errors/note.js';
import type { NoVerdictError } from '../../lib/errors/problem.js';
import { count, counted } from '../../lib/text/amount.js';
import { isComplete, type Usage } from './usage.js';

/** What a report says of recordings that do not state everything that was used; empty where they do. */
export function notesOfUsage(usage: Usage): Note[] {
  const { read, without_usage, not_understood } = usage.exchanges;
  if (read === 0) {
    const found = [
      ...(without_usage > 0 ? [`${counted(without_usage, 'exchange')} without usage`] : []),
      ...(not_understood > 0 ? [`${counted(not_understood, 'exchange')} not understood`] : []),
    ];
    const details = found.length === 0 ? '' : `: ${found.join(', ')}`;
    const message = `Nothing was measured: ${counted(usage.files.length, 'recorded file')} with no usage${details}.`;
    return [{ code: 'usage_not_measured', message }];
  }
  if (isComplete(usage)) return [];
  const unmeasured = usage.unmeasured.reduce((sum, { requests }) => sum + requests, 0);
  const reasons = [
    ...(not_understood > 0 ? [`${counted(not_understood, 'recorded exchange')} could not be understood`] : []),
    ...(unmeasured > 0 ? [`${counted(unmeasured, 'request')} stated no usage`] : []),
    ...(usage.unmatched.length > 0 ? [`${count(usage.unmatched.length)} of the globs match no file`] : []),
  ];
  return [{ code: 'usage_incomplete', message: `At least as much was used as is shown: ${reasons.join(', ')}.` }];
}

/** The same where no file could be read at all. */
export function notesOfUnreadable(error: NoVerdictError): Note[] {
  const messages = error.problems.map(({ message }) => message);
  return [{ code: 'usage_not_measured', message: `Nothing was measured: ${messages.join('; ')}.` }];
}

import type { Violation } from '../../src/budget/verdict/violation.js';

/** A failed limit on a whole run, without figures, message and place. */
export function violation(fields: Partial<Violation> = {}): Violation {
  const nowhere = { run: null, suite: null, call: null, actual: null, limit: null, file: null, line: null };
  return { rule: 'per_run', severity: 'fail', ...nowhere, message: '', ...fields };
}

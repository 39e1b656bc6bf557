import { NoVerdictError } from '../../src/lib/errors/problem.js';

/** The problems of the NoVerdictError that `action` ends in, as `line:column message`; an empty list if it succeeds. */
export function placedProblems(action: () => unknown): readonly string[] {
  try {
    action();
    return [];
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    return error.problems.map(({ line, column, message }) => `${String(line)}:${String(column)} ${message}`);
  }
}

import { NoVerdictError } from '../../src/lib/errors/problem.js';

/** The problems of the NoVerdictError that a promise rejects with, as `line:column message`; an empty list if it resolves. */
export async function placedProblems(result: Promise<unknown>): Promise<readonly string[]> {
  try {
    await result;
    return [];
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    return error.problems.map(({ line, column, message }) => `${String(line)}:${String(column)} ${message}`);
  }
}

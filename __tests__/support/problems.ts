import { NoVerdictError } from '../../src/lib/errors/problem.js';

/** The messages of the NoVerdictError that `action` ends in; anything else that is thrown, or nothing, fails the test. */
export async function problemsOf(action: () => unknown): Promise<readonly string[]> {
  try {
    await action();
  } catch (error) {
    if (error instanceof NoVerdictError) return error.problems.map(({ message }) => message);
    throw error;
  }
  throw new Error('no problem was reported');
}

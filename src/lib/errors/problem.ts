/** One thing that is wrong, located as well as is known; `line` and `column` count from 1. */
export interface Problem {
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** 2: configuration (manifest, inputs, policy); 3: prices unusable. */
export type ErrorExitCode = 2 | 3;

/**
 * The run cannot reach a verdict. This is the only error that is meant for a user: every problem in it says what is
 * wrong, where, and what is accepted. Anything else that is thrown is a defect of ours.
 */
export class NoVerdictError extends Error {
  override readonly name = 'NoVerdictError';

  constructor(
    readonly exitCode: ErrorExitCode,
    readonly problems: readonly Problem[],
    /** What the process exits with: `fail-on: never` lets a run without prices end in 0. */
    readonly processExitCode: number = exitCode,
  ) {
    super(problems.map((problem) => problem.message).join('\n'));
  }
}

/** A problem without a place, or with the given one. */
export function problem(message: string, place: Partial<Omit<Problem, 'message'>> = {}): Problem {
  return { message, file: place.file ?? null, line: place.line ?? null, column: place.column ?? null };
}

export function configurationError(message: string, place: Partial<Omit<Problem, 'message'>> = {}): NoVerdictError {
  return new NoVerdictError(2, [problem(message, place)]);
}

export function pricesUnusable(message: string): NoVerdictError {
  return new NoVerdictError(3, [problem(message)]);
}

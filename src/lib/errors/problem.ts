/** One thing that is wrong, with its place where that is known. `line` and `column` count from 1. */
export interface Problem {
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** 2: configuration (manifest, inputs, policy); 3: prices unusable. */
export type ErrorExitCode = 2 | 3;

/**
 * The run cannot reach a verdict. This is the only error whose message is for the user: each problem in it says what is
 * wrong, where, and what is accepted. Any other exception is a defect of the program.
 */
export class NoVerdictError extends Error {
  override readonly name = 'NoVerdictError';

  constructor(
    readonly exitCode: ErrorExitCode,
    readonly problems: readonly Problem[],
    /** The exit code of the process: with `fail-on: never` a run without prices exits with 0. */
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

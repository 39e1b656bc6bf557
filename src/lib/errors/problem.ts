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

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left on the device'],
  ['ENAMETOOLONG', 'the name is too long for this system'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['ENOENT', 'the folder does not exist'],
  ['ELOOP', 'a link in the path leads back to itself'],
  ['EMFILE', 'too many files are open'],
  ['E2BIG', 'the command is too long for this system'],
  // What Windows says of one.
  ['ENAMETOOLONG', 'the command or a path is too long for this system'],
  ['ERR_INVALID_ARG_VALUE', 'the path has a null character in it'],
]);

/** The code of an error from the operating system ("ENOENT"), zlib, undici or Node's own argument checks; else null. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The reason of a failed file or process operation in words, without its stack. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  return (code === null ? undefined : REASONS.get(code)) ?? code ?? 'unknown error';
}

/** All codes that a note of the report can have. A code is never renamed. */
export type NoteCode =
  // the catalogue and its lock
  | 'catalogue_url'
  | 'duplicate_model'
  | 'malformed_models'
  | 'prices_from_lock'
  | 'lock_unreadable'
  | 'lock_incomplete'
  | 'lock_of_another_catalogue'
  | 'drift_incomplete'
  // the price of a call
  | 'price'
  | 'price_range'
  // the calls
  | 'no_requests'
  // base, and the default branch
  | 'expiring_model'
  | 'branch_outdated'
  | 'mixed_runs'
  | 'base_missing'
  | 'base_invalid'
  | 'default_branch_invalid'
  // prompt files
  | 'prompt_file_missing'
  | 'prompt_tokens_estimated'
  | 'files_not_counted'
  | 'rows_without_field'
  | 'promptfoo'
  // the change, and who approved it
  | 'workflow_changed'
  | 'lock_changed'
  | 'possibly_outdated'
  | 'changed_files_incomplete'
  | 'override_without_approval'
  | 'pull_request_unread'
  | 'labels_unread'
  | 'reviews_unread'
  | 'approvers_unread'
  | 'merge_conflict'
  // how this run reached the network
  | 'proxy'
  | 'certificate_authority'
  // recorded usage
  | 'usage_not_measured'
  | 'usage_incomplete'
  // the account
  | 'credits_unknown';

/** A note of the report: information that never changes the verdict. */
export interface Note {
  readonly code: NoteCode;
  readonly message: string;
}

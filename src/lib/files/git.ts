import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { configurationError, errorCode, reasonOf } from '../errors/problem.js';

/** Runs git as a program, and finds repositories and commits with it. */

export interface GitOutcome {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  /** The first line on git's stderr, made printable; "" where there is none. */
  readonly complaint: string;
}

export interface GitOptions {
  readonly input?: string;
  /** More output than this ends the command. */
  readonly maxBytes?: number;
}

const TIME_LIMIT_MS = 120_000;

/**
 * Runs git in a folder, without a shell. Throws a NoVerdictError (2) where git cannot be started, prints too much
 * or does not end. The caller interprets git's exit code.
 */
export async function runGit(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
  const { input = '', maxBytes = 1_000_000 } = options;
  return await new Promise((resolve, reject) => {
    // A signal and not the option `timeout`, whose timer keeps the process alive after a failed start.
    const signal = AbortSignal.timeout(TIME_LIMIT_MS);
    const child = started(cwd, args, signal);
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) child.kill();
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaints.length < 16) complaints.push(chunk);
    });
    // git may end before it has read its input; that alone is not a failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => {
      const reason = signal.aborted ? `did not end in ${TIME_LIMIT_MS / 1000} seconds` : cannotStart(cwd, error);
      reject(configurationError(`git ${reason}`));
    });
    child.on('close', (exitCode, endedBy) => {
      if (length > maxBytes) reject(configurationError(`git ${args[0] ?? ''} printed more than ${maxBytes} bytes`));
      else if (endedBy !== null) reject(configurationError(`git ${args[0] ?? ''} was ended by ${endedBy}`));
      else resolve({ exitCode, stdout: Buffer.concat(output), complaint: firstLine(Buffer.concat(complaints)) });
    });
  });
}

/** Starts git. Node throws for a command that is too long, and reports other failures as an event. */
function started(cwd: string, args: readonly string[], signal: AbortSignal): ChildProcessWithoutNullStreams {
  try {
    return spawn('git', args, { cwd, env: gitEnvironment(), signal, windowsHide: true });
  } catch (error) {
    throw configurationError(`git ${cannotStart(cwd, error)}`);
  }
}

/** Makes git print English messages, ask nothing on a terminal, and take paths literally, not as patterns. */
function gitEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
  };
}

/** Node reports a missing program and a missing folder with the same code. */
function cannotStart(cwd: string, error: unknown): string {
  const reason = errorCode(error) === 'ENOENT' ? `git is not installed, or ${cwd} does not exist` : reasonOf(error);
  return `cannot be started: ${reason}`;
}

function firstLine(stderr: Buffer): string {
  const line = stderr.toString('utf8').trimStart().split('\n')[0] ?? '';
  // Control characters would reach the terminal or the runner's log.
  return line
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .trim()
    .slice(0, 300);
}

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

const UNPRINTABLE = /[\u0000-\u001f\u007f]/;

/** Returns the top folder of the working tree that contains `cwd`. NoVerdictError (2) where there is none. */
export async function repositoryRoot(cwd: string): Promise<string> {
  const { exitCode, stdout, complaint } = await runGit(cwd, ['rev-parse', '--show-toplevel']);
  const root = stdout.toString('utf8').replace(/\r?\n$/, '');
  if (exitCode === 0 && root !== '') return root;
  if (complaint.includes('dubious ownership')) {
    throw configurationError(
      `git does not trust the repository at ${cwd}, since somebody else owns it; see safe.directory in git's manual`,
    );
  }
  if (complaint.includes('must be run in a work tree'))
    throw configurationError(`${cwd} is a repository without a work tree`);
  throw configurationError(`${cwd} is not in a git repository; a git ref is accepted only inside one`);
}

/** Returns the commit that a ref names now. NoVerdictError (2) where this repository does not have it. */
export async function resolveCommit(cwd: string, ref: string): Promise<string> {
  if (ref === '' || ref.startsWith('-') || ref.length > 1000 || UNPRINTABLE.test(ref)) {
    throw configurationError(`${JSON.stringify(ref)} is not a git ref; a branch, tag or commit is accepted`);
  }
  const { exitCode, stdout } = await runGit(cwd, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${ref}^{commit}`,
  ]);
  const sha = stdout.toString('utf8').trim();
  if (exitCode === 0 && OBJECT_ID.test(sha)) return sha;
  await repositoryRoot(cwd);
  throw configurationError(
    `git has no commit ${JSON.stringify(ref)} here; fetch it first (a shallow checkout in CI lacks it: set fetch-depth: 0)`,
  );
}

/** Returns the best common ancestor of two refs, as a commit; null where this repository knows of none. */
export async function mergeBase(cwd: string, first: string, second: string): Promise<string | null> {
  const commits = [await resolveCommit(cwd, first), await resolveCommit(cwd, second)];
  const { stdout } = await runGit(cwd, ['merge-base', ...commits]);
  const sha = stdout.toString('utf8').trim();
  return OBJECT_ID.test(sha) ? sha : null;
}

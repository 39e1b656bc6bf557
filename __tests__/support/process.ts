import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface EndedProcess {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessSetting {
  /** All that the process has of an environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** A file that takes stdout instead, such as a full device. */
  readonly log?: string;
  /** Called once the process runs, with the way to send it a signal. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end. Rejects where it cannot be started. */
export function runToEnd(
  program: string,
  args: readonly string[],
  { env, cwd, stdin = '', log, started }: ProcessSetting,
): Promise<EndedProcess> {
  return new Promise((resolve, reject) => {
    const file = log === undefined ? null : openSync(log, 'w');
    const child = spawn(program, args, { env, cwd, stdio: ['pipe', file ?? 'pipe', 'pipe'] });
    if (file !== null) closeSync(file);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    // A program that ends without reading its input is no error of the test.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    started?.((signal) => child.kill(signal));
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

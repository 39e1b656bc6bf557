import { execFile } from 'node:child_process';

export interface EndedProcess {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program to its end, with exactly this environment, in this folder. */
export function runToEnd(
  program: string,
  args: readonly string[],
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<EndedProcess> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env, cwd, maxBuffer: 64 * 1024 * 1024 }, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode, stdout, stderr });
    });
  });
}

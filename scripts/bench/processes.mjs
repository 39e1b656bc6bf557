/** Processes from spawn to exit: their time, and what a preloaded module reports of them. */
import { spawn } from 'node:child_process';

/**
 * Runs Node with these arguments: milliseconds from spawn to exit, and what the process wrote to file descriptor 3. An exit
 * code that is not among `codes` is an error.
 */
export function timed(args, env, { codes = [0], cwd } = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let [reported, errors] = ['', ''];
    child.stdio[3].setEncoding('utf8').on('data', (chunk) => (reported += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (errors += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const milliseconds = performance.now() - began;
      if (codes.includes(code)) resolve({ began, milliseconds, reported });
      else reject(new Error(`${args.at(-1)} ended with ${code}\n${errors}`));
    });
  });
}

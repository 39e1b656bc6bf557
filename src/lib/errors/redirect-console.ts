import { format } from 'node:util';

/**
 * From now on, what libraries print unprompted (Node's warnings and deprecations, lines on the console) goes to `debug`
 * instead: it may quote untrusted text, and the runner executes commands from stdout and stderr alike.
 */
export function redirectConsole(debug: (text: string) => void): void {
  process.removeAllListeners('warning').on('warning', ({ name, message }) => {
    debug(`${name}: ${message}`);
  });
  const redirected = (...parts: unknown[]) => {
    debug(format(...parts));
  };
  Object.assign(console, {
    debug: redirected,
    error: redirected,
    info: redirected,
    log: redirected,
    trace: redirected,
    warn: redirected,
  });
}

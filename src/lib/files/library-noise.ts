import { format } from 'node:util';

/**
 * From now on, what libraries print of their own accord (Node's warnings and deprecations, lines on the console) goes to
 * `whisper` instead: it may quote untrusted text, and the runner executes commands from stdout and stderr alike.
 */
export function catchLibraryNoise(whisper: (text: string) => void): void {
  process.removeAllListeners('warning').on('warning', ({ name, message }) => {
    whisper(`${name}: ${message}`);
  });
  const aside = (...parts: unknown[]) => {
    whisper(format(...parts));
  };
  Object.assign(console, { debug: aside, error: aside, info: aside, log: aside, trace: aside, warn: aside });
}

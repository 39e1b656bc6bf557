import type { World } from './world.js';

/** Work that is done before a person wonders what goes on needs no words. */
const QUIET_MS = 1000;

/** Does the work; once it has taken a second, one line on stderr says what is waited for. */
export async function withProgress<T>(what: string, world: World, work: () => Promise<T>): Promise<T> {
  const cancel = world.effects.alarm(QUIET_MS, () => {
    world.stderr.write(`${what}…\n`);
  });
  try {
    return await work();
  } finally {
    cancel();
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { RetryEffects } from './retry.js';

/** The real clock, chance, pause and alarm. */
export const systemEffects: RetryEffects = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (milliseconds) => {
    await pause(milliseconds);
  },
  alarm: (milliseconds, ring) => {
    const timer = setTimeout(ring, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

import { setTimeout as pause } from 'node:timers/promises';
import type { RetryEffects } from './retry.js';

/** The real clock, chance and pause. */
export const systemEffects: RetryEffects = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (milliseconds) => {
    await pause(milliseconds);
  },
};

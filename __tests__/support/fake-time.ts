import type { RetryEffects } from '../../src/http/retry.js';

export interface FakeTime extends RetryEffects {
  /** The pauses that were slept, in milliseconds. */
  readonly pauses: readonly number[];
}

/** A clock that only pauses move on, from `start`; `random` gives what chance gives, the largest pause by default. */
export function fakeTime(start = '2026-11-24T09:00:00Z', random: () => number = () => 0.999999): FakeTime {
  let time = Date.parse(start);
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    random,
    sleep: (milliseconds) => {
      pauses.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

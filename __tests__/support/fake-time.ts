import type { Network } from '../../src/lib/http/network.js';
import { sendThrough } from '../../src/lib/http/request.js';

export interface FakeTime extends Network {
  /** The pauses that were slept, in milliseconds. */
  readonly pauses: readonly number[];
  /** Lets the time pass to the first alarm that is set, which rings. Throws where none is: nobody waits for an answer. */
  ringAlarm(): void;
}

interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/**
 * A clock that only pauses and alarms move on, from `start`; `random` gives what chance gives, the largest pause by
 * default. No alarm rings by itself, so that no test depends on how busy the machine is. Connections are real and direct.
 */
export function fakeTime(
  start: string | number = '2026-11-24T09:00:00Z',
  random: () => number = () => 0.999999,
): FakeTime {
  let time = new Date(start).getTime();
  const pauses: number[] = [];
  const alarms = new Set<Alarm>();
  return {
    pauses,
    now: () => time,
    random,
    sleep: (milliseconds) => {
      pauses.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
    alarm: (milliseconds, ring) => {
      const alarm = { due: time + milliseconds, ring };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    connect: () => sendThrough(null),
    ringAlarm: () => {
      const [first] = [...alarms].sort((one, other) => one.due - other.due);
      if (first === undefined) throw new Error('an alarm was to ring, and none is set');
      alarms.delete(first);
      time = Math.max(time, first.due);
      first.ring();
    },
  };
}

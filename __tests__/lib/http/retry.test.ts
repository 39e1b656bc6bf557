import { describe, expect, test } from '@jest/globals';
import {
  HttpFailure,
  httpFailureIn,
  isTransientStatus,
  parseRetryAfter,
  statusFailure,
} from '../../../src/lib/http/failure.js';
import { retry, RETRY_LIMITS, sharedTime } from '../../../src/lib/http/retry.js';
import { fakeTime, type FakeTime } from '../../support/fake-time.js';

function transient(retryAfterMs: number | null = null): HttpFailure {
  return new HttpFailure('answered 503', { kind: 'status', status: 503, transient: true, retryAfterMs });
}

/** An attempt that fails with each of these in turn and then succeeds. */
function failing(failures: readonly Error[]): { attempt: () => Promise<string>; made: () => number } {
  let made = 0;
  const attempt = () => {
    const failure = failures[made];
    made += 1;
    return failure === undefined ? Promise.resolve('done') : Promise.reject(failure);
  };
  return { attempt, made: () => made };
}

async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.catch((reason: unknown) => reason);
  if (error instanceof HttpFailure) return error;
  throw new Error('expected an HttpFailure', { cause: error });
}

describe('pauses', () => {
  // Full jitter: the random part of a bound of 500 ms that doubles; at 0.5 that is 250, 500, 1000.
  test.each([
    [0, [0, 0, 0]],
    [0.5, [250, 500, 1000]],
    [0.999999, [499, 999, 1999]],
  ])('are a random part (%d) of 0.5 s, 1 s, 2 s', async (random, pauses) => {
    const time = fakeTime('2026-11-24T09:00:00Z', () => random);
    const { attempt, made } = failing([transient(), transient(), transient()]);
    expect(await retry(attempt, time)).toBe('done');
    expect(time.pauses).toEqual(pauses);
    expect(made()).toBe(4);
  });

  test('stop doubling at 8 s', async () => {
    const time = fakeTime('2026-11-24T09:00:00Z', () => 0.5);
    const { attempt } = failing(Array.from({ length: 7 }, () => transient()));
    await retry(attempt, time, { ...RETRY_LIMITS, attempts: 8 });
    expect(time.pauses).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
  });

  test('obey a longer Retry-After, and are not shortened by one of 0 s', async () => {
    const time = fakeTime('2026-11-24T09:00:00Z', () => 0.5);
    const { attempt } = failing([transient(7_000), transient(0), transient(null)]);
    expect(await retry(attempt, time)).toBe('done');
    expect(time.pauses).toEqual([7_000, 500, 1_000]);
  });
});

describe('attempts end', () => {
  test('after the fourth, with the last failure and the number of attempts', async () => {
    const { attempt, made } = failing(Array.from({ length: 9 }, () => transient()));
    const failure = await failureOf(retry(attempt, fakeTime()));
    expect(made()).toBe(4);
    expect(failure).toMatchObject({ message: 'answered 503', status: 503, transient: true, attempts: 4 });
  });

  test('at once where the failure is not transient', async () => {
    const refused = new HttpFailure('answered 404', { kind: 'status', status: 404, transient: false });
    const { attempt, made } = failing([refused]);
    expect(await failureOf(retry(attempt, fakeTime()))).toMatchObject({ status: 404, attempts: 1 });
    expect(made()).toBe(1);
  });

  test('at once on a defect, which is passed on as it is', async () => {
    const defect = new RangeError('a mistake of ours');
    const { attempt, made } = failing([defect]);
    await expect(retry(attempt, fakeTime())).rejects.toBe(defect);
    expect(made()).toBe(1);
  });

  test('where Retry-After is longer than what is left of 60 s: 59 s are waited for, then 2 s are too much', async () => {
    const time = fakeTime();
    const { attempt, made } = failing([transient(59_000), transient(2_000), transient()]);
    const failure = await failureOf(retry(attempt, time));
    expect(time.pauses).toEqual([59_000]);
    expect(made()).toBe(2);
    expect(failure.message).toBe('answered 503 and asked for a pause of 2 s, more than is left');
  });

  test('where a pause would end exactly at the total', async () => {
    const time = fakeTime();
    const { attempt, made } = failing([transient(60_000)]);
    expect((await failureOf(retry(attempt, time))).retryAfterMs).toBe(60_000);
    expect(time.pauses).toEqual([]);
    expect(made()).toBe(1);
  });
});

describe('the deadline of an attempt', () => {
  /** An attempt during which its whole time passes. */
  function hanging(time: FakeTime, heed: (signal: AbortSignal) => Promise<never>) {
    return (signal: AbortSignal) => {
      setImmediate(() => {
        time.ringAlarm();
      });
      return heed(signal);
    };
  }
  const heedless = () => new Promise<never>(() => undefined);

  test('ends an attempt that heeds its signal, and counts as transient', async () => {
    const time = fakeTime();
    const signals: AbortSignal[] = [];
    const attempt = hanging(time, (signal) => {
      signals.push(signal);
      return new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    });
    const failure = await failureOf(retry(attempt, time, { ...RETRY_LIMITS, attempts: 2 }));
    expect(failure).toMatchObject({ kind: 'timeout', attempts: 2, message: 'gave no whole answer within 20 s' });
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });

  test('leaves an attempt behind that does not heed it', async () => {
    const time = fakeTime();
    const failure = await failureOf(retry(hanging(time, heedless), time));
    expect(failure.kind).toBe('timeout');
  });

  test('is no longer than what is left of the total: 20 s, 0.5 s, 20 s, 1 s and 18.5 s are 60 s', async () => {
    const time = fakeTime('2026-11-24T09:00:00Z', () => 0.999999);
    const failure = await failureOf(retry(hanging(time, heedless), time));
    // The pauses are whole milliseconds below their bounds: 499 and 999.
    expect(time.pauses).toEqual([499, 999]);
    expect(failure).toMatchObject({ attempts: 3, message: 'gave no whole answer within 19 s' });
    expect(time.now()).toBe(Date.parse('2026-11-24T09:01:00Z'));
  });

  test('does not outlive a success', async () => {
    let kept: AbortSignal | null = null;
    const time = fakeTime();
    await retry((signal) => {
      kept = signal;
      return Promise.resolve();
    }, time);
    expect(kept).toMatchObject({ aborted: false });
    expect(() => {
      time.ringAlarm();
    }).toThrow('none is set');
  });
});

describe('which statuses are retried', () => {
  const retried = [408, 425, 429, 500, 501, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 599];
  const final = [100, 200, 204, 301, 304, 400, 401, 402, 403, 404, 405, 407, 409, 410, 418, 422, 424, 426, 451, 600];

  test.each(retried)('%d is', (status) => {
    expect(isTransientStatus(status)).toBe(true);
  });

  test.each(final)('%d is not', (status) => {
    expect(isTransientStatus(status)).toBe(false);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T09:00:00Z');

  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Tue, 24 Nov 2026 09:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 08:00:00 GMT', 0],
    ['soon', null],
    ['-1', null],
    ['1.5', null],
    ['1e3', null],
    ['', null],
    ['9999999999', null],
    ['2026-11-24T09:00:30Z', null],
    ['Tue, 99 Nov 2026 09:00:30 GMT', null],
  ])('%j means %p ms', (value, milliseconds) => {
    expect(parseRetryAfter(value, now)).toBe(milliseconds);
  });

  test("as a date is taken against the answer's own Date, so that a wrong clock here does not matter", () => {
    const headers = new Map([
      ['date', 'Tue, 24 Nov 2026 09:00:00 GMT'],
      ['retry-after', 'Tue, 24 Nov 2026 09:00:10 GMT'],
    ]);
    expect(statusFailure(503, headers, now + 3_600_000).retryAfterMs).toBe(10_000);
  });
});

describe('a failure inside another error', () => {
  const failure = transient();

  test('is found through its causes', () => {
    expect(httpFailureIn(failure)).toBe(failure);
    expect(httpFailureIn(new Error('outer', { cause: new Error('inner', { cause: failure }) }))).toBe(failure);
  });

  test('is not looked for without end', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    expect(httpFailureIn(loop)).toBeNull();
    expect(httpFailureIn('text')).toBeNull();
  });
});

describe('time that requests share', () => {
  test('leaves a request its own 60 s while there is more, then what is left, then nothing: it is not made', async () => {
    const time = fakeTime();
    const within = sharedTime('the account', 100_000, time);
    expect(within(RETRY_LIMITS)).toEqual(RETRY_LIMITS);
    await time.sleep(70_000);
    expect(within(RETRY_LIMITS)).toEqual({ ...RETRY_LIMITS, totalMs: 30_000 });
    await time.sleep(30_000);
    expect(() => within(RETRY_LIMITS)).toThrow('was not asked: the 100 s for the account were used up');
  });
});

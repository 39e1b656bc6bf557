import { HttpFailure } from './failure.js';

/** The clock and chance, as the retry policy uses them; times in milliseconds. */
export interface RetryEffects {
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Calls `ring` after this time, unless the returned function is called before. */
  alarm(milliseconds: number, ring: () => void): () => void;
}

export interface RetryLimits {
  /** How often a request is made at most, the first time included. */
  readonly attempts: number;
  /** The bound of the first random pause; it doubles from attempt to attempt up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** What a single attempt may take, from the connection to the checked answer. */
  readonly attemptMs: number;
  /** What all attempts and pauses together may take. */
  readonly totalMs: number;
}

export const RETRY_LIMITS: RetryLimits = {
  attempts: 4,
  firstPauseMs: 500,
  longestPauseMs: 8_000,
  attemptMs: 20_000,
  totalMs: 60_000,
};

/**
 * Repeats an attempt until it succeeds, its failure is not transient, or attempts or time run out.
 *
 * An attempt is request, reading, parsing and checking as one unit, so half an answer counts as a failure. It throws a
 * transient `HttpFailure` where a repetition may help; any other error passes through at once. Pauses have full jitter (a
 * random part of the bound), and last as long as `Retry-After` where that is longer. A pause that would end after the total
 * time is not begun.
 */
export async function retry<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  effects: RetryEffects,
  limits: RetryLimits = RETRY_LIMITS,
): Promise<T> {
  const end = effects.now() + limits.totalMs;
  for (let made = 1; ; made += 1) {
    try {
      return await withDeadline(Math.min(limits.attemptMs, end - effects.now()), attempt, effects);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const pause = pauseAfter(error, made, effects, limits);
      if (!error.transient || made >= limits.attempts) throw afterAttempts(error, made);
      if (effects.now() + pause >= end) throw afterAttempts(error, made, pause);
      await effects.sleep(pause);
    }
  }
}

function pauseAfter(failure: HttpFailure, made: number, effects: RetryEffects, limits: RetryLimits): number {
  const bound = Math.min(limits.longestPauseMs, limits.firstPauseMs * 2 ** (made - 1));
  return Math.max(failure.retryAfterMs ?? 0, Math.floor(effects.random() * bound));
}

function afterAttempts(failure: HttpFailure, attempts: number, pauseBeyondDeadline?: number): HttpFailure {
  const asked = failure.retryAfterMs !== null && failure.retryAfterMs === pauseBeyondDeadline;
  const message = asked
    ? `${failure.message} and asked for a pause of ${Math.ceil(failure.retryAfterMs / 1000)} s, more than is left`
    : failure.message;
  return new HttpFailure(message, {
    kind: failure.kind,
    status: failure.status,
    retryAfterMs: failure.retryAfterMs,
    transient: failure.transient,
    attempts,
    cause: failure.cause,
  });
}

/** Runs an attempt with a signal that aborts at the deadline. An attempt that ignores the signal is not waited for. */
async function withDeadline<T>(
  milliseconds: number,
  attempt: (signal: AbortSignal) => Promise<T>,
  effects: RetryEffects,
): Promise<T> {
  const time = Math.max(0, milliseconds);
  const controller = new AbortController();
  let cancelAlarm = (): void => undefined;
  const deadline = new Promise<never>((_, reject) => {
    cancelAlarm = effects.alarm(time, () => {
      const seconds = Number((time / 1000).toPrecision(2));
      const failure = new HttpFailure(`gave no whole answer within ${seconds} s`, { kind: 'timeout', transient: true });
      // The deadline is rejected first, since the error of the aborted attempt is only its consequence.
      reject(failure);
      controller.abort(failure);
    });
  });
  try {
    return await Promise.race([attempt(controller.signal), deadline]);
  } finally {
    cancelAlarm();
  }
}

/**
 * Shares one total time, from now on, among all requests to one server: a server that hangs on each of fifty requests then
 * costs a run that time once. `spentMs` of it have been spent on earlier requests. The returned function shortens a
 * request's limits to the time that is left. It throws an `HttpFailure` that names `purpose` where no time is left.
 */
export function sharedTime(
  purpose: string,
  totalMs: number,
  effects: RetryEffects,
  spentMs = 0,
): (limits: RetryLimits) => RetryLimits {
  const end = effects.now() + totalMs - spentMs;
  return (limits) => {
    const left = end - effects.now();
    if (left > 0) return { ...limits, totalMs: Math.min(limits.totalMs, left) };
    throw new HttpFailure(`was not asked: the ${totalMs / 1000} s for ${purpose} were used up`, {
      kind: 'timeout',
      transient: false,
      attempts: 0,
    });
  };
}

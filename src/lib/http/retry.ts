import { HttpFailure } from './failure.js';

/** What the policy needs of the world; times in milliseconds. */
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
 * Makes an attempt until it succeeds, its failure is not transient, or attempts or time run out.
 *
 * An attempt is request, reading, parsing and checking as one unit, so that half an answer counts as none. It reports
 * what is worth repeating by throwing a transient `HttpFailure`; any other error is a defect and passes through at once.
 * Pauses have full jitter (a random part of the bound), and `Retry-After` where that is longer. A pause that does not
 * fit into what is left of the total is not begun.
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

function afterAttempts(failure: HttpFailure, attempts: number, unaffordablePause?: number): HttpFailure {
  const asked = failure.retryAfterMs !== null && failure.retryAfterMs === unaffordablePause;
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

/** Runs an attempt with a signal that fires at the deadline; an attempt that does not heed it is left behind. */
async function withDeadline<T>(
  milliseconds: number,
  attempt: (signal: AbortSignal) => Promise<T>,
  effects: RetryEffects,
): Promise<T> {
  const time = Math.max(0, milliseconds);
  const controller = new AbortController();
  let silence = (): void => undefined;
  const deadline = new Promise<never>((_, reject) => {
    silence = effects.alarm(time, () => {
      const seconds = Number((time / 1000).toPrecision(2));
      const failure = new HttpFailure(`gave no whole answer within ${seconds} s`, { kind: 'timeout', transient: true });
      // The deadline is rejected first: what the aborted attempt then throws is a consequence of it.
      reject(failure);
      controller.abort(failure);
    });
  });
  try {
    return await Promise.race([attempt(controller.signal), deadline]);
  } finally {
    silence();
  }
}

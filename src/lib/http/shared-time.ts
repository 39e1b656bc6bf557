import { HttpFailure } from './failure.js';
import type { RetryEffects, RetryLimits } from './retry.js';

/**
 * One stretch of time, from now on, for all requests to one server: a server that hangs on each of fifty requests costs
 * the run one such time. The function returned bounds a request's limits by what is left; where nothing is, it throws an
 * `HttpFailure` that names `purpose`.
 */
export function sharedTime(
  purpose: string,
  totalMs: number,
  effects: RetryEffects,
): (limits: RetryLimits) => RetryLimits {
  const end = effects.now() + totalMs;
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

import type { Violation } from './violation.js';

/** Failures, then open warnings, then what was excused, was there before or is overridden; as found within each. */
export function worstFirst(violations: readonly Violation[]): Violation[] {
  return violations.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity, overridden, excused, in_base: inBase }: Violation): number {
  if (severity === 'fail') return 0;
  return overridden === true || excused === true || inBase === true ? 2 : 1;
}

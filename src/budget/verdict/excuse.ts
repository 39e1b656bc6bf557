import type { CallPair } from '../comparison/comparison.js';
import type { CallEstimate } from '../estimate.js';
import { compare } from '../../lib/money/decimal.js';
import type { Finding, Weight } from './finding.js';
import type { Violation } from './violation.js';

/**
 * A violation other than an increase that base has too, at the same prices, on the same subject, is a warning as long
 * as head is no worse: what was broken before is not this change's to mend. A call is held against the one that it is
 * paired with, so that none is an excuse for another like it.
 */
export function excuse(head: readonly Finding[], base: readonly Finding[], pairs: readonly CallPair[]): Violation[] {
  const atBase = bySubject(base, pairs);
  return head.map(({ violation, weight }) => {
    if (weight === null) return violation;
    const before = atBase.get(weight.call)?.get(keyOf(violation, weight));
    if (before === undefined || !isNoWorse(weight, before)) return violation;
    if (violation.severity === 'warn') return { ...violation, in_base: true };
    return { ...violation, severity: 'warn', excused: true, in_base: true };
  });
}

/** What base broke, by the call of head that it is held against (null: the run, or a suite), and by what is broken. */
function bySubject(
  findings: readonly Finding[],
  pairs: readonly CallPair[],
): ReadonlyMap<CallEstimate | null, ReadonlyMap<string, Weight>> {
  const headOf = new Map(pairs.flatMap(({ head, base }) => (head === null || base === null ? [] : [[base, head]])));
  const found = new Map<CallEstimate | null, Map<string, Weight>>();
  for (const { violation, weight } of findings) {
    if (weight === null) continue;
    const call = weight.call === null ? null : headOf.get(weight.call);
    if (call === undefined) continue;
    const ofCall = found.get(call) ?? new Map<string, Weight>();
    found.set(call, ofCall.set(keyOf(violation, weight), weight));
  }
  return found;
}

function keyOf({ rule, suite }: Violation, { subject }: Weight): string {
  return JSON.stringify([rule, suite, subject]);
}

function isNoWorse(head: Weight, base: Weight): boolean {
  if (head.amounts.length !== base.amounts.length) return false;
  if (head.leavesOut !== '' && head.leavesOut !== base.leavesOut) return false;
  if (!head.models.every((model) => base.models.includes(model))) return false;
  return head.amounts.every((amount, index) => {
    const before = base.amounts[index];
    return before !== undefined && compare(amount, before) <= 0;
  });
}

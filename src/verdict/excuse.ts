import { compare } from '../money/decimal.js';
import type { Finding, Weight } from './finding.js';
import type { Violation } from './violation.js';

/**
 * A violation other than an increase that base has too, at the same prices, on the same subject, is a warning as long
 * as head is no worse: what was broken before is not this change's to mend. Each violation of base excuses one of
 * head's, so that none is an excuse for another call like it.
 */
export function excuse(head: readonly Finding[], base: readonly Finding[]): Violation[] {
  const left = byKey(base);
  return head.map((finding) => {
    const candidates = left.get(keyOf(finding)) ?? [];
    // The lightest that is heavy enough: the heavier ones may be needed for others.
    const index = candidates.findIndex((candidate) => isNoWorse(finding.weight, candidate.weight));
    if (index === -1) return finding.violation;
    candidates.splice(index, 1);
    if (finding.violation.severity === 'warn') return { ...finding.violation, in_base: true };
    return { ...finding.violation, severity: 'warn', excused: true, in_base: true };
  });
}

/** Base's findings by what they are about, the lightest first. */
function byKey(findings: readonly Finding[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) found.set(keyOf(finding), [...(found.get(keyOf(finding)) ?? []), finding]);
  for (const alike of found.values()) alike.sort((a, b) => order(a.weight, b.weight));
  return found;
}

function keyOf({ violation, weight }: Finding): string {
  return JSON.stringify([violation.rule, violation.suite, violation.call, weight?.subject]);
}

function isNoWorse(head: Weight | null, base: Weight | null): boolean {
  if (head === null || base === null) return false;
  if (head.amounts.length !== base.amounts.length) return false;
  const isComparable = head.leavesOut === '' || head.leavesOut === base.leavesOut;
  return isComparable && differences(head, base).every((difference) => difference <= 0);
}

function order(a: Weight | null, b: Weight | null): number {
  return a === null || b === null ? 0 : (differences(a, b).find((difference) => difference !== 0) ?? 0);
}

/** Amount by amount, negative where that of `a` is the smaller. */
function differences(a: Weight, b: Weight): number[] {
  return a.amounts.flatMap((amount, index) => {
    const other = b.amounts[index];
    return other === undefined ? [] : [compare(amount, other)];
  });
}

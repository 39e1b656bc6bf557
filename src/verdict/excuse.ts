import { compare } from '../money/decimal.js';
import type { Finding } from './finding.js';
import type { Violation } from './violation.js';

/**
 * A violation other than an increase that base has too, at the same prices, on the same subject, is a warning as long
 * as head is no worse: what was broken before is not this change's to mend.
 */
export function excuse(head: readonly Finding[], base: readonly Finding[]): Violation[] {
  const atBase = new Map(base.map((finding) => [keyOf(finding), finding]));
  return head.map((finding) => {
    const before = atBase.get(keyOf(finding));
    if (before === undefined || !isNoWorse(finding, before)) return finding.violation;
    if (finding.violation.severity === 'warn') return { ...finding.violation, in_base: true };
    return { ...finding.violation, severity: 'warn', excused: true, in_base: true };
  });
}

function keyOf({ violation, weight }: Finding): string {
  return JSON.stringify([violation.rule, violation.suite, violation.call, weight?.subject]);
}

function isNoWorse(head: Finding, base: Finding): boolean {
  const [after, before] = [head.weight, base.weight];
  if (after === null || before === null || after.amount === null || before.amount === null) return false;
  const isComparable = after.leavesOut === '' || after.leavesOut === before.leavesOut;
  return isComparable && compare(after.amount, before.amount) <= 0;
}

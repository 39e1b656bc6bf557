import type { Violation } from './violation.js';

/** The labels and approvals of a pull request, as GitHub has them. */
export interface Approvals {
  readonly labels: readonly string[];
  /** Users other than the author who may push and whose latest review approves the head commit. */
  readonly approvedBy: readonly string[];
}

export interface Override {
  readonly label: string;
  readonly by: string;
}

/** The override: the label named by the default branch's policy and an approving review of the head commit. Null without both. */
export function overrideOf(label: string | undefined, approvals: Approvals | null): Override | null {
  const by = approvals?.approvedBy[0];
  if (label === undefined || approvals === null || by === undefined) return null;
  return hasLabel(approvals, label) ? { label, by } : null;
}

/** Labels are compared as GitHub does, without regard to case. */
export function hasLabel({ labels }: Approvals, label: string): boolean {
  return labels.some((name) => name.toLowerCase() === label.toLowerCase());
}

/** Turns every failure into a warning that is marked as overridden. */
export function applyOverride(violations: readonly Violation[], override: Override | null): Violation[] {
  if (override === null) return [...violations];
  return violations.map((violation) =>
    violation.severity === 'fail' ? { ...violation, severity: 'warn', overridden: true } : violation,
  );
}

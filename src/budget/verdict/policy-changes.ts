import type { Policy } from '../../manifest/schema.js';
import { toText } from '../../lib/money/decimal.js';
import type { NotApplied } from './violation.js';

const NOT_SET = 'not set';

type Setting = Policy[keyof Policy];

/**
 * What head's `policy` says otherwise than the default branch's, stricter or laxer: it counts from there alone, so none
 * of it is applied until it is merged.
 */
export function policyChanges(head: Policy, inForce: Policy): NotApplied[] {
  const before = new Map<string, Setting>(Object.entries(inForce));
  const after = new Map<string, Setting>(Object.entries(head));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [wanted, holds] = [shown(after.get(key)), shown(before.get(key))];
    return wanted === holds ? [] : [{ key: `policy.${key}`, head: wanted, policy: holds ?? NOT_SET }];
  });
}

/** As it would stand in the file; null where it does not. */
function shown(value: Setting): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && 'coefficient' in value) return toText(value);
  return JSON.stringify(value);
}

import { isDeepStrictEqual } from 'node:util';
import type { CallEstimate } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { subtract, ZERO } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import type { CallPair } from './comparison.js';

type Match = readonly [head: CallEstimate, base: CallEstimate];

/**
 * Holds the calls of a suite against those of the suite of the same name at base: by name first (a call without one
 * goes by its model's id), then the unnamed calls that remain in order, so that a changed model shows as a change.
 * Of several unnamed calls of one model those that are the same are pairs, wherever they stand: what was not touched is
 * unchanged. Pairs come in head's order, removed calls last.
 */
export function pairCalls(head: readonly CallEstimate[], base: readonly CallEstimate[]): CallPair[] {
  const byName = matchByName(head, base);
  const unnamed = inOrder(without(head, byName, 0).filter(isUnnamed), without(base, byName, 1).filter(isUnnamed));
  const baseOf = new Map([...byName, ...unnamed]);
  const matchedBase = new Set(baseOf.values());
  return [
    ...head.map((call) => pair(call, baseOf.get(call) ?? null)),
    ...base.filter((call) => !matchedBase.has(call)).map((call) => pair(null, call)),
  ];
}

function matchByName(head: readonly CallEstimate[], base: readonly CallEstimate[]): Match[] {
  const baseOf = groupedBy(base, ({ call }) => call.display_name);
  return [...groupedBy(head, ({ call }) => call.display_name)].flatMap(([name, calls]) => {
    const others = baseOf.get(name) ?? [];
    if (calls.length === 1 && others.length === 1) return inOrder(calls, others);
    const same = matchSame(calls, others);
    return [...same, ...inOrder(without(calls, same, 0), without(others, same, 1))];
  });
}

/** By a text of all that a call asks for: thousands of like calls must not be held against each other one by one. */
function matchSame(head: readonly CallEstimate[], base: readonly CallEstimate[]): Match[] {
  const waiting = groupedBy(base, workText);
  return head.flatMap((call) => {
    const match = waiting.get(workText(call))?.shift();
    return match === undefined ? [] : [[call, match] as const];
  });
}

function workText({ call, requests_per_run: requests }: CallEstimate): string {
  return JSON.stringify([requests, work(call)], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

function groupedBy(calls: readonly CallEstimate[], keyOf: (call: CallEstimate) => string): Map<string, CallEstimate[]> {
  const groups = new Map<string, CallEstimate[]>();
  for (const call of calls) {
    const key = keyOf(call);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [call]);
    else group.push(call);
  }
  return groups;
}

function inOrder(head: readonly CallEstimate[], base: readonly CallEstimate[]): Match[] {
  return head.flatMap((call, index) => {
    const match = base[index];
    return match === undefined ? [] : [[call, match] as const];
  });
}

function isUnnamed(call: CallEstimate): boolean {
  return call.call.name === undefined;
}

function without(calls: readonly CallEstimate[], matches: readonly Match[], side: 0 | 1): CallEstimate[] {
  const matched = new Set(matches.map((match) => match[side]));
  return calls.filter((call) => !matched.has(call));
}

function pair(head: CallEstimate | null, base: CallEstimate | null): CallPair {
  if (head === null) return { status: 'removed', head, base, delta: minus(ZERO, base?.per_run ?? null) };
  if (base === null) return { status: 'added', head, base, delta: head.per_run };
  // The same request at the same prices costs the same, known or not: it adds nothing to the delta.
  if (isSameWork(head, base)) return { status: 'unchanged', head, base, delta: ZERO };
  return { status: 'changed', head, base, delta: minus(head.per_run, base.per_run) };
}

function minus(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null || b === null) return null;
  return subtract(a, b);
}

/** The same requests, as often: where a call stands in the list does not matter, nor what it is called. */
function isSameWork(head: CallEstimate, base: CallEstimate): boolean {
  return head.requests_per_run === base.requests_per_run && isDeepStrictEqual(work(head.call), work(base.call));
}

function work(call: NamedCall): object {
  return { ...call, index: 0, name: '', display_name: '' };
}

import { isDeepStrictEqual } from 'node:util';
import type { CallEstimate } from '../estimate/estimate.js';
import type { NamedCall } from '../manifest/manifest.js';
import { subtract, ZERO } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';
import type { CallPair } from './comparison.js';

type Match = readonly [head: CallEstimate, base: CallEstimate];

/**
 * Holds the calls of a suite against those of the suite of the same name at base: by name first (a call without one
 * goes by its model's id), then the unnamed calls that remain in order, so that a changed model shows as a change.
 * Pairs come in head's order, removed calls last.
 */
export function pairCalls(head: readonly CallEstimate[], base: readonly CallEstimate[]): CallPair[] {
  const byName = matchByName(head, base);
  const matches = [...byName, ...matchUnnamedInOrder(without(head, byName, 0), without(base, byName, 1))];
  const baseOf = new Map(matches);
  const matchedBase = new Set(baseOf.values());
  return [
    ...head.map((call) => pair(call, baseOf.get(call) ?? null)),
    ...base.filter((call) => !matchedBase.has(call)).map((call) => pair(null, call)),
  ];
}

function matchByName(head: readonly CallEstimate[], base: readonly CallEstimate[]): Match[] {
  const waiting = new Map<string, CallEstimate[]>();
  for (const call of base) {
    const same = waiting.get(call.call.display_name);
    if (same === undefined) waiting.set(call.call.display_name, [call]);
    else same.push(call);
  }
  return head.flatMap((call) => {
    const match = waiting.get(call.call.display_name)?.shift();
    return match === undefined ? [] : [[call, match] as const];
  });
}

function matchUnnamedInOrder(head: readonly CallEstimate[], base: readonly CallEstimate[]): Match[] {
  const unnamedBase = base.filter(isUnnamed);
  return head.filter(isUnnamed).flatMap((call, index) => {
    const match = unnamedBase[index];
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

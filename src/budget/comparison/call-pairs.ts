import { isDeepStrictEqual } from 'node:util';
import type { CallEstimate } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { compare, subtract, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { asksForNoMore } from './workload.js';

export type Status = 'added' | 'removed' | 'changed' | 'unchanged';

/** A call of head and the call of base that it is compared with; one of them may be null. */
export interface CallPair {
  readonly status: Status;
  readonly head: CallEstimate | null;
  readonly base: CallEstimate | null;
  readonly delta: Decimal | null;
}

/** Pairs the calls of a suite; in head's order, removed calls last. */
export function pairCalls(head: readonly CallEstimate[], base: readonly CallEstimate[]): CallPair[] {
  const baseOf = matchCalls(head, base);
  const matchedBase = new Set(baseOf.values());
  return [
    ...head.map((call) => pair(call, baseOf.get(call) ?? null)),
    ...base.filter((call) => !matchedBase.has(call)).map((call) => pair(null, call)),
  ];
}

function pair(head: CallEstimate | null, base: CallEstimate | null): CallPair {
  if (head === null) return { status: 'removed', head, base, delta: minus(ZERO, base?.per_run ?? null) };
  if (base === null) return { status: 'added', head, base, delta: head.per_run };
  // The same requests at the same prices cost the same, known or not, so they add $0 to the delta. They cost more only
  // if other calls use up the free requests of a day.
  const isSameCost = head.per_run === null || base.per_run === null || compare(head.per_run, base.per_run) === 0;
  if (isSameWork(head, base) && isSameCost) return { status: 'unchanged', head, base, delta: ZERO };
  // An unpriced call that asks for no more than at base adds $0 too.
  const delta = asksForNoMore(head, base) ? ZERO : minus(head.per_run, base.per_run);
  return { status: 'changed', head, base, delta };
}

function minus(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null || b === null) return null;
  return subtract(a, b);
}

type Match = readonly [head: CallEstimate, base: CallEstimate];

/**
 * Matches the calls of a suite with those of the suite of the same name at base: by name first (a call without a name
 * has its model's id as name), then the unnamed calls that remain in order, so that a changed model shows as a change.
 * Of several unnamed calls of one model those that are equal are matched first, in whatever order they are listed.
 * The one call that stands for a promptfoo configuration that cannot be counted is the counterpart of each call of that
 * configuration. Returns the counterpart at base of each call of head that has one.
 */
function matchCalls(
  head: readonly CallEstimate[],
  base: readonly CallEstimate[],
): ReadonlyMap<CallEstimate, CallEstimate> {
  const byName = matchByName(head, base);
  const standIns = new Map(base.flatMap((call) => (isStandIn(call) ? [[call.call.promptfoo?.config, call]] : [])));
  const ofConfigurations = without(head, byName, 0).flatMap((call): Match[] => {
    const standIn = call.call.promptfoo && standIns.get(call.call.promptfoo.config);
    return standIn === undefined ? [] : [[call, standIn]];
  });
  const matched = [...byName, ...ofConfigurations];
  const [rest, others] = [without(head, matched, 0), without(base, matched, 1).filter((call) => !isStandIn(call))];
  return new Map([...matched, ...inOrder(rest.filter(isUnnamed), others.filter(isUnnamed))]);
}

function isStandIn({ call: { promptfoo, uncounted } }: CallEstimate): boolean {
  return promptfoo !== undefined && uncounted !== undefined;
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

/** Matches by a text of all fields of a call, so that thousands of equal calls are not compared one by one. */
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

/**
 * Whether two calls make the same requests, as often. Their names, their places in the list and the files that their
 * numbers come from do not matter, nor whether `:batch` may be advised.
 */
function isSameWork(head: CallEstimate, base: CallEstimate): boolean {
  return head.requests_per_run === base.requests_per_run && isDeepStrictEqual(work(head.call), work(base.call));
}

function work(call: NamedCall): object {
  return {
    ...call,
    index: 0,
    name: '',
    display_name: '',
    batch_ok: false,
    prompt_files: [],
    file_tokens: [],
    row_count: null,
    promptfoo: null,
  };
}

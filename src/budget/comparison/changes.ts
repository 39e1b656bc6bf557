import type { CallEstimate } from '../estimate.js';
import { partsProblem } from '../../manifest/checks.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { add, isZero, negate, subtract, type Decimal } from '../../lib/money/decimal.js';
import { count, counted } from '../../lib/text/amount.js';
import type { CallPair } from './call-pairs.js';
import { type CallState, type Cause, type CauseFacts, type ChangeKind, callOf, causesOf, stateOf } from './causes.js';
import type { Comparison } from './comparison.js';

/** One cause that moves the cost of one call, with its part of the call's delta. */
export interface Change extends CauseFacts {
  readonly suite: string;
  readonly call: string;
  /** US dollars; null where head or base of the call has no price. */
  readonly per_run: Decimal | null;
}

/** Prices one run of a call; null where it has no price. */
export type PriceOfRun = (call: NamedCall, requests: bigint) => Decimal | null;

/**
 * Lists the causes that moved the cost, call by call. The causes of a call are priced one after the other, each on top
 * of those before it, so that they add up to the call's delta exactly. A cause that does not move the cost is left out.
 */
export function changesOf(comparison: Comparison, priceOf: PriceOfRun): Change[] {
  if (comparison.base === null) return [];
  return comparison.suites.flatMap(({ name, head, base, calls }) => {
    const hasMoved = head !== null && base !== null && head.run !== base.run;
    return calls.flatMap((pair) =>
      (hasMoved ? movedCall(pair) : [pair]).flatMap((one) => changesOfCall(name, one, priceOf)),
    );
  });
}

/** A suite that runs in another kind than at base adds its calls to that kind, and takes them from the one before. */
function movedCall({ head, base }: CallPair): CallPair[] {
  const less = base?.per_run ?? null;
  return [
    ...(base === null ? [] : [{ status: 'removed' as const, head: null, base, delta: less && negate(less) }]),
    ...(head === null ? [] : [{ status: 'added' as const, head, base: null, delta: head.per_run }]),
  ];
}

function changesOfCall(suite: string, pair: CallPair, priceOf: PriceOfRun): Change[] {
  const { head, base, delta, status } = pair;
  if (status === 'unchanged' || (delta !== null && isZero(delta) && (head === null || base === null))) return [];
  const named = { suite, file: null, part: null, per_run: delta };
  if (base === null && head !== null) {
    const requests = Number(head.requests_per_run);
    return [{ ...named, call: head.call.display_name, what: 'added', from: null, to: requests }];
  }
  if (head === null && base !== null) {
    const requests = Number(base.requests_per_run);
    return [{ ...named, call: base.call.display_name, what: 'removed', from: requests, to: null }];
  }
  if (head === null || base === null) return [];
  if (isCounted(head) !== isCounted(base)) {
    const requests = (side: CallEstimate) => (isCounted(side) ? Number(side.requests_per_run) : null);
    return [{ ...named, call: head.call.display_name, what: 'requests', from: requests(base), to: requests(head) }];
  }
  const causes = causesOf(head, base);
  const moves =
    head.per_run === null || base.per_run === null
      ? causes
          .filter(({ what, part }) => what !== 'price_terms' || part !== null)
          .map((cause) => ({ cause, moved: null }))
      : priced(causes, stateOf(base), { from: base.per_run, to: head.per_run }, priceOf);
  return moves.map(({ cause: { what, file, part, from, to }, moved }) => {
    return { suite, call: head.call.display_name, file, what, part, from, to, per_run: moved };
  });
}

function isCounted({ call }: CallEstimate): boolean {
  return call.uncounted === undefined;
}

/**
 * Prices the causes in order. Where a state between base and head has no price of its own (the new model is not served by
 * the old provider, or the tokens do not fit yet), what comes later is added until it has one, the price terms first; the
 * whole step then counts as the first cause's.
 */
function priced(
  causes: readonly Cause[],
  base: CallState,
  perRun: { readonly from: Decimal; readonly to: Decimal },
  priceOf: PriceOfRun,
): { readonly cause: Cause; readonly moved: Decimal }[] {
  const waiting = [...causes];
  const moves: { readonly cause: Cause; readonly moved: Decimal }[] = [];
  const start = costOf(base, priceOf) ?? perRun.from;
  // The last step gets what is not in the price of the call itself: the share of free requests above the number of a day.
  const end = add(start, subtract(perRun.to, perRun.from));
  const costAt = (state: CallState) => (waiting.length === 0 ? end : costOf(state, priceOf));
  let state = base;
  let cost = start;
  for (let cause = waiting.shift(); cause !== undefined; cause = waiting.shift()) {
    state = cause.apply(state);
    let next = costAt(state);
    while (next === null) {
      const later = takeFirst(waiting, ['price_terms', 'tokens', 'prompt_file', 'requests', 'rows']);
      if (later === null) break;
      state = later.apply(state);
      next = costAt(state);
    }
    moves.push({ cause, moved: subtract(next ?? end, cost) });
    cost = next ?? end;
  }
  return moves.filter(({ moved }) => !isZero(moved));
}

function takeFirst(causes: Cause[], kinds: readonly ChangeKind[]): Cause | null {
  for (const kind of kinds) {
    const index = causes.findIndex(({ what }) => what === kind);
    if (index !== -1) return causes.splice(index, 1)[0] ?? null;
  }
  return null;
}

function costOf(state: CallState, priceOf: PriceOfRun): Decimal | null {
  const call = callOf(state);
  return partsProblem(call) === null ? priceOf(call, state.requests) : null;
}

type ChangeFacts = Pick<Change, 'what' | 'from' | 'to'> & { readonly part?: string | null | undefined };

/**
 * Changes with one cause, by the numbers of `first`, which is one of them: `120 -> 170 rows in 2 calls`. Calls that take other
 * rows of the file are counted apart; tokens of a prompt file are not, since they differ by the tokenizer of each call.
 */
export function changesInWords(first: ChangeFacts, group: readonly ChangeFacts[]): string {
  const words = changeInWords(first);
  if (group.length === 1) return words;
  const isAlike = ({ what, from, to }: ChangeFacts) => what !== 'rows' || (from === first.from && to === first.to);
  const equal = group.filter(isAlike).length;
  const others = group.length - equal;
  return `${words} in ${counted(equal, 'call')}${others === 0 ? '' : `, other numbers in ${count(others)} more`}`;
}

/** A cause in words, without what it is about and what it costs: `540 -> 1,800 requests`. Ids of models are untrusted. */
export function changeInWords({ what, part, from, to }: ChangeFacts): string {
  switch (what) {
    case 'model':
      return `${String(from)} -> ${String(to)}`;
    case 'requests':
      if (from === null) return `not counted -> ${count(numberOf(to))} requests`;
      return to === null ? `${count(numberOf(from))} requests -> not counted` : `${fromTo(from, to)} requests`;
    case 'tokens':
      return `${fromTo(from, to)} ${(part ?? 'tokens').replaceAll('_', ' ')}`;
    case 'prompt_file':
      return `${fromTo(from, to)} tokens`;
    case 'rows':
      return `${fromTo(from, to)} rows`;
    case 'price_terms':
      if (from !== null && to !== null) return `${part ?? 'terms'} ${String(from)} -> ${String(to)}`;
      return part === null || part === undefined ? 'other price terms' : `other ${part.replaceAll('_', ' ')}`;
    case 'added':
      return `new, ${counted(numberOf(to), 'request')}`;
    case 'removed':
      return `removed, ${counted(numberOf(from), 'request')}`;
  }
}

function fromTo(from: string | number | null, to: string | number | null): string {
  if (from === null) return `new, ${count(numberOf(to))}`;
  return to === null ? `no longer ${count(numberOf(from))}` : `${count(numberOf(from))} -> ${count(numberOf(to))}`;
}

function numberOf(value: string | number | null): number {
  return typeof value === 'number' ? value : 0;
}

import fc from 'fast-check';

/**
 * A second judge of the gate, in the plainest terms: it knows nothing but whole dollars, and of a change only what must fail.
 * Each call costs its count in dollars, whatever its model.
 */

type PlainModel = 'dollar' | 'half' | 'unknown';

/** So many dollars: that many requests at $1, or twice as many at $0.50. `unknown` has no price. */
export interface PlainCall {
  readonly count: number;
  readonly model: PlainModel;
}
interface PlainSuite {
  readonly run: 'ci' | 'nightly';
  /** `per_run` that fails. */
  readonly limit: number | null;
  readonly calls: Readonly<Record<string, PlainCall>>;
}
/** Suites by name. */
export type Plain = Readonly<Record<string, PlainSuite>>;

/** What the default branch allows; all limits fail. */
export interface Limits {
  readonly ci: number | null;
  /** A run of the kind nightly; null: as `ci`. */
  readonly nightly: number | null;
  readonly increase: number | null;
  readonly percent: number | null;
  readonly month: number | null;
  readonly isHalfDenied: boolean;
}

export const RUNS_PER_MONTH = { ci: 10, nightly: 3 };

const limit = fc.option(fc.integer({ min: 0, max: 12 }), { nil: null });
const model = fc.oneof(
  { arbitrary: fc.constant<PlainModel>('dollar'), weight: 10 },
  { arbitrary: fc.constant<PlainModel>('half'), weight: 2 },
  { arbitrary: fc.constant<PlainModel>('unknown'), weight: 1 },
);
const plainSuite: fc.Arbitrary<PlainSuite> = fc.record({
  run: fc.constantFrom('ci' as const, 'nightly' as const),
  limit,
  calls: fc.dictionary(
    fc.constantFrom('one', 'two', 'three'),
    fc.record({ count: fc.integer({ min: 0, max: 6 }), model }),
    {
      minKeys: 1,
      noNullPrototype: true,
    },
  ),
});
export const plain: fc.Arbitrary<Plain> = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), plainSuite, {
  minKeys: 1,
  noNullPrototype: true,
});
export const limits: fc.Arbitrary<Limits> = fc.record({
  ci: limit,
  nightly: limit,
  increase: limit,
  percent: fc.option(fc.integer({ min: 0, max: 200 }), { nil: null }),
  month: fc.option(fc.integer({ min: 0, max: 150 }), { nil: null }),
  isHalfDenied: fc.boolean(),
});

export interface Sides {
  readonly head: Plain;
  readonly base: Plain;
  /** The tip of the default branch; the same object as `base` where base is that commit. */
  readonly tip: Plain;
}

/** Head that is one of the others with one suite changed, so that small differences are met often. */
export const sides: fc.Arbitrary<Sides> = fc
  .record({
    base: plain,
    tip: plain,
    changes: plain,
    from: fc.constantFrom('base', 'tip', 'none'),
    isTip: fc.boolean(),
    arePriced: fc.integer({ min: 0, max: 5 }).map((one) => one > 0),
    isOneKind: fc.boolean(),
  })
  .map(({ base, tip, changes, from, isTip, arePriced, isOneKind }) => {
    const origin = from === 'base' ? base : from === 'tip' ? tip : {};
    const [first] = Object.entries(changes);
    const head = from === 'none' || first === undefined ? changes : { ...origin, [first[0]]: first[1] };
    const of = (given: Plain) => simplified(given, arePriced, isOneKind);
    const [ours, theirs] = [of(head), of(tip)];
    return { head: ours, base: isTip ? theirs : of(base), tip: theirs };
  });

function simplified(given: Plain, arePriced: boolean, isOneKind: boolean): Plain {
  return Object.fromEntries(
    Object.entries(given).map(([name, one]) => {
      const calls = Object.entries(one.calls).map(([id, call]): [string, PlainCall] => [
        id,
        arePriced && call.model === 'unknown' ? { ...call, model: 'dollar' } : call,
      ]);
      return [name, { ...one, run: isOneKind ? 'ci' : one.run, calls: Object.fromEntries(calls) }];
    }),
  );
}

const priceOf = ({ count, model: name }: PlainCall): number => (name === 'unknown' ? 0 : count);
const costOfSuite = ({ calls }: PlainSuite): number => sumOf(Object.values(calls));
const costOf = (given: Plain, picks: (name: string) => boolean = () => true): number =>
  Object.entries(given).reduce((sum, [name, one]) => sum + (picks(name) ? costOfSuite(one) : 0), 0);
const sumOf = (calls: Iterable<PlainCall>): number => [...calls].reduce((sum, call) => sum + priceOf(call), 0);

function callsOf(given: Plain): Map<string, PlainCall> {
  const calls = Object.entries(given).flatMap(([name, one]) =>
    Object.entries(one.calls).map(([id, call]): [string, PlainCall] => [`${name}/${id}`, call]),
  );
  return new Map(calls);
}

const isSame = (one: PlainCall | undefined, other: PlainCall | undefined) =>
  one?.count === other?.count && one?.model === other?.model;

/** Whether all calls are the same. */
export function areSame(one: Plain, other: Plain): boolean {
  const [left, right] = [callsOf(one), callsOf(other)];
  return left.size === right.size && [...left].every(([name, call]) => isSame(call, right.get(name)));
}

/** What a merge leaves: the tip's version of each call that head has as base has it, else head's. */
function merged({ head, base, tip }: Sides): Map<string, PlainCall> {
  const [ours, before, theirs] = [callsOf(head), callsOf(base), callsOf(tip)];
  const calls = new Map<string, PlainCall>();
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const kept = isSame(ours.get(name), before.get(name)) ? theirs.get(name) : ours.get(name);
    if (kept !== undefined) calls.set(name, kept);
  }
  return calls;
}

/** Why head costs more than the default branch allows; a change with a reason has to fail. */
export function excesses(given: Sides, allowed: Limits): string[] {
  const calls = [given.head, given.base, given.tip].flatMap((side) => [...callsOf(side).values()]);
  if (calls.some(({ model: name }) => name === 'unknown')) {
    return asksMoreOfUnknown(given, allowed) ? ['a call without a price'] : [];
  }
  const added = Object.keys(given.head).filter((name) => !(name in given.tip));
  return [
    ...(isSuiteOver(given) ? ['a suite'] : []),
    ...(areNewSuitesOver(given, added) ? ['new suites'] : []),
    ...(added.length === 0 ? [...kindsOver(given, allowed), ...monthOver(given, allowed)] : []),
    ...increasesOver(given, allowed),
    ...(allowed.isHalfDenied && hasNewHalf(given) ? ['a denied model'] : []),
  ];
}

function asksMoreOfUnknown({ head, base }: Sides, allowed: Limits): boolean {
  const before = callsOf(base);
  return (
    allowed.increase !== null &&
    [...callsOf(head)].some(([name, { count, model: asked }]) => {
      const then = before.get(name);
      return asked === 'unknown' && count > 0 && (then?.model !== 'unknown' || then.count < count);
    })
  );
}

function isSuiteOver({ head, tip }: Sides): boolean {
  return Object.entries(tip).some(([name, then]) => {
    const now = head[name];
    if (now === undefined || then.limit === null) return false;
    return costOfSuite(now) > then.limit && costOfSuite(now) > costOfSuite(then);
  });
}

/** Above the limits of the suites that are gone, and above what these cost, apart from what others lost. */
function areNewSuitesOver({ head, tip }: Sides, added: readonly string[]): boolean {
  const gone = Object.entries(tip).filter(([name]) => !(name in head));
  const most = gone.reduce((sum, [, { limit: one }]) => sum + (one ?? Infinity), 0);
  if (added.length === 0 || gone.length === 0 || most === Infinity) return false;
  const lost = Object.entries(tip).reduce((sum, [name, then]) => {
    const now = head[name];
    return now === undefined ? sum : sum + Math.max(0, costOfSuite(then) - costOfSuite(now));
  }, 0);
  const cost = costOf(head, (name) => added.includes(name)) - lost;
  return cost > most && cost > gone.reduce((sum, [, one]) => sum + costOfSuite(one), 0);
}

/** By the kinds of the default branch, whatever head says. */
function kindsOver({ head, tip }: Sides, allowed: Limits): string[] {
  return (['ci', 'nightly'] as const).flatMap((kind) => {
    const most = kind === 'ci' ? allowed.ci : (allowed.nightly ?? allowed.ci);
    const isOfKind = (name: string) => tip[name]?.run === kind;
    const cost = costOf(head, isOfKind);
    return most !== null && cost > most && cost > costOf(tip, isOfKind) ? [`a run of ${kind}`] : [];
  });
}

function monthOver({ head, tip }: Sides, { month }: Limits): string[] {
  const monthOf = (given: Plain) =>
    (['ci', 'nightly'] as const).reduce(
      (sum, kind) => sum + RUNS_PER_MONTH[kind] * costOf(given, (name) => tip[name]?.run === kind),
      0,
    );
  return month !== null && monthOf(head) > month && monthOf(head) > monthOf(tip) ? ['a month'] : [];
}

/** Two kinds may each rise by the limit; what the percentage is of is plain where there is one kind alone. */
function increasesOver(given: Sides, { increase, percent }: Limits): string[] {
  const { head, base, tip } = given;
  const isOneKind = [head, base, tip].every((side) => Object.values(side).every(({ run }) => run === 'ci'));
  const most = increase === null ? Infinity : isOneKind ? increase : 2 * increase;
  const isAbove = (now: number, then: number) =>
    percent !== null && isOneKind && now > then && now * 100 > then * (100 + percent);
  const left = sumOf(merged(given).values());
  return [
    ...(costOf(head) - costOf(base) > most ? ['an increase over base'] : []),
    ...(left - costOf(tip) > most ? ['an increase over the tip'] : []),
    ...(isAbove(costOf(head), costOf(base)) ? ['a percentage over base'] : []),
    ...(isAbove(left, costOf(tip)) ? ['a percentage over the tip'] : []),
  ];
}

function hasNewHalf({ head, tip }: Sides): boolean {
  const before = callsOf(tip);
  return [...callsOf(head)].some(([name, { model: asked }]) => asked === 'half' && before.get(name)?.model !== 'half');
}

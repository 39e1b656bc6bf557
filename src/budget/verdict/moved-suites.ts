import type { Estimate, SuiteEstimate } from '../estimate.js';
import type { Manifest, NamedSuite, PolicyFile } from '../../manifest/manifest.js';
import type { Budget, Limit } from '../../manifest/schema.js';
import { add, compare, isPositive, subtract, sum, ZERO, type Decimal } from '../../lib/money/decimal.js';

/**
 * Suites of head that the default branch lacks (`added`), with the suites of the default branch whose place they take:
 * those that head lacks (`gone`), and those that make fewer requests than before to a model that an added suite uses
 * (`kept`). A rename, a split or a move of calls then neither loses a limit nor breaks one at equal cost.
 */
export interface SuiteGroup {
  readonly added: readonly string[];
  readonly gone: readonly string[];
  readonly kept: readonly string[];
}

/**
 * The groups of suites that moved. With a suite gone there is one group of all added suites; else one for each kept suite
 * that lost calls. `tip` is the whole manifest of the default branch, if it is readable; `resolve` gives the catalogue's
 * id of a declared model.
 */
export function movedSuites(
  head: Manifest,
  policyFile: PolicyFile | null,
  tip: Manifest | null,
  resolve: (model: string) => string,
): SuiteGroup[] {
  if (policyFile === null) return [];
  const added = head.suites.filter(({ name }) => !policyFile.suites.has(name));
  if (added.length === 0) return [];
  const names = new Set(head.suites.map(({ name }) => name));
  const gone = [...policyFile.suites.keys()].filter((name) => !names.has(name));
  const taken = head.suites.flatMap((suite) => {
    const before = policyFile.suites.has(suite.name) ? tip?.suites.find(({ name }) => name === suite.name) : undefined;
    if (before === undefined) return [];
    const fewer = modelsWithFewerRequests(suite, before, resolve);
    const by = added.filter(({ calls }) => calls.some(({ model }) => fewer.has(resolve(model))));
    return by.length === 0 ? [] : [{ kept: suite.name, by: by.map(({ name }) => name) }];
  });
  if (gone.length > 0) return [{ added: added.map(({ name }) => name), gone, kept: taken.map(({ kept }) => kept) }];
  return taken.map(({ kept, by }) => ({ added: by, gone, kept: [kept] }));
}

function modelsWithFewerRequests(
  head: NamedSuite,
  before: NamedSuite,
  resolve: (model: string) => string,
): ReadonlySet<string> {
  const [now, then] = [requestsByModel(head, resolve), requestsByModel(before, resolve)];
  return new Set([...then].filter(([model, requests]) => (now.get(model) ?? 0n) < requests).map(([model]) => model));
}

function requestsByModel({ repeat, calls }: NamedSuite, resolve: (model: string) => string): Map<string, bigint> {
  const requests = new Map<string, bigint>();
  for (const { model, count } of calls) {
    const id = resolve(model);
    requests.set(id, (requests.get(id) ?? 0n) + BigInt(repeat) * BigInt(count));
  }
  return requests;
}

/** The figures of a suite that its limits apply to, in US dollars; unpriced calls are left out. */
export interface TakenFigures {
  readonly per_run: Decimal;
  readonly per_month: Decimal;
  readonly worst_case_per_run: Decimal;
}

/**
 * The budget that added suites share with those that are gone: for each limit and level the sum of the limits of the
 * suites gone. One without that limit counts with its figure at the tip ($0 for an increase). `increase_percent` is the
 * smallest one. A limit that none of them had does not apply.
 */
export function sharedBudget({ gone }: SuiteGroup, policyFile: PolicyFile, tip: Estimate | null): Budget {
  const suites = gone.map((name) => ({
    budget: policyFile.suites.get(name)?.budget ?? {},
    figures: { ...figuresOf(tip?.suites.find((suite) => suite.name === name)), increase_per_run: ZERO },
  }));
  const shared: Budget = {};
  for (const name of ['per_run', 'per_month', 'worst_case_per_run', 'increase_per_run'] as const) {
    const limit = limitOf((level) => {
      const own = suites.map(({ budget, figures }) => ({
        limit: budget[name]?.[level] ?? null,
        figure: figures[name],
      }));
      return own.every((one) => one.limit === null) ? null : sum(own.map((one) => one.limit ?? one.figure));
    });
    if (limit !== null) shared[name] = limit;
  }
  const percent = limitOf((level) =>
    suites
      .flatMap(({ budget }) => budget.increase_percent?.[level] ?? [])
      .reduce<Decimal | null>((least, one) => (least === null || compare(one, least) < 0 ? one : least), null),
  );
  return percent === null ? shared : { ...shared, increase_percent: percent };
}

function limitOf(of: (level: 'warn' | 'fail') => Decimal | null): Limit | null {
  const limit = { warn: of('warn'), fail: of('fail') };
  return limit.warn === null && limit.fail === null ? null : limit;
}

/** The cost that the kept suites of a group lost since the tip: the added suites took it from them. */
export function takenFrom({ kept }: SuiteGroup, head: Estimate, tip: Estimate | null): TakenFigures {
  const of = (estimate: Estimate | null, name: string) =>
    figuresOf(estimate?.suites.find((suite) => suite.name === name));
  const lost = (figure: keyof TakenFigures) =>
    sum(kept.map((name) => positive(subtract(of(tip, name)[figure], of(head, name)[figure]))));
  return { per_run: lost('per_run'), per_month: lost('per_month'), worst_case_per_run: lost('worst_case_per_run') };
}

export const NOTHING_TAKEN: TakenFigures = { per_run: ZERO, per_month: ZERO, worst_case_per_run: ZERO };

function positive(amount: Decimal): Decimal {
  return isPositive(amount) ? amount : ZERO;
}

function figuresOf(suite: SuiteEstimate | undefined): TakenFigures {
  if (suite === undefined) return NOTHING_TAKEN;
  const { totals, calls } = suite;
  return {
    per_run: totals.priced_per_run,
    per_month: totals.priced_per_month ?? ZERO,
    worst_case_per_run: calls.map((call) => call.worst_case_per_run ?? ZERO).reduce(add, ZERO),
  };
}

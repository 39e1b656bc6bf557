import { sumOfSuites, type CallEstimate, type Estimate, type SuiteEstimate, type Totals } from '../estimate.js';
import type { Manifest, Path } from '../../manifest/manifest.js';
import type { Budget, LimitName } from '../../manifest/schema.js';
import { isZero, subtract, sum, toText, type Decimal } from '../../lib/money/decimal.js';
import { placeOf, type LimitState } from './violation.js';
import { type Increase, type IncreaseBasis, costBefore, increaseOf, increasePercent } from './increase.js';
import { LIMIT_NAMES, type LimitsInForce } from './limits-in-force.js';
import { NOTHING_TAKEN, type SuiteGroup, type TakenFigures } from './moved-suites.js';

/** The suites that one budget applies to: a kind of run, all kinds (per month), one suite, or suites that moved. */
export interface Scope {
  /** The kind of run; null if there is only one kind, for a suite, and for limits per month. */
  readonly run: string | null;
  /** Null: a whole run. */
  readonly suite: string | null;
  readonly budget: Budget;
  /** Whether a suite of head, or of the side that head is compared with, belongs to the scope. */
  readonly includes: (suite: Pick<SuiteEstimate, 'name' | 'run'>) => boolean;
  /** The same for limits on increases: calls that moved to another suite are no increase of either. */
  readonly includesInIncrease: Scope['includes'];
  /** The path of the budget in the manifest. */
  readonly path: Path;
  /** The kind of run whose own limits, under `runs`, take the place of those at `path`; null for a suite. */
  readonly kind: string | null;
  readonly taken: TakenFigures;
}

/** A group of moved suites with the budget that they share. `taken` is the cost that came from suites that are kept. */
interface SharedBudget {
  readonly group: SuiteGroup;
  readonly budget: Budget;
  readonly taken: TakenFigures;
}

/** Everything that decides which suites a budget applies to. */
export interface ScopeInput {
  readonly limits: Pick<LimitsInForce, 'budgetOfRun' | 'suiteBudgets'>;
  /** The kinds of run with suites at head. */
  readonly runs: readonly string[];
  /** Whether head or base has more than one kind: then a violation names its kind. */
  readonly hasSeveralRuns: boolean;
  readonly groups: readonly SuiteGroup[];
  /** One for each group with suites that are gone. */
  readonly shared: readonly SharedBudget[];
}

/** The kinds of run first, then all kinds, then the suites of head in their order, then suites that moved. */
export function scopesOf(input: ScopeInput): Scope[] {
  const { limits } = input;
  return [
    ...runScopes(input),
    ...[...limits.suiteBudgets].map(([name, budget]) => {
      const movedHere = input.groups.find(({ gone, kept }) => gone.length === 0 && kept.includes(name))?.added ?? [];
      const includes = oneOf([name, ...movedHere]);
      return {
        run: null,
        suite: name,
        budget,
        includes,
        includesInIncrease: includes,
        path: ['suites', name, 'budget'],
        kind: null,
        taken: NOTHING_TAKEN,
      };
    }),
    ...input.shared.flatMap(({ group: { added, gone, kept }, budget, taken }) => {
      const [name] = gone;
      const [place] = added;
      if (name === undefined || place === undefined) return [];
      const includes = oneOf([...added, ...gone]);
      const includesInIncrease = oneOf([...added, ...gone, ...kept]);
      const common = { run: null, suite: name, path: ['suites', place], kind: null };
      return [{ ...common, budget, includes, includesInIncrease, taken }];
    }),
  ];
}

function runScopes({ limits, runs, hasSeveralRuns }: ScopeInput): Scope[] {
  const common = { suite: null, taken: NOTHING_TAKEN, path: ['budget'] };
  const perMonth = runs.map((run) => limits.budgetOfRun(run).per_month).find((limit) => limit !== undefined);
  return [
    ...runs.map((run) => {
      const budget = { ...limits.budgetOfRun(run) };
      delete budget.per_month;
      // The side that head is compared with may have other kinds, even if head has one alone.
      const includes = (suite: Pick<SuiteEstimate, 'run'>) => suite.run === run;
      return {
        ...common,
        run: hasSeveralRuns ? run : null,
        kind: run,
        budget,
        includes,
        includesInIncrease: includes,
      };
    }),
    ...(perMonth === undefined
      ? []
      : [
          {
            ...common,
            run: null,
            kind: null,
            budget: { per_month: perMonth },
            includes: () => true,
            includesInIncrease: () => true,
          },
        ]),
  ];
}

function oneOf(names: readonly string[]): Scope['includes'] {
  const known = new Set(names);
  return ({ name }) => known.has(name);
}

/** The file and line of a limit of a scope. */
export function placeOfLimit(scope: Scope, manifest: Manifest, name: LimitName): { file: string; line: number } {
  const { kind } = scope;
  const own = kind !== null && name !== 'per_month' && manifest.runs.get(kind)?.budget[name] !== undefined;
  return placeOf(manifest, own ? ['runs', kind, 'budget', name] : [...scope.path, name]);
}

/** The figures of one side that the limits of a scope are compared with. */
export interface ScopeFigures {
  readonly totals: Pick<Totals, 'per_run' | 'priced_per_run' | 'per_month' | 'priced_per_month'>;
  readonly worst: WorstCase;
  readonly calls: readonly CallEstimate[];
  /** The suites without runs_per_month. */
  readonly suitesWithoutRuns: readonly string[];
}

/** The figures of head; those of another side with `side: 'other'`, where nothing was taken from suites that are kept. */
export function figuresOf(scope: Scope, { suites }: Estimate, side: 'head' | 'other' = 'head'): ScopeFigures {
  const included = suites.filter((suite) => scope.includes(suite));
  const totals = sumOfSuites(included.map((suite) => suite.totals));
  const calls = included.flatMap((suite) => suite.calls);
  const worst = worstCaseOf(calls);
  const taken = side === 'head' ? scope.taken : NOTHING_TAKEN;
  const less = (amount: Decimal | null, by: Decimal) => (amount === null ? null : subtract(amount, by));
  return {
    totals: {
      per_run: less(totals.per_run, taken.per_run),
      priced_per_run: subtract(totals.priced_per_run, taken.per_run),
      per_month: less(totals.per_month, taken.per_month),
      priced_per_month: less(totals.priced_per_month, taken.per_month),
    },
    worst: { ...worst, amount: subtract(worst.amount, taken.worst_case_per_run) },
    calls,
    suitesWithoutRuns: included.filter((suite) => suite.runs_per_month === null).map(({ name }) => name),
  };
}

/** The name of a scope in a message: "the run", "the run nightly" or "suite evals". */
export function scopeName({ run, suite }: Pick<Scope, 'run' | 'suite'>): string {
  if (suite !== null) return `suite ${suite}`;
  return run === null ? 'the run' : `the run ${run}`;
}

interface WorstCase {
  readonly amount: Decimal;
  readonly unknown: readonly CallEstimate[];
}

/** The sum of the known worst cases in US dollars, and the priced calls without one. Unpriced calls are in neither. */
function worstCaseOf(calls: readonly CallEstimate[]): WorstCase {
  const priced = calls.filter((call) => call.price.state !== 'unpriced');
  return {
    amount: sum(priced.flatMap((call) => call.worst_case_per_run ?? [])),
    unknown: priced.filter((call) => call.worst_case_per_run === null),
  };
}

/** The increase of a scope over one side. A kind of run that costs $0 there is compared with all kinds together. */
export function increaseIn({ run, includesInIncrease }: Scope, head: Estimate, basis: IncreaseBasis): Increase {
  const increase = increaseOf(head, basis, includesInIncrease);
  if (run === null || !isZero(increase.before)) return increase;
  return { ...increase, before: costBefore(basis, () => true) };
}

/** Every limit that applies, broken or not, with the figure that it is compared with. Increases are those over base. */
export function limitStates(scopes: readonly Scope[], head: Estimate, basis: IncreaseBasis | null): LimitState[] {
  return scopes.flatMap((scope) => {
    const { totals, worst } = figuresOf(scope, head);
    const { increase_per_run: perRun, increase_percent: percent } = scope.budget;
    const isLimited = perRun !== undefined || percent !== undefined;
    const increase = basis === null || !isLimited ? null : increaseIn(scope, head, basis);
    const actuals: Record<(typeof LIMIT_NAMES)[number], Decimal | null> = {
      per_run: totals.priced_per_run,
      per_month: totals.priced_per_month,
      worst_case_per_run: worst.unknown.length === 0 ? worst.amount : null,
      increase_per_run: increase === null || increase.isOpen ? null : increase.perRun,
      increase_percent: increase === null || increase.isOpen ? null : increasePercent(increase.perRun, increase.before),
    };
    return LIMIT_NAMES.flatMap((rule) => {
      const limit = scope.budget[rule];
      if (limit === undefined) return [];
      const { run, suite } = scope;
      return [
        {
          rule,
          ...(run === null ? {} : { run }),
          suite,
          warn: textOrNull(limit.warn),
          fail: textOrNull(limit.fail),
          actual: textOrNull(actuals[rule]),
        },
      ];
    });
  });
}

function textOrNull(value: Decimal | null): string | null {
  return value === null ? null : toText(value);
}

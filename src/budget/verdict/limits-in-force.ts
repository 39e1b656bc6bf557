import type { Schedule } from '../estimate.js';
import type { Manifest, NamedSuite, PolicyFile, RunKind } from '../../manifest/manifest.js';
import { type Budget, type Limit, type LimitName, type Policy, DEFAULT_RUN } from '../../manifest/schema.js';
import { compare, toText, type Decimal } from '../../lib/money/decimal.js';
import type { SuiteGroup } from './moved-suites.js';
import type { NotApplied } from './violation.js';

export const LIMIT_NAMES = [
  'per_run',
  'per_month',
  'worst_case_per_run',
  'increase_per_run',
  'increase_percent',
] as const satisfies readonly LimitName[];

/** The limits that apply, and the head values that were ignored. */
export interface LimitsInForce {
  readonly policy: Policy;
  /** The budget of one kind of run: its limits per run, and the monthly limit, which is over all kinds. */
  readonly budgetOfRun: (run: string) => Budget;
  readonly suiteBudgets: ReadonlyMap<string, Budget>;
  /** Suites with a budget on the default branch that head does not have. */
  readonly missingSuites: readonly string[];
  /** New suites without a budget, where other suites have one and the whole has none. */
  readonly suitesWithoutBudget: readonly string[];
  readonly notApplied: readonly NotApplied[];
}

const LEVELS = ['fail', 'warn'] as const;

/**
 * The limits that apply to head. Head may tighten a limit, never loosen or drop it: for each limit and level the smaller
 * number holds. `policy` counts from the default branch alone. Without a file there, head's own values hold.
 * `scheduleOf` says when head's suites run.
 */
export function limitsInForce(
  head: Manifest,
  policyFile: PolicyFile | null,
  scheduleOf: (suite: NamedSuite) => Schedule,
): LimitsInForce {
  const suiteNames = new Set(head.suites.map((suite) => suite.name));
  const policySuites = [...(policyFile?.suites ?? [])];
  const budgetOfRun = (run: string) => smallerOfEach(budgetFor(run, head), policyFile && budgetFor(run, policyFile));
  return {
    policy: policyFile?.policy ?? head.policy,
    budgetOfRun,
    suiteBudgets: new Map(
      head.suites.map((suite) => [
        suite.name,
        smallerOfEach(suite.budget, policyFile?.suites.get(suite.name)?.budget ?? {}),
      ]),
    ),
    missingSuites: policySuites
      .filter(([name, suite]) => !suiteNames.has(name) && hasLimits(suite.budget))
      .map(([name]) => name),
    suitesWithoutBudget: policySuites.some(([, { budget }]) => hasLimits(budget))
      ? head.suites
          .filter(({ name, budget }) => policyFile?.suites.has(name) === false && !hasLimits(budget))
          .filter((suite) => !hasLimits(budgetOfRun(scheduleOf(suite).run)))
          .map(({ name }) => name)
      : [],
    notApplied:
      policyFile === null
        ? []
        : [
            ...ignoredSchedules(head, policyFile, scheduleOf),
            ...loosenedLimits(head, policyFile),
            ...policyChanges(head.policy, policyFile.policy),
          ],
  };
}

function hasLimits(budget: Budget): boolean {
  return Object.keys(budget).length > 0;
}

/** A limit of `runs.NAME.budget` takes the place of the same limit at the top. */
function budgetFor(run: string, { budget, runs }: Pick<Manifest, 'budget' | 'runs'>): Budget {
  return { ...budget, ...runs.get(run)?.budget };
}

function smallerOfEach(head: Budget, policy: Budget | null): Budget {
  const merged: Budget = {};
  for (const name of LIMIT_NAMES) {
    const limit = smallerLimit(head[name], policy?.[name]);
    if (limit !== undefined) merged[name] = limit;
  }
  return merged;
}

function smallerLimit(head: Limit | undefined, policy: Limit | undefined): Limit | undefined {
  if (head === undefined || policy === undefined) return head ?? policy;
  return { warn: smaller(head.warn, policy.warn), fail: smaller(head.fail, policy.fail) };
}

function smaller(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null ? b : b === null ? a : compare(a, b) <= 0 ? a : b;
}

/** Kinds of run and numbers of runs that head has otherwise than they apply. */
function ignoredSchedules(
  head: Manifest,
  policyFile: PolicyFile,
  scheduleOf: (suite: NamedSuite) => Schedule,
): NotApplied[] {
  const kinds = [DEFAULT_RUN, ...[...policyFile.runs.keys()].filter((run) => run !== DEFAULT_RUN)];
  const ofKinds = kinds.flatMap((run) => {
    const key = run === DEFAULT_RUN ? 'runs_per_month' : `runs.${run}.runs_per_month`;
    return lowered(key, runsOfKind(run, head, null), runsOfKind(run, policyFile, null));
  });
  const ofSuites = head.suites.flatMap((suite) => {
    const { run, runs_per_month: inForce } = scheduleOf(suite);
    const moved = run === suite.run ? [] : [{ key: `suites.${suite.name}.run`, head: suite.run, policy: run }];
    // If only the number of the kind was lowered, its entry covers all suites that inherit it.
    const isOwn = suite.runs_per_month !== undefined || inForce !== runsOfKind(run, head, policyFile);
    const wanted = suite.runs_per_month ?? runsOfKind(run, head, null);
    return [...moved, ...(isOwn ? lowered(`suites.${suite.name}.runs_per_month`, wanted, inForce) : [])];
  });
  return [...ofKinds, ...ofSuites];
}

function lowered(key: string, head: number | null, policy: number | null): NotApplied[] {
  if (policy === null || (head !== null && head >= policy)) return [];
  return [{ key, head: head === null ? null : String(head), policy: String(policy) }];
}

function loosenedLimits(head: Manifest, policyFile: PolicyFile): NotApplied[] {
  const kinds = new Set([...head.runs.keys(), ...policyFile.runs.keys()]);
  return [
    ...loosenedBudget('budget', head.budget, policyFile.budget),
    ...[...kinds].flatMap((run) => loosenedKind(run, head, policyFile)),
    ...head.suites.flatMap((suite) =>
      loosenedBudget(`suites.${suite.name}.budget`, suite.budget, policyFile.suites.get(suite.name)?.budget ?? {}),
    ),
  ];
}

/** The limits of one kind, where at least one side has a limit of its own for it: the others are those at the top. */
function loosenedKind(run: string, head: Manifest, policyFile: PolicyFile): NotApplied[] {
  const own = { ...head.runs.get(run)?.budget, ...policyFile.runs.get(run)?.budget };
  const ofOwn = (budget: Budget) => Object.fromEntries(Object.entries(budget).filter(([name]) => name in own));
  return loosenedBudget(`runs.${run}.budget`, ofOwn(budgetFor(run, head)), ofOwn(budgetFor(run, policyFile)));
}

function loosenedBudget(prefix: string, head: Budget, policy: Budget): NotApplied[] {
  return LIMIT_NAMES.flatMap((name) =>
    LEVELS.flatMap((level) => {
      const before = policy[name]?.[level] ?? null;
      const after = head[name]?.[level] ?? null;
      if (before === null || (after !== null && compare(after, before) <= 0)) return [];
      if (level === 'warn' && failsBelow(head[name], before)) return [];
      const key = level === 'fail' ? `${prefix}.${name}` : `${prefix}.${name}.warn`;
      return [{ key, head: after === null ? null : toText(after), policy: toText(before) }];
    }),
  );
}

/** A dropped warning level does not matter if head already fails at or below it. */
function failsBelow(limit: Limit | undefined, amount: Decimal): boolean {
  return limit?.fail !== null && limit?.fail !== undefined && compare(limit.fail, amount) <= 0;
}

/** How `not_applied` shows a key that the default branch does not set. */
const NOT_SET = 'not set';

type Setting = Policy[keyof Policy];

/** The policy keys that differ between head and the default branch, stricter or laxer. Only the default branch counts. */
function policyChanges(head: Policy, inForce: Policy): NotApplied[] {
  const before = new Map<string, Setting>(Object.entries(inForce));
  const after = new Map<string, Setting>(Object.entries(head));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [wanted, holds] = [shown(after.get(key)), shown(before.get(key))];
    return wanted === holds ? [] : [{ key: `policy.${key}`, head: wanted, policy: holds ?? NOT_SET }];
  });
}

/** The value as a manifest has it; null if it is not set. */
function shown(value: Setting): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && 'coefficient' in value) return toText(value);
  return JSON.stringify(value);
}

type Kinds = Pick<Manifest, 'runs_per_month' | 'runs'>;

/**
 * When each suite of a manifest (head, base or tip) runs, by the rules of the default branch:
 * - A suite that the default branch has is of the kind of run that it has there. Another suite is of its own kind if the
 *   default branch has that kind, else of `ci`.
 * - Runs per month are the larger number of the manifest and the default branch, so that a smaller number cannot make a
 *   limit pass.
 * - A suite that takes the place of others (see SuiteGroup) runs in their kind, and at least as often as they do.
 */
export function scheduleBy(
  manifest: Kinds,
  policyFile: PolicyFile | null,
  groups: readonly SuiteGroup[],
): (suite: NamedSuite) => Schedule {
  return (suite) => {
    const run = kindOf(suite, policyFile, groups);
    const own = suite.runs_per_month ?? runsOfKind(run, manifest, policyFile);
    if (policyFile === null) return { run, runs_per_month: own };
    const predecessors = policyFile.suites.has(suite.name) ? [suite.name] : predecessorsOf(suite.name, groups);
    const atLeast = predecessors.map((name) => {
      const before = policyFile.suites.get(name);
      return before === undefined ? null : (before.runs_per_month ?? runsOfKind(before.run, policyFile, null));
    });
    return { run, runs_per_month: [own, ...atLeast].reduce(larger, null) };
  };
}

/** Runs per month of a kind of run: the larger number of the manifest and the default branch; null if neither has one. */
export function runsOfKind(run: string, manifest: Kinds, policyFile: Kinds | null): number | null {
  return larger(numberOf(run, manifest), policyFile === null ? null : numberOf(run, policyFile));
}

function numberOf(run: string, { runs_per_month, runs }: Kinds): number | null {
  return run === DEFAULT_RUN ? runs_per_month : (runs.get(run)?.runs_per_month ?? null);
}

function kindOf({ name, run }: NamedSuite, policyFile: PolicyFile | null, groups: readonly SuiteGroup[]): string {
  if (policyFile === null) return run;
  const there = policyFile.suites.get(name);
  if (there !== undefined) return there.run;
  const group = groups.find(({ added }) => added.includes(name));
  const kinds = [...(group?.kept ?? []), ...(group?.gone ?? [])].map((before) => policyFile.suites.get(before)?.run);
  const [first] = kinds;
  if (first !== undefined) return kinds.includes(run) ? run : first;
  return hasKind(policyFile.runs, run) ? run : DEFAULT_RUN;
}

function hasKind(runs: ReadonlyMap<string, RunKind>, run: string): boolean {
  return run === DEFAULT_RUN || runs.has(run);
}

function predecessorsOf(name: string, groups: readonly SuiteGroup[]): string[] {
  return groups.filter(({ added }) => added.includes(name)).flatMap(({ gone, kept }) => [...kept, ...gone]);
}

function larger(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

import type { Manifest, NamedSuite, PolicyFile } from '../../manifest/manifest.js';
import type { Budget, Limit, LimitName, Policy } from '../../manifest/schema.js';
import { compare, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
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
  readonly budget: Budget;
  readonly suiteBudgets: ReadonlyMap<string, Budget>;
  /** Suites with a budget on the default branch that head does not have. */
  readonly missingSuites: readonly string[];
  readonly notApplied: readonly NotApplied[];
}

const LEVELS = ['fail', 'warn'] as const;

/**
 * The limits that apply to head. Head may tighten a limit, never loosen or drop it: for each limit and level the smaller
 * number holds. `policy` counts from the default branch alone. Without a file there, head's own values hold.
 */
export function limitsInForce(head: Manifest, policyFile: PolicyFile | null): LimitsInForce {
  const suiteNames = new Set(head.suites.map((suite) => suite.name));
  const policySuites = [...(policyFile?.suites ?? [])];
  return {
    policy: policyFile?.policy ?? head.policy,
    budget: smallerOfEach(head.budget, policyFile?.budget ?? {}),
    suiteBudgets: new Map(
      head.suites.map((suite) => [
        suite.name,
        smallerOfEach(suite.budget, policyFile?.suites.get(suite.name)?.budget ?? {}),
      ]),
    ),
    missingSuites: policySuites
      .filter(([name, suite]) => !suiteNames.has(name) && Object.keys(suite.budget).length > 0)
      .map(([name]) => name),
    notApplied:
      policyFile === null
        ? []
        : [
            ...loosenedRuns(head, policyFile),
            ...loosenedLimits(head, policyFile),
            ...policyChanges(head.policy, policyFile.policy),
          ],
  };
}

/**
 * Runs of a suite in a month, for the monthly figures of head and base: the larger number of the manifest and the
 * default branch, so that a smaller number cannot make a limit pass. A suite that the default branch lacks may be a
 * renamed one if the manifest lacks a suite of the default branch; it then runs at least as often. Null: not known.
 */
export function runsInForce(
  manifest: Pick<Manifest, 'runs_per_month' | 'suites'>,
  policyFile: PolicyFile | null,
): (suite: NamedSuite) => number | null {
  const generalPolicy = policyFile?.runs_per_month ?? null;
  const general = larger(manifest.runs_per_month, generalPolicy);
  const names = new Set(manifest.suites.map(({ name }) => name));
  const runsOfDropped = [...(policyFile?.suites ?? [])]
    .filter(([name]) => !names.has(name))
    .map(([, dropped]) => dropped.runs_per_month ?? generalPolicy)
    .reduce(larger, null);
  return (suite) => {
    const own = suite.runs_per_month ?? general;
    const policySuite = policyFile?.suites.get(suite.name);
    return larger(own, policySuite === undefined ? runsOfDropped : (policySuite.runs_per_month ?? generalPolicy));
  };
}

function larger(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function smallerOfEach(head: Budget, policy: Budget): Budget {
  const merged: Budget = {};
  for (const name of LIMIT_NAMES) {
    const limit = smallerLimit(head[name], policy[name]);
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

function loosenedRuns(head: Manifest, policyFile: PolicyFile): NotApplied[] {
  const general = lowered('runs_per_month', head.runs_per_month, policyFile.runs_per_month);
  const generalInForce = larger(head.runs_per_month, policyFile.runs_per_month);
  const runs = runsInForce(head, policyFile);
  const ofSuites = head.suites.flatMap((suite) => {
    // If only the general number was lowered, its entry covers all suites that inherit it.
    const isOwn = suite.runs_per_month !== undefined || runs(suite) !== generalInForce;
    const wanted = suite.runs_per_month ?? head.runs_per_month;
    return isOwn ? lowered(`suites.${suite.name}.runs_per_month`, wanted, runs(suite)) : [];
  });
  return [...general, ...ofSuites];
}

function lowered(key: string, head: number | null, policy: number | null): NotApplied[] {
  if (policy === null || (head !== null && head >= policy)) return [];
  return [{ key, head: head === null ? null : String(head), policy: String(policy) }];
}

function loosenedLimits(head: Manifest, policyFile: PolicyFile): NotApplied[] {
  return [
    ...loosenedBudget('budget', head.budget, policyFile.budget),
    ...head.suites.flatMap((suite) =>
      loosenedBudget(`suites.${suite.name}.budget`, suite.budget, policyFile.suites.get(suite.name)?.budget ?? {}),
    ),
  ];
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

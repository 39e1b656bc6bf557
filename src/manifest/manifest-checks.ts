import { closest } from '../lib/text/closest.js';
import { callProblems } from './call-checks.js';
import type { Fault } from './findings.js';
import type { Path } from './manifest.js';
import { limitFaults } from './limit-checks.js';
import type { IsWrong, Readable } from './readable.js';
import { DEFAULT_RUN, nameSchema, NAME_RULE } from './schema.js';
import { quoted, shownPath } from './shown.js';
import type { Tree } from './tree.js';
import { isMap } from './tree.js';
import type { YamlFile } from './yaml-tree.js';

type ReadableSuite = NonNullable<Readable['suites']>[string];
type ReadableCall = NonNullable<ReadableSuite['calls']>[number];

/** What fields of a manifest must be to each other. Wrong fields have been taken out of `manifest`. */
export function manifestFaults(manifest: Readable, isWrong: IsWrong, has: YamlFile['has']): Fault[] {
  const suites = Object.entries(manifest.suites ?? {});
  return [
    ...limitFaults(manifest.budget, ['budget']),
    ...runKindFaults(manifest),
    ...suites.flatMap(([name, suite]) => unknownRunFaults(suite, ['suites', name], manifest.runs, isWrong)),
    ...monthlyFaults(manifest, isWrong),
    ...requestFaults(suites.map(([, suite]) => suite)),
    ...suites.flatMap(([name, suite]) => {
      const path = ['suites', name];
      return [
        ...limitFaults(suite.budget, [...path, 'budget']),
        ...sameNames(suite.calls ?? [], [...path, 'calls']),
        ...(suite.calls ?? []).flatMap((call, index) => callFaults(call, [...path, 'calls', index], isWrong, has)),
      ];
    }),
  ];
}

/** The suites' names and their number, as the file has them. */
export function suiteNameFaults(suites: Tree | undefined): Fault[] {
  if (!isMap(suites)) return [];
  if (Object.keys(suites).length > 0) return nameFaults(suites, ['suites']);
  return [{ path: ['suites'], message: 'expected at least one suite; got an empty mapping' }];
}

/** The keys of the mapping at `path` that are no names of suites or kinds of run. */
export function nameFaults(map: Tree | undefined, path: Path): Fault[] {
  if (!isMap(map)) return [];
  return Object.keys(map)
    .filter((name) => !nameSchema.safeParse(name).success)
    .map((name) => ({ path: [...path, name], message: `expected a name of ${NAME_RULE}; got ${quoted(name)}` }));
}

/** Limits of the kinds of run, and the number of `ci`, which has two places and stands in one. */
export function runKindFaults({ runs_per_month: ofCi, runs = {} }: Pick<Readable, 'runs_per_month' | 'runs'>): Fault[] {
  const limits = Object.entries(runs).flatMap(([name, { budget }]) => limitFaults(budget, ['runs', name, 'budget']));
  if (ofCi === undefined || runs[DEFAULT_RUN]?.runs_per_month === undefined) return limits;
  const message = `expected only here or only at the top level: runs_per_month there (${ofCi}) is that of the kind ci too`;
  return [{ path: ['runs', DEFAULT_RUN, 'runs_per_month'], message }, ...limits];
}

/** A suite's `run` that names no kind. `path` is the suite's. */
export function unknownRunFaults(
  { run = DEFAULT_RUN }: { readonly run?: string | undefined },
  path: Path,
  runs: Readable['runs'] = {},
  isWrong: IsWrong = () => false,
): Fault[] {
  if (run === DEFAULT_RUN || Object.hasOwn(runs, run) || isWrong(['runs']) || isWrong(['runs', run])) return [];
  const kinds = [DEFAULT_RUN, ...Object.keys(runs).filter((name) => name !== DEFAULT_RUN)];
  const near = closest(run, kinds);
  const hint = near === null ? '' : `, did you mean ${near}?`;
  const message = `expected ci or a key of runs at the top level (known here: ${kinds.join(', ')}); got ${quoted(run)}${hint}`;
  return [{ path: [...path, 'run'], message }];
}

function callFaults(call: ReadableCall, path: Path, isWrong: IsWrong, has: YamlFile['has']): Fault[] {
  if (isWrong(path)) return [];
  return callProblems(call, (key) => isWrong([...path, key])).map(({ keys, message }) => {
    // What a call has from `defaults` is wrong for this call because of what it says itself.
    const own = keys.find((key) => has([...path, key])) ?? keys[0];
    return { path: [...path, own], message };
  });
}

/** Two calls without a name may share a model: those are told apart by their order. */
function sameNames(calls: readonly ReadableCall[], path: Path): Fault[] {
  const first = new Map<string, number>();
  return calls.flatMap(({ name }, index) => {
    if (name === undefined) return [];
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const message = `expected a name that is unique in the suite; ${shownPath([...path, earlier])} is ${quoted(name)} too`;
    return [{ path: [...path, index, 'name'], message }];
  });
}

/** The report's number of requests is a JSON number, which is exact only so far. */
function requestFaults(suites: readonly ReadableSuite[]): Fault[] {
  const requests = suites.reduce((total, { repeat, calls }) => {
    const once = (calls ?? []).reduce((sum, { count }) => sum + BigInt(count ?? 0), 0n);
    return total + BigInt(repeat ?? 1) * once;
  }, 0n);
  if (requests <= Number.MAX_SAFE_INTEGER) return [];
  const message = `expected at most ${Number.MAX_SAFE_INTEGER} requests in a run (repeat x count of every call); got ${requests}`;
  return [{ path: ['suites'], message }];
}

/** A cost per month needs a number of runs for every suite that it is summed over. */
function monthlyFaults({ runs_per_month, budget, runs = {}, suites = {} }: Readable, isWrong: IsWrong): Fault[] {
  const without = Object.entries(suites).filter(([name, suite]) => {
    const { run = DEFAULT_RUN } = suite;
    const places: Path[] = [
      ['suites', name, 'runs_per_month'],
      ['suites', name, 'run'],
      ['runs'],
      ['runs', run],
      ['runs', run, 'runs_per_month'],
    ];
    if (run === DEFAULT_RUN) places.push(['runs_per_month']);
    else if (!Object.hasOwn(runs, run)) return false;
    const ofKind = runs[run]?.runs_per_month ?? (run === DEFAULT_RUN ? runs_per_month : undefined);
    return (suite.runs_per_month ?? ofKind) === undefined && !places.some(isWrong);
  });
  const faults = without
    .filter(([, suite]) => suite.budget?.per_month !== undefined)
    .map(([name, { run }]) => ({
      path: ['suites', name, 'budget', 'per_month'],
      message: `expected runs_per_month in the suite or ${placeOfRuns(run)}, without which there is no cost per month`,
    }));
  const [first] = without;
  if (budget?.per_month === undefined || first === undefined) return faults;
  const others = without.length > 1 ? ` and ${without.length - 1} more` : '';
  const message = `expected runs_per_month ${placeOfRuns(first[1].run)} or in every suite; ${shownPath(['suites', first[0]])}${others} has none`;
  return [{ path: ['budget', 'per_month'], message }, ...faults];
}

function placeOfRuns(run = DEFAULT_RUN): string {
  return run === DEFAULT_RUN ? 'at the top level' : `in ${shownPath(['runs', run])}`;
}

import { callProblems } from './call-checks.js';
import type { Fault } from './findings.js';
import type { Path } from './manifest.js';
import { limitFaults } from './limit-checks.js';
import type { IsWrong, Readable } from './readable.js';
import { nameSchema, NAME_RULE } from './schema.js';
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
  const names = Object.keys(suites);
  if (names.length === 0) return [{ path: ['suites'], message: 'expected at least one suite; got an empty mapping' }];
  return names
    .filter((name) => !nameSchema.safeParse(name).success)
    .map((name) => ({ path: ['suites', name], message: `expected a name of ${NAME_RULE}; got ${quoted(name)}` }));
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

function monthlyFaults({ runs_per_month: runs, budget, suites = {} }: Readable, isWrong: IsWrong): Fault[] {
  if (runs !== undefined || isWrong(['runs_per_month'])) return [];
  const without = Object.entries(suites).filter(
    ([name, suite]) => suite.runs_per_month === undefined && !isWrong(['suites', name, 'runs_per_month']),
  );
  const faults = without
    .filter(([, suite]) => suite.budget?.per_month !== undefined)
    .map(([name]) => ({
      path: ['suites', name, 'budget', 'per_month'],
      message: 'expected runs_per_month in the suite or at the top level, without which there is no cost per month',
    }));
  const [first] = without;
  if (budget?.per_month === undefined || first === undefined) return faults;
  const others = without.length > 1 ? ` and ${without.length - 1} more` : '';
  const message = `expected runs_per_month at the top level or in every suite; ${shownPath(['suites', first[0]])}${others} has none`;
  return [{ path: ['budget', 'per_month'], message }, ...faults];
}

import type { Schedule } from '../estimate.js';
import type { Manifest, NamedSuite, PolicyFile, RunKind } from '../../manifest/manifest.js';
import { DEFAULT_RUN } from '../../manifest/schema.js';
import type { SuiteGroup } from './moved-suites.js';

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

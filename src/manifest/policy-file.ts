import { accepted } from './accepted.js';
import { located, refusal } from './findings.js';
import { limitFaults } from './limit-checks.js';
import { nameFaults, runKindFaults, unknownRunFaults } from './manifest-checks.js';
import type { PolicyFile } from './manifest.js';
import { runKinds } from './parse.js';
import { takeOut } from './readable.js';
import { schemaFaults } from './schema-faults.js';
import { policyFileSchema } from './schema.js';
import { valueAt } from './tree.js';
import type { YamlFile } from './yaml-tree.js';

/**
 * The limits and rules of the default branch's file: `policy`, `budget`, `runs_per_month`, `runs`, and of each suite
 * `budget`, `runs_per_month` and `run`. Whatever else the file says does not matter here, mistakes included; it must only be readable.
 * Throws a NoVerdictError with exit code 2 and every problem of those parts, each with line and column.
 */
export function policyFrom(yaml: YamlFile, file: string): PolicyFile {
  if (yaml.root === undefined) throw refusal(file, yaml.findings);

  const result = policyFileSchema.safeParse(yaml.root, { error: accepted });
  const issues = result.error?.issues ?? [];
  const { faults, unsaid } = schemaFaults(issues, yaml.root);
  const { rest, isWrong } = takeOut(yaml.root, issues);
  const readable = result.data ?? policyFileSchema.safeParse(rest).data;
  const suites = Object.entries(readable?.suites ?? {}).flatMap(([name, suite]) =>
    suite === null ? [] : [{ name, ...suite }],
  );
  const allFaults = [
    ...nameFaults(valueAt(yaml.root, ['runs']), ['runs']),
    ...faults,
    ...limitFaults(readable?.budget, ['budget']),
    ...runKindFaults(readable ?? {}),
    ...suites.flatMap(({ name, run, budget }) => [
      ...unknownRunFaults({ run }, ['suites', name], readable?.runs, isWrong),
      ...limitFaults(budget, ['suites', name, 'budget']),
    ]),
  ];
  if (!result.success || allFaults.length > 0 || yaml.findings.length > 0) {
    throw refusal(file, [...yaml.findings, ...located(allFaults, yaml.locate)], unsaid);
  }
  return {
    ...runKinds(result.data, yaml.keysAt(['runs'])),
    budget: result.data.budget,
    policy: result.data.policy,
    suites: new Map(
      suites.map(({ name, run, runs_per_month, budget }) => [
        name,
        { run, runs_per_month: runs_per_month ?? null, budget },
      ]),
    ),
  };
}

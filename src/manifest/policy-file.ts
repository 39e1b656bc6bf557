import { accepted } from './accepted.js';
import { located, refusal } from './findings.js';
import { limitFaults } from './limit-checks.js';
import type { PolicyFile } from './manifest.js';
import { takeOut } from './readable.js';
import { schemaFaults } from './schema-faults.js';
import { policyFileSchema } from './schema.js';
import type { YamlFile } from './yaml-tree.js';

/**
 * The limits and rules of the default branch's file: `policy`, `budget`, `runs_per_month`, and the last two of each
 * suite. Whatever else the file says does not matter here, mistakes included; it must only be readable.
 * Throws a NoVerdictError with exit code 2 and every problem of those parts, each with line and column.
 */
export function policyFrom(yaml: YamlFile, file: string): PolicyFile {
  if (yaml.root === undefined) throw refusal(file, yaml.findings);

  const result = policyFileSchema.safeParse(yaml.root, { error: accepted });
  const issues = result.error?.issues ?? [];
  const { faults, unsaid } = schemaFaults(issues, yaml.root);
  const readable = result.data ?? policyFileSchema.safeParse(takeOut(yaml.root, issues).rest).data;
  const suites = Object.entries(readable?.suites ?? {}).flatMap(([name, suite]) =>
    suite === null ? [] : [{ name, ...suite }],
  );
  const allFaults = [
    ...faults,
    ...limitFaults(readable?.budget, ['budget']),
    ...suites.flatMap(({ name, budget }) => limitFaults(budget, ['suites', name, 'budget'])),
  ];
  if (!result.success || allFaults.length > 0 || yaml.findings.length > 0) {
    throw refusal(file, [...yaml.findings, ...located(allFaults, yaml.locate)], unsaid);
  }
  return {
    runs_per_month: result.data.runs_per_month ?? null,
    budget: result.data.budget,
    policy: result.data.policy,
    suites: new Map(
      suites.map(({ name, runs_per_month, budget }) => [name, { runs_per_month: runs_per_month ?? null, budget }]),
    ),
  };
}

import { accepted } from './accepted.js';
import { mergeDefaults, originOf, sharedValues } from './defaults.js';
import type { Fault } from './findings.js';
import { located, refusal } from './findings.js';
import { manifestFaults, nameFaults, suiteNameFaults } from './manifest-checks.js';
import type { Manifest, NamedSuite, Path, RunKind } from './manifest.js';
import { readableSchema, takeOut } from './readable.js';
import { schemaFaults } from './schema-faults.js';
import type { ManifestFile } from './schema.js';
import { DEFAULT_RUN, manifestSchema } from './schema.js';
import type { Tree } from './tree.js';
import { isMap, valueAt } from './tree.js';
import type { YamlFile } from './yaml-tree.js';
import { readYaml } from './yaml-tree.js';

const MAX_CALLS = 5000;
/** Of what calls get from `defaults`, all together: a short file could ask for a long reading. */
const MAX_SHARED_VALUES = 1_000_000;

/** A manifest from its text, as `manifestFrom` has it. */
export function parseManifest(text: string, file: string): Manifest {
  return manifestFrom(readYaml(text), file);
}

/**
 * A manifest from a file of YAML 1.2 or JSON that was read. `file` is the name to show.
 * Throws a NoVerdictError with exit code 2 and every problem of the file, each with line and column.
 */
export function manifestFrom(yaml: YamlFile, file: string): Manifest {
  const origin = (path: Path) => originOf(path, yaml.has);
  const fail = (faults: readonly Fault[], unsaid = 0) =>
    refusal(file, [...yaml.findings, ...located(faults, yaml.locate, origin)], unsaid);

  if (yaml.root === undefined) throw fail([]);
  const oversize = sizeFaults(yaml.root);
  if (oversize.length > 0) throw fail(oversize);

  const merged = mergeDefaults(yaml.root);
  const result = manifestSchema.safeParse(merged, { error: accepted });
  const issues = result.error?.issues ?? [];
  const { faults: fieldFaults, unsaid } = schemaFaults(issues, merged);
  const faults = [
    ...nameFaults(valueAt(merged, ['runs']), ['runs']),
    ...suiteNameFaults(valueAt(merged, ['suites'])),
    ...fieldFaults,
  ];
  if (unsaid > 0) throw fail(faults, unsaid);

  const { rest, isWrong } = takeOut(merged, issues);
  const readable = result.data ?? readableSchema.safeParse(rest).data ?? {};
  const allFaults = [...faults, ...manifestFaults(readable, isWrong, yaml.has)];
  if (!result.success || allFaults.length > 0 || yaml.findings.length > 0) throw fail(allFaults);
  return {
    file,
    ...runKinds(result.data, yaml.keysAt(['runs'])),
    budget: result.data.budget,
    policy: result.data.policy,
    suites: namedSuites(result.data, yaml.keysAt(['suites'])),
    locate: (path) => yaml.locate(origin(path)),
  };
}

/** The kinds of run, and the number of `ci` from either of its places. `names` has the order of the file. */
export function runKinds(
  { runs_per_month, runs }: Pick<ManifestFile, 'runs_per_month' | 'runs'>,
  names: readonly string[],
): Pick<Manifest, 'runs_per_month' | 'runs'> {
  const kinds = new Map<string, RunKind>();
  for (const name of names) {
    const kind = runs[name];
    if (kind !== undefined) kinds.set(name, { runs_per_month: kind.runs_per_month ?? null, budget: kind.budget });
  }
  return { runs_per_month: runs_per_month ?? kinds.get(DEFAULT_RUN)?.runs_per_month ?? null, runs: kinds };
}

/** `names` has the order of the file, which an object with names such as "10" does not keep. */
function namedSuites(manifest: ManifestFile, names: readonly string[]): NamedSuite[] {
  const suites = new Map(Object.entries(manifest.suites));
  return names.flatMap((name) => {
    const suite = suites.get(name);
    if (suite === undefined) return [];
    const calls = suite.calls.map((call, index) => ({ ...call, index, display_name: call.name ?? call.model }));
    return [{ ...suite, name, calls }];
  });
}

/** Checked before anything is made of the calls. */
function sizeFaults(root: Tree): Fault[] {
  const suites = isMap(root) && isMap(root.suites) ? Object.values(root.suites) : [];
  if (suites.length > MAX_CALLS) {
    return [{ path: ['suites'], message: `expected at most ${MAX_CALLS} suites; got ${suites.length}` }];
  }
  const calls = suites.reduce<number>((sum, suite) => sum + callsIn(suite), 0);
  if (calls > MAX_CALLS) {
    return [{ path: ['suites'], message: `expected at most ${MAX_CALLS} calls in all suites; got ${calls}` }];
  }
  const shared = sharedValues(root, calls);
  if (shared <= MAX_SHARED_VALUES) return [];
  const message = `expected at most ${MAX_SHARED_VALUES} values under all calls; ${calls} calls get ${shared} from here`;
  return [{ path: ['defaults'], message }];
}

function callsIn(suite: Tree): number {
  return isMap(suite) && Array.isArray(suite.calls) ? suite.calls.length : 0;
}

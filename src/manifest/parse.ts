import {
  limitMistakes,
  manifestMistakes,
  nameMistakes,
  readableSchema,
  runKindMistakes,
  suiteNameMistakes,
  unknownRunMistakes,
} from './checks.js';
import { type Mistake, accepted, located, refusal, schemaMistakes } from './errors.js';
import type { CallDefaults, DeclaredManifest, DeclaredSuite, Manifest, Path, PolicyFile, RunKind } from './manifest.js';
import {
  DEFAULT_RUN,
  type ManifestFile,
  callSchema,
  defaultsSchema,
  manifestSchema,
  policyFileSchema,
} from './schema.js';
import { NumberLiteral } from './scalars.js';
import { type Tree, type TreeMap, UNREADABLE, dropInvalid, emptyMap, isMap, valueAt } from './tree.js';
import { type YamlFile, readYaml } from './yaml-tree.js';

const MAX_CALLS = 5000;
/** The most values that all calls together take from `defaults`. A short file could otherwise take long to read. */
const MAX_SHARED_VALUES = 1_000_000;

/** Parses a manifest from its text; see `manifestFrom`. */
export async function parseManifest(text: string, file: string): Promise<DeclaredManifest> {
  return manifestFrom(await readYaml(text), file);
}

/**
 * Makes a manifest from a file of YAML 1.2 or JSON. `file` is the name in messages.
 * Throws a NoVerdictError with exit code 2 and every problem of the file, each with line and column.
 */
export function manifestFrom(yaml: YamlFile, file: string): DeclaredManifest {
  const { root, mistakes: readingMistakes, locate, keysAt, has } = yaml;
  const origin = (path: Path) => originOf(path, has);
  const fail = (mistakes: readonly Mistake[], omitted = 0) =>
    refusal(file, [...readingMistakes, ...located(mistakes, locate, origin)], omitted);

  if (root === undefined) throw fail([]);
  const oversize = sizeMistakes(root);
  if (oversize.length > 0) throw fail(oversize);

  const merged = mergeDefaults(root);
  const result = manifestSchema.safeParse(merged, { error: accepted });
  const issues = result.error?.issues ?? [];
  const { mistakes: fieldMistakes, omitted } = schemaMistakes(issues, merged);
  const mistakes = [
    ...nameMistakes(valueAt(merged, ['runs']), ['runs']),
    ...suiteNameMistakes(valueAt(merged, ['suites'])),
    ...fieldMistakes,
  ];
  if (omitted > 0) throw fail(mistakes, omitted);

  const { rest, isWrong } = dropInvalid(merged, issues);
  const readable = result.data ?? readableSchema().safeParse(rest).data ?? {};
  const allMistakes = [...mistakes, ...manifestMistakes(readable, isWrong, has)];
  if (!result.success || allMistakes.length > 0 || readingMistakes.length > 0) throw fail(allMistakes);
  return {
    file,
    ...runKinds(result.data, keysAt(['runs'])),
    budget: result.data.budget,
    policy: result.data.policy,
    call_defaults: callDefaults(result.data),
    suites: namedSuites(result.data, keysAt(['suites'])),
    // Holds the positions alone, and not the tree.
    locate: (path) => locate(origin(path)),
  };
}

/**
 * Reads the limits and rules of the default branch's manifest: `policy`, `budget`, `runs_per_month`, `runs`, and of each
 * suite `budget`, `runs_per_month` and `run`. Other parts are ignored, with their mistakes; the file must only be readable.
 * Throws a NoVerdictError with exit code 2 and every problem of those parts, each with line and column.
 */
export function policyFrom(yaml: YamlFile, file: string): PolicyFile {
  if (yaml.root === undefined) throw refusal(file, yaml.mistakes);

  const result = policyFileSchema.safeParse(yaml.root, { error: accepted });
  const issues = result.error?.issues ?? [];
  const { mistakes, omitted } = schemaMistakes(issues, yaml.root);
  const { rest, isWrong } = dropInvalid(yaml.root, issues);
  const readable = result.data ?? policyFileSchema.safeParse(rest).data;
  const suites = Object.entries(readable?.suites ?? {}).flatMap(([name, suite]) =>
    suite === null ? [] : [{ name, ...suite }],
  );
  const allMistakes = [
    ...nameMistakes(valueAt(yaml.root, ['runs']), ['runs']),
    ...mistakes,
    ...limitMistakes(readable?.budget, ['budget']),
    ...runKindMistakes(readable ?? {}),
    ...suites.flatMap(({ name, run, budget }) => [
      ...unknownRunMistakes({ run }, ['suites', name], readable?.runs, isWrong),
      ...limitMistakes(budget, ['suites', name, 'budget']),
    ]),
  ];
  if (!result.success || allMistakes.length > 0 || yaml.mistakes.length > 0) {
    throw refusal(file, [...yaml.mistakes, ...located(allMistakes, yaml.locate)], omitted);
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

/** Returns the kinds of run, and the runs per month of `ci` from either of its places. `names` has the order of the file. */
function runKinds(
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

function callDefaults({ defaults }: ManifestFile): CallDefaults {
  const zero = new NumberLiteral('0');
  const unset = callSchema.parse({ model: 'none', count: zero, completion_tokens: zero });
  // The code that makes calls from these sets the fields that CallDefaults lacks.
  return { ...unset, ...defaults };
}

/** Takes the order from `names`, since an object does not keep the order of names such as "10". */
function namedSuites(manifest: ManifestFile, names: readonly string[]): DeclaredSuite[] {
  const suites = new Map(Object.entries(manifest.suites));
  return names.flatMap((name) => {
    const suite = suites.get(name);
    if (suite === undefined) return [];
    // The new fields stand first: Node 20 makes a hidden class for each object where fields follow a spread of many.
    const calls = (suite.calls ?? []).map((call, index) => ({ index, display_name: call.name ?? call.model, ...call }));
    return [{ ...suite, name, calls }];
  });
}

/** Bounds the number of calls before anything is made of them. */
function sizeMistakes(root: Tree): Mistake[] {
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

const SHARED_KEYS = Object.keys(callSchema.shape).filter((key) => key !== 'name');

/**
 * Merges `defaults` into every call. A key of the call replaces the default as a whole. A default that is wrong is reported
 * once, at its place: calls get a value instead that no check reports again. A call that is not a mapping stays as it is.
 */
function mergeDefaults(root: Tree): Tree {
  if (!isMap(root) || !isMap(root.defaults) || !isMap(root.suites)) return root;
  const shared = sharedFrom(root.defaults);
  const suites = emptyMap();
  for (const [name, suite] of Object.entries(root.suites)) {
    suites[name] =
      isMap(suite) && Array.isArray(suite.calls)
        ? joined(suite, { calls: suite.calls.map((call) => (isMap(call) ? joined(shared, call) : call)) })
        : suite;
  }
  return joined(root, { suites });
}

function sharedFrom(defaults: TreeMap): TreeMap {
  const issues = defaultsSchema.safeParse(defaults).error?.issues ?? [];
  const wrong = new Set(issues.map(({ path }) => path[0]));
  const shared = emptyMap();
  for (const key of SHARED_KEYS) {
    const value = defaults[key];
    if (value !== undefined) shared[key] = wrong.has(key) ? UNREADABLE : value;
  }
  return shared;
}

function joined(lower: TreeMap, upper: TreeMap): TreeMap {
  return Object.assign(emptyMap(), lower, upper);
}

/**
 * Returns the path where a value of the merged manifest was written: below `defaults` for a key that a call has from there,
 * else the same path.
 */
function originOf(path: Path, has: YamlFile['has']): Path {
  const [suites, , calls, , key, ...rest] = path;
  if (suites !== 'suites' || calls !== 'calls' || key === undefined || has(path.slice(0, 5))) return path;
  return key !== 'name' && has(['defaults', key]) ? ['defaults', key, ...rest] : path;
}

/** Counts the values that all calls together take from `defaults`. */
function sharedValues(root: Tree, calls: number): number {
  return isMap(root) && root.defaults !== undefined ? valuesIn(root.defaults) * calls : 0;
}

function valuesIn(value: Tree): number {
  if (!Array.isArray(value) && !isMap(value)) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1);
}

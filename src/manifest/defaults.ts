import type { Path } from './manifest.js';
import { callSchema, defaultsSchema } from './schema.js';
import type { Tree, TreeMap } from './tree.js';
import { emptyMap, isMap, UNREADABLE } from './tree.js';
import type { YamlFile } from './yaml-tree.js';

const SHARED_KEYS = Object.keys(callSchema.shape).filter((key) => key !== 'name');

/**
 * The manifest with `defaults` under every call: a key of the call replaces the whole key. A default that is wrong is
 * reported once, where it stands: the calls get a value from which nobody complains again. What is no mapping is left
 * as it is.
 */
export function mergeDefaults(root: Tree): Tree {
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
 * Where a path of the merged manifest was written: below `defaults` for a key that a call has from there, and the
 * path itself for any other.
 */
export function originOf(path: Path, has: YamlFile['has']): Path {
  const [suites, , calls, , key, ...rest] = path;
  if (suites !== 'suites' || calls !== 'calls' || key === undefined || has(path.slice(0, 5))) return path;
  return key !== 'name' && has(['defaults', key]) ? ['defaults', key, ...rest] : path;
}

/** How many values the calls get from `defaults` altogether: a short file can ask for a long reading. */
export function sharedValues(root: Tree, calls: number): number {
  return isMap(root) && root.defaults !== undefined ? valuesIn(root.defaults) * calls : 0;
}

function valuesIn(value: Tree): number {
  if (!Array.isArray(value) && !isMap(value)) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1);
}

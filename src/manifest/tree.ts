import type { z } from 'zod';
import type { Path } from './manifest.js';
import type { NumberLiteral } from './scalars.js';

/** The content of a file before any rule is applied. Numbers keep their digits. */

/** Stands for a value that was refused already (an alias, a tagged value), so that it is not reported again. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

export type Tree = string | boolean | null | NumberLiteral | typeof UNREADABLE | Tree[] | TreeMap;

/** A mapping, made by `emptyMap`. It inherits nothing, so `constructor` and `__proto__` are ordinary keys. */
export interface TreeMap {
  [key: string]: Tree;
}

/**
 * The prototype of every mapping. It has no property and no prototype. A mapping whose own prototype is null would take
 * three times the memory: V8 makes a hash table of it.
 */
const PROTOTYPE: TreeMap = Object.freeze({ __proto__: null });

export function emptyMap(): TreeMap {
  // In an object literal, `__proto__` sets the prototype.
  return { __proto__: PROTOTYPE };
}

export function isMap(value: unknown): value is TreeMap {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === PROTOTYPE;
}

/** Returns the value at a path; undefined where there is none. */
export function valueAt(root: Tree, path: readonly (string | number)[]): Tree | undefined {
  let value: Tree | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined;
    else if (isMap(value)) value = value[step];
    else return undefined;
  }
  return value;
}

/** Converts the path of a zod issue to a path of the file. */
export function stepsOf({ path }: z.core.$ZodIssue): Path {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** Returns whether the field at a path was removed because it is wrong. */
export type IsWrong = (path: Path) => boolean;

/**
 * Copies `root` without the fields that a schema refused, so that the checks between fields can still run. A whole limit, a
 * whole field of a call or of a suite is removed.
 */
export function dropInvalid(
  root: Tree,
  issues: readonly z.core.$ZodIssue[],
): { readonly rest: Tree; isWrong: IsWrong } {
  if (issues.length === 0) return { rest: root, isWrong: () => false };
  const rest = copyOf(root);
  const removed = issues.flatMap((issue) => fieldsOf(issue)).map((path) => remove(rest, fieldAround(path)));
  const wrong = new Set(removed.map((path) => JSON.stringify(path)));
  return { rest, isWrong: (path) => wrong.has(JSON.stringify(path)) };
}

function copyOf(value: Tree): Tree {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isMap(value)) return value;
  const copy = emptyMap();
  for (const [key, inner] of Object.entries(value)) copy[key] = copyOf(inner);
  return copy;
}

/** Removes the value at a path in place. Where its parent is no mapping or list, the parent is removed. Returns the removed path. */
function remove(root: Tree, path: Path): Path {
  const key = path.at(-1);
  if (key === undefined) return path;
  const above = path.slice(0, -1);
  const parent = valueAt(root, above);
  if (Array.isArray(parent) && typeof key === 'number') parent[key] = emptyMap();
  else if (isMap(parent)) Reflect.deleteProperty(parent, key);
  else if (parent !== undefined) return remove(root, above);
  return path;
}

function fieldsOf(issue: z.core.$ZodIssue): Path[] {
  const path = stepsOf(issue);
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

/** Returns the smallest field around a path that can be removed without harm to the rest. */
function fieldAround(path: Path): Path {
  if (path[0] === 'budget') return path.slice(0, 2);
  if (path[0] === 'runs') return path.slice(0, path[2] === 'budget' ? 4 : 3);
  if (path[0] !== 'suites') return path.slice(0, 1);
  if (path[2] === 'calls') return path.slice(0, 5);
  return path.slice(0, path[2] === 'budget' ? 4 : 3);
}

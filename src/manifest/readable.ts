import { z } from 'zod';
import { stepsOf } from './findings.js';
import type { Path } from './manifest.js';
import { callSchema, manifestSchema, suiteSchema } from './schema.js';
import type { Tree } from './tree.js';
import { emptyMap, isMap, valueAt } from './tree.js';

/**
 * What can be read of a manifest with mistakes: the checks that compare fields run on the rest of it, so that all
 * mistakes are reported at once. Nothing that is read in this way is ever priced or judged.
 */
export const readableSchema = manifestSchema
  .extend({
    suites: z.record(z.string(), suiteSchema.extend({ calls: z.array(callSchema.partial()) }).partial()),
  })
  .partial();
export type Readable = z.output<typeof readableSchema>;

/** Tells whether the field at a path was taken out because it is wrong. */
export type IsWrong = (path: Path) => boolean;

/** A copy of `root` without the wrong fields: a whole limit, a whole field of a call or of a suite. */
export function takeOut(root: Tree, issues: readonly z.core.$ZodIssue[]): { readonly rest: Tree; isWrong: IsWrong } {
  const rest = issues.length === 0 ? root : copyOf(root);
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

/** Removes in place. Returns the path that was removed: of a key of what is no mapping, the value around it has to go. */
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

/** The smallest part around a path without which the rest can still be read. */
function fieldAround(path: Path): Path {
  if (path[0] === 'budget') return path.slice(0, 2);
  if (path[0] === 'runs') return path.slice(0, path[2] === 'budget' ? 4 : 3);
  if (path[0] !== 'suites') return path.slice(0, 1);
  if (path[2] === 'calls') return path.slice(0, 5);
  return path.slice(0, path[2] === 'budget' ? 4 : 3);
}

import type { NumberLiteral } from './scalars.js';

/** What a file says, before any rule of ours: plain data in which numbers keep their digits. */

/** Stands for a value that was refused already (an alias, a tagged value): no second complaint is made about it. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

export type Tree = string | boolean | null | NumberLiteral | typeof UNREADABLE | Tree[] | TreeMap;

/** Made by `emptyMap` alone: without a prototype `constructor` and `__proto__` are keys like any other. */
export interface TreeMap {
  [key: string]: Tree;
}

export function emptyMap(): TreeMap {
  // An object literal's `__proto__` sets the prototype and makes no key.
  return { __proto__: null };
}

export function isMap(value: unknown): value is TreeMap {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: Tree, path: readonly (string | number)[]): Tree | undefined {
  let value: Tree | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined;
    else if (isMap(value)) value = value[step];
    else return undefined;
  }
  return value;
}

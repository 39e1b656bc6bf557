import type { z } from 'zod';
import type { Fault } from './findings.js';
import { MAX_MISTAKES, stepsOf } from './findings.js';
import { closest } from '../lib/text/closest.js';
import type { Path } from './manifest.js';
import { NumberLiteral } from './scalars.js';
import { quoted, shownValue } from './shown.js';
import type { Tree } from './tree.js';
import { isMap, UNREADABLE, valueAt } from './tree.js';

/**
 * The issues of a schema as faults of a file, in words. The messages of the issues are those of `accepted`. Of very
 * many only the first are put into words, `unsaid` counts the others.
 */
export function schemaFaults(
  issues: readonly z.core.$ZodIssue[],
  root: Tree,
): { readonly faults: Fault[]; readonly unsaid: number } {
  const said = issues.slice(0, MAX_MISTAKES);
  // A number where a mapping is due lacks keys and has one too many: the issue that names the keys says it all.
  const numbers = new Set(
    said.filter((issue) => isNumberWithKeys(issue, root)).map(({ path }) => JSON.stringify(path)),
  );
  const told = said.filter(({ path }) => path.length === 0 || !numbers.has(JSON.stringify(path.slice(0, -1))));
  return {
    faults: told.flatMap((issue) => faultsOf(issue, [], root)),
    unsaid: issues.length - said.length + said.reduce((sum, issue) => sum + keysPassedOver(issue), 0),
  };
}

function isNumberWithKeys(issue: z.core.$ZodIssue, root: Tree): boolean {
  return issue.code === 'unrecognized_keys' && valueAt(root, stepsOf(issue)) instanceof NumberLiteral;
}

function keysPassedOver(issue: z.core.$ZodIssue): number {
  return issue.code === 'unrecognized_keys' ? Math.max(issue.keys.length - MAX_MISTAKES, 0) : 0;
}

function faultsOf(issue: z.core.$ZodIssue, above: Path, root: Tree): Fault[] {
  const path = [...above, ...stepsOf(issue)];
  const value = valueAt(root, path);
  if (value === UNREADABLE) return [];
  const number = numberTakenForMapping(issue, path, root);
  if (number !== null) {
    const what = issue.code === 'unrecognized_keys' ? `a mapping of ${issue.message}` : 'a mapping';
    return [{ path: number, message: unexpected(number, what, valueAt(root, number)) }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, MAX_MISTAKES)
      .map((key) => ({ path: [...path, key], message: unknownKey(key, issue.message) }));
  }
  if (issue.code === 'invalid_union' && isMap(value)) {
    // The long form of a value, a mapping, stands last in every union here; the others have nothing to say about it.
    const inside = issue.errors.at(-1) ?? [];
    const unknown = inside.filter(({ code }) => code === 'unrecognized_keys');
    // Where a key is unknown, what is missing as a whole is no second mistake.
    const said =
      unknown.length > 0 ? inside.filter((inner) => inner.code !== 'custom' || inner.path.length > 0) : inside;
    return said.flatMap((inner) => faultsOf(inner, path, root));
  }
  return [{ path, message: unexpected(path, issue.message, value) }];
}

/** Any object is a mapping to zod, a number in our form too, which then lacks keys and has one too many. */
function numberTakenForMapping({ code }: z.core.$ZodIssue, path: Path, root: Tree): Path | null {
  if (code === 'unrecognized_keys' && valueAt(root, path) instanceof NumberLiteral) return path;
  const above = path.slice(0, -1);
  return valueAt(root, above) instanceof NumberLiteral ? above : null;
}

function unexpected(path: Path, what: string, value: Tree | undefined): string {
  if (value === undefined) return `missing: expected ${what}`;
  if (path.length === 0) {
    const start = 'expected a mapping that starts with "version: 1" and has suites';
    return value === null ? `empty: ${start}` : `${start}; got ${shownValue(value)}`;
  }
  return `expected ${what}; got ${shownValue(value)}`;
}

/** What other APIs and libraries call the same; by its letters, the nearest key would be another. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['input_tokens', 'prompt_tokens'],
  ['output_tokens', 'completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
  ['max_output_tokens', 'max_tokens'],
]);

function unknownKey(key: string, known: string): string {
  const names = known.split(', ');
  const other = OTHER_NAMES.get(key);
  const near = other !== undefined && names.includes(other) ? other : closest(key, names);
  return `unknown key ${quoted(key)}${near === null ? '' : `, did you mean ${near}?`}; accepted here: ${known}`;
}

import type { z } from 'zod';
import { NoVerdictError, type Problem } from '../lib/errors/problem.js';
import { closest } from '../lib/text/closest.js';
import type { Locate, Path, Position } from './manifest.js';
import { NumberLiteral } from './scalars.js';
import { type Tree, UNREADABLE, isMap, stepsOf, valueAt } from './tree.js';
import * as schemas from './schema.js';

/** Turns the issues of a schema into the error that ends the run. It says what is wrong, where, and what is accepted. */

/** A mistake at a path of a file. The message follows the path and a colon. */
export interface Mistake {
  readonly path: Path;
  readonly message: string;
  /** The keys that are accepted there. The report lists them once, at the first mistake that has the same list. */
  readonly acceptedKeys?: string;
}

/** A mistake with its place; the message is a whole sentence. */
export interface PlacedMistake {
  readonly message: string;
  readonly position: Position;
  readonly acceptedKeys?: string | undefined;
}

/** Mistakes beyond this number are counted, but get no message. */
export const MAX_MISTAKES = 1000;
const MOST_SHOWN = 100;

/** Adds line and column. `originOf` returns the path where a value was written, which may be below `defaults`. */
export function located(
  mistakes: readonly Mistake[],
  locate: Locate,
  originOf = (path: Path) => path,
): PlacedMistake[] {
  return mistakes.map(({ path, message, acceptedKeys }) => {
    const origin = originOf(path);
    const subject = origin.length === 0 ? 'the file' : shownPath(origin);
    return { message: `${subject}: ${message}`, position: locate(origin), acceptedKeys };
  });
}

/** Makes the error that ends the run: every mistake once, in the order of the file. `omitted` more have no message. */
export function refusal(file: string, mistakes: readonly PlacedMistake[], omitted = 0): NoVerdictError {
  const problems = withAcceptedKeys(inOrder(mistakes)).map(({ message, position }): Problem => ({
    message,
    file,
    ...position,
  }));
  const shown = problems.slice(0, MOST_SHOWN);
  const hidden = problems.length - shown.length + omitted;
  const next = problems[MOST_SHOWN] ?? problems.at(-1);
  if (next === undefined || hidden === 0) return new NoVerdictError(2, problems);
  return new NoVerdictError(2, [...shown, { ...next, message: `and ${hidden} more` }]);
}

function inOrder(mistakes: readonly PlacedMistake[]): PlacedMistake[] {
  const unique = new Map<string, PlacedMistake>();
  for (const mistake of mistakes) {
    unique.set(`${mistake.position.line}:${mistake.position.column} ${mistake.message}`, mistake);
  }
  // The sort is stable: mistakes at one place keep the order of the checks.
  return [...unique.values()].sort(({ position: a }, { position: b }) => a.line - b.line || a.column - b.column);
}

function withAcceptedKeys(mistakes: readonly PlacedMistake[]): PlacedMistake[] {
  const lineOfList = new Map<string, number>();
  return mistakes.map((mistake) => {
    const { message, position, acceptedKeys } = mistake;
    if (acceptedKeys === undefined) return mistake;
    const line = lineOfList.get(acceptedKeys);
    if (line !== undefined) return { message: `${message}; accepted here: as on line ${line}`, position };
    lineOfList.set(acceptedKeys, position.line);
    return { message: `${message}; accepted here: ${acceptedKeys}`, position };
  });
}

/**
 * Describes what a schema accepts. zod uses it as the message of every issue for which the schema has no message of its
 * own. For an unknown key it is the list of known keys.
 */
export function accepted(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') {
    const keys = issue.inst === undefined ? [] : knownKeys(issue.inst);
    return keys.length > 0 ? `a mapping of ${keys.join(', ')}` : (TYPES.get(issue.expected) ?? issue.expected);
  }
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') {
    return issue.origin === 'array' ? 'a list with at least one item' : 'text that is not empty';
  }
  if (issue.code === 'unrecognized_keys' && issue.inst !== undefined) return knownKeys(issue.inst).join(', ');
  return 'another value';
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
]);

function knownKeys(schema: object): string[] {
  if (!('shape' in schema) || typeof schema.shape !== 'object' || schema.shape === null) return [];
  return Object.keys(schema.shape);
}

/**
 * Turns the issues of a schema into mistakes of a file. The issues have the messages of `accepted`. Only the first
 * MAX_MISTAKES get a message; `omitted` is the number of the others.
 */
export function schemaMistakes(
  issues: readonly z.core.$ZodIssue[],
  root: Tree,
): { readonly mistakes: Mistake[]; readonly omitted: number } {
  // A value that was refused already counts for nothing, or one wrong default would take the place of other mistakes.
  const fresh = issues.filter((issue) => valueAt(root, stepsOf(issue)) !== UNREADABLE);
  // zod reports a number in place of a mapping several times. One issue is enough: the one that names the accepted keys.
  const numbers = new Set(
    fresh.filter((issue) => isNumberWithKeys(issue, root)).map(({ path }) => JSON.stringify(path)),
  );
  const reported =
    numbers.size === 0
      ? fresh
      : fresh.filter(({ path }) => path.length === 0 || !numbers.has(JSON.stringify(path.slice(0, -1))));
  const shown = reported.slice(0, MAX_MISTAKES);
  return {
    mistakes: shown.flatMap((issue) => mistakesOf(issue, [], root)),
    omitted: reported.length - shown.length + shown.reduce((sum, issue) => sum + keysPassedOver(issue), 0),
  };
}

function isNumberWithKeys(issue: z.core.$ZodIssue, root: Tree): boolean {
  return issue.code === 'unrecognized_keys' && valueAt(root, stepsOf(issue)) instanceof NumberLiteral;
}

function keysPassedOver(issue: z.core.$ZodIssue): number {
  return issue.code === 'unrecognized_keys' ? Math.max(issue.keys.length - MAX_MISTAKES, 0) : 0;
}

function mistakesOf(issue: z.core.$ZodIssue, above: Path, root: Tree): Mistake[] {
  const path = [...above, ...stepsOf(issue)];
  const value = valueAt(root, path);
  if (value === UNREADABLE) return [];
  const number = numberTakenForMapping(issue, path, root);
  if (number !== null) {
    const what = issue.code === 'unrecognized_keys' ? `a mapping of ${issue.message}` : 'a mapping';
    return [{ path: number, message: unexpected(number, what, valueAt(root, number)) }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_MISTAKES).map((key) => unknownKey([...path, key], key, issue.message));
  }
  if (issue.code === 'invalid_union' && isMap(value)) {
    // The form of a value that is a mapping stands last in every union, and only its issues fit a mapping.
    const inside = issue.errors.at(-1) ?? [];
    const unknown = inside.filter(({ code }) => code === 'unrecognized_keys');
    // With an unknown key, an issue about the mapping as a whole is only a consequence.
    const reported =
      unknown.length > 0 ? inside.filter((inner) => inner.code !== 'custom' || inner.path.length > 0) : inside;
    return reported.flatMap((inner) => mistakesOf(inner, path, root));
  }
  return [{ path, message: unexpected(path, issue.message, value) }];
}

/** Returns the path of a number that zod took for a mapping, since our numbers are objects; else null. */
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
  const isSwapped = Array.isArray(value) ? what.startsWith('a mapping') : value !== null && what.startsWith('a list');
  const example = isSwapped ? exampleOf(path) : null;
  const isEmpty = value === null && /^a (?:mapping|list)/.test(what);
  const hint = isEmpty ? ': is what belongs to it indented further?' : takenForSuite(path);
  return `expected ${what}${example === null ? '' : `, such as ${example}`}; got ${shownValue(value)}${hint}`;
}

/** Says where the key of a suite belongs that has the name of another key; empty for other names and paths. */
function takenForSuite(path: Path): string {
  const [suites, name] = path;
  if (suites !== 'suites' || path.length !== 2 || typeof name !== 'string') return '';
  const places = placesOfKey(name);
  return places.length === 0 ? '' : `; ${name} belongs ${places.join(', or ')}`;
}

/** Names of other APIs for our keys. The most similar key would be a different one. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['input_tokens', 'prompt_tokens'],
  ['output_tokens', 'completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
  ['max_output_tokens', 'max_tokens'],
  ['file', 'path'],
]);

/** Says where a known key belongs, else which key here is similar, else which keys are accepted. */
function unknownKey(path: Path, key: string, known: string): Mistake {
  const names = known.split(', ');
  const unknown = `unknown key ${quoted(key)}`;
  const other = OTHER_NAMES.get(key);
  if (other !== undefined && names.includes(other)) return { path, message: `${unknown}, did you mean ${other}?` };
  if (names.includes(key.split(':', 1)[0] ?? '')) {
    return { path, message: `${unknown}: is the space after the colon missing?` };
  }
  const places = placesOfKey(key);
  if (places.length > 0) return { path, message: `${unknown} here: it belongs ${places.join(', or ')}` };
  const near = closest(key, names);
  if (near !== null) return { path, message: `${unknown}, did you mean ${near}?` };
  return { path, message: unknown, acceptedKeys: known };
}

/** Places of keys, and examples of lists and mappings, for the messages. */

/** Every mapping of a manifest, with a description of its place. zod makes some of their shapes only when they are asked for. */
const allPlaces = (): readonly (readonly [place: string, keys: readonly string[]])[] => [
  ['at the top level', Object.keys(schemas.manifestSchema.shape)],
  ['under budget, at the top level or of a suite', Object.keys(schemas.budgetSchema.shape)],
  ['under policy', Object.keys(schemas.policySchema.shape)],
  ['under policy.models', Object.keys(schemas.policySchema.shape.models.unwrap().shape)],
  ['under a kind of run, such as runs: {nightly: {…}}', Object.keys(schemas.runKindSchema.shape)],
  ['in a suite', Object.keys(schemas.suiteSchema.shape)],
  ['in a call', ['name']],
  ['in a call or in defaults', Object.keys(schemas.defaultsSchema.shape)],
  ['under provider of a call', Object.keys(schemas.providerSchema.shape)],
  ['in a limit, such as per_run: {warn: 4, fail: 5}', ['warn', 'fail']],
  ['in a number of tokens, such as prompt_tokens: {expected: 100, max: 200}, or in retries', ['expected', 'max']],
  ['in count, such as count: {rows: evals/cases.jsonl, times: 2}', ['rows', 'files', 'at', 'times']],
  [
    'in an item of prompt_files, such as {path: prompts/a.md, cached: true} or {rows: evals/cases.csv, field: question}',
    ['path', 'cached', 'rows', 'at', 'field'],
  ],
  ['under promptfoo of a suite', ['config', 'models', 'grader']],
  ['under promptfoo.grader of a suite', ['embedding']],
];

/** Describes the places that accept a key, such as `under policy`; empty where none does. */
function placesOfKey(key: string): string[] {
  return allPlaces()
    .filter(([, keys]) => keys.includes(key))
    .map(([place]) => place);
}

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['runs', 'runs: {nightly: {runs_per_month: 30}}'],
  ['budget', 'budget: {per_run: 5}'],
  ['policy', 'policy: {unpriced: warn}'],
  ['models', 'models: {allow: ["openai/*"]}'],
  ['allow', 'allow: ["openai/*"]'],
  ['deny', 'deny: ["*-pro*"]'],
  ['defaults', 'defaults: {retries: 0.02}'],
  ['suites', 'suites: {rag: {calls: […]}}'],
  ['paths', 'paths: ["evals/**"]'],
  ['calls', 'calls: [{model: openai/gpt-5-mini, count: 10, …}]'],
  ['prompt_files', 'prompt_files: [prompts/answer.md]'],
  ['fallback_models', 'fallback_models: [openai/gpt-5-mini]'],
  ['provider', 'provider: {sort: price}'],
  ['order', 'order: [anthropic]'],
  ['only', 'only: [anthropic]'],
  ['ignore', 'ignore: [anthropic]'],
  ['max_price', 'max_price: {prompt: 1, completion: 4}'],
]);

/** An example of the list or mapping at a path, with its key; null where there is none. */
function exampleOf(path: Path): string | null {
  const key = path.at(-1);
  if (path[0] === 'suites' && path.length === 2) return `${String(key)}: {calls: […]}`;
  if (typeof key === 'number') return path.at(-2) === 'calls' ? '{model: openai/gpt-5-mini, count: 10, …}' : null;
  return key === undefined ? null : (EXAMPLES.get(key) ?? null);
}

/** Formats parts of a manifest for error messages: on one line, short, with invisible characters escaped. */

const LIMIT = 60;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Quotes a text as JSON does, and escapes every invisible character. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text)).replace(INVISIBLE, escaped);
}

/** Does the same without quotation marks, for a library's message. `limit` is the length in characters. */
export function oneLine(text: string, limit: number): string {
  return shortened(text, limit).replace(INVISIBLE, escaped);
}

function shortened(text: string, limit = LIMIT): string {
  // The first slice bounds the work. The second one counts characters, not UTF-16 units.
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  return characters.length > limit ? `${characters.slice(0, limit).join('')}…` : text;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Formats a path: `suites.rag["odd name"].calls[0].count`; empty for the root. */
export function shownPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!PLAIN_KEY.test(step) || step.length > LIMIT) return `[${quoted(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** Describes a value: `text "10"`, `1e3`, `a list`. */
function shownValue(value: Tree): string {
  if (value === null) return 'nothing (null)';
  if (typeof value === 'string') return value === '' ? 'empty text' : `text ${quoted(value)}`;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof NumberLiteral) return oneLine(value.source, LIMIT);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'symbol') return 'a value that cannot be read';
  return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
}

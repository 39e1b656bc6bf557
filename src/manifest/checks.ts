import { z } from 'zod';
import { compare, toText } from '../lib/money/decimal.js';
import { closest } from '../lib/text/closest.js';
import { type Mistake, quoted, shownPath } from './errors.js';
import type { Path } from './manifest.js';
import {
  type Budget,
  type Call,
  type DeclaredCall,
  type Tokens,
  callSchema,
  DEFAULT_RUN,
  isByProvider,
  manifestSchema,
  nameSchema,
  NAME_RULE,
  suiteSchema,
} from './schema.js';
import { TOKEN_PARTS } from './token-parts.js';
import { type IsWrong, type Tree, isMap } from './tree.js';
import type { YamlFile } from './yaml-tree.js';

/** Checks fields of a manifest against each other, after the schema has accepted each of them. */

/**
 * A manifest from which wrong fields were left out. The checks run on it so that all mistakes are reported at once; it is
 * never priced or judged. The schema is made only where a field is wrong.
 */
export const readableSchema = () =>
  manifestSchema
    .extend({
      suites: z.record(z.string(), suiteSchema.extend({ calls: z.array(callSchema.partial()) }).partial()),
    })
    .partial();
type Readable = z.output<ReturnType<typeof readableSchema>>;
type ReadableSuite = NonNullable<Readable['suites']>[string];
type ReadableCall = NonNullable<ReadableSuite['calls']>[number];

/** Returns the mistakes between fields. `manifest` is without the fields that the schema refused. */
export function manifestMistakes(manifest: Readable, isWrong: IsWrong, has: YamlFile['has']): Mistake[] {
  const suites = Object.entries(manifest.suites ?? {});
  return [
    ...limitMistakes(manifest.budget, ['budget']),
    ...runKindMistakes(manifest),
    ...suites.flatMap(([name, suite]) => unknownRunMistakes(suite, ['suites', name], manifest.runs, isWrong)),
    ...monthlyMistakes(manifest, isWrong),
    ...expectedAboveMax(manifest.defaults ?? {}).map(({ keys: [key], message }) => ({
      path: ['defaults', key],
      message,
    })),
    ...requestMistakes(suites.map(([, suite]) => suite)),
    ...suites.flatMap(([name, suite]) => {
      const path = ['suites', name];
      return [
        ...limitMistakes(suite.budget, [...path, 'budget']),
        ...promptfooMistakes(suite.promptfoo, [...path, 'promptfoo']),
        ...missingCalls(suite, path, isWrong),
        ...sameNames(suite.calls ?? [], [...path, 'calls']),
        ...(suite.calls ?? []).flatMap((call, index) => callMistakes(call, [...path, 'calls', index], isWrong, has)),
      ];
    }),
  ];
}

/** Checks the names and the number of suites. */
export function suiteNameMistakes(suites: Tree | undefined): Mistake[] {
  if (!isMap(suites)) return [];
  if (Object.keys(suites).length > 0) return nameMistakes(suites, ['suites']);
  return [{ path: ['suites'], message: 'expected at least one suite; got an empty mapping' }];
}

/** Checks the keys of the mapping at `path`, which are names of suites or of kinds of run. */
export function nameMistakes(map: Tree | undefined, path: Path): Mistake[] {
  if (!isMap(map)) return [];
  return Object.keys(map)
    .filter((name) => !nameSchema.safeParse(name).success)
    .map((name) => ({ path: [...path, name], message: `expected a name of ${NAME_RULE}; got ${quoted(name)}` }));
}

/** Checks the limits of the kinds of run. `runs_per_month` of the kind `ci` may stand in one of its two places only. */
export function runKindMistakes({
  runs_per_month: ofCi,
  runs = {},
}: Pick<Readable, 'runs_per_month' | 'runs'>): Mistake[] {
  const limits = Object.entries(runs).flatMap(([name, { budget }]) => limitMistakes(budget, ['runs', name, 'budget']));
  if (ofCi === undefined || runs[DEFAULT_RUN]?.runs_per_month === undefined) return limits;
  const message = `expected only here or only at the top level: runs_per_month there (${ofCi}) is that of the kind ci too`;
  return [{ path: ['runs', DEFAULT_RUN, 'runs_per_month'], message }, ...limits];
}

/** The most kinds of run that a message lists. */
const MOST_KINDS = 10;

/** Checks that a suite's `run` names a kind of run. `path` is the path of the suite. */
export function unknownRunMistakes(
  { run = DEFAULT_RUN }: { readonly run?: string | undefined },
  path: Path,
  runs: Readable['runs'] = {},
  isWrong: IsWrong = () => false,
): Mistake[] {
  if (run === DEFAULT_RUN || Object.hasOwn(runs, run) || isWrong(['runs']) || isWrong(['runs', run])) return [];
  const kinds = [DEFAULT_RUN, ...Object.keys(runs).filter((name) => name !== DEFAULT_RUN)];
  const near = closest(run, kinds);
  const hint = near === null ? '' : `, did you mean ${near}?`;
  const known = kinds.length > MOST_KINDS ? `${kinds.slice(0, MOST_KINDS).join(', ')}, …` : kinds.join(', ');
  const message = `expected ci or a key of runs at the top level (known here: ${known}); got ${quoted(run)}${hint}`;
  return [{ path: [...path, 'run'], message }];
}

/** Checks that a suite has `calls` or `promptfoo`. */
function missingCalls({ calls, promptfoo }: ReadableSuite, path: Path, isWrong: IsWrong): Mistake[] {
  if (calls !== undefined || promptfoo !== undefined || isWrong(path)) return [];
  if (isWrong([...path, 'calls']) || isWrong([...path, 'promptfoo'])) return [];
  return [{ path: [...path, 'calls'], message: 'missing: expected a list of calls, or promptfoo' }];
}

function callMistakes(call: ReadableCall, path: Path, isWrong: IsWrong, has: YamlFile['has']): Mistake[] {
  if (isWrong(path)) return [];
  return callProblems(call, (key) => isWrong([...path, key])).map(({ keys, message }) => {
    // A value from `defaults` is right for other calls, so the message points at a field that the call itself has.
    const own = keys.find((key) => has([...path, key])) ?? keys[0];
    return { path: [...path, own], message };
  });
}

/** Checks that names are unique in a suite. Calls without a name may share a model: their order distinguishes them. */
function sameNames(calls: readonly ReadableCall[], path: Path): Mistake[] {
  const first = new Map<string, number>();
  return calls.flatMap(({ name }, index) => {
    if (name === undefined) return [];
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const message = `expected a name that is unique in the suite; ${shownPath([...path, earlier])} is ${quoted(name)} too`;
    return [{ path: [...path, index, 'name'], message }];
  });
}

/** Bounds the number of requests in a run, because the report has it as a JSON number, which is exact up to 2^53 - 1. */
function requestMistakes(suites: readonly ReadableSuite[]): Mistake[] {
  const requests = suites.reduce((total, { repeat, calls }) => {
    const once = (calls ?? []).reduce((sum, { count }) => sum + BigInt(typeof count === 'number' ? count : 0), 0n);
    return total + BigInt(repeat ?? 1) * once;
  }, 0n);
  if (requests <= Number.MAX_SAFE_INTEGER) return [];
  const message = `expected at most ${Number.MAX_SAFE_INTEGER} requests in a run (repeat x count of every call); got ${requests}`;
  return [{ path: ['suites'], message }];
}

/** Checks that every suite under a limit per month has a number of runs per month. */
function monthlyMistakes({ runs_per_month, budget, runs = {}, suites = {} }: Readable, isWrong: IsWrong): Mistake[] {
  const without = Object.entries(suites).filter(([name, suite]) => {
    const { run = DEFAULT_RUN } = suite;
    const places: Path[] = [
      ['suites', name, 'runs_per_month'],
      ['suites', name, 'run'],
      ['runs'],
      ['runs', run],
      ['runs', run, 'runs_per_month'],
    ];
    if (run === DEFAULT_RUN) places.push(['runs_per_month']);
    else if (!Object.hasOwn(runs, run)) return false;
    const ofKind = runs[run]?.runs_per_month ?? (run === DEFAULT_RUN ? runs_per_month : undefined);
    return (suite.runs_per_month ?? ofKind) === undefined && !places.some(isWrong);
  });
  const mistakes = without
    .filter(([, suite]) => suite.budget?.per_month !== undefined)
    .map(([name, { run }]) => ({
      path: ['suites', name, 'budget', 'per_month'],
      message: `expected runs_per_month in the suite or ${placeOfRuns(run)}, without which there is no cost per month`,
    }));
  const [first] = without;
  if (budget?.per_month === undefined || first === undefined) return mistakes;
  const others = without.length > 1 ? ` and ${without.length - 1} more` : '';
  const message = `expected runs_per_month ${placeOfRuns(first[1].run)} or in every suite; ${shownPath(['suites', first[0]])}${others} has none`;
  return [{ path: ['budget', 'per_month'], message }, ...mistakes];
}

function placeOfRuns(run = DEFAULT_RUN): string {
  return run === DEFAULT_RUN ? 'at the top level' : `in ${shownPath(['runs', run])}`;
}

/** Checks that no `warn` is above its `fail`, since it would never be reported. `path` is the path of the budget. */
export function limitMistakes(budget: Budget | undefined, path: Path): Mistake[] {
  return Object.entries(budget ?? {}).flatMap(([name, limit]) => {
    const { warn, fail } = limit;
    if (warn === null || fail === null || compare(warn, fail) <= 0) return [];
    const message = `warn (${toText(warn)}) is above fail (${toText(fail)}): expected it to be at most as high`;
    return [{ path: [...path, name, 'warn'], message }];
  });
}

const NONE: Tokens = { expected: 0, max: null };

/**
 * Checks the fields of a call against each other. The call is without the fields that the schema refused. `isWrong` tells
 * which these are, so that a field with a wrong value is not reported as missing.
 */
function callProblems(call: Partial<DeclaredCall>, isWrong: (key: keyof Call) => boolean): CallProblem[] {
  return [
    ...missingPrompt(call, isWrong),
    ...expectedAboveMax(call),
    ...completionAboveCap(call),
    ...partsAboveWhole(call),
  ];
}

function missingPrompt(call: Partial<DeclaredCall>, isWrong: (key: keyof Call) => boolean): CallProblem[] {
  if (call.prompt_tokens !== undefined || (call.prompt_files ?? []).length > 0) return [];
  if (isWrong('prompt_tokens') || isWrong('prompt_files')) return [];
  return [
    { keys: ['prompt_tokens'], message: 'missing: expected prompt_tokens, or prompt_files with at least one path' },
  ];
}

/** Checks the numbers of tokens that a manifest states for the calls of a promptfoo configuration. */
function promptfooMistakes(promptfoo: ReadableSuite['promptfoo'], path: Path): Mistake[] {
  if (promptfoo === undefined) return [];
  const { completion_tokens: completion, grader } = promptfoo;
  const own = [...path, 'completion_tokens'];
  const stated: (readonly [Path, Tokens | undefined])[] = isByProvider(completion)
    ? [...completion].map(([provider, tokens]) => [[...own, provider], tokens])
    : [[own, completion]];
  stated.push(
    [[...path, 'grader', 'prompt_tokens'], grader?.prompt_tokens],
    [[...path, 'grader', 'completion_tokens'], grader?.completion_tokens],
    [[...path, 'grader', 'embedding', 'prompt_tokens'], grader?.embedding?.prompt_tokens],
  );
  return stated.flatMap(([at, tokens = NONE]) => {
    const { expected, max } = tokens;
    return max === null || expected <= max ? [] : [{ path: at, message: moreThanMax(String(expected), String(max)) }];
  });
}

function expectedAboveMax(call: Partial<DeclaredCall>): CallProblem[] {
  const problems = TOKEN_PARTS.flatMap(({ field }) => {
    const { expected, max } = call[field] ?? NONE;
    return max === null || expected <= max ? [] : [aboveMax(field, String(expected), String(max))];
  });
  const retries = call.retries ?? { expected: null, max: null };
  if (retries.expected === null || retries.max === null || compare(retries.expected, retries.max) <= 0) return problems;
  return [...problems, aboveMax('retries', toText(retries.expected), toText(retries.max))];
}

function aboveMax(key: keyof Call, expected: string, max: string): CallProblem {
  return { keys: [key], message: moreThanMax(expected, max) };
}

function moreThanMax(expected: string, max: string): string {
  return `expected (${expected}) is more than max (${max})`;
}

function completionAboveCap({ completion_tokens: tokens, max_tokens: cap }: Partial<DeclaredCall>): CallProblem[] {
  if (tokens === undefined || cap === undefined || tokens.expected <= cap) return [];
  const message = `completion_tokens (${tokens.expected}) is more than max_tokens (${cap}), which caps it`;
  return [{ keys: ['completion_tokens', 'max_tokens'], message }];
}

function partsAboveWhole(call: Partial<DeclaredCall>): CallProblem[] {
  const parts = {
    cached_tokens: call.cached_tokens ?? NONE,
    cache_write_tokens: call.cache_write_tokens ?? NONE,
    audio_tokens: call.audio_tokens ?? NONE,
    reasoning_tokens: call.reasoning_tokens ?? NONE,
    image_output_tokens: call.image_output_tokens ?? NONE,
    audio_output_tokens: call.audio_output_tokens ?? NONE,
  };
  const { model, prompt_tokens, prompt_files = [], completion_tokens } = call;
  // With files, the size of the prompt is known only after they have been read.
  const prompt =
    model === undefined || prompt_tokens === undefined || prompt_files.length > 0
      ? null
      : partsProblem({ model, prompt_tokens, ...parts });
  const completion = completion_tokens === undefined ? null : completionPartsProblem({ completion_tokens, ...parts });
  return [prompt, completion].filter((one) => one !== null);
}

type PromptPart = 'cached_tokens' | 'cache_write_tokens' | 'audio_tokens';
type CompletionPart = 'reasoning_tokens' | 'image_output_tokens' | 'audio_output_tokens';

/** A mistake of a call. `keys` are the fields that are part of it; the message points at the first. */
export interface CallProblem {
  readonly keys: readonly [keyof Call, ...(keyof Call)[]];
  readonly message: string;
}

type Whole = 'prompt_tokens' | 'completion_tokens';

/**
 * Google counts tokens that it writes to a cache as cached tokens too; every other provider keeps them apart. (Source: a
 * real charge of gemini-2.5-flash, 2026, with 2,168 prompt tokens, 2,161 cached and the same 2,161 written.)
 */
const COUNTS_WRITES_AS_CACHED = /^~?google\//;

/**
 * Checks that cached, written and audio tokens are no more than the prompt that they are part of; null where they fit.
 * For a
 * call with `prompt_files`, call it after their tokens were added to `prompt_tokens` and `cached_tokens`.
 */
export function partsProblem(
  call: Pick<Call, PromptPart> & { readonly model: string; readonly prompt_tokens: Tokens },
): CallProblem | null {
  const parts: Part[] = [
    ['cached_tokens', call.cached_tokens],
    ['cache_write_tokens', call.cache_write_tokens],
    ['audio_tokens', call.audio_tokens],
  ];
  const writesAreCached = COUNTS_WRITES_AS_CACHED.test(call.model);
  const smaller =
    call.cached_tokens.expected < call.cache_write_tokens.expected ? 'cached_tokens' : 'cache_write_tokens';
  const apart = writesAreCached ? parts.filter(([key]) => key !== smaller) : parts;
  return (
    sumProblem(apart, 'prompt_tokens', call.prompt_tokens) ?? mostProblem(parts, 'prompt_tokens', call.prompt_tokens)
  );
}

/**
 * Checks that reasoning, image and audio tokens are no more than the completion that they are part of; null where they
 * fit.
 */
export function completionPartsProblem(
  call: Pick<Call, CompletionPart> & { readonly completion_tokens: Tokens },
): CallProblem | null {
  const parts: Part[] = [
    ['reasoning_tokens', call.reasoning_tokens],
    ['image_output_tokens', call.image_output_tokens],
    ['audio_output_tokens', call.audio_output_tokens],
  ];
  const whole = call.completion_tokens;
  return sumProblem(parts, 'completion_tokens', whole) ?? mostProblem(parts, 'completion_tokens', whole);
}

type Part = readonly [key: PromptPart | CompletionPart, tokens: Tokens];

function sumProblem(parts: readonly Part[], whole: Whole, { expected }: Tokens): CallProblem | null {
  const present = parts.filter(([, tokens]) => tokens.expected > 0);
  const [first, ...more] = present.map(([key]) => key);
  if (first === undefined || present.reduce((sum, [, tokens]) => sum + tokens.expected, 0) <= expected) return null;
  const sum = present.map(([key, tokens]) => `${key} (${tokens.expected})`).join(' + ');
  return {
    keys: [first, ...more, whole],
    message: `${sum} ${more.length === 0 ? 'is' : 'are'} more than ${whole} (${expected}), the whole`,
  };
}

/** Compares each maximum with the whole alone, since the maxima of two parts need not occur in one request. */
function mostProblem(parts: readonly Part[], whole: Whole, tokens: Tokens): CallProblem | null {
  const most = tokens.max ?? tokens.expected;
  for (const [key, { max }] of parts) {
    if (max === null || max <= most) continue;
    const limit = tokens.max === null ? whole : `${whole}.max`;
    return { keys: [key, whole], message: `${key}.max (${max}) is more than ${limit} (${most}), the whole` };
  }
  return null;
}

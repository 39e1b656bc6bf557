import type { FileTokens, Manifest, NamedCall, NamedSuite } from '../manifest.js';
import { partsProblem } from '../checks.js';
import type { Tokens } from '../schema.js';
import type { Note } from '../../lib/errors/note.js';
import { configurationError, NoVerdictError, problem, type Problem } from '../../lib/errors/problem.js';
import type { PromptFileTokens } from './count-tokens.js';
import { accuracyText, tokenFamily, tokensOf } from './family.js';

/** The most files that the manifests of one side may name. */
const MAX_PROMPT_FILES = 200;

/** Where a manifest and its files are read. */
export type Side = 'head' | 'base' | 'default branch';

export interface CountedManifest {
  /** With the files' tokens added to `prompt_tokens` and, where they are cached, to `cached_tokens`. */
  readonly manifest: Manifest;
  /** Of the calls with prompt files: `exact` or `about ±15 %`. */
  readonly accuracy: ReadonlyMap<NamedCall, string>;
  readonly notes: readonly Note[];
}

/**
 * The files to read for a manifest, each once, in the order of the file. Throws a NoVerdictError (2) that names the
 * first entry too many where there are more than 200.
 */
export function promptFilePaths(manifest: Manifest): string[] {
  const paths = new Set<string>();
  for (const { suite, call, file, index } of entriesOf(manifest)) {
    paths.add(file.path);
    if (paths.size <= MAX_PROMPT_FILES) continue;
    const message = `more than ${MAX_PROMPT_FILES} different prompt files; at most ${MAX_PROMPT_FILES} are read`;
    throw configurationError(message, placeOf(manifest, suite, call, index));
  }
  return [...paths];
}

/**
 * A manifest with the tokens of its prompt files, given by path in o200k tokens. At head a missing file is an error; at
 * another side it counts nothing, with a note: what head adds is then part of the increase. Throws a NoVerdictError (2) with all
 * files that cannot be counted, and with parts that exceed their whole now that it is known.
 */
export function withPromptFiles(
  manifest: Manifest,
  files: ReadonlyMap<string, PromptFileTokens>,
  side: Side,
): CountedManifest {
  const problems: Problem[] = [];
  const missing = new Set<string>();
  for (const { suite, call, file, index } of entriesOf(manifest)) {
    const found = files.get(file.path) ?? { state: 'missing' };
    if (found.state === 'missing' && side !== 'head') missing.add(file.path);
    const fault = faultOf(found, side);
    if (fault === null) continue;
    problems.push(problem(`prompt file ${file.path} ${fault}`, placeOf(manifest, suite, call, index)));
  }
  if (problems.length > 0) throw new NoVerdictError(2, problems);

  const accuracy = new Map<NamedCall, string>();
  const suites = manifest.suites.map((suite) => ({
    ...suite,
    calls: suite.calls.map((call) => {
      if (call.prompt_files === undefined || call.prompt_files.length === 0) return call;
      const counted = withTokens(call, files);
      accuracy.set(counted, accuracyText(tokenFamily(call.model)));
      problems.push(...partsProblems(manifest, suite, counted));
      return counted;
    }),
  }));
  if (problems.length > 0) throw new NoVerdictError(2, problems);
  return {
    manifest: { ...manifest, suites },
    accuracy,
    notes: [...missingNotes(missing, side), ...estimateNotes(accuracy)],
  };
}

interface Entry {
  readonly suite: NamedSuite;
  readonly call: NamedCall;
  readonly file: { readonly path: string; readonly cached: boolean };
  readonly index: number;
}

function* entriesOf(manifest: Manifest): Generator<Entry> {
  for (const suite of manifest.suites) {
    for (const call of suite.calls) {
      for (const [index, file] of (call.prompt_files ?? []).entries()) yield { suite, call, file, index };
    }
  }
}

function faultOf(found: PromptFileTokens, side: Side): string | null {
  if (found.state === 'unusable') return found.reason;
  return found.state === 'missing' && side === 'head' ? 'does not exist' : null;
}

function placeOf(manifest: Manifest, suite: NamedSuite, call: NamedCall, index: number): Omit<Problem, 'message'> {
  const place = manifest.locate(['suites', suite.name, 'calls', call.index, 'prompt_files', index]);
  return { file: manifest.file, ...place };
}

function withTokens(
  call: NamedCall,
  files: ReadonlyMap<string, PromptFileTokens>,
): NamedCall & { readonly prompt_tokens: Tokens } {
  const family = tokenFamily(call.model);
  const counted = (call.prompt_files ?? []).map(({ path, cached }) => {
    const found = files.get(path);
    return { path, cached, o200k: found?.state === 'counted' ? found.tokens : 0 };
  });
  const tokens = (of: readonly FileTokens[]) => of.reduce((total, { o200k }) => total + tokensOf(family, o200k), 0);
  return {
    ...call,
    prompt_tokens: plus(call.prompt_tokens ?? { expected: 0, max: null }, tokens(counted)),
    cached_tokens: plus(call.cached_tokens, tokens(counted.filter(({ cached }) => cached))),
    file_tokens: counted,
  };
}

function plus(tokens: Tokens, more: number): Tokens {
  return { expected: tokens.expected + more, max: tokens.max === null ? null : tokens.max + more };
}

function partsProblems(
  manifest: Manifest,
  suite: NamedSuite,
  call: NamedCall & { readonly prompt_tokens: Tokens },
): Problem[] {
  const found = partsProblem(call);
  if (found === null) return [];
  const place = manifest.locate(['suites', suite.name, 'calls', call.index, found.keys[0]]);
  return [problem(`with the tokens of prompt_files: ${found.message}`, { file: manifest.file, ...place })];
}

function missingNotes(missing: ReadonlySet<string>, side: Side): Note[] {
  return [...missing].map((path) => ({
    code: 'prompt_file_missing',
    message: `Prompt file ${path} does not exist ${whereOf(side)}; there it counts no tokens.`,
  }));
}

/** As a sentence goes on: `at base`, `on the default branch`. */
export function whereOf(side: Side): string {
  return side === 'default branch' ? 'on the default branch' : `at ${side}`;
}

function estimateNotes(accuracy: ReadonlyMap<NamedCall, string>): Note[] {
  const estimated = new Map<string, string>();
  for (const [call, text] of accuracy) if (text !== 'exact') estimated.set(tokenFamily(call.model).name, text);
  if (estimated.size === 0) return [];
  const families = [...estimated].map(([name, text]) => `${name} ${text}`).join(', ');
  return [
    {
      code: 'prompt_tokens_estimated',
      message: `Tokens of prompt files are counted with GPT's tokenizer and scaled to the model's: ${families}.`,
    },
  ];
}

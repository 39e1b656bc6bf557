import { listed } from '../../lib/text/amount.js';
import { type Problem, problem, type Note } from '../../lib/errors/problem.js';
import { isPathPattern, MAX_MANIFEST_BYTES } from '../../lib/inputs.js';
import { pathMatcher } from '../../lib/text/path-pattern.js';
import { partsProblem } from '../checks.js';
import {
  type DeclaredManifest,
  type DeclaredNamedCall,
  type DeclaredSuite,
  type FileTokens,
  type Manifest,
  type NamedCall,
  type NamedSuite,
  type Path,
  type RowCount,
  isCounted,
} from '../manifest.js';
import { accuracyText, tokenFamily, tokensOf, type TokenCounter } from '../prompt-tokens/count-tokens.js';
import type { CountFromFiles, PromptFile, Tokens } from '../schema.js';
import { rowFormat } from '../scalars.js';
import { fieldTokens, MAX_DATA_BYTES, UncountableFile, visitRows } from './rows.js';
import { type CountFault, type FileSet, type Side, once, whereOf } from './file-set.js';
import { derivedCalls } from './promptfoo/derived-calls.js';

/** Computes the counts and prompt tokens of a manifest that come from other files of the repository. */

/** The most prompt files that a manifest may name. */
const MAX_PROMPT_FILES = 200;
const MAX_CALLS = 5000;

export interface CountedManifest {
  /** The manifest with its counts and tokens from files. A call that cannot be counted has the reason in `uncounted`. */
  readonly manifest: Manifest;
  /** The accuracy of calls with prompt files: `exact` or `about ±15 %`. */
  readonly accuracy: ReadonlyMap<NamedCall, string>;
  readonly notes: readonly Note[];
  readonly faults: readonly CountFault[];
}

/**
 * Counts one manifest from the files of its side. It requests files that were not read yet from `files`; the result is
 * valid
 * only after a pass that requests none. At base and on the default branch a missing prompt file counts no tokens, with a
 * note, so that a file that head adds is part of the increase.
 */
export function countManifest(
  manifest: DeclaredManifest,
  files: FileSet,
  side: Side,
  countTokens: TokenCounter,
): CountedManifest {
  const context: Context = {
    manifest,
    files,
    side,
    countTokens,
    notes: [],
    missing: new Set(),
    without: new Map(),
    faults: [],
    accuracy: new Map(),
    tooMany: tooManyPromptFiles(manifest),
  };
  if (context.tooMany !== null) context.faults.push(context.tooMany);
  const suites = manifest.suites.map((suite) => countSuite(suite, context));
  context.faults.push(...totalFaults(manifest, suites));
  return {
    manifest: { ...manifest, suites },
    accuracy: context.accuracy,
    notes: [...context.notes, ...missingNotes(context), ...withoutNotes(context), ...estimateNotes(context.accuracy)],
    faults: context.faults,
  };
}

interface Context {
  readonly manifest: DeclaredManifest;
  readonly files: FileSet;
  readonly side: Side;
  readonly countTokens: TokenCounter;
  readonly notes: Note[];
  /** Prompt files that the side does not have. */
  readonly missing: Set<string>;
  /** `3 of 10 rows of evals/cases.jsonl have no question`, by file and field. */
  readonly without: Map<string, string>;
  readonly faults: CountFault[];
  readonly accuracy: Map<NamedCall, string>;
  /** The first prompt file beyond the limit. Where there is one, no prompt file is read. */
  readonly tooMany: CountFault | null;
}

function countSuite(suite: DeclaredSuite, context: Context): NamedSuite {
  const { promptfoo, calls, ...rest } = suite;
  const counted = calls.map((call) => countCall(suite, call, context));
  if (promptfoo === undefined) return { ...rest, calls: counted };
  const { manifest, files, side, countTokens, notes, faults, accuracy } = context;
  const place = placeOf(manifest, ['suites', suite.name, 'promptfoo']);
  const derived = derivedCalls({
    suite,
    promptfoo,
    manifest,
    side,
    files,
    countTokens,
    place,
    firstIndex: calls.length,
  });
  notes.push(...derived.notes);
  faults.push(...derived.faults);
  for (const call of derived.calls) {
    const own = counted.find(({ display_name }) => display_name === call.display_name);
    if (own !== undefined) {
      const message = `suites.${suite.name}.calls: ${own.display_name} is also a call of ${promptfoo.config}; expected another name`;
      faults.push(ofManifest(message, placeOf(manifest, ['suites', suite.name, 'calls', own.index])));
    }
    if (derived.prompts.has(call)) accuracy.set(call, accuracyText(tokenFamily(call.model)));
  }
  return { ...rest, calls: [...counted, ...derived.calls] };
}

function countCall(suite: DeclaredSuite, declared: DeclaredNamedCall, context: Context): NamedCall {
  if (isCounted(declared)) return declared;
  const path = ['suites', suite.name, 'calls', declared.index];
  if (context.tooMany !== null && (declared.prompt_files ?? []).length > 0) {
    const { count } = declared;
    return { ...declared, count: typeof count === 'number' ? count : 0, uncounted: context.tooMany.problem.message };
  }
  const faults: CountFault[] = [];
  const requests = collecting(faults, () => countOf(declared, [...path, 'count'], context)) ?? { count: 0 };
  const counted = { ...declared, ...requests };
  const parts = (declared.prompt_files ?? []).map((prompt, index) =>
    collecting(faults, () => promptPart(prompt, [...path, 'prompt_files', index], context)),
  );
  const whole = parts.filter((part) => part !== null);
  const call = faults.length > 0 ? null : collecting(faults, () => withPrompts(counted, whole, path, context));
  context.faults.push(...faults);
  const [first] = faults;
  // Known requests stay, so that an increase of them is noticed.
  return call ?? { ...counted, uncounted: first?.problem.message ?? 'its files cannot be counted' };
}

function tooManyPromptFiles(manifest: DeclaredManifest): CountFault | null {
  const names = new Set<string>();
  for (const suite of manifest.suites) {
    for (const call of suite.calls) {
      for (const [index, prompt] of (call.prompt_files ?? []).entries()) {
        if (prompt.path !== undefined) names.add(prompt.path);
        if (names.size <= MAX_PROMPT_FILES) continue;
        const path = ['suites', suite.name, 'calls', call.index, 'prompt_files', index];
        const message = `more than ${MAX_PROMPT_FILES} different prompt files; at most ${MAX_PROMPT_FILES} are read`;
        return ofManifest(message, placeOf(manifest, path));
      }
    }
  }
  return null;
}

/** Returns null where counting fails, and adds the fault to `faults`, so that all faults of a call are reported. */
function collecting<T>(faults: CountFault[], count: () => T): T | null {
  try {
    return count();
  } catch (error) {
    if (!(error instanceof Uncounted)) throw error;
    faults.push(error.fault);
    return null;
  }
}

/** Thrown while one call is counted. */
class Uncounted extends Error {
  constructor(readonly fault: CountFault) {
    super(fault.problem.message);
  }
}

function uncounted(context: Context, path: Path, message: string, file: string | null): Uncounted {
  return new Uncounted({ problem: problem(message, placeOf(context.manifest, path)), reason: message, file });
}

/** Makes a fault of the manifest itself. */
function ofManifest(message: string, place: Omit<Problem, 'message'>): CountFault {
  return { problem: problem(message, place), reason: message, file: null };
}

function placeOf(manifest: DeclaredManifest, path: Path): Omit<Problem, 'message'> {
  return { file: manifest.file, ...manifest.locate(path) };
}

/** Returns the number of requests, with its origin. */
function countOf(
  { count }: DeclaredNamedCall,
  path: Path,
  context: Context,
): { readonly count: number; readonly row_count?: RowCount } {
  if (typeof count === 'number') return { count };
  const row_count = rowCountOf(count, path, context);
  const requests = row_count.rows * row_count.times;
  if (Number.isSafeInteger(requests)) return { count: requests, row_count };
  throw uncounted(context, path, `count: ${row_count.rows} rows x ${row_count.times} is too large`, null);
}

function rowCountOf(count: CountFromFiles, path: Path, context: Context): RowCount {
  const { times } = count;
  if (count.rows === undefined) {
    return { path: count.files, rows: filesMatching(count.files, path, context), times, unit: 'file' };
  }
  const { rows: file, at } = count;
  const text = textOf(file, path, MAX_DATA_BYTES, 'data file', context);
  if (text === null) return { path: file, rows: 0, times, unit: 'row' };
  const rows = counting(file, path, 'data file', context, () =>
    once(context.files.results.numbers, text, JSON.stringify(['rows', rowFormat(file), at]), () =>
      visitRows(file, text, at, () => undefined),
    ),
  );
  return { path: file, rows, times, unit: 'row' };
}

function filesMatching(pattern: string, path: Path, context: Context): number {
  const listed = context.files.list();
  if (listed === null) return 0;
  const matches = pathMatcher(pattern);
  const found = listed.filter((file) => (isPathPattern(pattern) ? matches(file.path) : file.path === pattern));
  const link = found.find(({ isLink }) => isLink);
  if (link !== undefined) {
    throw uncounted(
      context,
      path,
      `${pattern} matches ${link.path}, which is a link; plain files are accepted`,
      link.path,
    );
  }
  if (found.length === 0) throw uncounted(context, path, `${pattern} matches no file`, pattern);
  return found.length;
}

/** Returns the text of a file; null while it has not been read. */
function textOf(file: string, path: Path, maxBytes: number, kind: string, context: Context): string | null {
  const found = context.files.file(file, maxBytes);
  if (found === null) return null;
  if (found.state === 'text') return found.text;
  const reason = found.state === 'missing' ? 'does not exist' : found.reason;
  throw uncounted(context, path, `${kind} ${file} ${reason}`, file);
}

function counting<T>(file: string, path: Path, kind: string, context: Context, count: () => T): T {
  try {
    return count();
  } catch (error) {
    if (!(error instanceof UncountableFile)) throw error;
    throw uncounted(context, path, `${kind} ${file} ${error.reason}`, file);
  }
}

const NO_TOKENS: Tokens = { expected: 0, max: null };

/** Adds the tokens of prompt files to `prompt_tokens` and, where they are cached, to `cached_tokens`. */
function withPrompts(call: NamedCall, parts: readonly PromptPart[], path: Path, context: Context): NamedCall {
  if (parts.length === 0) return call;
  const family = tokenFamily(call.model);
  const scaled = (tokens: number) => tokensOf(family, tokens);
  const counted: NamedCall & { readonly prompt_tokens: Tokens } = {
    ...call,
    prompt_tokens: parts.reduce(
      (tokens, part) => plus(tokens, scaled(part.o200k), part.most === null ? null : scaled(part.most)),
      call.prompt_tokens ?? NO_TOKENS,
    ),
    cached_tokens: parts.reduce(
      (tokens, part) => (part.cached ? plus(tokens, scaled(part.o200k), null) : tokens),
      call.cached_tokens,
    ),
    file_tokens: parts.map(({ path: file, o200k, cached }): FileTokens => ({ path: file, o200k, cached })),
  };
  const found = partsProblem(counted);
  if (found !== null) {
    const message = `with the tokens of prompt_files: ${found.message}`;
    throw uncounted(context, [...path, found.keys[0]], message, null);
  }
  context.accuracy.set(counted, accuracyText(family));
  return counted;
}

interface PromptPart extends FileTokens {
  /** Tokens of the longest row; null for a file that is the same in every request. */
  readonly most: number | null;
}

function promptPart(prompt: PromptFile, path: Path, context: Context): PromptPart {
  if (prompt.path !== undefined) {
    return { path: prompt.path, cached: prompt.cached, o200k: promptTokens(prompt.path, path, context), most: null };
  }
  const { rows: file, at, field } = prompt;
  const { files, countTokens, without } = context;
  const text = textOf(file, path, MAX_DATA_BYTES, 'data file', context);
  if (text === null) return { path: file, o200k: 0, cached: false, most: 0 };
  const tokens = counting(file, path, 'data file', context, () =>
    once(files.results.fields, text, JSON.stringify(['tokens', rowFormat(file), at, field]), () =>
      fieldTokens(file, text, { at, field }, countTokens),
    ),
  );
  if (tokens.without > 0) {
    const words = `${tokens.without} of ${tokens.rows} rows of ${file} have no ${field ?? 'text'}`;
    without.set(JSON.stringify([file, at, field]), words);
  }
  return { path: file, o200k: tokens.mean, cached: false, most: tokens.most };
}

function promptTokens(file: string, path: Path, context: Context): number {
  const { files, side, missing, countTokens } = context;
  const found = files.file(file, MAX_MANIFEST_BYTES);
  if (found?.state === 'missing' && side !== 'head') {
    missing.add(file);
    return 0;
  }
  const text = textOf(file, path, MAX_MANIFEST_BYTES, 'prompt file', context);
  return text === null ? 0 : once(files.results.numbers, text, 'tokens', () => countTokens(text));
}

/** Makes one note for all missing files. */
function missingNotes({ missing, side }: Context): Note[] {
  if (missing.size === 0) return [];
  const [files, are, counts] =
    missing.size === 1 ? ['Prompt file', 'does', 'it counts'] : ['Prompt files', 'do', 'they count'];
  const message = `${files} ${listed([...missing])} ${are} not exist ${whereOf(side)}; there ${counts} no tokens.`;
  return [{ code: 'prompt_file_missing', message }];
}

function withoutNotes({ without }: Context): Note[] {
  if (without.size === 0) return [];
  return [{ code: 'rows_without_field', message: `${listed([...without.values()])}; they count no tokens.` }];
}

/** Adds tokens. `most` is the number for the worst case where it differs, else null. */
function plus({ expected, max }: Tokens, more: number, most: number | null): Tokens {
  if (most === null) return { expected: expected + more, max: max === null ? null : max + more };
  return { expected: expected + more, max: (max ?? expected) + most };
}

/** Checks the totals that are known only after the files were counted. */
function totalFaults(manifest: DeclaredManifest, suites: readonly NamedSuite[]): CountFault[] {
  const calls = suites.reduce((sum, suite) => sum + suite.calls.length, 0);
  const requests = suites.reduce(
    (sum, { repeat, calls: of }) => sum + BigInt(repeat) * of.reduce((total, { count }) => total + BigInt(count), 0n),
    0n,
  );
  const place = placeOf(manifest, ['suites']);
  const faults: CountFault[] = [];
  if (calls > MAX_CALLS) {
    const message = `suites: expected at most ${MAX_CALLS} calls in all suites; got ${calls} with those of promptfoo`;
    faults.push(ofManifest(message, place));
  }
  if (requests > Number.MAX_SAFE_INTEGER) {
    const message = `suites: expected at most ${Number.MAX_SAFE_INTEGER} requests in a run; got ${requests}`;
    faults.push(ofManifest(message, place));
  }
  return faults;
}

function estimateNotes(accuracy: ReadonlyMap<NamedCall, string>): Note[] {
  const estimated = new Map<string, string>();
  for (const [call, text] of accuracy) if (text !== 'exact') estimated.set(tokenFamily(call.model).name, text);
  if (estimated.size === 0) return [];
  const families = [...estimated].map(([name, text]) => `${name} ${text}`).join(', ');
  const message = `Tokens of prompt files are counted with GPT's tokenizer and scaled to the model's: ${families}.`;
  return [{ code: 'prompt_tokens_estimated', message }];
}

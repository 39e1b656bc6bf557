import { type Problem, problem, type Note } from '../../../lib/errors/problem.js';
import { completionPartsProblem, partsProblem } from '../../checks.js';
import type { DeclaredManifest, DeclaredSuite, NamedCall, RowCount } from '../../manifest.js';
import { type TokenCounter, tokenFamily, tokensOf } from '../../prompt-tokens/count-tokens.js';
import { type Promptfoo, type Tokens, isByProvider } from '../../schema.js';
import type { CountFault, FileSet, Side } from '../file-set.js';
import { whereOf } from '../file-set.js';
import type { Config } from './config-file.js';
import { ConfigFault, NotReadYet, readConfig } from './config-file.js';
import { capOf, nameOf } from './providers.js';
import type { Gaps, GraderField, Group, Groups } from './request-groups.js';
import { groupRequests } from './request-groups.js';
import { type Prompt, promptTokens } from './prompts.js';

/** Makes the calls of a suite from its promptfoo configuration: those of `promptfoo eval` without its cache. */

export interface Derivation {
  readonly suite: DeclaredSuite;
  readonly promptfoo: Promptfoo;
  readonly manifest: DeclaredManifest;
  readonly side: Side;
  readonly files: FileSet;
  readonly countTokens: TokenCounter;
  /** The place where the manifest names the configuration. */
  readonly place: Omit<Problem, 'message'>;
  /** The index of the first derived call in its suite: the number of calls that the manifest lists. */
  readonly firstIndex: number;
}

export interface DerivedCalls {
  readonly calls: readonly NamedCall[];
  /** The calls whose prompts were counted. The tokens of graders are declared. */
  readonly prompts: ReadonlySet<NamedCall>;
  readonly notes: readonly Note[];
  readonly faults: readonly CountFault[];
}

/**
 * Makes the calls. Where they cannot be determined, one call without a price takes their place, and the faults give the
 * reason.
 */
export function derivedCalls(derivation: Derivation): DerivedCalls {
  const { promptfoo, firstIndex } = derivation;
  try {
    const config = readConfig(promptfoo.config, derivation.files);
    const groups = groupRequests(config, promptfoo, derivation.countTokens);
    const gaps = [...providerFaults(groups.gaps), ...graderFaults(groups.gaps, config)];
    if (gaps.length > 0) return withoutCalls(gaps, derivation);
    const calls = callsOf(groups, derivation).map((call, index) => ({ ...call, index: firstIndex + index }));
    const kinds = [...groups.byName.values()].map(({ kind }) => kind);
    const prompts = new Set(calls.filter((_, index) => kinds[index] === 'prompt'));
    return { calls, prompts, notes: notesOf(groups, config, derivation), faults: [] };
  } catch (error) {
    if (error instanceof NotReadYet) return { calls: [], prompts: new Set(), notes: [], faults: [] };
    if (error instanceof ConfigFault) return withoutCalls([error], derivation);
    if (!(error instanceof RangeError)) throw error;
    return withoutCalls([new ConfigFault('has tests that are nested too deep', promptfoo.config)], derivation);
  }
}

function providerFaults({ providers }: Gaps): ConfigFault[] {
  return [...providers].map(([name, { fault, acceptsNull }]) => {
    const { reason, file, place } = fault;
    const orNull = acceptsNull ? ', or null if it asks no model' : '';
    const remedy = `name the model in the manifest, promptfoo: {models: {${JSON.stringify(name)}: openai/gpt-5-mini}}${orNull}`;
    return new ConfigFault(`${reason}: ${remedy}`, file, place, ': ');
  });
}

const GRADER_FIELDS: ReadonlyMap<GraderField, string> = new Map([
  ['model', 'grader: {model: …}'],
  ['tokens', 'grader: {prompt_tokens: …, completion_tokens: …}'],
  ['embedding', 'grader: {embedding: {model: …, prompt_tokens: …}}'],
]);

function graderFaults({ grader }: Gaps, config: Config): ConfigFault[] {
  return [...grader].map(([field, type]) =>
    config.fault(
      ['tests'],
      `the model-graded assertion ${type} needs ${GRADER_FIELDS.get(field) ?? 'grader'} in the manifest, under promptfoo`,
    ),
  );
}

function withoutCalls(
  causes: readonly ConfigFault[],
  { promptfoo, suite, manifest, place, firstIndex }: Derivation,
): DerivedCalls {
  const faults = causes.map((cause): CountFault => {
    const message = `suites.${suite.name}.promptfoo: ${cause.withFile()}`;
    return { problem: problem(message, cause.place ?? place), reason: cause.withFile(), file: cause.file };
  });
  const call: NamedCall = {
    ...manifest.call_defaults,
    model: '',
    count: 0,
    prompt_tokens: NO_TOKENS,
    prompt_files: [],
    completion_tokens: NO_TOKENS,
    display_name: promptfoo.config,
    index: firstIndex,
    uncounted: faults[0]?.problem.message ?? 'its calls cannot be determined',
    promptfoo: { config: promptfoo.config, provider: '' },
  };
  return { calls: [call], prompts: new Set(), notes: [], faults };
}

const NO_TOKENS: Tokens = { expected: 0, max: null };
/** An embedding has no completion, so the parts of one that `defaults` state do not apply to it. */
const NO_COMPLETION_PARTS = {
  reasoning_tokens: NO_TOKENS,
  image_output_tokens: NO_TOKENS,
  audio_output_tokens: NO_TOKENS,
};

function callsOf({ byName }: Groups, derivation: Derivation): Omit<NamedCall, 'index'>[] {
  const { promptfoo, manifest, countTokens } = derivation;
  return [...byName.values()].map((group) => {
    const { name, model, provider, requests, kind, prompt } = group;
    const family = tokenFamily(model);
    const cap = kind === 'embedding' ? null : capOf(provider);
    const prompts: Tokens = {
      expected: tokensOf(family, requests === 0 ? 0 : Math.ceil(group.tokens / requests)),
      max: tokensOf(family, group.most),
    };
    const call: Omit<NamedCall, 'index'> & { readonly prompt_tokens: Tokens } = {
      ...manifest.call_defaults,
      ...(kind === 'embedding' ? NO_COMPLETION_PARTS : {}),
      model,
      count: requests,
      prompt_files: [],
      prompt_tokens: kind === 'prompt' ? prompts : graderTokens(promptfoo, kind),
      completion_tokens: completionOf(group, promptfoo),
      ...(cap === null ? {} : { max_tokens: cap }),
      display_name: name,
      row_count: rowCountOf(group, promptfoo.config),
      promptfoo: { config: promptfoo.config, provider: provider.id },
      ...(prompt?.file === undefined || prompt.file === null
        ? {}
        : { file_tokens: [{ path: prompt.file, o200k: templateTokens(group, prompt, countTokens), cached: false }] }),
    };
    checkCall(call, promptfoo);
    return call;
  });
}

/** Returns the rows of the data file of all tests, else the tests of the configuration, times the requests of each. */
function rowCountOf({ files, tests, requests }: Group, config: string): RowCount {
  const [only] = files;
  const file = files.size === 1 ? (only ?? null) : null;
  const path = file ?? config;
  // Tests that differ in their number of combinations are counted by their requests.
  if (requests % tests !== 0) return { path, rows: requests, times: 1, unit: 'test' };
  return { path, rows: tests, times: requests / tests, unit: file === null ? 'test' : 'row' };
}

/**
 * Counts the o200k tokens of a prompt without the values of its variables. The report then shows a change of the prompt
 * and a
 * change of the values apart.
 */
function templateTokens({ tokens, requests }: Group, { raw }: Prompt, countTokens: TokenCounter): number {
  const own = promptTokens(raw, new Map(), countTokens, () => undefined);
  return Math.min(own, requests === 0 ? own : Math.ceil(tokens / requests));
}

function graderTokens({ grader, config }: Promptfoo, kind: 'grader' | 'embedding'): Tokens {
  const tokens = kind === 'grader' ? grader?.prompt_tokens : grader?.embedding?.prompt_tokens;
  if (tokens !== undefined) return tokens;
  throw new ConfigFault('has model-graded assertions: expected grader in the manifest, under promptfoo', config);
}

function completionOf({ kind, provider }: Group, { completion_tokens: declared, grader, config }: Promptfoo): Tokens {
  if (kind === 'embedding') return NO_TOKENS;
  if (kind === 'grader') return grader?.completion_tokens ?? NO_TOKENS;
  if (!isByProvider(declared)) return declared;
  const found = (provider.label === null ? undefined : declared.get(provider.label)) ?? declared.get(provider.id);
  if (found !== undefined) return found;
  throw new ConfigFault(
    `has the provider ${nameOf(provider)}, for which promptfoo.completion_tokens in the manifest has no number`,
    config,
  );
}

function checkCall(call: Omit<NamedCall, 'index'> & { readonly prompt_tokens: Tokens }, { config }: Promptfoo): void {
  const { completion_tokens: completion, max_tokens: cap, display_name: name } = call;
  if (cap !== undefined && completion.expected > cap) {
    throw new ConfigFault(
      `caps ${name} at ${cap} tokens, which is less than the completion_tokens of the manifest (${completion.expected})`,
      config,
    );
  }
  const parts = partsProblem(call) ?? completionPartsProblem(call);
  if (parts !== null) throw new ConfigFault(`makes ${name}, to which defaults do not fit: ${parts.message}`, config);
}

function notesOf({ byName, withoutModel }: Groups, { approximate, path, root }: Config, { side }: Derivation): Note[] {
  if (side !== 'head') return [];
  const notes: Note[] = [];
  const add = (message: string) => notes.push({ code: 'promptfoo', message });
  if (byName.size > 0)
    add(`Calls of ${path} are counted without promptfoo's cache, which asks identical requests of one run once.`);
  else if (withoutModel.size === 0) add(`${path} makes no request, so that nothing is estimated for it.`);
  if (approximate.size > 0) {
    const more = approximate.size - 5;
    const names = [...approximate].slice(0, 5).join(', ') + (more > 0 ? ` and ${more} more` : '');
    add(
      `${path}: the tokens of ${names} are approximate, since template syntax other than {{ name }} is counted as text ${whereOf(side)}.`,
    );
  }
  if (Array.isArray(root.extensions) && root.extensions.length > 0) {
    add(`${path}: extensions are code, which is not run; tests and variables that they change are counted as written.`);
  }
  if (withoutModel.size > 0)
    add(`${path}: no request to a model is counted for ${[...withoutModel.keys()].join(', ')}.`);
  return notes;
}

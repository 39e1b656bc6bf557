import type { Note } from '../../../lib/errors/note.js';
import type { Problem } from '../../../lib/errors/problem.js';
import { problem } from '../../../lib/errors/problem.js';
import { partsProblem } from '../../checks.js';
import type { DeclaredManifest, DeclaredSuite, NamedCall } from '../../manifest.js';
import type { TokenCounter } from '../../prompt-tokens/count-tokens.js';
import { tokenFamily, tokensOf } from '../../prompt-tokens/family.js';
import type { Promptfoo, Tokens } from '../../schema.js';
import type { CountFault, FileSet, Side } from '../file-set.js';
import { whereOf } from '../file-set.js';
import type { Config, Mapping } from './config-file.js';
import { ConfigFault, isMapping, NotReadYet, readConfig } from './config-file.js';
import type { Grading } from './graders.js';
import { gradingsOf } from './graders.js';
import type { Prompt } from './prompts.js';
import { isPromptMatch, readPrompts } from './prompts.js';
import type { Provider } from './providers.js';
import { askedModel, capOf, isProviderMatch, nameOf, namedProvider, readProviders } from './providers.js';
import { promptTokens } from './render.js';
import type { TestCase } from './test-cases.js';
import { combinations, readTests } from './test-cases.js';

/** The calls that `promptfoo eval` makes with a configuration, without its cache. */

export interface Derivation {
  readonly suite: DeclaredSuite;
  readonly promptfoo: Promptfoo;
  readonly manifest: DeclaredManifest;
  readonly side: Side;
  readonly files: FileSet;
  readonly countTokens: TokenCounter;
  /** Where the manifest names the configuration. */
  readonly place: Omit<Problem, 'message'>;
  readonly firstIndex: number;
}

export interface DerivedCalls {
  readonly calls: readonly NamedCall[];
  readonly notes: readonly Note[];
  readonly faults: readonly CountFault[];
}

/** Where the calls cannot be told, one call without a price stands for them, and the fault says why. */
export function derivedCalls(derivation: Derivation): DerivedCalls {
  const { promptfoo, suite, firstIndex, manifest } = derivation;
  try {
    const config = readConfig(promptfoo.config, derivation.files);
    const groups = groupRequests(config, derivation);
    const calls = callsOf(groups, derivation).map((call, index) => ({ ...call, index: firstIndex + index }));
    return { calls, notes: notesOf(groups, config, derivation), faults: [] };
  } catch (error) {
    if (error instanceof NotReadYet) return { calls: [], notes: [], faults: [] };
    if (!(error instanceof ConfigFault)) throw error;
    const message = `suites.${suite.name}.promptfoo: ${error.file} ${error.reason}`;
    const place =
      error.line === null ? derivation.place : { file: error.file, line: error.line, column: error.column ?? 1 };
    const call: NamedCall = {
      ...manifest.call_defaults,
      model: '',
      count: 0,
      prompt_tokens: { expected: 0, max: null },
      prompt_files: [],
      completion_tokens: { expected: 0, max: null },
      display_name: promptfoo.config,
      index: firstIndex,
      uncounted: message,
      promptfoo: { config: promptfoo.config, provider: '' },
    };
    return { calls: [call], notes: [], faults: [{ problem: problem(message, place), file: error.file }] };
  }
}

/** Like requests: those of one provider with one prompt, or of one grader. */
interface Group {
  readonly name: string;
  readonly model: string;
  readonly provider: Provider;
  requests: number;
  /** Requests before `repeat`. */
  rows: number;
  readonly files: Set<string | null>;
  readonly kind: 'prompt' | 'grader' | 'embedding';
  readonly prompt: Prompt | null;
  tokens: number;
  most: number;
}

interface Groups {
  readonly byName: Map<string, Group>;
  readonly withoutModel: Set<string>;
  readonly repeat: number;
}

function groupRequests(config: Config, { promptfoo, countTokens, files }: Derivation): Groups {
  const providers = readProviders(config);
  const prompts = readPrompts(config);
  const tests = readTests(config);
  const repeat = repeatOf(config.root);
  const groups: Groups = { byName: new Map(), withoutModel: new Set(), repeat };
  const isComplete = files.list() !== null || prompts.length > 0;
  const allowed = promptsByProvider(providers);
  const about = (prompt: Prompt) => () => void config.about.add(prompt.file ?? prompt.name);
  for (const test of tests) {
    checkReferences(test, providers, isComplete ? prompts : null, config);
    const times = repeatOf(test.options, repeat);
    const { gradings, unknown } = gradingsOf(test.asserts);
    if (unknown !== null) {
      const reason = `has an assertion ${JSON.stringify(unknown)}, whose requests to a model are not known: list the calls with \`count\``;
      throw new ConfigFault(reason, test.file ?? config.path);
    }
    const asked = test.provider === null ? null : namedProvider(test.provider, providers);
    for (const vars of combinations(test, config)) {
      let answers = 0;
      for (const provider of providers) {
        if (test.providers !== null && !test.providers.some((one) => isProviderMatch(one, provider))) continue;
        for (const prompt of prompts) {
          const own = allowed.get(nameOf(provider));
          if (own !== undefined && own !== null && !own.some((one) => isPromptMatch(one, prompt))) continue;
          if (test.prompts !== null && !test.prompts.some((one) => isPromptMatch(one, prompt))) continue;
          answers += 1;
          if (test.hasOutput) continue;
          const group = promptGroup(groups, asked ?? provider, prompt, promptfoo, config);
          if (group === null) continue;
          const tokens = promptTokens(templateOf(prompt, test), vars, countTokens, about(prompt));
          group.requests += times;
          group.rows += 1;
          group.tokens += tokens * times;
          group.most = Math.max(group.most, tokens);
          group.files.add(test.file);
        }
      }
      for (const grading of gradings) {
        const evaluated = grading.isComparing ? Math.min(answers, 1) : answers;
        addGrading(groups, grading, evaluated * times, test, providers, promptfoo, config);
      }
    }
  }
  return groups;
}

function repeatOf(from: Mapping, fallback?: number): number {
  const nested = [from.commandLineOptions, from.evaluateOptions].map((options) =>
    isMapping(options) ? options.repeat : undefined,
  );
  const candidates = fallback === undefined ? nested : [from.repeat];
  const found = candidates.find((value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
  return typeof found === 'number' ? found : (fallback ?? 1);
}

/** promptfoo keeps the `prompts` of a provider by its id and by its label, so that of two with one id the last counts for both. */
function promptsByProvider(providers: readonly Provider[]): ReadonlyMap<string, readonly string[] | null> {
  const map = new Map<string, readonly string[] | null>();
  for (const { id, label, prompts } of providers) {
    map.set(id, prompts);
    if (label !== null) map.set(label, prompts);
  }
  return map;
}

/** promptfoo refuses a test that names an unknown provider or prompt. Prompts of files are known by a path of the machine there. */
function checkReferences(
  test: TestCase,
  providers: readonly Provider[],
  prompts: readonly Prompt[] | null,
  config: Config,
): void {
  const fault = (what: string, reference: string) =>
    new ConfigFault(
      `has a test for the ${what} ${JSON.stringify(reference)}, which the configuration does not have`,
      test.file ?? config.path,
    );
  for (const reference of test.providers ?? []) {
    if (!providers.some((one) => isProviderMatch(reference, one))) throw fault('provider', reference);
  }
  if (prompts === null) return;
  for (const reference of test.prompts ?? []) {
    if (!prompts.some((one) => isPromptMatch(reference, one))) throw fault('prompt', reference);
  }
}

function templateOf({ raw }: Prompt, { options }: TestCase): string {
  const { prefix, suffix } = options;
  return `${typeof prefix === 'string' ? prefix : ''}${raw}${typeof suffix === 'string' ? suffix : ''}`;
}

/** Null for a provider that asks no model. */
function promptGroup(
  groups: Groups,
  provider: Provider,
  prompt: Prompt,
  promptfoo: Promptfoo,
  config: Config,
): Group | null {
  const name = `${nameOf(provider)} / ${prompt.name}`;
  const known = groups.byName.get(name);
  if (known !== undefined) return known;
  const model = modelOf(provider, promptfoo, config);
  if (model !== null) return newGroup(groups, { name, model, provider, kind: 'prompt', prompt });
  groups.withoutModel.add(nameOf(provider));
  return null;
}

function newGroup(groups: Groups, fields: Pick<Group, 'name' | 'model' | 'provider' | 'kind' | 'prompt'>): Group {
  const group: Group = { ...fields, requests: 0, rows: 0, files: new Set(), tokens: 0, most: 0 };
  groups.byName.set(fields.name, group);
  return group;
}

function modelOf(provider: Provider, { models }: Promptfoo, config: Config): string | null {
  const asked = askedModel(provider, models);
  if (asked.state === 'unknown') throw config.fault(['providers'], asked.reason);
  return asked.state === 'model' ? asked.name : null;
}

/** The requests of one model-graded assertion, to the grader that it, its test or the manifest names. */
function addGrading(
  groups: Groups,
  grading: Grading,
  answers: number,
  test: TestCase,
  providers: readonly Provider[],
  promptfoo: Promptfoo,
  config: Config,
): void {
  const { grader } = promptfoo;
  const named = graderOf(grading.provider ?? test.options.provider, providers);
  const due = (what: string) =>
    config.fault(
      ['tests'],
      `has the model-graded assertion ${grading.type}: expected ${what} in the manifest, under promptfoo`,
    );
  const add = (
    kind: 'grader' | 'embedding',
    requests: number,
    own: Provider | null,
    declared: string | undefined,
  ): void => {
    if (requests === 0) return;
    const model = own === null ? declared : (modelOf(own, promptfoo, config) ?? undefined);
    if (own === null && declared === undefined)
      throw due(kind === 'grader' ? 'grader: {model: …}' : 'grader: {embedding: {model: …, prompt_tokens: …}}');
    if (model === undefined) return;
    const provider = own ?? { id: model, label: null, config: {}, prompts: null };
    const name = `${nameOf(provider)} / ${grading.type}${kind === 'embedding' ? ' embeddings' : ''}`;
    const group = groups.byName.get(name) ?? newGroup(groups, { name, model, provider, kind, prompt: null });
    group.requests += requests;
    group.rows += requests;
    group.files.add(null);
  };
  if (grading.answers > 0 && (grader?.prompt_tokens === undefined || grader.completion_tokens === undefined)) {
    throw due('grader: {prompt_tokens: …, completion_tokens: …}');
  }
  if (grading.embeddings > 0 && grader?.embedding === undefined)
    throw due('grader: {embedding: {model: …, prompt_tokens: …}}');
  add('grader', grading.answers * answers, named.text, grader?.model);
  add('embedding', grading.embeddings * answers, named.embedding, grader?.embedding?.model);
}

/** A grader is one provider for all, or one for text and one for embeddings. */
function graderOf(
  value: unknown,
  providers: readonly Provider[],
): { readonly text: Provider | null; readonly embedding: Provider | null } {
  if (isMapping(value) && value.id === undefined) {
    return { text: namedProvider(value.text, providers), embedding: namedProvider(value.embedding, providers) };
  }
  const provider = namedProvider(value, providers);
  return { text: provider, embedding: provider?.id.includes('embedding') === true ? provider : null };
}

function callsOf({ byName, repeat }: Groups, derivation: Derivation): Omit<NamedCall, 'index'>[] {
  const { promptfoo, manifest, countTokens } = derivation;
  return [...byName.values()].map((group) => {
    const { name, model, provider, requests, rows, kind, prompt, files } = group;
    const family = tokenFamily(model);
    const isRepeated = rows * repeat === requests;
    const [onlyFile] = files;
    const data = files.size === 1 && typeof onlyFile === 'string' ? onlyFile : promptfoo.config;
    const cap = kind === 'embedding' ? null : capOf(provider);
    const prompts: Tokens = {
      expected: tokensOf(family, requests === 0 ? 0 : Math.ceil(group.tokens / requests)),
      max: tokensOf(family, group.most),
    };
    const call: Omit<NamedCall, 'index'> & { readonly prompt_tokens: Tokens } = {
      ...manifest.call_defaults,
      model,
      count: requests,
      prompt_files: [],
      prompt_tokens: kind === 'prompt' ? prompts : graderTokens(promptfoo, kind),
      completion_tokens: completionOf(group, promptfoo),
      ...(cap === null ? {} : { max_tokens: cap }),
      display_name: name,
      row_count: {
        path: data,
        rows: isRepeated ? rows : requests,
        times: isRepeated ? repeat : 1,
        unit: data === promptfoo.config ? 'test' : 'row',
      },
      promptfoo: { config: promptfoo.config, provider: provider.id },
      ...(prompt?.file === undefined || prompt.file === null
        ? {}
        : { file_tokens: [{ path: prompt.file, o200k: countTokens(prompt.raw), cached: false }] }),
    };
    checkCall(call, promptfoo);
    return call;
  });
}

function graderTokens({ grader, config }: Promptfoo, kind: 'grader' | 'embedding'): Tokens {
  const tokens = kind === 'grader' ? grader?.prompt_tokens : grader?.embedding?.prompt_tokens;
  if (tokens !== undefined) return tokens;
  throw new ConfigFault('has model-graded assertions: expected grader in the manifest, under promptfoo', config);
}

function completionOf({ kind, provider }: Group, { completion_tokens: declared, grader, config }: Promptfoo): Tokens {
  if (kind === 'embedding') return { expected: 0, max: null };
  if (kind === 'grader') return grader?.completion_tokens ?? { expected: 0, max: null };
  if (!isByProvider(declared)) return declared;
  const found = (provider.label === null ? undefined : declared.get(provider.label)) ?? declared.get(provider.id);
  if (found !== undefined) return found;
  throw new ConfigFault(
    `has the provider ${nameOf(provider)}, for which promptfoo.completion_tokens in the manifest has no number`,
    config,
  );
}

function isByProvider(declared: Promptfoo['completion_tokens']): declared is ReadonlyMap<string, Tokens> {
  return declared instanceof Map;
}

function checkCall(call: Omit<NamedCall, 'index'> & { readonly prompt_tokens: Tokens }, { config }: Promptfoo): void {
  const { completion_tokens: completion, max_tokens: cap, display_name: name } = call;
  if (cap !== undefined && completion.expected > cap) {
    throw new ConfigFault(
      `caps ${name} at ${cap} tokens, which is less than the completion_tokens of the manifest (${completion.expected})`,
      config,
    );
  }
  const parts = partsProblem(call);
  if (parts !== null) throw new ConfigFault(`makes ${name}, to which defaults do not fit: ${parts.message}`, config);
}

function notesOf({ byName, withoutModel }: Groups, { about, path }: Config, { side }: Derivation): Note[] {
  if (side !== 'head') return [];
  const notes: Note[] = [];
  const add = (message: string) => notes.push({ code: 'promptfoo', message });
  if (byName.size > 0)
    add(`Calls of ${path} are counted without promptfoo's cache, which asks identical requests of one run once.`);
  if (about.size > 0) {
    const names = [...about].slice(0, 5).join(', ');
    add(
      `${path}: tokens of ${names} are about, since template syntax other than {{ name }} is counted as text ${whereOf(side)}.`,
    );
  }
  if (withoutModel.size > 0) add(`${path}: no request to a model is counted for ${[...withoutModel].join(', ')}.`);
  return notes;
}

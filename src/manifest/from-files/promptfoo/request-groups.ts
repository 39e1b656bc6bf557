import type { TokenCounter } from '../../prompt-tokens/count-tokens.js';
import type { Promptfoo } from '../../schema.js';
import type { Config, Mapping } from './config-file.js';
import { ConfigFault, isMapping } from './config-file.js';
import type { Grading } from './graders.js';
import { gradingsOf } from './graders.js';
import { type Prompt, promptTokens } from './prompts.js';
import { isPromptMatch, readPrompts } from './prompts.js';
import type { Provider } from './providers.js';
import { askedModel, isProviderMatch, nameOf, namedProvider, providerOf, readProviders } from './providers.js';
import type { TestCase } from './test-cases.js';
import { combinations, MOST_TESTS, readTests, TOO_MANY_TESTS } from './test-cases.js';

/** Groups the requests that `promptfoo eval` makes with a configuration, without its cache. */

/** The requests of one provider with one prompt, or of one grader. */
export interface Group {
  readonly name: string;
  readonly model: string;
  readonly provider: Provider;
  requests: number;
  /** The number of tests that they are made for. */
  tests: number;
  /** The last of these tests, which is counted once. */
  last: TestCase | null;
  /** The data files of these tests; null for the configuration itself. */
  readonly files: Set<string | null>;
  readonly kind: 'prompt' | 'grader' | 'embedding';
  readonly prompt: Prompt | null;
  /** The o200k tokens of all prompts. */
  tokens: number;
  /** The o200k tokens of the longest prompt. */
  most: number;
}

export interface Groups {
  readonly byName: Map<string, Group>;
  /** The same groups by provider with its configuration, and prompt or type of assertion. */
  readonly byKey: Map<string, Group>;
  /** The names of providers in the report, by kind of group and by the provider's key. */
  readonly providerNames: Map<string, Map<string, string>>;
  /** Providers that make no request to a model, by name. */
  readonly withoutModel: Map<string, Provider>;
  readonly gaps: Gaps;
}

/** Facts that neither the configuration nor the manifest states. Calls can be made only where there is no gap. */
export interface Gaps {
  /** Providers whose model is not known, by name. */
  readonly providers: Map<string, ProviderGap>;
  /** The fields of `grader` that are expected, with the first type of assertion that needs each. */
  readonly grader: Map<GraderField, string>;
}

export interface ProviderGap {
  readonly fault: ConfigFault;
  /** Whether the manifest may state `null`: the provider makes no request to a model. */
  readonly acceptsNull: boolean;
}

export type GraderField = 'model' | 'tokens' | 'embedding';

/** The fields of the manifest's `promptfoo` that decide which requests are made. */
export type Declared = Pick<Promptfoo, 'models' | 'grader'>;

/**
 * Groups all requests of a configuration. Throws a ConfigFault for what cannot be counted, whatever the manifest states.
 */
export function groupRequests(config: Config, promptfoo: Declared, countTokens: TokenCounter): Groups {
  const providers = readProviders(config);
  const prompts = readPrompts(config);
  const tests = readTests(config);
  const repeat = repeatOf(config.root);
  const gaps: Gaps = { providers: new Map(), grader: new Map() };
  const groups: Groups = {
    byName: new Map(),
    byKey: new Map(),
    providerNames: new Map(),
    withoutModel: new Map(),
    gaps,
  };
  const allowed = promptsByProvider(providers);
  const noteApproximate = (prompt: Prompt) => () => void config.approximate.add(prompt.file ?? prompt.name);
  let expanded = 0;
  let evaluations = 0;
  for (const test of tests) {
    checkReferences(test, providers, prompts, config);
    const times = repeatOf(test.options, repeat);
    const { gradings, unknown } = gradingsOf(test.asserts);
    if (unknown !== null) {
      const reason = `has an assertion ${JSON.stringify(unknown)}, whose requests to a model are not known: list the calls with \`count\``;
      throw new ConfigFault(reason, test.file ?? config.path);
    }
    const asked = test.provider === null ? null : namedProvider(test.provider, providers);
    const all = combinations(test, config);
    expanded += all.length;
    if (expanded > MOST_TESTS) throw new ConfigFault(`makes ${TOO_MANY_TESTS}`, config.path);
    for (const vars of all) {
      let answers = 0;
      const tokensOf = new Map<Prompt, number>();
      for (const provider of providers) {
        if (test.providers !== null && !test.providers.some((one) => isProviderMatch(one, provider))) continue;
        for (const prompt of prompts) {
          const own = allowed.get(nameOf(provider));
          if (own !== undefined && own !== null && !own.some((one) => isPromptMatch(one, prompt))) continue;
          if (test.prompts !== null && !test.prompts.some((one) => isPromptMatch(one, prompt))) continue;
          answers += 1;
          if (test.hasOutput) continue;
          evaluations += 1;
          if (evaluations > MOST_EVALUATIONS) throw new ConfigFault(`makes ${TOO_MANY_EVALUATIONS}`, config.path);
          const group = promptGroup(groups, asked ?? provider, prompt, promptfoo, config);
          if (group === null) continue;
          const tokens =
            tokensOf.get(prompt) ?? promptTokens(templateOf(prompt, test), vars, countTokens, noteApproximate(prompt));
          tokensOf.set(prompt, tokens);
          addRequests(group, times, test);
          group.tokens += tokens * times;
          group.most = Math.max(group.most, tokens);
        }
      }
      for (const grading of gradings) {
        const evaluated = grading.isComparing ? Math.min(answers, 1) : answers;
        addGrading(groups, grading, evaluated * times, test, providers, promptfoo, config);
      }
    }
  }
  if (providers.length === 0) throw config.fault([], 'no providers; expected providers or targets');
  if (prompts.length === 0) throw config.fault(['prompts'], 'no prompts; expected at least one, or no key prompts');
  return groups;
}

/** The most combinations of tests, prompts and providers, before `repeat`. */
const MOST_EVALUATIONS = 1_000_000;
const TOO_MANY_EVALUATIONS = `more than ${MOST_EVALUATIONS.toLocaleString('en-US')} requests of its tests, prompts and providers`;

function repeatOf(from: Mapping, fallback?: number): number {
  const nested = [from.commandLineOptions, from.evaluateOptions].map((options) =>
    isMapping(options) ? options.repeat : undefined,
  );
  const candidates = fallback === undefined ? nested : [from.repeat];
  const found = candidates.find((value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
  return typeof found === 'number' ? found : (fallback ?? 1);
}

/**
 * promptfoo keeps the `prompts` of a provider by its id and by its label. Of two providers with one id, the last counts
 * for both.
 */
function promptsByProvider(providers: readonly Provider[]): ReadonlyMap<string, readonly string[] | null> {
  const map = new Map<string, readonly string[] | null>();
  for (const { id, label, prompts } of providers) {
    map.set(id, prompts);
    if (label !== null) map.set(label, prompts);
  }
  return map;
}

/**
 * promptfoo refuses a test that names an unknown provider or prompt. It knows a prompt file by its absolute path, which
 * no test can name here.
 */
function checkReferences(
  test: TestCase,
  providers: readonly Provider[],
  prompts: readonly Prompt[],
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
  for (const reference of test.prompts ?? []) {
    if (!prompts.some((one) => isPromptMatch(reference, one))) throw fault('prompt', reference);
  }
}

function templateOf({ raw }: Prompt, { options }: TestCase): string {
  const { prefix, suffix } = options;
  return `${typeof prefix === 'string' ? prefix : ''}${raw}${typeof suffix === 'string' ? suffix : ''}`;
}

/** Returns the group of a provider and a prompt; null for a provider without a model. */
function promptGroup(
  groups: Groups,
  provider: Provider,
  prompt: Prompt,
  promptfoo: Declared,
  config: Config,
): Group | null {
  const known = groups.byKey.get(keyOf('prompt', provider, prompt.name));
  if (known !== undefined) return known;
  const model = modelOf(provider, promptfoo, groups.gaps, config);
  if (model !== null) return newGroup(groups, { model, provider, kind: 'prompt', prompt }, prompt.name);
  groups.withoutModel.set(nameOf(provider), provider);
  return null;
}

function keyOf(kind: Group['kind'], provider: Provider, of: string): string {
  return `${kind} ${provider.key} ${of}`;
}

/** `of` is the prompt's name, or the type of an assertion. */
function newGroup(groups: Groups, fields: Pick<Group, 'model' | 'provider' | 'kind' | 'prompt'>, of: string): Group {
  const { kind, provider } = fields;
  const suffix = kind === 'embedding' ? ' embeddings' : '';
  const name = unused(`${providerName(groups, kind, provider)} / ${of}${suffix}`, (one) => groups.byName.has(one));
  const counts = { requests: 0, tests: 0, tokens: 0, most: 0 };
  const group: Group = { ...fields, name, files: new Set(), last: null, ...counts };
  groups.byName.set(name, group);
  groups.byKey.set(keyOf(kind, provider, of), group);
  return group;
}

/**
 * Returns the name of a provider. The second of two providers with one name and different configurations is `NAME #2`.
 */
function providerName({ providerNames }: Groups, kind: Group['kind'], provider: Provider): string {
  const names = providerNames.get(kind) ?? new Map<string, string>();
  providerNames.set(kind, names);
  const used = new Set(names.values());
  const name = names.get(provider.key) ?? unused(nameOf(provider), (one) => used.has(one));
  names.set(provider.key, name);
  return name;
}

function unused(name: string, isUsed: (name: string) => boolean): string {
  let found = name;
  for (let number = 2; isUsed(found); number += 1) found = `${name} #${number}`;
  return found;
}

function addRequests(group: Group, requests: number, test: TestCase): void {
  group.requests += requests;
  if (group.last === test) return;
  group.tests += 1;
  group.last = test;
  group.files.add(test.file);
}

/**
 * Returns the model of a provider; null where it makes no request to one, and where its model is not known, which is a
 * gap.
 */
function modelOf(provider: Provider, { models }: Declared, gaps: Gaps, config: Config): string | null {
  const asked = askedModel(provider, models);
  if (asked.state === 'model') return asked.name;
  if (asked.state === 'unknown' && !gaps.providers.has(nameOf(provider))) {
    const { reason, acceptsNull } = asked;
    gaps.providers.set(nameOf(provider), { fault: config.fault(provider.at, reason), acceptsNull });
  }
  return null;
}

/** Adds the requests of one model-graded assertion, to the grader that it, its test or the manifest names. */
function addGrading(
  groups: Groups,
  grading: Grading,
  answers: number,
  test: TestCase,
  providers: readonly Provider[],
  promptfoo: Declared,
  config: Config,
): void {
  const { grader } = promptfoo;
  const named = graderOf(grading.provider ?? test.options.provider, providers);
  const need = (field: GraderField) => {
    if (!groups.gaps.grader.has(field)) groups.gaps.grader.set(field, grading.type);
  };
  const addTo = (
    kind: 'grader' | 'embedding',
    requests: number,
    own: Provider | null,
    declared: string | undefined,
  ): void => {
    if (requests === 0) return;
    if (own === null && declared === undefined) need(kind === 'grader' ? 'model' : 'embedding');
    const model = own === null ? declared : modelOf(own, promptfoo, groups.gaps, config);
    if (model === undefined || model === null) return;
    const provider = own ?? providerOf(model);
    const group =
      groups.byKey.get(keyOf(kind, provider, grading.type)) ??
      newGroup(groups, { model, provider, kind, prompt: null }, grading.type);
    addRequests(group, requests, test);
  };
  if (grading.answers > 0 && (grader?.prompt_tokens === undefined || grader.completion_tokens === undefined))
    need('tokens');
  if (grading.embeddings > 0 && grader?.embedding === undefined) need('embedding');
  addTo('grader', grading.answers * answers, named.text, grader?.model);
  addTo('embedding', grading.embeddings * answers, named.embedding, grader?.embedding?.model);
}

/** Reads a grader: one provider for all requests, or one for text and one for embeddings. */
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

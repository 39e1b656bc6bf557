import { posix, relative, resolve, sep } from 'node:path';
import { countHead, withFiles } from '../check/count-files.js';
import { resolvedManifest } from '../check/resolve-models.js';
import type { FileReader } from '../check/sources.js';
import { estimateManifest } from '../budget/estimate.js';
import { configurationError, NoVerdictError, problem } from '../lib/errors/problem.js';
import { repositoryPathProblem } from '../lib/inputs.js';
import { counted, money } from '../lib/text/amount.js';
import { ConfigFault, NotReadYet, readConfig } from '../manifest/from-files/promptfoo/config-file.js';
import { isCode } from '../manifest/scalars.js';
import { capOf, nameOf } from '../manifest/from-files/promptfoo/providers.js';
import { groupRequests, type Groups, type ProviderGap } from '../manifest/from-files/promptfoo/request-groups.js';
import { modelsDeclared } from '../manifest/manifest.js';
import { parseManifest } from '../manifest/parse.js';
import { catalogueIfAny, type PriceOptions } from './prices-and-account.js';
import { filesOnDisk, rootOf } from './files-on-disk.js';
import { usageError } from './options.js';
import { promptfooManifest, starterLimit, type StarterPromptfoo } from './starter-files.js';
import { shellWord, writeLine, type World } from './world.js';

/** `llm-budget init --promptfoo`: a first manifest whose calls are those of a promptfoo configuration. */

export interface PromptfooOptions extends PriceOptions {
  /** As it was given, from the current folder; empty: the one of the usual name is looked for. */
  readonly config: string;
  readonly manifest: string;
  readonly suite: string;
  /** The models of providers whose names do not tell them; null asks no model. */
  readonly models: ReadonlyMap<string, string | null>;
  /** The model that grades where the configuration names none; null: promptfoo's own default. */
  readonly grader: string | null;
  /** The same for the embeddings that assertions compare. */
  readonly embedding: string | null;
  /** Of one answer; null: a proposal. */
  readonly completionTokens: number | null;
  readonly schemaUrl: string;
}

/**
 * The text of the manifest, with limits that it keeps at current prices. NoVerdictError (2) where no configuration is
 * found, where it cannot be counted, and where it needs an answer that an option gives: each such answer is named.
 */
export async function manifestOfPromptfoo(options: PromptfooOptions, world: World): Promise<string> {
  const files = filesOnDisk(world.cwd);
  const config = await configPath(options.config, files, world.cwd);
  const suite = suiteOf(config, await requestsOf(config, options, files), options);
  const draft = promptfooManifest(suite, null, options.schemaUrl);
  const { manifest } = await countHead(await parseManifest(draft, options.manifest), files);
  const catalogue = await catalogueIfAny(options, modelsDeclared([manifest]), world);
  if (catalogue === null) {
    writeLine('Without prices there is no limit on a run yet: see budget.per_run in the file.', world.stderr);
    return draft;
  }
  const resolved = resolvedManifest(manifest, catalogue.models);
  const estimate = estimateManifest(resolved.manifest, catalogue, null);
  const calls = estimate.suites.flatMap((one) => one.calls);
  refuseUnpriced(calls, options);
  for (const { message } of resolved.notes) writeLine(message, world.stderr);
  const models = counted(new Set(calls.map(({ call }) => call.model)).size, 'model');
  const requests = counted(
    calls.reduce((sum, { call }) => sum + call.count, 0),
    'request',
  );
  const cost = estimate.totals.per_run === null ? '' : `, ${money(estimate.totals.per_run)} a run`;
  writeLine(`${config}: ${requests} to ${models}${cost} at current prices.`, world.stderr);
  return promptfooManifest(suite, starterLimit(estimate, catalogue.fetched_at), options.schemaUrl);
}

/** promptfoo's own names for a configuration, the first before the others. */
const USUAL_NAMES = ['yaml', 'yml', 'json', 'cjs', 'cts', 'js', 'mjs', 'mts', 'ts'].map(
  (extension) => `promptfooconfig.${extension}`,
);
const MOST_NAMED = 10;

/** Returns the path of the configuration from the repository's root. */
async function configPath(given: string, files: FileReader, cwd: string): Promise<string> {
  const folder = relative(await rootOf(cwd), resolve(cwd, given === '' ? '.' : given))
    .split(sep)
    .join('/');
  if (given === '') return await usualConfig(folder, files);
  const why = repositoryPathProblem(folder);
  if (why === null) return folder;
  throw usageError('init', `--promptfoo accepts a file of this repository, not ${JSON.stringify(given)}`);
}

/**
 * Finds the configuration by its usual names: in the current folder, else the only one of the repository. Code counts
 * only where there is nothing else.
 */
async function usualConfig(folder: string, files: FileReader): Promise<string> {
  const paths = (await files.list('head'))
    .map(({ path }) => path)
    .filter((path) => USUAL_NAMES.includes(posix.basename(path)));
  const here = USUAL_NAMES.map((name) => posix.join(folder, name)).find((path) => paths.includes(path));
  if (here !== undefined) return here;
  const readable = paths.filter((path) => !isCode(path));
  const candidates = (readable.length > 0 ? readable : paths).sort();
  const [only] = candidates;
  if (only === undefined) {
    const names = USUAL_NAMES.filter((name) => !isCode(name)).join(', ');
    throw configurationError(
      `There is no ${names} in this repository; name the configuration: llm-budget init --promptfoo PATH`,
    );
  }
  if (candidates.length === 1) return only;
  const more = candidates.length > MOST_NAMED ? ` and ${candidates.length - MOST_NAMED} more` : '';
  const named = `${candidates.slice(0, MOST_NAMED).join(', ')}${more}`;
  throw configurationError(
    `There are ${candidates.length} promptfoo configurations: ${named}. Name one: llm-budget init --promptfoo ${shellWord(only)}`,
  );
}

/**
 * Returns the requests of the configuration. NoVerdictError (2) that names every model that neither it nor an option
 * names.
 */
async function requestsOf(config: string, options: PromptfooOptions, files: FileReader): Promise<Groups> {
  const models = Object.fromEntries(options.models);
  const { value } = await withFiles(files, 'head', (set): Groups | ConfigFault | null => {
    try {
      return groupRequests(readConfig(config, set), { models, grader: undefined }, () => 0);
    } catch (error) {
      if (error instanceof NotReadYet) return null;
      if (error instanceof ConfigFault) return error;
      throw error;
    }
  });
  if (value === null) throw new Error('the configuration was read and is not there');
  if (value instanceof ConfigFault)
    throw new NoVerdictError(2, [problemOf(value, value.place?.file === value.file ? value.reason : value.withFile())]);
  refuseUnknownProviders(value, options);
  const gaps = [...value.gaps.providers];
  if (gaps.length > 0)
    throw new NoVerdictError(
      2,
      gaps.map(([name, gap]) => problemOfGap(name, gap)),
    );
  return value;
}

function problemOf({ file, place }: ConfigFault, message: string) {
  return problem(message, place ?? { file });
}

function problemOfGap(name: string, { fault, acceptsNull }: ProviderGap) {
  const orNull = acceptsNull ? `, or ${providerModel(name, 'null')} if it asks no model` : '';
  return problemOf(fault, `${fault.reason}: name its model with ${providerModel(name, 'openai/gpt-5-mini')}${orNull}`);
}

/** The option as it is typed. */
function providerModel(name: string, model: string): string {
  return `--provider-model ${shellWord(`${name}=${model}`)}`;
}

/** An option for a provider that is not asked is most likely misspelled. */
function refuseUnknownProviders({ byName, withoutModel, gaps }: Groups, { models }: PromptfooOptions): void {
  const asked = new Set(gaps.providers.keys());
  for (const provider of [...withoutModel.values(), ...[...byName.values()].map((group) => group.provider)]) {
    asked.add(nameOf(provider)).add(provider.id);
  }
  for (const name of models.keys()) {
    if (asked.has(name)) continue;
    const names = [...asked].slice(0, MOST_NAMED).join(', ');
    throw usageError('init', `--provider-model names ${JSON.stringify(name)}, which is not asked; these are: ${names}`);
  }
}

/** As `init` proposes it for a call. */
const USUAL_COMPLETION = 300;
/** promptfoo 0.121.20's own prompts for graders have 40 to 560 tokens; the answer that is graded comes with them. */
const GRADING_PROMPT = 500;
const GRADING_ANSWER = 200;
/** What promptfoo 0.121.20 grades with where only OPENAI_API_KEY is set (src/providers/openai/defaults.ts). */
const DEFAULT_GRADER = 'openai/gpt-5.5';
const DEFAULT_EMBEDDING = 'openai/text-embedding-3-large';

function suiteOf(config: string, groups: Groups, options: PromptfooOptions): StarterPromptfoo {
  const wanted = options.completionTokens ?? USUAL_COMPLETION;
  const byProvider = new Map<string, { readonly tokens: number; readonly isCap: boolean }>();
  for (const { kind, provider } of groups.byName.values()) {
    const cap = capOf(provider) ?? Infinity;
    const tokens = Math.min(wanted, cap);
    // Of providers with one name the lowest cap counts, since the manifest has one number for all of them.
    const known = byProvider.get(nameOf(provider));
    if (kind === 'prompt' && (known === undefined || tokens < known.tokens)) {
      byProvider.set(nameOf(provider), { tokens, isCap: cap < wanted });
    }
  }
  const longest = Math.max(0, ...[...byProvider.values()].map(({ tokens }) => tokens));
  const needs = groups.gaps.grader;
  const model = options.grader ?? DEFAULT_GRADER;
  return {
    suite: options.suite,
    config,
    completionTokens: byProvider,
    wanted: { tokens: wanted, isProposed: options.completionTokens === null },
    models: options.models,
    grader:
      needs.size === 0
        ? null
        : {
            model: needs.has('model') ? { id: model, isDefault: options.grader === null } : null,
            tokens: needs.has('tokens') ? { prompt: GRADING_PROMPT + longest, completion: GRADING_ANSWER } : null,
            embedding: needs.has('embedding')
              ? { id: options.embedding ?? DEFAULT_EMBEDDING, isDefault: options.embedding === null, prompt: longest }
              : null,
          },
  };
}

type Estimated = ReturnType<typeof estimateManifest>['suites'][number]['calls'][number];

/** A manifest with a call that has no price would not pass its own check. */
function refuseUnpriced(calls: readonly Estimated[], { grader, embedding }: PromptfooOptions): void {
  const problems = new Map<string, string>();
  for (const { call, price } of calls) {
    if (price.reason === null) continue;
    const provider = call.promptfoo?.provider ?? call.model;
    const remedy =
      provider === (grader ?? DEFAULT_GRADER)
        ? 'name the model that grades with --grader ID'
        : provider === (embedding ?? DEFAULT_EMBEDDING)
          ? 'name the model of embeddings with --embedding ID'
          : `name its model with ${providerModel(provider, 'ID')}`;
    problems.set(
      provider,
      `${call.display_name} has no price: ${price.reason}; ${remedy} (llm-budget models QUERY lists ids)`,
    );
  }
  if (problems.size > 0)
    throw new NoVerdictError(
      2,
      [...problems.values()].map((message) => problem(message)),
    );
}

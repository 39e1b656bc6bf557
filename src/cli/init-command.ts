import { join, relative, resolve } from 'node:path';
import { firstManifest } from '../usage/calibrate/first-manifest.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { estimateManifest, type Estimate } from '../budget/estimate.js';
import { withoutFiles } from '../manifest/manifest.js';
import { parseManifest } from '../manifest/parse.js';
import { NAME_RULE, nameSchema } from '../manifest/schema.js';
import { configurationError } from '../lib/errors/problem.js';
import { DEFAULT_MANIFEST, repositoryPathProblem } from '../lib/inputs.js';
import { money } from '../lib/text/amount.js';
import { logLine, logVerbatim } from '../lib/text/plain.js';
import { problemsOfUsage, readUsage, requireUsage } from '../usage/read/read-usage.js';
import { accountLine, noteLine } from '../usage/read/usage.js';
import { pathInRepository } from '../lib/files/git-files.js';
import { createFiles } from '../lib/files/write-file.js';
import { manifestOfPromptfoo, type PromptfooOptions } from './init-promptfoo.js';
import { catalogueIfAny, priceOptionsOf, type PriceOptions } from './prices-and-account.js';
import {
  type ParsedOptions,
  isGiven,
  listOption,
  parseOptions,
  textOption,
  usageError,
  wholeOption,
} from './options.js';
import { rootOf } from './files-on-disk.js';
import {
  type StarterCall,
  DEFAULT_ACTION,
  isAction,
  schemaLine,
  schemaUrlOf,
  starterLimit,
  starterManifest,
  starterWorkflow,
} from './starter-files.js';
import { shellWord, writeLine, writeProblem, type World } from './world.js';

const WORKFLOW = '.github/workflows/llm-budget.yml';

/**
 * `llm-budget init`: a first manifest that passes `check`, and a workflow that checks pull requests. It asks nothing and
 * overwrites nothing; without prices it leaves the limit on a run for later.
 */
export async function initCommand(args: readonly string[], world: World): Promise<number> {
  const options = readInitOptions(args);
  const targets = options.toStdout ? null : await targetsOf(options, world.cwd);
  const text = await textOf(options, world);
  // The text is parsed first, so that no invalid manifest is ever written.
  await parseManifest(text, options.manifest);
  if (targets === null) {
    // Names in it were written so that they start no command; comments may still hold one.
    world.stdout.write(logVerbatim(text));
    return 0;
  }
  const files = [{ ...targets.manifest, text }, ...(targets.workflow === null ? [] : [targets.workflow])];
  await createFiles(files);
  for (const { name } of files) world.stdout.write(`${logLine(name)}\n`);
  writeLine(nextSteps(options), world.stderr);
  return 0;
}

async function textOf(options: InitOptions, world: World): Promise<string> {
  const { promptfoo } = options;
  if (promptfoo !== null) {
    const schemaUrl = schemaUrlOf(options.action);
    return await manifestOfPromptfoo({ ...options, ...promptfoo, suite: options.call.suite, schemaUrl }, world);
  }
  return options.usage.length > 0 ? await fromRecordings(options, world) : await fromNumbers(options, world);
}

interface InitOptions extends PriceOptions {
  readonly manifest: string;
  readonly call: StarterCall;
  /** Globs of recordings. Where there is none, the manifest is made from `call`. */
  readonly usage: readonly string[];
  /** The number of recorded runs; null where the recordings state it. */
  readonly runs: number | null;
  /** The suite of recordings that name none; null where file or folder names it. */
  readonly suite: string | null;
  /** The calls are those of a promptfoo configuration; null: they are not. */
  readonly promptfoo: Pick<PromptfooOptions, 'config' | 'models' | 'grader' | 'embedding' | 'completionTokens'> | null;
  readonly action: string;
  readonly toStdout: boolean;
  readonly withWorkflow: boolean;
}

const OF_THE_CALL = ['model', 'calls', 'prompt-tokens', 'completion-tokens'];
/** What a configuration has itself. */
const OF_PROMPTFOO = ['model', 'calls', 'prompt-tokens', 'usage', 'runs'];

/** Reads and checks the options. NoVerdictError (2) that says what is accepted. */
function readInitOptions(args: readonly string[]): InitOptions {
  const options = parseOptions('init', args);
  const usage = listOption(options, 'usage');
  const superfluous = OF_THE_CALL.find((name) => options.values.has(name));
  if (usage.length > 0 && superfluous !== undefined) {
    throw usageError('init', `takes no --${superfluous} with --usage, since the recordings have it`);
  }
  const promptfoo = promptfooOf(options);
  if (usage.length === 0 && options.values.has('runs')) throw usageError('init', 'takes --runs only with --usage');
  return {
    manifest: options.positionals[0] ?? DEFAULT_MANIFEST,
    call: callOf(options),
    usage,
    runs: options.values.has('runs') ? wholeOption(options, 'runs', { least: 1, usual: 1 }) : null,
    suite: textOption(options, 'suite') ?? null,
    promptfoo,
    action: actionOf(options),
    toStdout: isGiven(options, 'stdout'),
    withWorkflow: !isGiven(options, 'no-workflow'),
    ...priceOptionsOf(options),
  };
}

function promptfooOf(options: ParsedOptions): InitOptions['promptfoo'] {
  const config = textOption(options, 'promptfoo');
  if (config === undefined) {
    const alone = ['provider-model', 'grader', 'embedding'].find((name) => options.values.has(name));
    if (alone !== undefined) throw usageError('init', `takes --${alone} only with --promptfoo`);
    return null;
  }
  const superfluous = OF_PROMPTFOO.find((name) => options.values.has(name));
  if (superfluous !== undefined) throw usageError('init', `takes no --${superfluous} with --promptfoo`);
  return {
    config,
    models: modelsOf(listOption(options, 'provider-model')),
    grader: textOption(options, 'grader') ?? null,
    embedding: textOption(options, 'embedding') ?? null,
    completionTokens: options.values.has('completion-tokens')
      ? wholeOption(options, 'completion-tokens', { least: 0, usual: 0 })
      : null,
  };
}

/** `file://rag.py=openai/gpt-5-mini`: no model's id has a `=`, and a provider's may. */
function modelsOf(pairs: readonly string[]): ReadonlyMap<string, string | null> {
  const models = new Map<string, string | null>();
  for (const pair of pairs) {
    const [, provider, model] = /^(.+)=([^=]+)$/s.exec(pair) ?? [];
    if (provider === undefined || model === undefined) {
      const example = "'file://rag.py=openai/gpt-5-mini'";
      throw usageError('init', `--provider-model accepts PROVIDER=ID such as ${example}, not ${JSON.stringify(pair)}`);
    }
    if (models.has(provider)) throw usageError('init', `--provider-model names ${JSON.stringify(provider)} twice`);
    models.set(provider, model === 'null' ? null : model);
  }
  return models;
}

function callOf(options: ParsedOptions): StarterCall {
  const suite = textOption(options, 'suite') ?? 'evals';
  if (!nameSchema.safeParse(suite).success) {
    throw usageError('init', `--suite accepts ${NAME_RULE}, not ${JSON.stringify(suite)}`);
  }
  const model = textOption(options, 'model') ?? 'openai/gpt-5-mini';
  if (model === '') throw usageError('init', '--model accepts the id of a model, such as openai/gpt-5-mini');
  return {
    model,
    suite,
    calls: wholeOption(options, 'calls', { least: 1, usual: 100 }),
    promptTokens: wholeOption(options, 'prompt-tokens', { least: 0, usual: 1000 }),
    completionTokens: wholeOption(options, 'completion-tokens', { least: 0, usual: 300 }),
  };
}

function actionOf(options: ParsedOptions): string {
  const action = textOption(options, 'action') ?? DEFAULT_ACTION;
  if (isAction(action)) return action;
  throw usageError('init', `--action accepts OWNER/REPOSITORY@REF, not ${JSON.stringify(action)}`);
}

async function fromNumbers(options: InitOptions, world: World): Promise<string> {
  const schemaUrl = schemaUrlOf(options.action);
  const draft = starterManifest(options.call, null, schemaUrl);
  const catalogue = await catalogueIfAny(options, [options.call.model], world);
  if (catalogue === null) {
    writeLine('Without prices there is no limit on a run yet: see budget.per_run in the file.', world.stderr);
    return draft;
  }
  const estimate = await estimateOf(draft, options, catalogue);
  const [reason] = reasonsOf(estimate);
  if (reason !== undefined) {
    throw configurationError(`${reason} (llm-budget models QUERY lists ids for --model)`);
  }
  return starterManifest(options.call, starterLimit(estimate, catalogue.fetched_at), schemaUrl);
}

async function fromRecordings(options: InitOptions, world: World): Promise<string> {
  const usage = await readUsage(options.usage, { cwd: world.cwd, within: null });
  requireUsage(usage);
  for (const problem of problemsOfUsage(usage)) writeProblem(problem, world.stderr);
  for (const note of usage.notes) writeLine(`Note: ${noteLine(note)}`, world.stderr);
  writeLine(accountLine(usage), world.stderr);
  const models = usage.rows.groups().flatMap(({ model }) => model ?? []);
  const catalogue = await catalogueIfAny(options, models, world);
  const made = await firstManifest({
    usage,
    catalogue,
    runs: options.runs,
    suite: options.suite,
  });
  for (const left of made.left_out) writeLine(`Left out: ${left}`, world.stderr);
  if (made.calls === 0) throw configurationError('The recordings name no model, so there is nothing to make calls of.');
  const text = `${schemaLine(schemaUrlOf(options.action))}\n${made.text}`;
  if (catalogue !== null) warnOf(await estimateOf(text, options, catalogue), world);
  return text;
}

/**
 * Prints which calls have no price, and what a run costs. Neither keeps the file from being written: the recordings are
 * right.
 */
function warnOf(estimate: Estimate, world: World): void {
  for (const reason of reasonsOf(estimate)) writeLine(`No price: ${reason}`, world.stderr);
  const cost = estimate.totals.per_run;
  if (cost !== null) writeLine(`A run of these calls costs ${money(cost)} at current prices.`, world.stderr);
}

function reasonsOf(estimate: Estimate): string[] {
  return [...new Set(estimate.suites.flatMap(({ calls }) => calls.flatMap(({ price }) => price.reason ?? [])))];
}

async function estimateOf(text: string, options: InitOptions, catalogue: Catalogue): Promise<Estimate> {
  return estimateManifest(withoutFiles(await parseManifest(text, options.manifest)), catalogue, null);
}

interface Target {
  /** From the current folder, as messages name it. */
  readonly name: string;
  readonly path: string;
}

/**
 * Returns the files to write. NoVerdictError (2) where the workflow could not name the manifest, since it reads it from the
 * repository.
 */
async function targetsOf(
  options: InitOptions,
  cwd: string,
): Promise<{ readonly manifest: Target; readonly workflow: (Target & { readonly text: string }) | null }> {
  const manifest = { name: options.manifest, path: resolve(cwd, options.manifest) };
  if (!options.withWorkflow) return { manifest, workflow: null };
  const root = await rootOf(cwd);
  const inRepository = await pathInRepository(root, manifest.path);
  if (inRepository === null || repositoryPathProblem(inRepository) !== null) {
    const remedy = 'the workflow reads it there, and --no-workflow writes the manifest alone';
    throw usageError('init', `accepts a path in this repository, not ${JSON.stringify(options.manifest)}: ${remedy}`);
  }
  const path = join(root, WORKFLOW);
  const text = starterWorkflow(options.action, inRepository === DEFAULT_MANIFEST ? null : inRepository);
  return { manifest, workflow: { name: relative(cwd, path), path, text } };
}

function nextSteps({ manifest, withWorkflow, action, usage }: InitOptions): string {
  const operand = manifest === DEFAULT_MANIFEST ? '' : ` ${shellWord(manifest)}`;
  const owner =
    withWorkflow && action.startsWith('OWNER/') ? 'Put the account that publishes the action in place of OWNER. ' : '';
  const numbers =
    usage.length > 0 ? 'Check limits and max_tokens in the manifest' : 'Put your own numbers into the manifest';
  return `${owner}${numbers}, see what they cost with llm-budget check${operand}, and commit.`;
}

import { join, relative, resolve, sep } from 'node:path';
import { firstManifest } from '../usage/calibrate/first-manifest.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { estimateManifest } from '../budget/estimate.js';
import type { Estimate } from '../budget/estimate.js';
import { parseManifest } from '../manifest/parse.js';
import { configurationError } from '../lib/errors/problem.js';
import { money } from '../lib/text/amount.js';
import { logLine, logVerbatim } from '../lib/text/log.js';
import { readUsage } from '../usage/read/read-usage.js';
import { createFiles } from '../lib/files/write-file.js';
import { catalogueIfAny } from './catalogue-for.js';
import { readInitOptions } from './init-options.js';
import type { InitOptions } from './init-options.js';
import { problemLine } from './problem-line.js';
import { schemaLine, starterLimit, starterManifest } from './starter-manifest.js';
import { schemaUrlOf, starterWorkflow } from './starter-workflow.js';
import { DEFAULT_MANIFEST, rootOf } from './sources-on-disk.js';
import type { World } from './world.js';

const WORKFLOW = '.github/workflows/llm-budget.yml';

/**
 * `llm-budget init`: a first manifest that passes `check`, and a workflow that checks pull requests. It asks nothing and
 * overwrites nothing; without prices it leaves the limit on a run for later.
 */
export async function initCommand(args: readonly string[], world: World): Promise<number> {
  const options = readInitOptions(args);
  const text = options.usage.length > 0 ? await fromRecordings(options, world) : await fromNumbers(options, world);
  // What is written here must be right, whatever it was made from.
  parseManifest(text, options.manifest);
  if (options.toStdout) {
    // Names in it were written so that they start no command; comments may still hold one.
    world.stdout.write(logVerbatim(text));
    return 0;
  }
  await writeFiles(text, options, world);
  return 0;
}

async function fromNumbers(options: InitOptions, world: World): Promise<string> {
  const schemaUrl = schemaUrlOf(options.action);
  const draft = starterManifest(options.call, null, schemaUrl);
  const catalogue = await catalogueIfAny(options, [options.call.model], world);
  if (catalogue === null) {
    world.stderr.write('Without prices there is no limit on a run yet: see budget.per_run in the file.\n');
    return draft;
  }
  const estimate = estimateOf(draft, options, catalogue);
  const [reason] = reasonsOf(estimate);
  if (reason !== undefined) {
    throw configurationError(`${reason} (llm-budget models QUERY lists ids for --model)`);
  }
  return starterManifest(options.call, starterLimit(estimate, catalogue.fetched_at), schemaUrl);
}

async function fromRecordings(options: InitOptions, world: World): Promise<string> {
  const usage = await readUsage(options.usage, { cwd: world.cwd, within: null });
  for (const found of usage.unreadable.problems) world.stderr.write(`${problemLine(found)}\n`);
  const models = usage.table.groups.flatMap(({ model }) => model ?? []);
  const catalogue = await catalogueIfAny(options, models, world);
  const made = firstManifest({ usage, catalogue, runs: options.runs });
  for (const left of made.left_out) world.stderr.write(`Left out: ${logLine(left)}\n`);
  if (made.calls === 0) throw configurationError('The recordings name no model, so there is nothing to make calls of.');
  const text = `${schemaLine(schemaUrlOf(options.action))}\n${made.text}`;
  if (catalogue !== null) warnOf(estimateOf(text, options, catalogue), world);
  return text;
}

/** What would keep the file from passing `check` as it is: the recordings are right, so it is written all the same. */
function warnOf(estimate: Estimate, world: World): void {
  for (const reason of reasonsOf(estimate)) world.stderr.write(`No price: ${logLine(reason)}\n`);
  const cost = estimate.totals.per_run;
  if (cost !== null) world.stderr.write(`A run of these calls costs ${money(cost)} at the prices of now.\n`);
}

function reasonsOf(estimate: Estimate): string[] {
  return [...new Set(estimate.suites.flatMap(({ calls }) => calls.flatMap(({ price }) => price.reason ?? [])))];
}

function estimateOf(text: string, options: InitOptions, catalogue: Catalogue): Estimate {
  return estimateManifest(parseManifest(text, options.manifest), catalogue, null);
}

async function writeFiles(text: string, options: InitOptions, world: World): Promise<void> {
  const manifestPath = resolve(world.cwd, options.manifest);
  const root = await rootOf(world.cwd);
  const workflowPath = join(root, WORKFLOW);
  const inRepository = relative(root, manifestPath).split(sep).join('/');
  const manifest = { name: options.manifest, path: manifestPath, text };
  const workflow = {
    name: relative(world.cwd, workflowPath),
    path: workflowPath,
    text: starterWorkflow(options.action, inRepository === DEFAULT_MANIFEST ? null : inRepository),
  };
  const files = options.withWorkflow ? [manifest, workflow] : [manifest];
  await createFiles(files);
  for (const { name } of files) world.stdout.write(`${logLine(name)}\n`);
  world.stderr.write(nextSteps(options));
}

function nextSteps({ manifest, withWorkflow, action }: InitOptions): string {
  const operand = manifest === DEFAULT_MANIFEST ? '' : ` ${logLine(manifest)}`;
  const owner =
    withWorkflow && action.startsWith('OWNER/') ? 'Put the account that publishes the action in place of OWNER. ' : '';
  return `${owner}Put your own numbers into the manifest, see what they cost with llm-budget check${operand}, and commit.\n`;
}

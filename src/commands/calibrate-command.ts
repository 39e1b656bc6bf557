import { resolve } from 'node:path';
import { calibrate } from '../calibration/calibrate.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { obtainCatalogue } from '../catalogue/source.js';
import { modelsDeclared } from '../check/check.js';
import { chargesOf } from '../check/charges.js';
import { countPromptFiles } from '../check/count-prompts.js';
import { estimateManifest } from '../estimate/estimate-manifest.js';
import { DEFAULT_CATALOGUE_URL, parseCatalogueUrl } from '../inputs/catalogue-url.js';
import type { Manifest } from '../manifest/manifest.js';
import { parseManifest } from '../manifest/parse.js';
import { parseDecimal } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';
import { counted } from '../text/amount.js';
import { logLine, logVerbatim } from '../text/log.js';
import { readUsage } from '../usage/read-usage.js';
import type { Usage } from '../usage/read-usage.js';
import { readFileText, readOptionalFile, readRegularFile } from '../workspace/read-file.js';
import { writeTextFile } from '../workspace/write-file.js';
import { accountOfEnvironment } from './credits-command.js';
import { isGiven, listOption, parseOptions, textOption, usageError } from './options.js';
import type { ParsedOptions } from './options.js';
import { problemLine } from './problem-line.js';
import { DEFAULT_LOCK, DEFAULT_MANIFEST, LOCK_LIMITS, MANIFEST_LIMITS, promptFilesOnDisk } from './sources-on-disk.js';
import type { World } from './world.js';

const OPTIONS = {
  usage: { type: 'string', multiple: true },
  suite: { type: 'string' },
  runs: { type: 'string' },
  write: { type: 'boolean' },
  'max-error': { type: 'string' },
  generations: { type: 'boolean' },
  'catalogue-url': { type: 'string' },
  lock: { type: 'string' },
  offline: { type: 'boolean' },
} as const;

const USUAL_WIDTH = 120;

/**
 * `llm-budget calibrate`: the manifest against what was really used. Prints the table and the proposed changes as a
 * diff, or writes them with `--write`; exit 1 where a suite's estimate is off by more than `--max-error` percent.
 */
export async function calibrateCommand(args: readonly string[], world: World): Promise<number> {
  const options = parseOptions('calibrate', args, OPTIONS, 1);
  const { globs, file } = await operandsOf(options, world);
  if (globs.length === 0) throw usageError('calibrate', 'needs --usage GLOB: the recordings of what was used');
  const numbers = { runs: runsOf(options), maxError: percentOf(options) };
  const text = await readRegularFile(resolve(world.cwd, file), MANIFEST_LIMITS);
  const manifest = parseManifest(text, file);
  const usage = await readUsage(globs, { cwd: world.cwd, within: null });
  const counted = await countPromptFiles(
    { head: manifest, base: null, defaultBranch: null, policyFile: null, notes: [] },
    promptFilesOnDisk(world.cwd),
  );
  const catalogue = await catalogueFor(options, [...modelsDeclared([manifest]), ...modelsRecorded(usage)], world);
  const result = calibrate(
    {
      manifest,
      text,
      estimate: estimateManifest(counted.manifests.head ?? manifest, catalogue, null),
      catalogue,
      at: null,
      usage,
      runs: numbers.runs,
      suite: textOption(options, 'suite') ?? null,
      max_error: numbers.maxError,
    },
    world.stdout.columns ?? USUAL_WIDTH,
  );
  world.stdout.write(result.table);
  await propose(result, file, isGiven(options, 'write'), world);
  for (const warning of result.warnings) world.stderr.write(`${problemLine(warning)}\n`);
  if (isGiven(options, 'generations')) await showCharges(options, usage, manifest, catalogue, world);
  return result.exit_code;
}

async function propose(
  result: { readonly diff: string; readonly text: string },
  file: string,
  write: boolean,
  world: World,
): Promise<void> {
  if (result.diff === '') {
    world.stdout.write('\nThe manifest says what was measured; nothing to change.\n');
    return;
  }
  if (!write) {
    world.stdout.write(`\n${logVerbatim(result.diff)}`);
    world.stderr.write('Nothing was written; --write puts these numbers into the file.\n');
    return;
  }
  await writeTextFile(resolve(world.cwd, file), result.text);
  const changed = result.diff.split('\n').filter((line) => /^\+(?!\+\+)/.test(line)).length;
  world.stdout.write(`\n${logLine(file)}: ${counted(changed, 'line')} changed\n`);
}

async function showCharges(
  options: ParsedOptions,
  usage: Usage,
  manifest: Manifest,
  catalogue: Catalogue,
  world: World,
): Promise<void> {
  const url = parseCatalogueUrl(textOption(options, 'catalogue-url') ?? DEFAULT_CATALOGUE_URL);
  const shape = manifest.suites[0]?.calls[0];
  if (shape === undefined) return;
  const lines = await chargesOf(usage, shape, catalogue, accountOfEnvironment(url, world));
  world.stdout.write('\n');
  if (lines.length === 0) world.stdout.write('No recorded row names a generation of OpenRouter (gen-...).\n');
  for (const line of lines) world.stdout.write(`${logLine(line)}\n`);
}

async function catalogueFor(options: ParsedOptions, idsInUse: readonly string[], world: World): Promise<Catalogue> {
  const lockFile = textOption(options, 'lock') ?? DEFAULT_LOCK;
  const lock = await readOptionalFile(resolve(world.cwd, lockFile), LOCK_LIMITS);
  const obtained = await obtainCatalogue(
    {
      url: parseCatalogueUrl(textOption(options, 'catalogue-url') ?? DEFAULT_CATALOGUE_URL),
      lockText: lock === null ? null : { file: lockFile, text: lock },
      offline: isGiven(options, 'offline'),
      idsInUse,
    },
    world.effects,
  );
  for (const { message } of obtained.notes) world.stderr.write(`${logLine(message)}\n`);
  return obtained.catalogue;
}

function modelsRecorded({ table }: Usage): string[] {
  return [...new Set(table.groups.flatMap(({ model }) => (model === null ? [] : [model])))];
}

function runsOf(options: ParsedOptions): number {
  const text = textOption(options, 'runs') ?? '1';
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError('calibrate', `--runs accepts a whole number from 1, not ${JSON.stringify(text)}`);
}

function percentOf(options: ParsedOptions): Decimal | null {
  const text = textOption(options, 'max-error');
  if (text === undefined) return null;
  const percent = /^\d{1,6}(?:\.\d{1,12})?$/.test(text) ? parseDecimal(text) : null;
  if (percent !== null) return percent;
  throw usageError('calibrate', `--max-error accepts a percentage such as 20, not ${JSON.stringify(text)}`);
}

/** In `--usage a b c` the last one is the manifest where it is one and no other operand is. */
async function operandsOf(options: ParsedOptions, world: World): Promise<{ globs: readonly string[]; file: string }> {
  const globs = listOption(options, 'usage');
  const [named] = options.positionals;
  if (named !== undefined) return { globs, file: named };
  const last = globs.at(-1);
  if (last === undefined || globs.length < 2 || !(await looksLikeManifest(last, world))) {
    return { globs, file: DEFAULT_MANIFEST };
  }
  return { globs: globs.slice(0, -1), file: last };
}

async function looksLikeManifest(path: string, world: World): Promise<boolean> {
  if (!/\.(?:ya?ml|json)$/.test(path)) return false;
  const file = await readFileText(resolve(world.cwd, path), MANIFEST_LIMITS);
  return file.state === 'text' && /^["\s{]*version"?\s*:/m.test(file.text) && /^["\s{]*suites"?\s*:/m.test(file.text);
}

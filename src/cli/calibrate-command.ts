import { DEFAULT_MANIFEST } from '../lib/inputs.js';
import { resolve } from 'node:path';
import { calibrate, type Calibration } from '../usage/calibrate/calibrate.js';
import { calibrationDocument } from '../usage/calibrate/usage-report.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { modelsDeclared } from '../manifest/manifest.js';
import { chargesOf } from '../usage/charges/charges.js';
import { countHead } from '../check/count-files.js';
import { resolvedManifest } from '../check/resolve-models.js';
import type { AccountClient } from '../openrouter/account/account-client.js';
import { estimateManifest } from '../budget/estimate.js';
import { parseManifest } from '../manifest/parse.js';
import { amount } from '../manifest/scalars.js';
import type { Decimal } from '../lib/money/decimal.js';
import { counted } from '../lib/text/amount.js';
import { jsonDocument, logLine, logVerbatim } from '../lib/text/plain.js';
import { readUsage, requireUsage } from '../usage/read/read-usage.js';
import type { Usage } from '../usage/read/usage.js';
import { readFileText } from '../lib/files/read-file.js';
import { writeTextFile } from '../lib/files/write-file.js';
import { accountOfEnvironment, catalogueFor, priceOptionsOf } from './prices-and-account.js';
import {
  isGiven,
  listOption,
  parseOptions,
  textOption,
  usageError,
  wholeOption,
  type ParsedOptions,
} from './options.js';
import { filesOnDisk, MANIFEST_LIMITS, readManifestText } from './files-on-disk.js';
import { USUAL_WIDTH, writeLine, writeProblem, type World } from './world.js';

/**
 * `llm-budget calibrate`: compares the manifest with what was really used. Prints the table and the proposed changes as a
 * diff, or writes them with `--write`; exit 1 where a suite's estimate is off by more than `--max-error` percent.
 */
export async function calibrateCommand(args: readonly string[], world: World): Promise<number> {
  const options = parseOptions('calibrate', args);
  const { globs, file } = await operandsOf(options, world);
  if (globs.length === 0) throw usageError('calibrate', 'needs --usage GLOB: the recordings of what was used');
  const statedRuns = wholeOption(options, 'runs', { least: 1, usual: 0 });
  const maxError = maxErrorOf(options);
  const prices = priceOptionsOf(options);
  // A missing key is reported before anything is read or written.
  const account = isGiven(options, 'generations') ? accountOfEnvironment(prices.catalogueUrl, world) : null;
  const text = await readManifestText(file, world.cwd);
  const declared = await parseManifest(text, file);
  const usage = await readUsage(globs, { cwd: world.cwd, within: null });
  requireUsage(usage);
  const { manifest: named } = await countHead(declared, filesOnDisk(world.cwd));
  const ids = [...modelsDeclared([named]), ...modelsRecorded(usage)];
  const { catalogue } = await catalogueFor(prices, ids, world);
  const { manifest } = resolvedManifest(named, catalogue.models);
  const charges = account === null ? null : await chargesFor(usage, catalogue, account);
  const result = await calibrate(
    {
      manifest,
      text,
      estimate: estimateManifest(manifest, catalogue, null),
      catalogue,
      at: null,
      usage,
      runs: statedRuns > 0 ? statedRuns : null,
      suite: textOption(options, 'suite') ?? null,
      max_error: maxError,
    },
    world.stdout.columns ?? USUAL_WIDTH,
  );
  const write = isGiven(options, 'write');
  for (const warning of result.warnings) writeProblem(warning, world.stderr);
  if (isGiven(options, 'json')) {
    if (write && result.diff !== '') await writeTextFile(resolve(world.cwd, file), result.text);
    world.stdout.write(jsonDocument(calibrationDocument(result, usage)));
    for (const line of charges ?? []) writeLine(line, world.stderr);
    return result.exit_code;
  }
  world.stdout.write(logVerbatim(result.table));
  await propose(result, file, write, world);
  if (charges !== null) world.stdout.write(`\n${charges.map((line) => `${logLine(line)}\n`).join('')}`);
  return result.exit_code;
}

async function propose(result: Calibration, file: string, write: boolean, world: World): Promise<void> {
  if (result.diff === '') {
    const text = result.is_measured
      ? 'The manifest has the measured numbers already; nothing to change.'
      : 'Nothing is proposed. Not everything was measured: see above.';
    world.stdout.write(`\n${text}\n`);
    return;
  }
  if (!write) {
    world.stdout.write(`\n${logVerbatim(result.diff)}`);
    writeLine('Nothing was written; --write puts these numbers into the file.', world.stderr);
    return;
  }
  await writeTextFile(resolve(world.cwd, file), result.text);
  const changed = result.diff.split('\n').filter((line) => /^\+(?!\+\+)/.test(line)).length;
  world.stdout.write(`\n${logLine(file)}: ${counted(changed, 'line')} changed\n`);
}

/** Fetches charges before anything is written, since a refused key is an error. */
async function chargesFor(usage: Usage, catalogue: Catalogue, account: AccountClient): Promise<readonly string[]> {
  const lines = await chargesOf(usage, catalogue, account);
  return lines.length > 0 ? lines : ['No recorded row names a generation of OpenRouter (gen-...).'];
}

function modelsRecorded({ rows }: Usage): string[] {
  return [...new Set(rows.groups().flatMap(({ model }) => (model === null ? [] : [model])))];
}

/** Returns `--max-error`, a percentage in the form of an amount of the manifest; null where it is not given. */
function maxErrorOf(options: ParsedOptions): Decimal | null {
  const text = textOption(options, 'max-error');
  if (text === undefined) return null;
  const percent = amount.safeParse(text);
  if (percent.success) return percent.data;
  throw usageError('calibrate', `--max-error accepts a percentage such as 20, not ${JSON.stringify(text)}`);
}

/** Finds the manifest: in `--usage a b c` the last file is it, if it is a manifest and there is no other operand. */
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

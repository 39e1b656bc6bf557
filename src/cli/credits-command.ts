import { DEFAULT_LOCK, DEFAULT_MANIFEST } from '../lib/inputs.js';
import { countHead } from '../check/count-files.js';
import { resolvedManifest } from '../check/resolve-models.js';
import { modelsDeclared } from '../manifest/manifest.js';
import { creditsViolation, runNeeds, type RunNeeds, creditsLines } from '../budget/credits.js';
import { fetchCredits, type Credits } from '../openrouter/account/credits.js';
import { estimateManifest } from '../budget/estimate.js';
import { parseManifest } from '../manifest/parse.js';
import { configurationError } from '../lib/errors/problem.js';
import { readOptionalFile } from '../lib/files/read-file.js';
import { accountOfEnvironment, catalogueIfAny } from './prices-and-account.js';
import { catalogueUrlOption, parseOptions } from './options.js';
import { filesOnDisk, MANIFEST_LIMITS } from './files-on-disk.js';
import { withProgress, writeLine, type World } from './world.js';

/**
 * `llm-budget credits`: shows what is left to spend and how many runs of the manifest it covers, and warns of the 402
 * answers of a run that it does not cover. Exit 2 where that cannot be known.
 */
export async function creditsCommand(args: readonly string[], world: World): Promise<number> {
  const options = parseOptions('credits', args);
  const catalogueUrl = catalogueUrlOption(options);
  const account = accountOfEnvironment(catalogueUrl, world);
  const run = await needsOf(options.positionals[0] ?? null, catalogueUrl, world);
  const credits = await withProgress('Asking what is left to spend', world, () => fetchCredits(account));
  const isKnown = credits.state === 'known' || credits.state === 'exhausted';
  const stream = isKnown ? world.stdout : world.stderr;
  for (const line of linesOf(credits, run)) writeLine(line, stream);
  return isKnown ? 0 : 2;
}

function linesOf(credits: Credits, run: RunNeeds | null): readonly string[] {
  const lines = creditsLines(credits, run);
  const broken = run === null ? null : creditsViolation(credits, run, 'warn');
  return broken === null ? lines : [...lines, [broken.message, broken.remedy ?? ''].join(' ').trim()];
}

/**
 * What a run needs, by the named manifest or the default one where it exists; null, with the reason on stderr, without
 * prices.
 */
async function needsOf(named: string | null, url: URL, world: World): Promise<RunNeeds | null> {
  const file = named ?? DEFAULT_MANIFEST;
  const text = await readOptionalFile(file, world.cwd, MANIFEST_LIMITS);
  if (text === null && named === null) return null;
  if (text === null) throw configurationError(`There is no ${file}; \`llm-budget init\` writes a manifest.`, { file });
  const { manifest } = await countHead(await parseManifest(text, file), filesOnDisk(world.cwd));
  const prices = { catalogueUrl: url, lock: DEFAULT_LOCK, offline: false };
  const catalogue = await catalogueIfAny(prices, modelsDeclared([manifest]), world);
  return catalogue === null
    ? null
    : runNeeds(estimateManifest(resolvedManifest(manifest, catalogue.models).manifest, catalogue, null));
}

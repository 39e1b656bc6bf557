import { DEFAULT_LOCK, DEFAULT_MANIFEST } from '../lib/inputs.js';
import { resolve } from 'node:path';
import { fetchCatalogue } from '../openrouter/catalogue/live.js';
import { lockfileText, parseLockfile } from '../openrouter/catalogue/lockfile.js';
import { uncoveredModels } from '../openrouter/catalogue/model-id.js';
import { countHead } from '../check/count-files.js';
import { resolvedManifest } from '../check/resolve-models.js';
import { type Manifest, modelsDeclared } from '../manifest/manifest.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { parseManifest } from '../manifest/parse.js';
import { counted } from '../lib/text/amount.js';
import { logLine } from '../lib/text/plain.js';
import { readOptionalFile } from '../lib/files/read-file.js';
import { writeTextFile } from '../lib/files/write-file.js';
import { catalogueUrlOption, isGiven, parseOptions, textOption } from './options.js';
import { filesOnDisk, LOCK_LIMITS, readManifestText } from './files-on-disk.js';
import { keyOfEnvironment } from './prices-and-account.js';
import { withProgress, writeLine, type World } from './world.js';

/**
 * `llm-budget lock`: saves the catalogue's facts on the models in use to the lockfile. With `--check` nothing is written
 * and nothing fetched: exit 1 where the lockfile is absent or does not cover the manifest's models.
 */
export async function lockCommand(args: readonly string[], world: World): Promise<number> {
  const options = parseOptions('lock', args);
  const manifestFile = options.positionals[0] ?? DEFAULT_MANIFEST;
  const lockFile = textOption(options, 'lock') ?? DEFAULT_LOCK;
  const url = catalogueUrlOption(options);
  const text = await readManifestText(manifestFile, world.cwd);
  const { manifest } = await countHead(await parseManifest(text, manifestFile), filesOnDisk(world.cwd));
  if (isGiven(options, 'check')) return await checkLock(lockFile, manifest, world);

  const catalogue = await withProgress(`Asking ${url.host} for prices`, world, () =>
    fetchCatalogue({ url, idsInUse: modelsDeclared([manifest]), apiKey: keyOfEnvironment(world) }, world.effects),
  );
  const ids = idsIn(manifest, catalogue);
  const written = lockfileText(catalogue, ids);
  // Parsed before it is written, so that a readable lockfile is never replaced by an unreadable one.
  const missing = uncoveredModels(parseLockfile(written, lockFile, world.effects.now()), ids);
  await writeTextFile(resolve(world.cwd, lockFile), written);
  const covered = missing.length === 0 ? '' : `${ids.length - missing.length} of `;
  world.stdout.write(
    `${logLine(lockFile)}: prices of ${covered}${counted(ids.length, 'model')}, fetched ${catalogue.fetched_at}\n`,
  );
  for (const id of missing) writeLine(`${id} is not in the catalogue, or its endpoints are not known`, world.stderr);
  return 0;
}

/** Returns the catalogue ids in use. A name that the catalogue does not know stays as it is. */
function idsIn(manifest: Manifest, { models }: Catalogue): string[] {
  return modelsDeclared([resolvedManifest(manifest, models).manifest]);
}

async function checkLock(lockFile: string, manifest: Manifest, world: World): Promise<number> {
  const text = await readOptionalFile(lockFile, world.cwd, LOCK_LIMITS);
  if (text === null) {
    world.stdout.write(`There is no ${logLine(lockFile)}\n`);
    writeLine('Write it: llm-budget lock', world.stderr);
    return 1;
  }
  const lock = parseLockfile(text, lockFile, world.effects.now());
  const ids = idsIn(manifest, lock);
  const missing = uncoveredModels(lock, ids);
  if (missing.length === 0) {
    world.stdout.write(`${logLine(lockFile)} covers ${counted(ids.length, 'model')}, fetched ${lock.fetched_at}\n`);
    return 0;
  }
  world.stdout.write(`${logLine(lockFile)} does not cover: ${missing.map((id) => logLine(id)).join(', ')}\n`);
  writeLine('Write it again: llm-budget lock. A model that the catalogue does not have stays uncovered.', world.stderr);
  return 1;
}

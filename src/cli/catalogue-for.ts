import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import type { ObtainedCatalogue } from '../openrouter/catalogue/source.js';
import { obtainCatalogue } from '../openrouter/catalogue/source.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { logLine } from '../lib/text/log.js';
import { readOptionalFile } from '../lib/files/read-file.js';
import { catalogueUrlOption, isGiven, textOption } from './options.js';
import type { ParsedOptions } from './options.js';
import { problemLine } from './problem-line.js';
import { withProgress } from './progress.js';
import { DEFAULT_LOCK, LOCK_LIMITS } from './sources-on-disk.js';
import type { World } from './world.js';

export interface PriceOptions {
  readonly catalogueUrl: URL;
  readonly lock: string;
  readonly offline: boolean;
}

/** `--catalogue-url`, `--lock` and `--offline`. */
export function priceOptionsOf(options: ParsedOptions): PriceOptions {
  return {
    catalogueUrl: catalogueUrlOption(options),
    lock: textOption(options, 'lock') ?? DEFAULT_LOCK,
    offline: isGiven(options, 'offline'),
  };
}

/** Prices, live or from the lock, for a command that shows what it is told of them on stderr. */
export async function catalogueFor(
  options: PriceOptions,
  idsInUse: readonly string[],
  world: World,
): Promise<ObtainedCatalogue> {
  const text = await readOptionalFile(options.lock, world.cwd, LOCK_LIMITS);
  const order = {
    url: options.catalogueUrl,
    lock: { file: options.lock, text },
    offline: options.offline,
    idsInUse,
  };
  const obtained = await withProgress(`Asking ${options.catalogueUrl.host} for prices`, world, () =>
    obtainCatalogue(order, world.effects),
  );
  for (const { message } of obtained.notes) world.stderr.write(`${logLine(message)}\n`);
  return obtained;
}

/** The same; null, and why on stderr, where there are no prices. */
export async function catalogueIfAny(
  options: PriceOptions,
  idsInUse: readonly string[],
  world: World,
): Promise<Catalogue | null> {
  try {
    return (await catalogueFor(options, idsInUse, world)).catalogue;
  } catch (error) {
    if (!(error instanceof NoVerdictError) || error.exitCode !== 3) throw error;
    for (const found of error.problems) world.stderr.write(`${problemLine(found)}\n`);
    return null;
  }
}

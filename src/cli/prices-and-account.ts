import { DEFAULT_LOCK } from '../lib/inputs.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { type ObtainedCatalogue, obtainCatalogue } from '../openrouter/catalogue/source.js';
import { accountClient, type AccountClient } from '../openrouter/account/account-client.js';
import { configurationError, NoVerdictError } from '../lib/errors/problem.js';
import { readOptionalFile } from '../lib/files/read-file.js';
import { catalogueUrlOption, isGiven, textOption, type ParsedOptions } from './options.js';
import { LOCK_LIMITS } from './files-on-disk.js';
import { withProgress, writeLine, writeProblem, type World } from './world.js';

export interface PriceOptions {
  readonly catalogueUrl: URL;
  readonly lock: string;
  readonly offline: boolean;
}

/** Reads the options `--catalogue-url`, `--lock` and `--offline`. */
export function priceOptionsOf(options: ParsedOptions): PriceOptions {
  return {
    catalogueUrl: catalogueUrlOption(options),
    lock: textOption(options, 'lock') ?? DEFAULT_LOCK,
    offline: isGiven(options, 'offline'),
  };
}

/** Returns OPENROUTER_API_KEY; null where it is absent or no key. A catalogue may refuse lists of endpoints without one. */
export function keyOfEnvironment(world: World): string | null {
  const key = world.environment.get('OPENROUTER_API_KEY') ?? '';
  return /^[\x21-\x7e]+$/.test(key) ? key : null;
}

/**
 * Makes the client of the account. The key comes only from the environment, since a shell keeps a history of options.
 * NoVerdictError (2) where there is none.
 */
export function accountOfEnvironment(catalogueUrl: URL, world: World): AccountClient {
  const apiKey = keyOfEnvironment(world);
  if (apiKey !== null) return accountClient({ catalogueUrl, apiKey, effects: world.effects });
  throw configurationError(
    (world.environment.get('OPENROUTER_API_KEY') ?? '') === ''
      ? 'OPENROUTER_API_KEY is not set; put the key there, it is read from nowhere else'
      : 'OPENROUTER_API_KEY is no key: it has blanks or characters outside ASCII',
  );
}

/**
 * Obtains prices, live or from the lockfile, and shows the notes on them on stderr. NoVerdictError (3) where there are
 * none.
 */
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
    apiKey: keyOfEnvironment(world),
  };
  const obtain = () => obtainCatalogue(order, world.effects);
  const obtained = options.offline
    ? await obtain()
    : await withProgress(`Asking ${options.catalogueUrl.host} for prices`, world, obtain);
  for (const { message } of obtained.notes) writeLine(message, world.stderr);
  return obtained;
}

/** Does the same, but returns null where there are no prices, with the reason on stderr. */
export async function catalogueIfAny(
  options: PriceOptions,
  idsInUse: readonly string[],
  world: World,
): Promise<Catalogue | null> {
  try {
    return (await catalogueFor(options, idsInUse, world)).catalogue;
  } catch (error) {
    if (!(error instanceof NoVerdictError) || error.exitCode !== 3) throw error;
    for (const problem of error.problems) writeProblem(problem, world.stderr);
    return null;
  }
}

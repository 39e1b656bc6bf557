import { DEFAULT_MANIFEST } from '../lib/inputs.js';
import { resolve } from 'node:path';
import { countHead } from '../check/count-files.js';
import { resolvedManifest } from '../check/resolve-models.js';
import { filesOnDisk, MANIFEST_LIMITS, readManifestText } from './files-on-disk.js';
import { estimateManifest } from '../budget/estimate.js';
import { configurationError } from '../lib/errors/problem.js';
import { readOptionalFile } from '../lib/files/read-file.js';
import { patientDispatcher } from '../lib/http/network.js';
import { money } from '../lib/text/amount.js';
import type { Decimal } from '../lib/money/decimal.js';
import { modelsDeclared, type DeclaredManifest, type DeclaredSuite } from '../manifest/manifest.js';
import { parseManifest } from '../manifest/parse.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { withEndpoints } from '../openrouter/catalogue/live.js';
import { priceBook, statedCost, type LoadEndpoints, type PriceBook } from '../usage/record/price-book.js';
import { startRecorder } from '../usage/record/recorder.js';
import { openUsageFile } from '../usage/record/rows.js';
import type { RecordSummary } from '../usage/record/summary.js';
import { upstreamsOf } from '../usage/record/routes.js';
import { catalogueFor, catalogueIfAny, keyOfEnvironment, type PriceOptions } from './prices-and-account.js';
import { shellWord, writeLine, type World } from './world.js';

/** Runs a recorder with its prices, its cap and its summary, for `llm-budget record` and for the action `record`. */

export interface RecordSettings {
  readonly suite: string | null;
  readonly usageFile: string;
  /** The cap in US dollars. */
  readonly cap: Decimal | null;
  /** The manifest that has the cap as the limit of the suite. It excludes `cap`. */
  readonly capFrom: string | null;
  readonly allowUnpriced: boolean;
  readonly prices: PriceOptions;
}

export interface RecordSession {
  /** The variables for the command. */
  readonly variables: ReadonlyMap<string, string>;
  /** Stops the recorder and adds up. `patience`, in milliseconds, is the time that requests in flight get to end. */
  readonly finish: (patience: number) => Promise<RecordSummary>;
}

/**
 * Starts a recorder. NoVerdictError (2) where a setting or the environment is wrong or the file cannot be written, and
 * (3) where there is a cap and no prices.
 */
export async function openRecordSession(settings: RecordSettings, world: World): Promise<RecordSession> {
  const { suite, usageFile, prices, allowUnpriced } = settings;
  const manifestFile = settings.capFrom ?? DEFAULT_MANIFEST;
  const upstreams = upstreamsOf(world.environment);
  const dispatcher = patientDispatcher(Object.fromEntries(world.environment));
  const cap = settings.capFrom === null ? settings.cap : await capOfSuite(settings.capFrom, suite, world);
  // A cap needs a price before a request is sent. Without a cap, prices are fetched when an answer states no cost.
  const catalogue = cap === null ? null : (await catalogueFor(prices, [], world)).catalogue;
  const book =
    catalogue === null
      ? laterBook(() => catalogueIfAny(prices, [], world), prices, world)
      : bookOf(catalogue, prices, world);
  const recorder = await startRecorder({
    upstreams,
    dispatcher,
    file: openUsageFile(resolve(world.cwd, usageFile), usageFile),
    suite,
    prices: book,
    cap,
    allowUnpriced,
    now: () => world.effects.now(),
    say: (line) => {
      writeLine(`llm-budget record: ${line}`, world.stderr);
    },
  });
  return {
    variables: recorder.variables(world.environment),
    finish: async (patience) => {
      const totals = await recorder.stop(patience);
      const spent = recorder.spent();
      await dispatcher.close();
      const manifest = await manifestIfAny(manifestFile, world);
      const expected = suite === null || manifest === null ? null : await expectedOf(suite, manifest, prices, world);
      return { totals, cap, spent, suite, expected, usageFile, next: nextCommand(manifest, settings) };
    },
  };
}

/** Returns the limit per run of a suite, the one that fails, in US dollars. NoVerdictError (2) where there is none. */
async function capOfSuite(file: string, name: string | null, world: World): Promise<Decimal> {
  const manifest = await parseManifest(await readManifestText(file, world.cwd), file);
  const suite = suiteOf(manifest, name);
  if (suite === null) {
    const names = manifest.suites.map((each) => each.name).join(', ');
    throw configurationError(`${file} has no suite ${JSON.stringify(name)}; it has ${names}`, { file });
  }
  const limit = suite.budget.per_run?.fail ?? null;
  if (limit === null) {
    throw configurationError(
      `The suite ${suite.name} has no limit per run that fails (budget.per_run), so --cap-from has no cap to take`,
      { file },
    );
  }
  if (suite.repeat > 1) {
    writeLine(
      `The cap of ${money(limit)} is the limit of all ${suite.repeat} repeats of ${suite.name} together; this recorder sees one of them.`,
      world.stderr,
    );
  }
  return limit;
}

function suiteOf(manifest: DeclaredManifest, name: string | null): DeclaredSuite | null {
  return manifest.suites.find((suite) => suite.name === name) ?? null;
}

function bookOf(catalogue: Catalogue, prices: PriceOptions, world: World): PriceBook {
  const load: LoadEndpoints = async (known, id) => {
    if (known.source === 'lock' || prices.offline) return known;
    const apiKey = keyOfEnvironment(world);
    return await withEndpoints(known, { url: prices.catalogueUrl, idsInUse: [id], apiKey }, world.effects);
  };
  return priceBook(catalogue, load);
}

/** Fetches prices once, for the first answer that states no cost. Without prices, its cost is not known. */
function laterBook(obtain: () => Promise<Catalogue | null>, prices: PriceOptions, world: World): PriceBook {
  let book: Promise<PriceBook | null> | null = null;
  return {
    idOf: () => null,
    worstCase: () => Promise.resolve({ amount: null }),
    costOf: async (row) => {
      const stated = statedCost(row);
      if (stated !== null) return stated;
      book ??= obtain().then((catalogue) => (catalogue === null ? null : bookOf(catalogue, prices, world)));
      return (await (await book)?.costOf(row)) ?? null;
    },
  };
}

/** Reads the manifest; null where it is missing or has mistakes, since a recording does not depend on it. */
async function manifestIfAny(file: string, world: World): Promise<DeclaredManifest | null> {
  try {
    const text = await readOptionalFile(file, world.cwd, MANIFEST_LIMITS);
    return text === null ? null : await parseManifest(text, file);
  } catch {
    return null;
  }
}

/** Returns the expected cost of one run of the suite in US dollars; null where it is not known. */
async function expectedOf(
  name: string,
  manifest: DeclaredManifest,
  prices: PriceOptions,
  world: World,
): Promise<Decimal | null> {
  try {
    if (suiteOf(manifest, name) === null) return null;
    const counted = await countHead(manifest, filesOnDisk(world.cwd));
    const catalogue = await catalogueIfAny(prices, modelsDeclared([counted.manifest]), world);
    if (catalogue === null) return null;
    const estimate = estimateManifest(resolvedManifest(counted.manifest, catalogue.models).manifest, catalogue, null);
    return estimate.suites.find((suite) => suite.name === name)?.totals.per_run ?? null;
  } catch {
    return null;
  }
}

function nextCommand(manifest: DeclaredManifest | null, { usageFile, capFrom }: RecordSettings): string {
  const file = shellWord(usageFile);
  if (manifest === null) return `llm-budget init --usage ${file}`;
  const operand = capFrom === null || capFrom === DEFAULT_MANIFEST ? '' : ` ${shellWord(capFrom)}`;
  return `llm-budget calibrate${operand} --usage ${file}`;
}

import type { Network } from '../../lib/http/network.js';
import type { RetryLimits } from '../../lib/http/retry.js';
import { NoVerdictError, problem, type Problem, type Note, type NoteCode } from '../../lib/errors/problem.js';
import { age } from '../../lib/text/amount.js';
import { type Catalogue, type Pricing, lockfileAgeDays } from './catalogue.js';
import { fetchCatalogue } from './live.js';
import type { StartedModels } from './start-models.js';
import { catalogueUrlText } from '../../lib/inputs.js';

export interface CatalogueOrder {
  readonly url: URL;
  /** The lockfile's path and its text; null where there is none. */
  readonly lock: { readonly file: string; readonly text: string | null };
  /** True: live prices are not requested. */
  readonly offline: boolean;
  readonly idsInUse: readonly string[];
  /** The age in days up to which the lockfile may stand in for endpoints that cannot be fetched; 30 by default. */
  readonly maxLockfileAgeDays?: number;
  readonly limits?: RetryLimits;
  /** A key at hand, for a catalogue that refuses lists of endpoints without one. */
  readonly apiKey?: string | null;
  /** The list of models where it was requested before (`startModels`). */
  readonly models?: Promise<StartedModels>;
}

export interface ObtainedCatalogue {
  /** Prices both head and base. */
  readonly catalogue: Catalogue;
  /** The lockfile beside live prices, for the drift between them; null where there is none, and where prices come from it. */
  readonly lock: Catalogue | null;
  /** True: live list prices confirm the lockfile, which stands in for endpoints that could not be fetched. */
  readonly standsIn: boolean;
  /** Where the prices come from, including the catalogue's own notes. */
  readonly notes: readonly Note[];
}

type Attempt = { readonly catalogue: Catalogue } | { readonly problems: readonly Problem[] };

/**
 * Tries live prices, then the lockfile (with a note why), else fails with exit code 3 and both reasons. Prices never come
 * from anywhere else, and never partly from one and partly from the other.
 */
export async function obtainCatalogue(order: CatalogueOrder, effects: Network): Promise<ObtainedCatalogue> {
  const fetched = order.offline ? skipped() : await attempt(() => fetchCatalogue(order, effects, order.models));
  const lock =
    order.lock.text === null ? null : await attempt(lockfileReader(order.lock.text, order.lock.file, effects.now()));

  const live = lock !== null && 'catalogue' in lock ? wholeOrProblem(fetched, lock.catalogue) : fetched;
  if ('catalogue' in live) {
    const { catalogue } = live;
    if (lock === null) return { catalogue, lock: null, standsIn: false, notes: catalogue.notes };
    if ('problems' in lock) {
      return {
        catalogue,
        lock: null,
        standsIn: false,
        notes: [...catalogue.notes, note('lock_unreadable', lock.problems)],
      };
    }
    const missing = endpointsMissing(catalogue);
    if (missing !== null && confirms(catalogue, lock.catalogue, order, effects.now())) {
      const stands = problem(
        `${missing} The lockfile of ${lock.catalogue.fetched_at}, whose list prices are the live ones, prices everything.`,
      );
      return { catalogue: lock.catalogue, lock: null, standsIn: true, notes: [note('prices_from_lock', [stands])] };
    }
    const notes = [...catalogue.notes, ...otherCatalogueNotes(catalogue, lock.catalogue)];
    return { catalogue, lock: lock.catalogue, standsIn: false, notes };
  }
  if (lock !== null && 'catalogue' in lock) {
    return {
      catalogue: lock.catalogue,
      lock: null,
      standsIn: false,
      notes: staleNotes(order, lock.catalogue, live.problems, effects.now()),
    };
  }
  const reason = problem(
    `There is no lockfile to fall back on; "llm-budget lock" writes one (looked for ${order.lock.file}).`,
  );
  throw new NoVerdictError(3, [...live.problems, ...(lock === null ? [reason] : lock.problems)]);
}

/**
 * A list that lacks more than half of the lockfile's models is incomplete or of something else: it does not count as a
 * catalogue.
 */
function wholeOrProblem(live: Attempt, lock: Catalogue): Attempt {
  if (!('catalogue' in live)) return live;
  const lost = [...lock.models.keys()].filter((id) => !live.catalogue.models.has(id)).length;
  if (lost * 2 <= lock.models.size) return live;
  return {
    problems: [
      problem(`The live list lacks ${lost} of the ${lock.models.size} models of the lockfile, so it is not used.`),
    ],
  };
}

/** Names a model whose endpoints could not be fetched; null where all are known. */
function endpointsMissing({ endpoints }: Catalogue): string | null {
  const missing = [...endpoints].flatMap(([id, list]) =>
    list.state === 'unknown' ? [{ id, reason: list.reason }] : [],
  );
  const [first] = missing;
  if (first === undefined) return null;
  const more = missing.length === 1 ? '' : ` and of ${missing.length - 1} more`;
  return `The endpoints of ${first.id}${more} could not be fetched (${first.reason}).`;
}

/** Tells whether the lockfile is fresh, knows every model in use with its endpoints, and lists the prices that are live. */
function confirms(live: Catalogue, lock: Catalogue, order: CatalogueOrder, now: number): boolean {
  if (lockfileAgeDays(lock, now) > (order.maxLockfileAgeDays ?? USUAL_AGE_DAYS)) return false;
  return [...live.endpoints.keys()].every((id) => {
    const [own, locked] = [live.models.get(id), lock.models.get(id)];
    if (own === undefined || locked === undefined || lock.endpoints.get(id)?.state !== 'known') return false;
    return pricesOf(own.pricing) === pricesOf(locked.pricing);
  });
}

/** The default of `max_price_age_days`. */
const USUAL_AGE_DAYS = 30;

/** The prices as one text, whatever the order of their keys; `discount` is inside them already. */
function pricesOf(pricing: Pricing): string {
  const entries = Object.entries(pricing).filter(([key]) => key !== 'discount');
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function skipped(): Attempt {
  return { problems: [problem('Live prices were not requested (offline).')] };
}

function lockfileReader(text: string, file: string, now: number): () => Promise<Catalogue> {
  return async () => {
    // Many repositories have no lockfile.
    const { parseLockfile } = await import('./lockfile.js');
    return parseLockfile(text, file, now);
  };
}

async function attempt(obtain: () => Promise<Catalogue>): Promise<Attempt> {
  try {
    return { catalogue: await obtain() };
  } catch (error) {
    if (error instanceof NoVerdictError && error.exitCode === 3) return { problems: error.problems };
    throw error;
  }
}

function staleNotes(
  order: CatalogueOrder,
  lock: Catalogue,
  problems: readonly Problem[],
  now: number,
): readonly Note[] {
  const days = Math.floor(lockfileAgeDays(lock, now));
  const stale = `Prices are from the lockfile of ${lock.fetched_at}, ${age(days)}.`;
  const notes = [note('prices_from_lock', [...problems, problem(stale)])];
  if (lock.url !== catalogueUrlText(order.url)) {
    notes.push(note('lock_of_another_catalogue', [problem(`The lockfile was written from ${lock.url}.`)]));
  }
  return notes;
}

/** A note where the lockfile is of another catalogue. Prices are compared anyway: lower prices there must be noticed. */
function otherCatalogueNotes({ url }: Catalogue, lock: Catalogue): Note[] {
  if (lock.url === url) return [];
  const from = `The lockfile was written from ${lock.url}, and prices are now from ${url}`;
  const remedy = `\`llm-budget lock --catalogue-url ${url}\` writes it again.`;
  const message = `${from}: a difference between them is not necessarily a price change. ${remedy}`;
  return [{ code: 'lock_of_another_catalogue', message }];
}

function note(code: NoteCode, problems: readonly Problem[]): Note {
  return { code, message: problems.map(({ message }) => message).join(' ') };
}

import type { Network } from '../../lib/http/network.js';
import type { RetryLimits } from '../../lib/http/retry.js';
import type { Note, NoteCode } from '../../lib/errors/note.js';
import { NoVerdictError, problem, type Problem } from '../../lib/errors/problem.js';
import { age } from '../../lib/text/amount.js';
import type { Catalogue } from './catalogue.js';
import { fetchCatalogue } from './live.js';
import { lockfileAgeDays, parseLockfile } from './lockfile.js';
import { catalogueUrlText } from '../../lib/inputs/catalogue-url.js';

export interface CatalogueOrder {
  readonly url: URL;
  /** The lockfile's path and its text; null where there is none. */
  readonly lock: { readonly file: string; readonly text: string | null };
  /** True: live prices are not requested. */
  readonly offline: boolean;
  readonly idsInUse: readonly string[];
  readonly limits?: RetryLimits;
}

export interface ObtainedCatalogue {
  /** Prices both head and base. */
  readonly catalogue: Catalogue;
  /** The lockfile beside live prices, for the drift between them; null where there is none, and where prices come from it. */
  readonly lock: Catalogue | null;
  /** Where the prices come from, including the catalogue's own notes. */
  readonly notes: readonly Note[];
}

type Attempt = { readonly catalogue: Catalogue } | { readonly problems: readonly Problem[] };

/**
 * Tries live prices, then the lockfile (with a note why), else fails with exit code 3 and both reasons. Prices never come
 * from anywhere else, and never partly from one and partly from the other.
 */
export async function obtainCatalogue(order: CatalogueOrder, effects: Network): Promise<ObtainedCatalogue> {
  const live = order.offline ? skipped() : await attempt(() => fetchCatalogue(order, effects));
  const lock =
    order.lock.text === null ? null : await attempt(lockfileReader(order.lock.text, order.lock.file, effects.now()));

  if ('catalogue' in live) {
    const { catalogue } = live;
    if (lock === null) return { catalogue, lock: null, notes: catalogue.notes };
    if ('problems' in lock) {
      return { catalogue, lock: null, notes: [...catalogue.notes, note('lock_unreadable', lock.problems)] };
    }
    const notes = [...catalogue.notes, ...otherCatalogueNotes(catalogue, lock.catalogue)];
    return { catalogue, lock: lock.catalogue, notes };
  }
  if (lock !== null && 'catalogue' in lock) {
    return {
      catalogue: lock.catalogue,
      lock: null,
      notes: staleNotes(order, lock.catalogue, live.problems, effects.now()),
    };
  }
  const reason = problem(
    `There is no lockfile to fall back on; "llm-budget lock" writes one (looked for ${order.lock.file}).`,
  );
  throw new NoVerdictError(3, [...live.problems, ...(lock === null ? [reason] : lock.problems)]);
}

function skipped(): Attempt {
  return { problems: [problem('Live prices were not requested (offline).')] };
}

function lockfileReader(text: string, file: string, now: number): () => Catalogue {
  return () => parseLockfile(text, file, now);
}

async function attempt(obtain: () => Catalogue | Promise<Catalogue>): Promise<Attempt> {
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

/** Prices are compared anyway: another catalogue with lower prices must not go unnoticed. */
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

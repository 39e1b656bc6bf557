import type { Network } from '../../lib/http/network.js';
import type { RetryLimits } from '../../lib/http/retry.js';
import type { Note, NoteCode } from '../../lib/errors/note.js';
import { NoVerdictError, problem, type Problem } from '../../lib/errors/problem.js';
import { age } from '../../lib/text/amount.js';
import type { Catalogue } from './catalogue.js';
import { fetchCatalogue } from './live.js';
import { lockfileAgeDays, parseLockfile } from './lockfile.js';
import { suspiciousPrices } from './suspicious-prices.js';
import { catalogueUrlText } from '../../lib/inputs/catalogue-url.js';

export interface CatalogueOrder {
  readonly url: URL;
  /** Where the lock is looked for, and what stands there; null where there is none. */
  readonly lock: { readonly file: string; readonly text: string | null };
  /** True: live prices are not asked for. */
  readonly offline: boolean;
  readonly idsInUse: readonly string[];
  readonly limits?: RetryLimits;
}

export interface ObtainedCatalogue {
  /** What head and base are priced with. */
  readonly catalogue: Catalogue;
  /** The lock beside live prices, for the drift between them; null where there is none, and where prices come from it. */
  readonly lock: Catalogue | null;
  /** How the prices were got, the catalogue's own notes included. */
  readonly notes: readonly Note[];
}

type Attempt = { readonly catalogue: Catalogue } | { readonly problems: readonly Problem[] };

/**
 * Prices in their order of trust: live; else the lock, with a note why; else none, exit code 3 with both reasons. Never
 * from anywhere else, and never partly from one and partly from the other.
 */
export async function obtainCatalogue(order: CatalogueOrder, effects: Network): Promise<ObtainedCatalogue> {
  const live = order.offline ? skipped() : await attempt(() => fetchCatalogue(order, effects));
  const lock =
    order.lock.text === null ? null : await attempt(lockReader(order.lock.text, order.lock.file, effects.now()));

  if ('catalogue' in live) {
    const { catalogue } = live;
    if (lock === null) return { catalogue, lock: null, notes: catalogue.notes };
    if ('problems' in lock) {
      return { catalogue, lock: null, notes: [...catalogue.notes, note('lock_unreadable', lock.problems)] };
    }
    const notes = [
      ...catalogue.notes,
      ...otherCatalogueNotes(catalogue, lock.catalogue),
      ...suspiciousPrices(catalogue, lock.catalogue),
    ];
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
    `There is no lock to fall back on; "llm-budget lock" writes one (looked for ${order.lock.file}).`,
  );
  throw new NoVerdictError(3, [...live.problems, ...(lock === null ? [reason] : lock.problems)]);
}

function skipped(): Attempt {
  return { problems: [problem('Live prices were not asked for (offline).')] };
}

function lockReader(text: string, file: string, now: number): () => Catalogue {
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
  const stale = `Prices are from the lock of ${lock.fetched_at}, ${age(days)}.`;
  const notes = [note('prices_from_lock', [...problems, problem(stale)])];
  if (lock.url !== catalogueUrlText(order.url)) {
    notes.push(note('lock_of_another_catalogue', [problem(`The lock was written from ${lock.url}.`)]));
  }
  return notes;
}

/** Prices are compared all the same: a catalogue in the place of another, with lower prices, should not go unseen. */
function otherCatalogueNotes({ url }: Catalogue, lock: Catalogue): Note[] {
  if (lock.url === url) return [];
  const from = `The lock was written from ${lock.url}, and prices are now from ${url}`;
  const remedy = `\`llm-budget lock --catalogue-url ${url}\` writes it anew.`;
  const message = `${from}: what differs between them need not have moved since. ${remedy}`;
  return [{ code: 'lock_of_another_catalogue', message }];
}

function note(code: NoteCode, problems: readonly Problem[]): Note {
  return { code, message: problems.map(({ message }) => message).join(' ') };
}

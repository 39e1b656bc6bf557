import { createHash } from 'node:crypto';
import { BODY_LIMITS } from '../../lib/http/body.js';
import { HttpFailure, parseHttpDate } from '../../lib/http/failure.js';
import { add, compare, type Decimal } from '../../lib/money/decimal.js';
import type { Note } from '../../lib/errors/problem.js';
import { type CatalogueModel, CLOCK_TOLERANCE_MS, readPrice } from './catalogue.js';
import type { OpenRouterClient } from '../client.js';

/** Every model of a live catalogue. */
export interface ModelListing {
  readonly models: ReadonlyMap<string, CatalogueModel>;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** The hash of the bodies, in order. */
  readonly sha256: string;
  readonly notes: readonly Note[];
  /** Ids that are listed more than once. */
  readonly duplicates: ReadonlySet<string>;
}

/** OpenRouter sends one page; a catalogue with endless pages must not block the run. */
const MOST_PAGES = 20;

/** Fetches the list of models, page by page from the same host. All pages together may be as large as one body. */
export async function fetchModels(client: OpenRouterClient): Promise<ModelListing> {
  const models = new Map<string, CatalogueModel>();
  const duplicates = new Set<string>();
  const malformed = { rows: 0, ids: new Set<string>() };
  const hash = createHash('sha256');
  let fetchedAt: number | null = null;
  let bytesLeft = BODY_LIMITS.maxBytes;

  let url: URL | null = client.urlOf('/models?output_modalities=all');
  for (let page = 1; url !== null; page += 1) {
    if (page > MOST_PAGES) throw wrongListing(`lists its models on more than ${MOST_PAGES} pages`);
    const isFirst = page === 1;
    const bounds = { maxWireBytes: Math.min(BODY_LIMITS.maxWireBytes, bytesLeft), maxBytes: bytesLeft };
    const answer = await client.get(url, {
      bounds,
      read: async (value) => {
        // Imported here, so that the schemas are not loaded before the action's first request.
        const { readModelsPage } = await import('./answers.js');
        const content = readModelsPage(value);
        if (isFirst && content.models.length + content.malformed.rows === 0) throw wrongListing('lists no models');
        return content;
      },
    });
    bytesLeft -= answer.bytes.length;
    hash.update(answer.bytes);
    fetchedAt ??= timeOfAnswer(answer.headers, client.now()) ?? client.now();
    for (const model of answer.content.models) keepHigher(models, model, duplicates);
    malformed.rows += answer.content.malformed.rows;
    for (const id of answer.content.malformed.ids) malformed.ids.add(id);
    url = nextPage(answer.content.next, url);
  }
  if (models.size === 0) throw wrongListing('lists no models that can be read');
  return {
    models,
    fetchedAt: fetchedAt ?? client.now(),
    sha256: hash.digest('hex'),
    notes: malformedNote(malformed.rows, malformed.ids),
    duplicates,
  };
}

/**
 * Reads the time of the prices: the answer's `Date` minus its `Age` in a cache. Null where there is no valid `Date`, or
 * one in the
 * future, with which a lockfile could never be read again.
 */
function timeOfAnswer(headers: ReadonlyMap<string, string>, now: number): number | null {
  const date = parseHttpDate(headers.get('date') ?? '');
  if (date === null || date > now + CLOCK_TOLERANCE_MS) return null;
  const age = headers.get('age') ?? '';
  return /^\d{1,9}$/.test(age) ? date - Number(age) * 1000 : date;
}

function nextPage(next: string | null, current: URL): URL | null {
  if (next === null || next === '') return null;
  const url = URL.canParse(next, current.href) ? new URL(next, current) : null;
  if (url?.origin !== current.origin || url.username !== '' || url.password !== '') {
    throw wrongListing('continues its list of models at another address');
  }
  if (url.href === current.href) throw wrongListing('continues its list of models with the same page');
  return url;
}

/** Merges rows. An id that is listed twice gets the higher price: a check may be too strict, but not too lax. */
function keepHigher(models: Map<string, CatalogueModel>, model: CatalogueModel, duplicates: Set<string>): void {
  const other = models.get(model.id);
  if (other !== undefined) duplicates.add(model.id);
  if (other === undefined || costsMore(model, other)) models.set(model.id, model);
}

function costsMore(model: CatalogueModel, other: CatalogueModel): boolean {
  const [one, two] = [priceOfBoth(model), priceOfBoth(other)];
  // A price that cannot be read makes the model unpriced, which counts as more than any number.
  return two !== null && (one === null || compare(one, two) > 0);
}

function priceOfBoth({ pricing }: CatalogueModel): Decimal | null {
  const prompt = readPrice(pricing.prompt);
  const completion = readPrice(pricing.completion);
  return prompt === null || completion === null ? null : add(prompt, completion);
}

/** Names duplicate rows of models that the manifest uses. */
export function duplicateNote(ids: ReadonlySet<string>): Note[] {
  if (ids.size === 0) return [];
  return [
    {
      code: 'duplicate_model',
      message: `The catalogue lists ${someOf(ids)} more than once; the higher price is used.`,
    },
  ];
}

function malformedNote(rows: number, ids: ReadonlySet<string>): Note[] {
  if (rows === 0) return [];
  const named = ids.size === 0 ? '' : ` (${someOf(ids)})`;
  return [
    {
      code: 'malformed_models',
      message: `${rows} of the catalogue's models cannot be read and count as unknown${named}.`,
    },
  ];
}

function someOf(ids: ReadonlySet<string>): string {
  const first = [...ids].slice(0, 3).join(', ');
  return ids.size > 3 ? `${first} and ${ids.size - 3} more` : first;
}

function wrongListing(message: string): HttpFailure {
  return new HttpFailure(message, { kind: 'shape', transient: false });
}

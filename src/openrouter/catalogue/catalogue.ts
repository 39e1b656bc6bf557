import type { Note } from '../../lib/errors/problem.js';
import { type Decimal, parseDecimal } from '../../lib/money/decimal.js';

/**
 * Catalogue facts as OpenRouter states them, checked for shape only. Prices stay strings and are parsed lazily, so an
 * unused broken price is not an error.
 */
export type Pricing = Readonly<Record<string, unknown>>;

export interface CatalogueModel {
  readonly id: string;
  readonly canonical_slug: string | null;
  readonly context_length: number | null;
  readonly output_modalities: readonly string[];
  readonly pricing: Pricing;
  readonly top_provider: { readonly context_length: number | null; readonly max_completion_tokens: number | null };
  /** The current target of a `~author/family-latest` id. */
  readonly alias_target: string | null;
  /** The id of its weights at Hugging Face, another name that tools use for the model; null where it has none. */
  readonly hugging_face_id: string | null;
  /** The day that the model leaves OpenRouter, `2026-11-28`; null where none is stated. */
  readonly expiration_date: string | null;
}

export interface CatalogueEndpoint {
  readonly provider_name: string;
  /** Provider, then quantization, region or speed, and as its last part perhaps the tier: `openai/flex`. */
  readonly tag: string;
  readonly context_length: number | null;
  readonly max_prompt_tokens: number | null;
  readonly max_completion_tokens: number | null;
  readonly pricing: Pricing;
  /** Below zero: de-ranked, still possible. */
  readonly status: number;
}

/** The endpoints of a model, or why they could not be fetched. */
export type EndpointList =
  | { readonly state: 'known'; readonly endpoints: readonly CatalogueEndpoint[] }
  | { readonly state: 'unknown'; readonly reason: string };

/** One catalogue at one time; it prices both head and base. */
export interface Catalogue {
  readonly source: 'live' | 'lock';
  readonly url: string;
  /** ISO 8601, UTC, whole seconds: when the facts were fetched, also for a lockfile. */
  readonly fetched_at: string;
  /** Of the response body (live) or of the lockfile's text, hexadecimal. */
  readonly sha256: string;
  readonly models: ReadonlyMap<string, CatalogueModel>;
  /** By catalogue id, for the models in use. */
  readonly endpoints: ReadonlyMap<string, EndpointList>;
  /** Notes for a reader of the prices, e.g. a duplicated id. */
  readonly notes: readonly Note[];
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * The age of a lockfile's prices in days and fractions of a day, never below 0; `now` in milliseconds since the epoch. It is
 * apart from `lockfile.ts`, which is loaded only where there is a lockfile.
 */
export function lockfileAgeDays(lockfile: Catalogue, now: number): number {
  return Math.max(0, (now - Date.parse(lockfile.fetched_at)) / DAY_MS);
}

/** More digits than any price has; a longer text is refused before it is turned into a number. */
const LONGEST_PRICE = 64;

/** Reads a price of the catalogue, US dollars per unit: a plain non-negative decimal string. Null for anything else. */
export function readPrice(value: unknown): Decimal | null {
  if (typeof value !== 'string' || value.length > LONGEST_PRICE || value.startsWith('-')) return null;
  return parseDecimal(value);
}

/** Quotes a JSON value of the catalogue in a reason, cut to a length that a line can hold. */
export function excerptOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Our clock may be slightly behind the clock of the catalogue whose answer dates the lockfile. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

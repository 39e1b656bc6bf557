import { z } from 'zod';
import { HttpFailure } from '../../lib/http/failure.js';
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

/** The age of a lockfile's prices in days and fractions of a day, never below 0; `now` in milliseconds since the epoch. */
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

/**
 * The schemas of OpenRouter's two catalogue answers. Fields and enum values that are not used here may come and go. A field
 * that prices depend on is absent or has its type. (OpenAPI document of 2026-08-22.)
 */

const size = z
  .number()
  .nullish()
  // A negative size counts as missing.
  .transform((value) => (typeof value === 'number' && value >= 0 ? value : null));
const pricing = z.record(z.string(), z.unknown());

/** `2026-11-28`, also where a time follows; null for anything that is no date. */
function dayOf(text: string): string | null {
  const day = /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(text)?.[0];
  return day === undefined || Number.isNaN(Date.parse(day)) ? null : day;
}

const modelRow = z
  .object({
    id: z.string().min(1).max(300),
    canonical_slug: z.string().nullish(),
    context_length: size,
    // The list has text models by default, so a row that does not state its output is one.
    architecture: z.object({ output_modalities: z.array(z.string()).nullish() }).nullish(),
    pricing,
    top_provider: z.object({ context_length: size, max_completion_tokens: size }).nullish(),
    alias_target: z.object({ slug: z.string() }).nullish(),
    hugging_face_id: z.string().nullish().catch(null),
    expiration_date: z.string().nullish().catch(null),
  })
  .transform((row): CatalogueModel => ({
    id: row.id,
    canonical_slug: row.canonical_slug ?? null,
    context_length: row.context_length,
    output_modalities: row.architecture?.output_modalities ?? ['text'],
    pricing: row.pricing,
    top_provider: row.top_provider ?? { context_length: null, max_completion_tokens: null },
    alias_target: row.alias_target?.slug ?? null,
    hugging_face_id: row.hugging_face_id === '' ? null : (row.hugging_face_id ?? null),
    expiration_date: dayOf(row.expiration_date ?? ''),
  }));

const endpointRow = z
  .object({
    provider_name: z.string(),
    tag: z.string().nullish(),
    context_length: size,
    max_prompt_tokens: size,
    max_completion_tokens: size,
    pricing,
    status: z.number().nullish(),
  })
  .transform((row): CatalogueEndpoint => ({ ...row, tag: row.tag ?? '', status: row.status ?? 0 }));

const modelsBody = z.object({
  data: z.array(z.unknown()),
  links: z.object({ next: z.string().nullish() }).nullish(),
});
const endpointsBody = z.object({ data: z.object({ endpoints: z.array(endpointRow) }) });

export interface ModelsPage {
  readonly models: readonly CatalogueModel[];
  /** How many rows are not what a model looks like, and the ids of those that have one. */
  readonly malformed: { readonly rows: number; readonly ids: readonly string[] };
  /** The next page, as the answer has it; null on the last one. */
  readonly next: string | null;
}

/** Reads the body of `/models`. A malformed row is left out and counted. Throws an `HttpFailure` on any other shape. */
export function readModelsPage(value: unknown): ModelsPage {
  const body = modelsBody.safeParse(value);
  if (!body.success) throw shapeFailure('a list of models', body.error);
  const models: CatalogueModel[] = [];
  const ids: string[] = [];
  let rows = 0;
  for (const row of body.data.data) {
    const parsed = modelRow.safeParse(row);
    if (parsed.success) {
      models.push(parsed.data);
    } else {
      rows += 1;
      const id = z.object({ id: z.string() }).safeParse(row);
      if (id.success) ids.push(id.data.id);
    }
  }
  return { models, malformed: { rows, ids }, next: body.data.links?.next ?? null };
}

/**
 * Reads the body of a model's endpoints. One malformed endpoint invalidates the list: it could be the most expensive one.
 * Throws an `HttpFailure`.
 */
export function readEndpoints(value: unknown): readonly CatalogueEndpoint[] {
  const body = endpointsBody.safeParse(value);
  if (!body.success) throw shapeFailure('a list of endpoints', body.error);
  return body.data.data.endpoints;
}

function shapeFailure(expected: string, error: z.ZodError): HttpFailure {
  const path = (error.issues[0]?.path ?? []).filter(
    (part) => typeof part === 'number' || /^[a-z_]{1,40}$/.test(String(part)),
  );
  const where = path.length === 0 ? '' : ` (at ${path.join('.')})`;
  return new HttpFailure(`sent JSON that is not ${expected}${where}`, { kind: 'shape', transient: false });
}

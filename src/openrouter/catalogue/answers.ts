import { z } from 'zod';
import { HttpFailure } from '../../lib/http/failure.js';
import type { CatalogueEndpoint, CatalogueModel } from './catalogue.js';

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

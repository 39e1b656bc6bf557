import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NoVerdictError, problem } from '../../lib/errors/problem.js';
import { parseCatalogueUrl } from '../../lib/inputs.js';
import {
  type Catalogue,
  type CatalogueEndpoint,
  type CatalogueModel,
  CLOCK_TOLERANCE_MS,
  type EndpointList,
  type Pricing,
} from './catalogue.js';
import { resolveModel, spellings } from './model-id.js';

/** The lockfile, version 1. Only this product writes it, so it is read strictly: an unknown or missing field is damage. */
const size = z.number().nonnegative().nullable();
const pricing = z.record(z.string(), z.unknown());

const lockedEndpoint = z.strictObject({
  provider_name: z.string(),
  tag: z.string(),
  context_length: size,
  max_prompt_tokens: size,
  max_completion_tokens: size,
  pricing,
  /** 0, or -1 for an endpoint that was de-ranked. */
  status: z.number(),
});

const lockedModel = z.strictObject({
  id: z.string().min(1),
  canonical_slug: z.string().nullable(),
  context_length: size,
  output_modalities: z.array(z.string()),
  pricing,
  top_provider: z.strictObject({ context_length: size, max_completion_tokens: size }),
  alias_target: z.string().nullable(),
  /** Absent: none is stated. Other tools name models by it. */
  hugging_face_id: z.string().optional(),
  /** Absent: no date is stated. */
  expiration_date: z.iso.date().optional(),
  /** Absent: not requested (an alias, a row that only shares a slug); null: could not be fetched. */
  endpoints: z.array(lockedEndpoint).nullable().optional(),
});

export const lockfileSchema = z.strictObject({
  lock_version: z.literal(1),
  fetched_at: z.iso
    .datetime({ precision: 0, error: 'expected a time such as 2026-11-24T09:00:00Z' })
    .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'no such time' }),
  url: z.string().refine(isCatalogueUrl, { error: 'not the URL of a catalogue' }),
  models: z
    .array(lockedModel)
    .refine((rows) => new Set(rows.map((row) => row.id)).size === rows.length, { error: 'a model is listed twice' }),
});

type Lockfile = z.infer<typeof lockfileSchema>;
type LockedModel = z.infer<typeof lockedModel>;
type LockedEndpoint = z.infer<typeof lockedEndpoint>;

function isCatalogueUrl(text: string): boolean {
  try {
    parseCatalogueUrl(text);
    return true;
  } catch (error) {
    if (error instanceof NoVerdictError) return false;
    throw error;
  }
}

/**
 * Writes the lockfile for the models in use. The same facts always give the same text, so that a diff shows only what
 * changed at OpenRouter. Models are sorted by id, endpoints by tag, pricing keys by name.
 */
export function lockfileText(catalogue: Catalogue, idsInUse: readonly string[]): string {
  const lockfile: Lockfile = {
    lock_version: 1,
    fetched_at: catalogue.fetched_at,
    url: catalogue.url,
    models: rowsInUse(catalogue.models, idsInUse).map((model): LockedModel => {
      const list = catalogue.endpoints.get(model.id);
      return {
        id: model.id,
        canonical_slug: model.canonical_slug,
        context_length: model.context_length,
        output_modalities: [...model.output_modalities],
        pricing: sortedPricing(model.pricing),
        top_provider: {
          context_length: model.top_provider.context_length,
          max_completion_tokens: model.top_provider.max_completion_tokens,
        },
        alias_target: model.alias_target,
        ...(model.hugging_face_id === null ? {} : { hugging_face_id: model.hugging_face_id }),
        ...(model.expiration_date === null ? {} : { expiration_date: model.expiration_date }),
        ...(list === undefined ? {} : { endpoints: list.state === 'known' ? lockedEndpoints(list.endpoints) : null }),
      };
    }),
  };
  return `${JSON.stringify(lockfile, null, 2)}\n`;
}

function lockedEndpoints(endpoints: readonly CatalogueEndpoint[]): LockedEndpoint[] {
  const rows = endpoints.map((endpoint) => ({
    provider_name: endpoint.provider_name,
    tag: endpoint.tag,
    context_length: endpoint.context_length,
    max_prompt_tokens: endpoint.max_prompt_tokens,
    max_completion_tokens: endpoint.max_completion_tokens,
    pricing: sortedPricing(endpoint.pricing),
    // The degree of de-ranking changes from hour to hour; only the fact counts.
    status: endpoint.status < 0 ? -1 : 0,
  }));
  const keyed = rows.map((row) => ({ row, key: `${row.tag}\n${JSON.stringify(row)}` }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

/** Leaves out `discount`: it is inside the listed prices already, and changes independently. */
function sortedPricing(pricing: Pricing): Record<string, unknown> {
  const entries = Object.entries(pricing).filter(([name]) => name !== 'discount');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Reads a lockfile; `file` is for messages, `now` (milliseconds since the epoch) for its age. Throws a `NoVerdictError` with
 * exit code 3 where it is damaged or dated in the future: prices cannot come from it then.
 */
export function parseLockfile(text: string, file: string, now: number): Catalogue {
  const parsed = lockfileSchema.safeParse(parseText(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = (issue?.path ?? []).map(String).join('.');
    throw unusable(file, `${where === '' ? 'it' : where}: ${issue?.message ?? 'not a valid lockfile'}`);
  }
  const lockfile = parsed.data;
  if (Date.parse(lockfile.fetched_at) > now + CLOCK_TOLERANCE_MS) {
    throw unusable(file, `its prices are dated ${lockfile.fetched_at}, in the future`);
  }
  const endpoints = new Map<string, EndpointList>();
  for (const model of lockfile.models) {
    if (model.endpoints === undefined) continue;
    endpoints.set(
      model.id,
      model.endpoints === null
        ? { state: 'unknown', reason: 'they could not be fetched when the lockfile was written' }
        : { state: 'known', endpoints: model.endpoints },
    );
  }
  return {
    source: 'lock',
    url: lockfile.url,
    fetched_at: lockfile.fetched_at,
    sha256: createHash('sha256').update(text).digest('hex'),
    models: new Map(lockfile.models.map((row) => [row.id, modelOf(row)])),
    endpoints,
    notes: [],
  };
}

function modelOf(row: LockedModel): CatalogueModel {
  const { id, canonical_slug, context_length, output_modalities, pricing, top_provider, alias_target } = row;
  return {
    id,
    canonical_slug,
    context_length,
    output_modalities,
    pricing,
    top_provider,
    alias_target,
    hugging_face_id: row.hugging_face_id ?? null,
    expiration_date: row.expiration_date ?? null,
  };
}

function parseText(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(file, 'it is not JSON');
  }
}

function unusable(file: string, reason: string): NoVerdictError {
  return new NoVerdictError(3, [
    problem(`The lockfile ${file} cannot be used: ${reason}. Write it again with "llm-budget lock".`, { file }),
  ]);
}

/**
 * Lists the rows that are needed to resolve the ids in use, sorted by id: the models themselves, the aliases that lead to
 * them, and where an id is a canonical slug every row that shares it.
 */
function rowsInUse(models: Catalogue['models'], ids: readonly string[]): readonly CatalogueModel[] {
  const rows = new Map<string, CatalogueModel>();
  const keep = (row: CatalogueModel | undefined) => {
    if (row === undefined || rows.has(row.id)) return;
    rows.set(row.id, row);
    if (row.alias_target !== null) keepAll(row.alias_target);
  };
  const keepAll = (name: string) => {
    const exact = models.get(name);
    keep(exact);
    if (exact !== undefined) return;
    for (const row of models.values()) if (row.canonical_slug === name) keep(row);
  };
  for (const id of new Set(ids)) for (const name of spellings(id)) keepAll(name);
  for (const id of ids) {
    const resolution = resolveModel(id, models);
    if (resolution.state === 'resolved') keep(models.get(resolution.id));
  }
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

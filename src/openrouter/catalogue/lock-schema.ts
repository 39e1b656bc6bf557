import { z } from 'zod';
import { NoVerdictError } from '../../lib/errors/problem.js';
import { parseCatalogueUrl } from '../../lib/inputs/catalogue-url.js';

/** A clock may be a little behind that of the catalogue whose answer dates the lock. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The lock file, version 1. Ours alone, so it is read strictly: an unknown or missing field is damage. */
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
  /** Absent: not asked for (an alias, a row that only shares a slug); null: could not be fetched. */
  endpoints: z.array(lockedEndpoint).nullable().optional(),
});

export const lockSchema = z.strictObject({
  lock_version: z.literal(1),
  fetched_at: z.iso
    .datetime({ precision: 0, error: 'a time such as 2026-11-24T09:00:00Z is due' })
    .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'no such time' }),
  url: z.string().refine(isCatalogueUrl, { error: 'not the URL of a catalogue' }),
  models: z
    .array(lockedModel)
    .refine((rows) => new Set(rows.map((row) => row.id)).size === rows.length, { error: 'a model stands there twice' }),
});

export type Lock = z.infer<typeof lockSchema>;
export type LockedModel = z.infer<typeof lockedModel>;
export type LockedEndpoint = z.infer<typeof lockedEndpoint>;

function isCatalogueUrl(text: string): boolean {
  try {
    parseCatalogueUrl(text);
    return true;
  } catch (error) {
    if (error instanceof NoVerdictError) return false;
    throw error;
  }
}

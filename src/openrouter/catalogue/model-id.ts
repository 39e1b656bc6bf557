import type { Catalogue, CatalogueModel } from './catalogue.js';
import { safeLine } from '../../lib/text/plain.js';
import { closest } from '../../lib/text/closest.js';

/**
 * Finds the catalogue's row for a model id of a manifest. Rules of OpenRouter as of 2026-08-22 (its docs on model
 * variants, and `alias_target` in `GET /models`): a row by its id; a row by its canonical slug; `~author/family-latest` by the
 * row that it points at now; any of these with dynamic suffixes, which are not rows and stack.
 */

/** Suffixes that change how a request is routed, not which model answers. */
const DYNAMIC_SUFFIXES = ['floor', 'nitro', 'exacto', 'online'] as const;
export type DynamicSuffix = (typeof DYNAMIC_SUFFIXES)[number];

export interface ResolvedModel {
  readonly state: 'resolved';
  /** The id of the row that has the prices; of an alias its target's. */
  readonly id: string;
  readonly model: CatalogueModel;
  readonly suffixes: ReadonlySet<DynamicSuffix>;
  /** All spellings that a model pattern is compared with: declared, resolved, canonical slug, each also without suffixes. */
  readonly names: readonly string[];
  /** Notes on how the id was understood. */
  readonly notes: readonly string[];
}

export interface UnresolvedModel {
  readonly state: 'unresolved';
  readonly reason: string;
  /** No row has this id or slug, so another spelling may be meant. */
  readonly isUnknown: boolean;
  readonly names: readonly string[];
}

export type ModelResolution = ResolvedModel | UnresolvedModel;
type Models = ReadonlyMap<string, CatalogueModel>;
type Row = { readonly model: CatalogueModel; readonly notes: readonly string[] } | { readonly reason: string };

interface Lookup {
  readonly bySlug: ReadonlyMap<string, readonly CatalogueModel[]>;
  readonly resolutions: Map<string, ModelResolution>;
}

/** One index per catalogue: a manifest may have 5,000 calls. */
const lookups = new WeakMap<Models, Lookup>();

/** Finds the row of an id, or says why there is none, and in which `source`. Never throws. */
export function resolveModel(id: string, models: Models, source: Catalogue['source'] = 'live'): ModelResolution {
  const lookup = lookups.get(models) ?? indexOf(models);
  // The reason names the source, so it is part of the key.
  const key = `${source} ${id}`;
  const known = lookup.resolutions.get(key);
  if (known !== undefined) return known;
  const resolution = resolve(id, models, lookup, source);
  lookup.resolutions.set(key, resolution);
  return resolution;
}

/**
 * Lists the ids, each once and in order, that the lockfile cannot price in full: it lacks the model or its endpoints. It is
 * apart from `lockfile.ts`, which is loaded only where there is a lockfile.
 */
export function uncoveredModels(lockfile: Catalogue, idsInUse: readonly string[]): string[] {
  return [...new Set(idsInUse)].filter((id) => {
    const resolution = resolveModel(id, lockfile.models);
    return resolution.state === 'unresolved' || lockfile.endpoints.get(resolution.id)?.state !== 'known';
  });
}

function indexOf(models: Models): Lookup {
  const bySlug = new Map<string, CatalogueModel[]>();
  for (const model of models.values()) {
    if (model.canonical_slug === null || isAlias(model)) continue;
    const sharing = bySlug.get(model.canonical_slug);
    if (sharing === undefined) bySlug.set(model.canonical_slug, [model]);
    else sharing.push(model);
  }
  const lookup = { bySlug, resolutions: new Map<string, ModelResolution>() };
  lookups.set(models, lookup);
  return lookup;
}

function resolve(declared: string, models: Models, lookup: Lookup, source: Catalogue['source']): ModelResolution {
  const suffixes = new Set<DynamicSuffix>();
  let rest = declared;
  for (;;) {
    const row = findRow(rest, models, lookup);
    if (row !== null && 'reason' in row)
      return { state: 'unresolved', reason: row.reason, isUnknown: false, names: namesOf(declared) };
    if (row !== null) {
      const { model, notes } = row;
      const names = namesOf(declared, model.id, model.canonical_slug);
      return { state: 'resolved', id: model.id, model, suffixes, names, notes };
    }
    const shorter = withoutSuffix(rest);
    if (shorter === null) break;
    suffixes.add(shorter.suffix);
    rest = shorter.id;
  }
  return { state: 'unresolved', ...whyUnknown(declared, rest, models, lookup, source), names: namesOf(declared) };
}

/** Finds a row by id or by canonical slug and follows an alias; a reason where the id is known but has no single row. */
function findRow(id: string, models: Models, lookup: Lookup): Row | null {
  const exact = models.get(id);
  if (exact !== undefined) return isAlias(exact) ? followAlias(exact, models, lookup) : { model: exact, notes: [] };
  return findBySlug(id, lookup);
}

/** Finds the row of a slug. Of several rows, it is the one without a suffix: `:free`, `:batch` and others are named by id. */
function findBySlug(slug: string, lookup: Lookup): Row | null {
  const sharing = lookup.bySlug.get(slug);
  if (sharing === undefined) return null;
  const [only, ...others] = sharing.length > 1 ? sharing.filter((model) => !model.id.includes(':')) : sharing;
  if (only === undefined || others.length > 0) {
    const ids = sharing.map((model) => model.id).join(', ');
    return { reason: `"${slug}" is the canonical slug of several models (${ids}): name one of these ids` };
  }
  return { model: only, notes: [`"${slug}" is the canonical slug of ${only.id}`] };
}

function isAlias(model: CatalogueModel): boolean {
  return model.alias_target !== null || model.id.startsWith('~');
}

/** An alias has no endpoints of its own and its listed price is its target's; an alias of an alias is not followed. */
function followAlias(alias: CatalogueModel, models: Models, lookup: Lookup): Row {
  const slug = alias.alias_target;
  if (slug === null) return { reason: `${alias.id} is an alias and the catalogue does not say what it stands for` };
  const exact = models.get(slug);
  const row = exact === undefined ? findBySlug(slug, lookup) : { model: exact };
  const target = row !== null && 'model' in row && !isAlias(row.model) ? row.model : null;
  if (target === null) return { reason: `${alias.id} stands for "${slug}", which is not one model of the catalogue` };
  return { model: target, notes: [`${alias.id} stands for ${target.id} now; the target can move, and its price too`] };
}

/** The id without the dynamic suffix at its end; null where it has none. */
function withoutSuffix(id: string): { readonly id: string; readonly suffix: DynamicSuffix } | null {
  const suffix = DYNAMIC_SUFFIXES.find((name) => id.endsWith(`:${name}`));
  return suffix === undefined ? null : { id: id.slice(0, -suffix.length - 1), suffix };
}

/** The id as declared, and with each dynamic suffix at its end taken off in turn. */
export function spellings(id: string): [string, ...string[]] {
  const all: [string, ...string[]] = [id];
  for (let shorter = withoutSuffix(id); shorter !== null; shorter = withoutSuffix(shorter.id)) all.push(shorter.id);
  return all;
}

function bare(id: string): string {
  return spellings(id).at(-1) ?? id;
}

function namesOf(...ids: readonly (string | null)[]): string[] {
  const stated = ids.filter((id) => id !== null);
  return [...new Set([...stated, ...stated.map(bare)])];
}

/** `rest` is the declared id without the dynamic suffixes at its end. */
function whyUnknown(
  declared: string,
  rest: string,
  models: Models,
  lookup: Lookup,
  source: Catalogue['source'],
): Pick<UnresolvedModel, 'reason' | 'isUnknown'> {
  const shown = `"${safeLine(declared)}"`;
  if (rest.includes('@preset/')) {
    return known(`${shown} takes its model from a preset, which is kept at OpenRouter and can be changed there`);
  }
  const colon = rest.lastIndexOf(':');
  if (colon > 0 && findRow(bare(rest.slice(0, colon)), models, lookup) !== null) {
    const suffix = rest.slice(colon + 1);
    const accepted = DYNAMIC_SUFFIXES.map((dynamic) => `:${dynamic}`).join(', ');
    const near = closest(suffix, DYNAMIC_SUFFIXES);
    const suggestion = hint(near === null ? closest(rest, models.keys()) : `${rest.slice(0, colon)}:${near}`);
    return known(
      `${shown}: the suffix ":${safeLine(suffix)}" is neither a row of the catalogue nor one of ${accepted}${suggestion}`,
    );
  }
  const place =
    source === 'live' ? 'the catalogue' : 'the lockfile, which has the models that were in use when it was written';
  return { reason: `${shown} is not in ${place}`, isUnknown: true };
}

function known(reason: string): Pick<UnresolvedModel, 'reason' | 'isUnknown'> {
  return { reason, isUnknown: false };
}

function hint(id: string | null): string {
  return id === null ? '' : `; did you mean "${id}"?`;
}

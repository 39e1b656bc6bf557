import type { CatalogueModel } from './catalogue.js';
import { resolveModel } from './model-id.js';

/**
 * The catalogue ids whose endpoints are to be fetched for these declared ids, in the order of first use: of an alias
 * its target's. Ids that stand for no model are left out, they have no endpoints to ask for.
 */
export function modelsInUse(ids: Iterable<string>, models: ReadonlyMap<string, CatalogueModel>): string[] {
  const used = new Set<string>();
  for (const id of ids) {
    const resolution = resolveModel(id, models);
    if (resolution.state === 'resolved') used.add(resolution.id);
  }
  return [...used];
}

import type { Catalogue, CatalogueModel } from './catalogue.js';
import { spellings } from './model-id.js';
import { modelsInUse } from './models-in-use.js';

/**
 * The rows without which some id in use would resolve differently, sorted by id: the models themselves, the aliases that
 * lead to them, and where an id is a canonical slug every row that shares it.
 */
export function rowsInUse(models: Catalogue['models'], ids: readonly string[]): readonly CatalogueModel[] {
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
  for (const id of modelsInUse(ids, models)) keep(models.get(id));
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

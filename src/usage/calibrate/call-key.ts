import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import type { CatalogueModel } from '../../openrouter/catalogue/catalogue.js';

type Models = ReadonlyMap<string, CatalogueModel>;

/**
 * The ids by which a recorded model may be known: as recorded, and what the catalogue resolves it to. A provider's own
 * id ("claude-sonnet-4-5-20250929") has no author and orders its words as it likes, so it is also known by its words.
 */
export function modelNames(recorded: string, models: Models): ReadonlySet<string> {
  const resolution = resolveModel(recorded, models);
  return new Set([recorded, ...resolution.names, ...(resolution.state === 'resolved' ? [resolution.id] : [])]);
}

/** The words of a model's own name, sorted: "anthropic/claude-4.5-sonnet-20250929" and "claude-sonnet-4-5-20250929" share them. */
export function modelWords(id: string): string {
  const own = id.slice(id.lastIndexOf('/') + 1).replace(/:.*$/, '');
  return own
    .toLowerCase()
    .split(/[-._]+/)
    .sort()
    .join(' ');
}

/** Dates as makers put them behind a name, and what stands around a name at other hosts. */
const DATE = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8})/g;
const PREFIX = /^(?:[a-z]{2}\.)?(?:anthropic|openai|meta|mistral|amazon)\./;

/** The words of a model without its date: a recording of one dated model is one of its family. */
export function familyWords(id: string): string {
  const own = id
    .slice(id.lastIndexOf('/') + 1)
    .replace(PREFIX, '')
    .replace(/(?:-v\d+)?:.*$/, '');
  return modelWords(own.replace(DATE, ''));
}

/**
 * The catalogue's id of a recorded model: what it resolves to, else the only model with the same words; null where
 * there is none, or more than one.
 */
export function catalogueId(recorded: string, models: Models): string | null {
  const resolution = resolveModel(recorded, models);
  if (resolution.state === 'resolved') return resolution.id;
  if (recorded.includes('/')) return null;
  const words = modelWords(recorded);
  const same = [...models.values()].filter(
    (model) =>
      !model.id.includes(':') &&
      model.alias_target === null &&
      (modelWords(model.id) === words || (model.canonical_slug !== null && modelWords(model.canonical_slug) === words)),
  );
  const [only, ...others] = same;
  return only === undefined || others.length > 0 ? null : only.id;
}

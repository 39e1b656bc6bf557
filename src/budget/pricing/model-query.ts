import type { CatalogueModel } from '../../openrouter/catalogue/catalogue.js';
import { matchesPattern } from '../../lib/text/star-pattern.js';

/**
 * Whether a model is asked for: every word must be part of its id, its canonical slug or its alias's target; a word with
 * `*` must match one of them as a whole, `*` standing for any characters. Capitals do not count; no word asks for all.
 */
export function isAskedFor(model: CatalogueModel, words: readonly string[]): boolean {
  const names = [model.id, model.canonical_slug, model.alias_target].flatMap((name) => name?.toLowerCase() ?? []);
  return words.every((word) => names.some((name) => fits(name, word.toLowerCase())));
}

function fits(name: string, word: string): boolean {
  return word.includes('*') ? matchesPattern(word, name) : name.includes(word);
}

import type { Catalogue } from '../../src/openrouter/catalogue/catalogue.js';
import { compareEstimates, type Comparison } from '../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { suggest, worthShowing } from '../../src/budget/suggestions/suggest.js';
import type { Suggestion } from '../../src/budget/suggestions/suggestion.js';
import { catalogue, endpoint, model } from './catalogue.js';
import { text } from './price.js';

/** Endpoints and variants whose prices a person can follow: dollars per thousand prompt tokens, completions as given. */

function offer(id: string, prompt: string, endpoints: Readonly<Record<string, string>>, completion = '0') {
  const own = { prompt, completion };
  return {
    ...model({ id, pricing: own }),
    endpoints: Object.entries(endpoints).map(([tag, price]) =>
      endpoint({ tag, pricing: { prompt: price, completion }, max_completion_tokens: 10_000 }),
    ),
  };
}

/**
 * A request of 1,000 prompt tokens costs: a/plain $1 (endpoints $1 and $0.80, flex $0.40, batch $0.50); a/one $1 at its one
 * endpoint; a/dear $3 at its one endpoint; a/long $1, and $0.001 for each completion token, of which 10,000 at most.
 */
export const OFFERS: Catalogue = catalogue([
  offer('a/plain', '0.001', { one: '0.001', two: '0.0008', 'one/flex': '0.0004' }),
  offer('a/plain:batch', '0.0005', { one: '0.0005' }),
  offer('a/one', '0.001', { one: '0.001' }),
  offer('a/dear', '0.003', { one: '0.003' }),
  offer('a/long', '0.001', { one: '0.001' }, '0.001'),
  offer('a/gift:free', '0', { one: '0' }),
]);

export function comparisonOf(head: Manifest, base: Manifest | null = null, prices: Catalogue = OFFERS): Comparison {
  const estimate = (manifest: Manifest) => estimateManifest(manifest, prices, null);
  return compareEstimates(estimate(head), base === null ? null : estimate(base));
}

export function suggestionsFor(head: Manifest, base: Manifest | null = null): Suggestion[] {
  return suggest({ comparison: comparisonOf(head, base), catalogue: OFFERS, at: null, freeRequestsPerDay: 50 });
}

/** `batch 0.5`: kind and saving, in order. */
export function inShort(suggestions: readonly Suggestion[]): string[] {
  return suggestions.map(({ kind, saving }) => `${kind} ${text(saving) ?? '-'}`);
}

export function shown(head: Manifest, base: Manifest | null = null): string[] {
  return inShort(worthShowing(suggestionsFor(head, base)));
}

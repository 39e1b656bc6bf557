import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { closest } from '../../lib/text/closest.js';
import { isProvider } from './provider-match.js';
import type { PricedCall } from './request.js';

/**
 * What `provider.order` and `ignore` name in vain: no endpoint of any of these models is of that provider. OpenRouter
 * passes such a name over without a word, and the estimate with it. Empty where the endpoints are not all known.
 */
export function strayProviders({ provider }: PricedCall, models: readonly string[], catalogue: Catalogue): string[] {
  const named = (['order', 'ignore'] as const).flatMap((key) =>
    (provider?.[key] ?? []).map((entry) => ({ key, entry })),
  );
  if (named.length === 0) return [];
  const lists = models.map((model) => catalogue.endpoints.get(model));
  const endpoints = lists.flatMap((list) => (list?.state === 'known' ? list.endpoints : []));
  if (lists.some((list) => list?.state !== 'known') || endpoints.length === 0) return [];
  const tags = new Set(endpoints.flatMap(({ tag }) => [tag, tag.split('/')[0] ?? tag]));
  return named
    .filter(({ entry }) => !endpoints.some((endpoint) => isProvider(entry, endpoint)))
    .map(({ key, entry }) => {
      const near = closest(entry, tags);
      const hint = near === null ? '' : `; did you mean "${near}"?`;
      return `provider.${key} names "${entry}", which has no endpoint of ${models.join(' or ')}${hint}`;
    });
}

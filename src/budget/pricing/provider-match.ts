import type { CatalogueEndpoint } from '../../openrouter/catalogue/catalogue.js';

/** A provider's name as its slug: "Amazon Bedrock" is amazon-bedrock. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/**
 * Whether an entry of `provider.order`, `only` or `ignore` means this endpoint: a base slug (`azure`) or a provider's name
 * means all endpoints of that provider, a tag with a slash (`google-vertex/global`) that one alone. Capitals do not count.
 */
export function isProvider(entry: string, endpoint: CatalogueEndpoint): boolean {
  const tag = endpoint.tag.toLowerCase();
  if (entry.includes('/')) return entry.trim().toLowerCase() === tag;
  const wanted = slugOf(entry);
  return wanted !== '' && (wanted === slugOf(tag.split('/')[0] ?? tag) || wanted === slugOf(endpoint.provider_name));
}

export function isOneOf(entries: readonly string[], endpoint: CatalogueEndpoint): boolean {
  return entries.some((entry) => isProvider(entry, endpoint));
}

import type {
  Catalogue,
  CatalogueEndpoint,
  CatalogueModel,
  EndpointList,
  Pricing,
} from '../../src/openrouter/catalogue/catalogue.js';

/** Small catalogues for tests: every builder takes what a test is about and fills in the rest. */

/** $1 per million prompt tokens, $2 per million completion tokens. */
export const PLAIN_PRICING: Pricing = { prompt: '0.000001', completion: '0.000002' };

/** A model of text, 100,000 tokens of context, without a cap of its own. */
export function model(fields: Partial<CatalogueModel> & { readonly id: string }): CatalogueModel {
  return {
    canonical_slug: null,
    context_length: 100_000,
    output_modalities: ['text'],
    pricing: PLAIN_PRICING,
    top_provider: { context_length: 100_000, max_completion_tokens: null },
    alias_target: null,
    hugging_face_id: null,
    expiration_date: null,
    ...fields,
  };
}

/** An endpoint of the default tier that serves, 100,000 tokens of context, without a cap of its own. */
export function endpoint(fields: Partial<CatalogueEndpoint> & { readonly tag: string }): CatalogueEndpoint {
  return {
    provider_name: fields.tag.split('/')[0] ?? fields.tag,
    context_length: 100_000,
    max_prompt_tokens: null,
    max_completion_tokens: null,
    pricing: PLAIN_PRICING,
    status: 0,
    ...fields,
  };
}

/** A model with its endpoints: a list, or the reason why it could not be fetched; without one it has none. */
export type Offer = CatalogueModel & { readonly endpoints?: readonly CatalogueEndpoint[] | string };

function endpointList(endpoints: Offer['endpoints']): EndpointList {
  return typeof endpoints === 'string'
    ? { state: 'unknown', reason: endpoints }
    : { state: 'known', endpoints: endpoints ?? [] };
}

/** A live catalogue of these models; endpoints are known for every model. */
export function catalogue(offers: readonly Offer[], fields: Partial<Catalogue> = {}): Catalogue {
  return {
    source: 'live',
    url: 'https://catalogue.test/api/v1',
    fetched_at: '2026-11-24T09:00:00Z',
    sha256: '0'.repeat(64),
    models: new Map(offers.map((offer) => [offer.id, offer])),
    endpoints: new Map(offers.map((offer) => [offer.id, endpointList(offer.endpoints)])),
    notes: [],
    ...fields,
  };
}

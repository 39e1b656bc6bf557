import { endpointRow, modelRow, type CatalogueContent } from './catalogue-server.js';

/**
 * Rows of a catalogue that also answers in embeddings, made by hand from OpenRouter's facts: embedding rows list a `prompt`
 * price and no completion, two of 31 are `:free` (2026-08-05), and image and rerank rows list "0" without being free.
 * Source of the price and window: https://openrouter.ai/openai/text-embedding-3-small (0.02 dollars per million tokens).
 */
const embeddings = { input_modalities: ['text'], output_modalities: ['embeddings'] };
const small = { prompt: '0.00000002', completion: '0' };
const large = { prompt: '0.00000013' };
const costly = { prompt: '0.000006' };
const nothing = { prompt: '0', completion: '0' };
const window = { context_length: 8192, top_provider: { context_length: 8192, max_completion_tokens: null } };

export const EMBEDDING_CATALOGUE: CatalogueContent = {
  models: [
    modelRow('openai/text-embedding-3-small', { architecture: embeddings, pricing: small, ...window }),
    modelRow('openai/text-embedding-3-large', { architecture: embeddings, pricing: large, ...window }),
    modelRow('maker/costly-embed', { architecture: embeddings, pricing: costly, ...window }),
    modelRow('maker/gift-embed:free', { architecture: embeddings, pricing: nothing, ...window }),
    modelRow('maker/text', { pricing: { prompt: '0.000001', completion: '0.000002' } }),
    modelRow('maker/rerank', {
      architecture: { input_modalities: ['text'], output_modalities: ['rerank'] },
      pricing: nothing,
    }),
  ],
  endpoints: {
    'openai/text-embedding-3-small': [
      endpointRow('openai', { pricing: small, context_length: 8192, max_completion_tokens: null }),
      endpointRow('azure', { pricing: small, context_length: 8192, max_completion_tokens: null }),
    ],
    'openai/text-embedding-3-large': [
      endpointRow('openai', { pricing: large, context_length: 8192, max_completion_tokens: null }),
    ],
    'maker/gift-embed:free': [endpointRow('maker', { pricing: nothing, context_length: 8192 })],
    'maker/text': [endpointRow('maker')],
    'maker/rerank': [endpointRow('maker', { pricing: nothing })],
  },
  date: 'Tue, 24 Nov 2026 09:00:00 GMT',
};

/** 500 requests of 400 tokens, embedded. */
export function embeddingManifest(model = 'openai/text-embedding-3-small'): string {
  return `version: 1
budget: {per_run: 1}
suites:
  rag:
    calls:
      - {name: embed, model: ${model}, count: 500, prompt_tokens: 400, completion_tokens: 0}
`;
}

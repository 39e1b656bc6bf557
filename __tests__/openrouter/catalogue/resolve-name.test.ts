import { describe, expect, test } from '@jest/globals';
import type { CatalogueModel } from '../../../src/openrouter/catalogue/catalogue.js';
import {
  idOfName,
  idsOfRecorded,
  resolveName,
  withSuggestion,
} from '../../../src/openrouter/catalogue/resolve-name.js';
import { model } from '../../support/catalogue.js';
import { hasOpenRouterData, realCatalogue } from '../../support/openrouter-data.js';

/** Id, canonical slug, Hugging Face id: ids that OpenRouter listed in 2025 and 2026. */
const ROWS: readonly (readonly [id: string, slug?: string | null, huggingFace?: string])[] = [
  ['openai/gpt-4o'],
  ['openai/gpt-4o:batch', 'openai/gpt-4o'],
  ['openai/gpt-4o-2024-05-13'],
  ['openai/gpt-4o-2024-08-06'],
  ['openai/gpt-4o-2024-11-20'],
  ['openai/gpt-4o-mini'],
  ['openai/gpt-4o-mini-2024-07-18'],
  ['openai/gpt-4-turbo'],
  ['openai/gpt-4'],
  ['openai/gpt-3.5-turbo'],
  ['openai/gpt-3.5-turbo-0613'],
  ['openai/gpt-3.5-turbo-16k'],
  ['openai/gpt-4.1', 'openai/gpt-4.1-2025-04-14'],
  ['openai/gpt-4.1-mini', 'openai/gpt-4.1-mini-2025-04-14'],
  ['openai/gpt-4.1-nano', 'openai/gpt-4.1-nano-2025-04-14'],
  ['openai/o1', 'openai/o1-2024-12-17'],
  ['openai/o3', 'openai/o3-2025-04-16'],
  ['openai/o3-mini', 'openai/o3-mini-2025-01-31'],
  ['openai/o4-mini', 'openai/o4-mini-2025-04-16'],
  ['openai/gpt-5', 'openai/gpt-5-2025-08-07'],
  ['openai/gpt-5-mini', 'openai/gpt-5-mini-2025-08-07'],
  ['openai/gpt-5-nano', 'openai/gpt-5-nano-2025-08-07'],
  ['openai/gpt-5-pro', 'openai/gpt-5-pro-2025-10-06'],
  ['openai/gpt-5-codex:batch', 'openai/gpt-5-codex'],
  ['openai/gpt-5.1', 'openai/gpt-5.1-20251113'],
  ['openai/gpt-5.2', 'openai/gpt-5.2-20251211'],
  ['openai/gpt-oss-120b', 'openai/gpt-oss-120b', 'openai/gpt-oss-120b'],
  ['openai/gpt-oss-20b', 'openai/gpt-oss-20b', 'openai/gpt-oss-20b'],
  ['openai/text-embedding-3-small'],
  ['openai/text-embedding-3-large'],
  ['openai/text-embedding-ada-002'],
  ['anthropic/claude-3-haiku'],
  ['anthropic/claude-3.5-haiku', 'anthropic/claude-3-5-haiku'],
  ['anthropic/claude-sonnet-4', 'anthropic/claude-4-sonnet-20250522'],
  ['anthropic/claude-opus-4', 'anthropic/claude-4-opus-20250522'],
  ['anthropic/claude-opus-4.1', 'anthropic/claude-4.1-opus-20250805'],
  ['anthropic/claude-sonnet-4.5', 'anthropic/claude-4.5-sonnet-20250929'],
  ['anthropic/claude-haiku-4.5', 'anthropic/claude-4.5-haiku-20251001'],
  ['anthropic/claude-opus-4.5', 'anthropic/claude-4.5-opus-20251124'],
  ['anthropic/claude-opus-4.6', 'anthropic/claude-4.6-opus-20260205'],
  ['google/gemini-2.5-flash'],
  ['google/gemini-2.5-flash-lite'],
  ['google/gemini-2.5-flash-image'],
  ['google/gemini-2.5-pro'],
  ['google/gemini-3.5-flash', 'google/gemini-3.5-flash-20260519'],
  ['google/gemma-3-27b-it', 'google/gemma-3-27b-it', 'google/gemma-3-27b-it'],
  ['google/gemini-embedding-001'],
  ['mistralai/mistral-large'],
  ['mistralai/mistral-large-2407'],
  ['mistralai/mistral-large-2512'],
  ['mistralai/mistral-small-2603', 'mistralai/mistral-small-2603', 'mistralai/Mistral-Small-4-119B-2603'],
  ['mistralai/mistral-small-3.2-24b-instruct', 'mistralai/mistral-small-3.2-24b-instruct-2506'],
  ['mistralai/mistral-nemo', 'mistralai/mistral-nemo', 'mistralai/Mistral-Nemo-Instruct-2407'],
  ['mistralai/codestral-2508'],
  ['mistralai/ministral-8b'],
  ['mistralai/ministral-8b-2512'],
  ['meta-llama/llama-3.1-8b-instruct', null, 'meta-llama/Meta-Llama-3.1-8B-Instruct'],
  ['meta-llama/llama-3.3-70b-instruct', null, 'meta-llama/Llama-3.3-70B-Instruct'],
  ['meta-llama/llama-3.3-70b-instruct:free', 'meta-llama/llama-3.3-70b-instruct', 'meta-llama/Llama-3.3-70B-Instruct'],
  ['meta-llama/llama-4-scout', 'meta-llama/llama-4-scout-17b-16e-instruct'],
  ['deepseek/deepseek-chat', 'deepseek/deepseek-chat-v3', 'deepseek-ai/DeepSeek-V3'],
  ['deepseek/deepseek-chat-v3-0324', null, 'deepseek-ai/DeepSeek-V3-0324'],
  ['deepseek/deepseek-chat-v3.1', null, 'deepseek-ai/DeepSeek-V3.1'],
  ['deepseek/deepseek-r1', null, 'deepseek-ai/DeepSeek-R1'],
  ['deepseek/deepseek-r1-0528', null, 'deepseek-ai/DeepSeek-R1-0528'],
  ['qwen/qwen3-32b', 'qwen/qwen3-32b-04-28', 'Qwen/Qwen3-32B'],
  ['qwen/qwen-2.5-7b-instruct', null, 'Qwen/Qwen2.5-7B-Instruct'],
  ['qwen/qwen-plus', 'qwen/qwen-plus-2025-01-25'],
  ['qwen/qwen-plus-2025-07-28'],
  ['x-ai/grok-4.3', 'x-ai/grok-4.3-20260430'],
  ['moonshotai/kimi-k2', null, 'moonshotai/Kimi-K2-Instruct'],
  ['moonshotai/kimi-k2-0905', null, 'moonshotai/Kimi-K2-Instruct-0905'],
  ['z-ai/glm-4.6', 'z-ai/glm-4.6', 'zai-org/GLM-4.6'],
  ['cohere/command-r-08-2024'],
  ['cohere/command-a', 'cohere/command-a-03-2025', 'CohereForAI/c4ai-command-a-03-2025'],
  ['amazon/nova-lite-v1'],
  ['amazon/nova-pro-v1'],
  ['perplexity/sonar'],
  ['perplexity/sonar-pro'],
  ['microsoft/phi-4', null, 'microsoft/phi-4'],
  ['nvidia/nano:free', 'nvidia/nano', 'nvidia/Nano'],
  ['one/twin'],
  ['two/twin'],
  ['openrouter/auto'],
];

const MODELS: ReadonlyMap<string, CatalogueModel> = new Map([
  ...ROWS.map(([id, slug, huggingFace]): [string, CatalogueModel] => [
    id,
    model({ id, canonical_slug: slug ?? id, hugging_face_id: huggingFace ?? null }),
  ]),
  [
    '~google/gemini-flash-latest',
    model({ id: '~google/gemini-flash-latest', alias_target: 'google/gemini-3.5-flash' }),
  ],
]);

/** Each id with the names that stand for it. */
const NAMES: readonly (readonly [id: string, names: readonly string[]])[] = [
  [
    'openai/gpt-4o',
    [
      'gpt-4o',
      'azure/gpt-4o',
      'openai:gpt-4o',
      'openai:chat:gpt-4o',
      'GPT-4o',
      'openrouter/openai/gpt-4o',
      'gpt-4o-2024-02-29',
    ],
  ],
  ['openai/gpt-4o-2024-05-13', ['gpt-4o-2024-05-13', 'azure/gpt-4o-2024-05-13']],
  ['openai/gpt-4o-2024-08-06', ['gpt-4o-2024-08-06', 'gpt-4o-20240806']],
  ['openai/gpt-4o-2024-11-20', ['gpt-4o-2024-11-20']],
  ['openai/gpt-4o-mini', ['gpt-4o-mini', 'gpt-4o mini', 'models/gpt-4o-mini', 'litellm_proxy/gpt-4o-mini']],
  ['openai/gpt-4o-mini-2024-07-18', ['gpt-4o-mini-2024-07-18', 'openrouter/openai/gpt-4o-mini-2024-07-18']],
  ['openai/gpt-4-turbo', ['gpt-4-turbo', 'gpt-4-turbo-2024-04-09']],
  ['openai/gpt-4', ['gpt-4', 'gpt-4-0613']],
  [
    'openai/gpt-3.5-turbo',
    ['gpt-3.5-turbo', 'gpt-35-turbo', 'gpt-3.5-turbo-0125', 'gpt-3.5-turbo-1106', 'azure/gpt-35-turbo'],
  ],
  ['openai/gpt-3.5-turbo-0613', ['gpt-3.5-turbo-0613', 'gpt-35-turbo-0613']],
  ['openai/gpt-3.5-turbo-16k', ['gpt-3.5-turbo-16k', 'gpt-3.5-turbo-16k-0613']],
  ['openai/gpt-4.1', ['gpt-4.1', 'gpt-4.1-2025-04-14', 'openai/gpt-4-1']],
  ['openai/gpt-4.1-mini', ['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14']],
  ['openai/gpt-4.1-nano', ['gpt-4.1-nano-2025-04-14']],
  ['openai/o1', ['o1', 'o1-2024-12-17']],
  ['openai/o3', ['o3', 'o3-2025-04-16', 'openai.o3']],
  ['openai/o3-mini', ['o3-mini', 'o3-mini-2025-01-31']],
  ['openai/o4-mini', ['o4-mini-2025-04-16', 'azure/o4-mini']],
  ['openai/gpt-5', ['gpt-5', 'gpt-5-2025-08-07']],
  ['openai/gpt-5-mini', ['gpt-5-mini', 'gpt-5-mini-2025-08-07', 'openai:responses:gpt-5-mini']],
  ['openai/gpt-5-nano', ['gpt-5-nano-2025-08-07']],
  ['openai/gpt-5-pro', ['gpt-5-pro-2025-10-06']],
  ['openai/gpt-5.1', ['gpt-5.1', 'gpt-5.1-2025-11-13']],
  ['openai/gpt-5.2', ['gpt-5.2', 'gpt-5.2-2025-12-11']],
  ['openai/gpt-oss-120b', ['gpt-oss-120b', 'openai.gpt-oss-120b-1:0', 'bedrock/us-west-2/openai.gpt-oss-120b-1:0']],
  ['openai/gpt-oss-20b', ['openai.gpt-oss-20b-1:0']],
  [
    'openai/text-embedding-3-small',
    ['text-embedding-3-small', 'azure/text-embedding-3-small', 'openai:embedding:text-embedding-3-small'],
  ],
  ['openai/text-embedding-3-large', ['text-embedding-3-large']],
  ['openai/text-embedding-ada-002', ['text-embedding-ada-002']],
  [
    'anthropic/claude-3-haiku',
    ['claude-3-haiku-20240307', 'anthropic.claude-3-haiku-20240307-v1:0', 'claude-3-haiku@20240307'],
  ],
  [
    'anthropic/claude-3.5-haiku',
    [
      'claude-3-5-haiku-20241022',
      'claude-3-5-haiku-latest',
      'claude-3.5-haiku',
      'us.anthropic.claude-3-5-haiku-20241022-v1:0',
    ],
  ],
  [
    'anthropic/claude-sonnet-4',
    ['claude-sonnet-4-20250514', 'claude-4-sonnet', 'claude-sonnet-4', 'anthropic/claude-sonnet-4-0514'],
  ],
  ['anthropic/claude-opus-4', ['claude-opus-4-20250514', 'claude-4-opus-20250514']],
  ['anthropic/claude-opus-4.1', ['claude-opus-4-1-20250805', 'claude-opus-4-1', 'vertex_ai/claude-opus-4-1@20250805']],
  [
    'anthropic/claude-sonnet-4.5',
    [
      'claude-sonnet-4-5',
      'claude-sonnet-4-5-20250929',
      'claude-sonnet-4-5@20250929',
      'claude-sonnet-4-5-20250929[1m]',
      'anthropic/claude-sonnet-4-5-20250929',
      'anthropic:messages:claude-sonnet-4-5-20250929',
      'openrouter/anthropic/claude-sonnet-4.5',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'bedrock/us-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0',
      'bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0',
      'projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929',
      'Claude Sonnet 4.5',
    ],
  ],
  [
    'anthropic/claude-haiku-4.5',
    ['claude-haiku-4-5', 'claude-haiku-4-5-20251001', 'jp.anthropic.claude-haiku-4-5-20251001-v1:0'],
  ],
  ['anthropic/claude-opus-4.5', ['claude-opus-4-5-20251101', 'global.anthropic.claude-opus-4-5-20251101-v1:0']],
  [
    'anthropic/claude-opus-4.6',
    ['claude-opus-4-6', 'us.anthropic.claude-opus-4-6-v1', 'vertex_ai/claude-opus-4-6@default'],
  ],
  [
    'google/gemini-2.5-flash',
    [
      'gemini-2.5-flash',
      'models/gemini-2.5-flash',
      'gemini/gemini-2.5-flash',
      'vertex_ai/gemini-2.5-flash',
      'gemini-2.5-flash-001',
    ],
  ],
  ['google/gemini-2.5-flash-lite', ['gemini-2.5-flash-lite-001', 'gemini-2.5-flash-lite']],
  ['google/gemini-2.5-pro', ['gemini-2.5-pro', 'publishers/google/models/gemini-2.5-pro', 'google:gemini-2.5-pro']],
  ['google/gemma-3-27b-it', ['gemma-3-27b-it', 'models/gemma-3-27b-it']],
  ['google/gemini-embedding-001', ['gemini-embedding-001', 'models/gemini-embedding-001']],
  ['~google/gemini-flash-latest', ['gemini-flash-latest']],
  ['mistralai/mistral-large', ['mistral-large', 'mistral/mistral-large']],
  ['mistralai/mistral-large-2407', ['mistral-large-2407', 'mistral.mistral-large-2407-v1:0']],
  ['mistralai/mistral-large-2512', ['mistral-large-2512', 'mistral/mistral-large-2512']],
  ['mistralai/mistral-small-2603', ['mistral-small-2603', 'mistralai/Mistral-Small-4-119B-2603']],
  ['mistralai/mistral-nemo', ['Mistral-Nemo-Instruct-2407']],
  ['mistralai/codestral-2508', ['codestral-2508', 'codestral-latest', 'mistral/codestral-latest']],
  ['meta-llama/llama-3.1-8b-instruct', ['meta-llama/Meta-Llama-3.1-8B-Instruct', 'us.meta.llama3-1-8b-instruct-v1:0']],
  [
    'meta-llama/llama-3.3-70b-instruct',
    ['meta-llama/Llama-3.3-70B-Instruct', 'us.meta.llama3-3-70b-instruct-v1:0', 'llama-3.3-70b-instruct'],
  ],
  ['meta-llama/llama-4-scout', ['us.meta.llama4-scout-17b-16e-instruct-v1:0']],
  ['deepseek/deepseek-chat', ['deepseek-chat', 'deepseek-ai/DeepSeek-V3']],
  ['deepseek/deepseek-chat-v3-0324', ['deepseek-ai/DeepSeek-V3-0324']],
  ['deepseek/deepseek-chat-v3.1', ['deepseek-ai/DeepSeek-V3.1', 'deepseek-v3.1']],
  ['deepseek/deepseek-r1', ['deepseek-r1', 'deepseek-ai/DeepSeek-R1']],
  ['deepseek/deepseek-r1-0528', ['deepseek-r1-0528']],
  ['qwen/qwen3-32b', ['Qwen/Qwen3-32B', 'qwen3-32b', 'qwen.qwen3-32b-v1:0']],
  ['qwen/qwen-2.5-7b-instruct', ['Qwen2.5-7B-Instruct']],
  ['qwen/qwen-plus', ['qwen-plus', 'dashscope/qwen-plus', 'qwen-plus-2025-01-25']],
  ['qwen/qwen-plus-2025-07-28', ['qwen-plus-2025-07-28']],
  ['x-ai/grok-4.3', ['grok-4.3', 'xai/grok-4.3', 'grok-4-3']],
  ['moonshotai/kimi-k2', ['moonshotai/Kimi-K2-Instruct']],
  ['moonshotai/kimi-k2-0905', ['kimi-k2-0905', 'moonshotai/Kimi-K2-Instruct-0905']],
  ['z-ai/glm-4.6', ['glm-4.6', 'zai-org/GLM-4.6', 'zai/glm-4.6']],
  ['cohere/command-a', ['command-a-03-2025', 'CohereForAI/c4ai-command-a-03-2025']],
  ['cohere/command-r-08-2024', ['command-r-08-2024']],
  ['amazon/nova-lite-v1', ['amazon.nova-lite-v1:0', 'us.amazon.nova-lite-v1:0']],
  ['amazon/nova-pro-v1', ['bedrock/amazon.nova-pro-v1:0', 'eu.amazon.nova-pro-v1:0:300k']],
  ['perplexity/sonar', ['sonar']],
  ['perplexity/sonar-pro', ['sonar-pro', 'perplexity/sonar-pro']],
  ['microsoft/phi-4', ['phi-4', 'Phi-4']],
  ['openrouter/auto', ['openrouter/auto']],
  ['openai/gpt-4o-mini:floor', ['gpt-4o-mini:floor']],
  [
    'meta-llama/llama-3.3-70b-instruct:free',
    ['llama-3.3-70b-instruct:free', 'openrouter/meta-llama/llama-3.3-70b-instruct:free'],
  ],
];

const CASES = NAMES.flatMap(([id, names]) => names.map((name): [string, string] => [name, id]));

describe('a name that one row fits', () => {
  test.each(CASES)('%s is %s', (name, id) => {
    expect(idOfName(name, MODELS)).toBe(id);
  });

  test('is one of at least 120 in the table', () => {
    expect(new Set(CASES.map(([name]) => name)).size).toBeGreaterThanOrEqual(120);
  });
});

const UNKNOWN = [
  'gpt-4o-audio-preview',
  'gpt-4-1106-preview',
  'gpt-4-32k',
  'gpt-4-32k-0613',
  'gpt-4o-realtime-preview-2024-12-17',
  'gpt-5-codex',
  'gpt-realtime',
  'davinci-002',
  'text-davinci-003',
  'claude-2.1',
  'claude-instant-1.2',
  'claude-3-opus-20240229',
  'claude-3-5-sonnet-20241022',
  'anthropic.claude-3-5-sonnet-20241022-v2:0',
  'anthropic.claude-v2:1',
  'claude-sonnet-4-5-thinking',
  '<synthetic>',
  'gemini-1.5-pro-002',
  'gemini-2.0-flash-001',
  'gemini-pro',
  'gemini-2.5-flash-preview-09-2025',
  'mistral-small-2402',
  'mistral-large-2411',
  'open-mistral-7b',
  'llama-3.3-70b-versatile',
  'groq/llama-3.3-70b-versatile',
  'together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo',
  'ollama/llama3',
  'grok-4-1-fast-non-reasoning',
  'deepseek-reasoner',
  'deepseek.v3-v1:0',
  'command-r-plus',
  'voyage-4',
  'nano',
  'nvidia/Nano',
  'my-azure-deployment',
  'azure/my-deployment',
  'my-org/gpt-4o',
  'ft:gpt-4o-mini-2024-07-18:acme::abc',
  'gpt-4o-mini-2024-07-18.ft-0a1b2c',
  'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123',
  'gpt-4o:online-ish',
  '@preset/mine',
  '',
  'x'.repeat(400),
];

const AMBIGUOUS: readonly [string, readonly string[]][] = [
  ['twin', ['one/twin', 'two/twin']],
  ['mistral-small-latest', ['mistralai/mistral-small-2603', 'mistralai/mistral-small-3.2-24b-instruct']],
  ['mistral-large-latest', ['mistralai/mistral-large', 'mistralai/mistral-large-2407', 'mistralai/mistral-large-2512']],
  ['ministral-8b-latest', ['mistralai/ministral-8b', 'mistralai/ministral-8b-2512']],
];

describe('a name that stands for no row', () => {
  test.each(UNKNOWN)('%s: retired, fine-tuned, of another host, or a deployment', (name) => {
    expect(resolveName(name, MODELS)).toMatchObject({ state: 'unknown' });
  });

  test.each(AMBIGUOUS)('%s: several rows fit, and all are named', (name, candidates) => {
    expect(resolveName(name, MODELS)).toEqual({ state: 'ambiguous', candidates });
  });

  test('is one of at least 40 in the table', () => {
    expect(UNKNOWN.length + AMBIGUOUS.length).toBeGreaterThanOrEqual(40);
  });
});

describe('a recorded name', () => {
  test('belongs to its dated row and to the undated family', () => {
    expect(idsOfRecorded('gpt-4o-mini-2024-07-18', MODELS)).toEqual([
      'openai/gpt-4o-mini-2024-07-18',
      'openai/gpt-4o-mini',
    ]);
    expect(idsOfRecorded('gpt-5.2-2025-12-11', MODELS)).toEqual(['openai/gpt-5.2']);
    expect(idsOfRecorded('my-azure-deployment', MODELS)).toEqual([]);
  });
});

describe('the reason of a model without a row', () => {
  test.each([
    ['claude-sonnet-4-5', 'no row; did you mean "anthropic/claude-sonnet-4.5"?'],
    ['openai/gpt-5-mimi', 'no row; did you mean "openai/gpt-5-mini"?'],
    ['twin', 'no row; it may be "one/twin" or "two/twin"'],
    ['ft:gpt-4o:a::b', 'no row: it is a fine-tuned model, which the catalogue does not have'],
    ['quite-another-thing', 'no row'],
  ])('names the id to write for %s', (name, reason) => {
    expect(withSuggestion(name, 'no row', MODELS)).toBe(reason);
  });
});

/** What left the catalogue until then, or is an embedding, which that list does not have. */
const GONE = ['openai/text-embedding', 'google/gemini-embedding', 'anthropic/claude-3.5-haiku'];

(hasOpenRouterData ? describe : describe.skip)('in the whole catalogue of 2026-08-22', () => {
  const models = hasOpenRouterData ? realCatalogue().models : MODELS;
  const here = CASES.filter(
    ([, id]) => !GONE.some((gone) => id.startsWith(gone)) && models.has(id.replace(/:(?:floor|free)$/, '')),
  );

  test('each of these names is the same id', () => {
    expect(here.length).toBeGreaterThan(120);
    const wrong = here.filter(([name, id]) => !id.includes(':') && idOfName(name, models) !== id);
    expect(wrong).toEqual([]);
  });

  test('no name that must not be known is', () => {
    expect(UNKNOWN.filter((name) => idOfName(name, models) !== null)).toEqual([]);
  });

  test('each id, and each canonical slug of one row, is itself', () => {
    const rows = [...models.values()].filter(({ id, alias_target }) => alias_target === null && !id.startsWith('~'));
    expect(rows.filter(({ id }) => idOfName(id, models) !== id)).toEqual([]);
  });
});

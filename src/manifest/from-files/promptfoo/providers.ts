import type { Promptfoo } from '../../schema.js';
import {
  type Config,
  type Mapping,
  ConfigFault,
  dataOf,
  expand,
  isMapping,
  listOf,
  pathFrom,
  namedText,
} from './config-file.js';
import { isCode } from '../../scalars.js';

/** Reads the providers of a promptfoo configuration, with the models that they request and the caps that they send. */

export interface Provider {
  readonly id: string;
  readonly label: string | null;
  readonly config: Mapping;
  /** References to the prompts that it gets; null means all. */
  readonly prompts: readonly string[] | null;
  /** Keys and indexes of the place where the configuration names it. */
  readonly at: readonly (string | number)[];
  /** Its id, label and configuration as one text, which identifies it. */
  readonly key: string;
}

/** Returns the name of a provider in reports: its label, else its id. */
export function nameOf({ id, label }: Pick<Provider, 'id' | 'label'>): string {
  return label ?? id;
}

/** Reads providers from text, lists, mappings, and files of these. Identical ones count once. */
export function readProviders(config: Config): Provider[] {
  const { root } = config;
  const key = root.providers === undefined ? 'targets' : 'providers';
  const found: Provider[] = [];
  const seen = new Set<string>();
  for (const [index, item] of listOf(root[key]).entries()) {
    const identity = JSON.stringify(item);
    if (seen.has(identity)) continue;
    seen.add(identity);
    found.push(...providersOf(item, config, [key, index]));
  }
  if (found.length === 0 && listOf(root[key]).length === 0)
    throw config.fault([key], 'no providers; expected providers or targets');
  return found;
}

function providersOf(item: unknown, config: Config, at: (string | number)[]): Provider[] {
  if (typeof item === 'string') {
    if (!/^file:\/\/.*\.(?:ya?ml|json)$/i.test(item)) return [provider(item, {}, at)];
    return expand(config, pathFrom(config, config.folder, item, at)).flatMap((path) => {
      const text = namedText(config, path, 500_000, at);
      return text === null
        ? []
        : listOf(dataOf(path, text)).flatMap((inner) => listedProvider(inner, path, config, at));
    });
  }
  if (!isMapping(item))
    throw config.fault(at, 'expected a provider: text such as openai:gpt-5-mini, or a mapping with id');
  if (typeof item.id === 'string') return [provider(item.id, item, at)];
  const option = Object.keys(item).find((key) => OPTIONS.has(key));
  if (option !== undefined) throw config.fault(at, `expected a provider with id; got one with ${option} alone`);
  return Object.entries(item).map(([id, options]) => {
    const inner = isMapping(options) ? options : {};
    return provider(typeof inner.id === 'string' ? inner.id : id, inner, at);
  });
}

/** Options of a provider. None of these keys is the id of a provider. */
const OPTIONS = new Set(['label', 'config', 'prompts', 'transform', 'delay', 'env', 'inputs']);

/** Reads a provider from a file. promptfoo expects mappings with an id there, and no further files. */
function listedProvider(item: unknown, file: string, config: Config, at: (string | number)[]): Provider[] {
  if (isMapping(item)) return providersOf(item, config, at);
  throw new ConfigFault('is no list of providers: expected mappings with id', file);
}

function provider(id: string, options: Mapping, at: readonly (string | number)[]): Provider {
  const { prompts } = options;
  const label = typeof options.label === 'string' && options.label !== '' ? options.label : null;
  const config = isMapping(options.config) ? options.config : {};
  return {
    id,
    label,
    config,
    prompts: Array.isArray(prompts) ? prompts.map(String) : null,
    at,
    key: JSON.stringify([id, label, config]),
  };
}

/** Makes a provider that has only an id. */
export function providerOf(id: string): Provider {
  return provider(id, {}, []);
}

/**
 * Finds the provider that a test, an assertion or `options.provider` names: by text, a mapping, or the label of a
 * configured one.
 */
export function namedProvider(value: unknown, providers: readonly Provider[]): Provider | null {
  const id = typeof value === 'string' ? value : isMapping(value) && typeof value.id === 'string' ? value.id : null;
  if (id === null) return null;
  const known =
    providers.find((one) => one.label === id) ??
    (typeof value === 'string' ? providers.find((one) => one.id === id) : undefined);
  return known ?? provider(id, isMapping(value) ? value : {}, []);
}

/** Tells whether a reference of a test names a provider: by id or label, `prefix*`, or the group before a colon. */
export function isProviderMatch(reference: string, { id, label }: Provider): boolean {
  if (label === reference || id === reference) return true;
  const prefix = reference.endsWith('*') ? reference.slice(0, -1) : `${reference}:`;
  return (label?.startsWith(prefix) ?? false) || id.startsWith(prefix);
}

/** The model that a provider requests, by the name that its makers or OpenRouter use, or no model at all. */
export type AskedModel =
  | { readonly state: 'model'; readonly name: string }
  | { readonly state: 'none' }
  | {
      readonly state: 'unknown';
      readonly reason: string;
      /** Whether the manifest may state `null`: the provider makes no request to a model. */
      readonly acceptsNull: boolean;
    };

/** Prefixes of promptfoo's providers, and the author of their models at OpenRouter. */
const AUTHORS: ReadonlyMap<string, string> = new Map([
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['google', 'google'],
  ['vertex', 'google'],
  ['palm', 'google'],
  ['mistral', 'mistralai'],
  ['cohere', 'cohere'],
  ['deepseek', 'deepseek'],
  ['xai', 'x-ai'],
  ['perplexity', 'perplexity'],
]);
/** Names of APIs, which stand between the prefix and the model. */
const APIS = new Set([
  'chat',
  'completion',
  'completions',
  'messages',
  'responses',
  'embedding',
  'embeddings',
  'converse',
  'text-generation',
]);
/** Prefixes of hosts with models of many makers. The rest of the id is the model's name as the host writes it. */
const HOSTS = new Set([
  'openrouter',
  'bedrock',
  'groq',
  'togetherai',
  'fireworks',
  'huggingface',
  'litellm',
  'cerebras',
  'hyperbolic',
]);

/**
 * Finds the model of a provider, in the manifest's `models` first. A model that only code or a deployment states is
 * unknown.
 */
export function askedModel(provider: Provider, models: Promptfoo['models']): AskedModel {
  const { id, label } = provider;
  const key = [label, id].find((name) => name !== null && Object.hasOwn(models, name));
  const declared = key === null || key === undefined ? undefined : models[key];
  if (typeof declared === 'string') return { state: 'model', name: declared };
  if (declared === null) {
    if (isCodeProvider(id)) return { state: 'none' };
    const reason = `provider ${nameOf(provider)} asks a model; null is accepted for a provider that code defines`;
    return { state: 'unknown', reason, acceptsNull: false };
  }
  if (id === 'echo') return { state: 'none' };
  const isFilledIn = id.includes('{{');
  if (!isCodeProvider(id) && !isFilledIn) {
    const name = modelName(id);
    if (name !== null) return { state: 'model', name };
  }
  const what = isCodeProvider(id)
    ? 'is code, which is not run'
    : isFilledIn
      ? 'is filled in from the environment, which is not read'
      : 'does not tell its model';
  return { state: 'unknown', reason: `provider ${nameOf(provider)} ${what}`, acceptsNull: isCodeProvider(id) };
}

function isCodeProvider(id: string): boolean {
  return (
    /^(?:file:\/\/|exec:|python:|golang:|ruby:|javascript:|package:|https?:|wss?:|webhook:|mcp\b|browser\b)/.test(id) ||
    isCode(id)
  );
}

/**
 * Names behind a maker's prefix that are no model: assistants, agents (which make many requests) and answers that are no
 * text.
 */
const NO_MODEL =
  /^(?:assistant|realtime|image|video|speech|tts|transcription|moderation|agents|chatkit|codex(?:-sdk|-app-server)?|claude-(?:agent-sdk|code)|live)(?::|$)/;

function modelName(id: string): string | null {
  const [prefix = '', ...rest] = id.split(':');
  const parts = APIS.has(rest[0] ?? '') ? rest.slice(1) : rest;
  const model = parts.join(':');
  // The value of a template or of the environment is not known here.
  if (model === '' || /\{\{|\$\{/.test(model)) return null;
  if (HOSTS.has(prefix)) return prefix === 'bedrock' && model.startsWith('arn:') ? null : model;
  const author = AUTHORS.get(prefix);
  if (author === undefined || NO_MODEL.test(model)) return null;
  if (prefix === 'vertex' && model.startsWith('claude')) return `anthropic/${model}`;
  return `${author}/${model}`;
}

const ALWAYS_CAPPED = 1024;

/**
 * The cap that promptfoo sends with a request, as measured with 0.121.20: `max_tokens`, by default 1,024 for openai,
 * openrouter
 * and anthropic; for models that reason `max_completion_tokens` alone; `passthrough` wins. Null where none is sent.
 */
export function capOf({ id, config }: Provider): number | null {
  const passthrough = isMapping(config.passthrough) ? config.passthrough : {};
  const of = (keys: readonly string[], from: Mapping = config): number | null => {
    for (const key of keys) {
      const value = from[key];
      if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    }
    return null;
  };
  const passed = of(['max_completion_tokens', 'max_output_tokens', 'max_tokens'], passthrough);
  if (passed !== null) return passed;
  const [prefix = '', api = ''] = id.split(':');
  const reasons = /(?:^|[:/])(?:gpt-5|o\d)/.test(id);
  if (prefix === 'openai' && api === 'responses') {
    return (
      of(['max_output_tokens', 'max_completion_tokens']) ?? (reasons ? null : (of(['max_tokens']) ?? ALWAYS_CAPPED))
    );
  }
  if (prefix === 'openai' || prefix === 'openrouter') {
    return reasons ? of(['max_completion_tokens']) : (of(['max_tokens']) ?? ALWAYS_CAPPED);
  }
  if (prefix === 'anthropic') return of(['max_tokens']) ?? ALWAYS_CAPPED;
  const generation = isMapping(config.generationConfig) ? config.generationConfig : {};
  return of(['maxOutputTokens', 'max_tokens', 'max_output_tokens']) ?? of(['maxOutputTokens'], generation);
}

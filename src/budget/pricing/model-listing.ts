import type { Catalogue, CatalogueModel, EndpointList } from '../../openrouter/catalogue/catalogue.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { resolveName } from '../../openrouter/catalogue/resolve-name.js';
import { type Decimal, compare, decimal } from '../../lib/money/decimal.js';
import { matchesPattern } from '../../lib/text/text-pattern.js';
import { type EndpointOffer, answersInEmbeddings, endpointOffers, isFreeId } from './offer.js';
import { describe } from './price-condition.js';
import { type PriceList, perMillion } from './price-list.js';
import { listedPrices } from './price-model.js';

/** The class of a model by its listed price of a million completion tokens; embeddings go by that of their prompt tokens. */
type PriceTier = 'free' | 'budget' | 'mid' | 'standard' | 'premium';

const TIERS = [
  ['budget', decimal('1')],
  ['mid', decimal('5')],
  ['standard', decimal('20')],
] as const;

/** A model as the catalogue lists it; prices in US dollars per million tokens, before overrides. */
export interface ListedModel {
  readonly id: string;
  /** The current target of an alias; null for a model of its own. */
  readonly alias_of: string | null;
  readonly context_length: number | null;
  /** Null where there is no reliable price. `reason` says why. */
  readonly price: ListedPrice | null;
  readonly reason: string | null;
}

interface ListedPrice {
  readonly prompt: Decimal;
  readonly completion: Decimal;
  /** True for embeddings: the prompt alone is billed, and completion is zero. */
  readonly is_prompt_only: boolean;
  /** Null where the catalogue states none. Cached tokens then cost what other prompt tokens cost. */
  readonly cache_read: Decimal | null;
  readonly tier: PriceTier;
  /** When other prices hold: "above 200000 prompt tokens". */
  readonly other_prices: readonly string[];
}

/**
 * Lists the models that match the words, the cheapest first: by completion, then by prompt price, then by id. Those without
 * a price come last, each with its reason.
 */
export function listModels(catalogue: Catalogue, words: readonly string[]): ListedModel[] {
  return [...catalogue.models.values()]
    .filter((model) => matchesWords(model, words))
    .map((model) => listed(model, catalogue))
    .toSorted(cheapestFirst);
}

/**
 * Lists the model that a name stands for at its maker or in another tool, such as `gpt-4o-2024-08-06`; of an ambiguous name
 * all that it may stand for, the cheapest first. `remark` says how the name was understood; it is null where no row fits and
 * nothing more is known.
 */
export function listNamed(
  catalogue: Catalogue,
  name: string,
): { readonly models: readonly ListedModel[]; readonly remark: string | null } {
  const resolved = resolveName(name, catalogue.models);
  const shown = JSON.stringify(name);
  switch (resolved.state) {
    case 'unknown':
      return { models: [], remark: resolved.reason === null ? null : `${shown}: ${resolved.reason}` };
    case 'ambiguous':
      return {
        models: listIds(catalogue, resolved.candidates),
        remark: `${shown} may be any of these ${resolved.candidates.length} models; write the id of one of them`,
      };
    case 'exact':
      return { models: listIds(catalogue, [resolved.id]), remark: `${shown} is priced as ${resolved.id}` };
    case 'resolved':
      return { models: listIds(catalogue, [resolved.id]), remark: `${shown} is ${resolved.id}: ${resolved.how}` };
  }
}

function listIds(catalogue: Catalogue, ids: readonly string[]): ListedModel[] {
  return ids
    .flatMap((id) => catalogue.models.get(id) ?? [])
    .map((model) => listed(model, catalogue))
    .toSorted(cheapestFirst);
}

function listed(model: CatalogueModel, catalogue: Catalogue): ListedModel {
  const resolution = resolveModel(model.id, catalogue.models);
  const common = { id: model.id, context_length: model.context_length };
  if (resolution.state === 'unresolved') {
    return { ...common, alias_of: model.alias_target, price: null, reason: resolution.reason };
  }
  const alias = resolution.id === model.id ? null : resolution.id;
  const list = listedPrices(resolution);
  if ('reason' in list) return { ...common, alias_of: alias, price: null, reason: list.reason };
  return {
    ...common,
    alias_of: alias,
    price: priceOf(resolution.id, list, answersInEmbeddings(resolution.model)),
    reason: null,
  };
}

function priceOf(id: string, list: PriceList, isPromptOnly: boolean): ListedPrice {
  const { prompt, completion, input_cache_read: cacheRead } = list.base;
  return {
    prompt: perMillion(list, prompt),
    completion: perMillion(list, completion),
    is_prompt_only: isPromptOnly,
    cache_read: cacheRead === null ? null : perMillion(list, cacheRead),
    tier: list.zero && isFreeId(id) ? 'free' : tierOf(perMillion(list, isPromptOnly ? prompt : completion)),
    other_prices: list.overrides.map(({ condition }) => describe(condition)),
  };
}

function tierOf(perMillionTokens: Decimal): PriceTier {
  return TIERS.find(([, most]) => compare(perMillionTokens, most) <= 0)?.[0] ?? 'premium';
}

function cheapestFirst(a: ListedModel, b: ListedModel): number {
  if (a.price === null || b.price === null) {
    return Number(a.price === null) - Number(b.price === null) || byText(a.id, b.id);
  }
  return byCompletionThenPrompt(a.price, b.price) || byText(a.id, b.id);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Tells whether a model matches. Every word must be part of its id, its canonical slug or its alias's target; a word with `*` must
 * match one of them as a whole, where `*` is any characters. Case is ignored; without words every model matches.
 */
function matchesWords(model: CatalogueModel, words: readonly string[]): boolean {
  const names = [model.id, model.canonical_slug, model.alias_target].flatMap((name) => name?.toLowerCase() ?? []);
  return words.every((word) => names.some((name) => fits(name, word.toLowerCase())));
}

function fits(name: string, word: string): boolean {
  return word.includes('*') ? matchesPattern(word, name) : name.includes(word);
}

/** The prices of a model's endpoints, from the cheapest to the most expensive; US dollars per million tokens. */
export interface EndpointSpread {
  /** Endpoints of the default tier. */
  readonly endpoints: number;
  /** Flex and priority endpoints, which serve only where they are asked for. */
  readonly other_tiers: number;
  /** Null where no endpoint has a price. Ordered by completion, then by prompt price, as models are listed. */
  readonly cheapest: EndpointPrice | null;
  readonly mostExpensive: EndpointPrice | null;
}

export interface EndpointPrice {
  readonly tag: string;
  readonly prompt: Decimal;
  readonly completion: Decimal;
}

/** Finds the cheapest and the most expensive endpoint of a model; gives the reason where they are not known. */
export function endpointSpread(
  model: CatalogueModel,
  list: EndpointList | undefined,
): EndpointSpread | { readonly reason: string } {
  if (list === undefined) return { reason: 'not fetched' };
  if (list.state === 'unknown') return list;
  const offers = endpointOffers(model, list.endpoints);
  const serving = offers.filter((offer) => offer.tier === 'default');
  const prices = serving.flatMap(endpointPrice).toSorted(byCompletionThenPrompt);
  return {
    endpoints: serving.length,
    other_tiers: offers.length - serving.length,
    cheapest: prices.at(0) ?? null,
    mostExpensive: prices.at(-1) ?? null,
  };
}

function endpointPrice({ name, list }: EndpointOffer): EndpointPrice[] {
  if ('reason' in list) return [];
  return [
    { tag: name, prompt: perMillion(list, list.base.prompt), completion: perMillion(list, list.base.completion) },
  ];
}

interface BothPrices {
  readonly prompt: Decimal;
  readonly completion: Decimal;
}

/** The order that prices are listed in: completions are the larger part of most bills. */
function byCompletionThenPrompt(a: BothPrices, b: BothPrices): number {
  return compare(a.completion, b.completion) || compare(a.prompt, b.prompt);
}

import type { CatalogueEndpoint, CatalogueModel, Pricing } from '../../src/openrouter/catalogue/catalogue.js';
import type { NamedCall } from '../../src/manifest/manifest.js';
import { type Decimal, toText } from '../../src/lib/money/decimal.js';
import { type CallPrice, endpointCosts, priceCall } from '../../src/budget/pricing/price-call.js';
import { catalogue, model } from './catalogue.js';
import { call } from './manifest.js';

/** Prices of one model, given in the shortest way, and figures as text. */

export interface Question {
  /** Of the model; its id without suffixes is `id`. */
  readonly pricing?: Pricing;
  readonly id?: string;
  /** Other facts of the model. */
  readonly model?: Partial<CatalogueModel>;
  readonly call?: Partial<NamedCall>;
  readonly endpoints?: readonly CatalogueEndpoint[] | string;
  readonly at?: string;
}

/** Prices a call on a catalogue of one model. */
export function priceOf(question: Question): CallPrice {
  return priceCall(...asked(question));
}

/** What the call costs at the cheapest and the most expensive endpoint of that model. */
export function endpointCostsOf(question: Question): { least: string | null; most: string | null } | null {
  const costs = endpointCosts(...asked(question));
  return costs && { least: text(costs.least), most: text(costs.most) };
}

function asked({
  pricing,
  id = 'maker/model',
  model: facts,
  call: fields,
  endpoints,
  at,
}: Question): Parameters<typeof priceCall> {
  const offer = { ...model({ id, ...facts, ...(pricing && { pricing }) }), ...(endpoints && { endpoints }) };
  return [call({ model: id, ...fields }), catalogue([offer]), at === undefined ? null : new Date(at)];
}

export function text(amount: Decimal | null): string | null {
  return amount === null ? null : toText(amount);
}

/** The expected cost, or why there is none. */
export function expectedOf(question: Question): string | null {
  const price = priceOf(question);
  return price.expected === null ? price.reason : toText(price.expected);
}

/** The three figures of a price. */
export function rangeOf(question: Question): Record<'expected' | 'floor' | 'worst', string | null> {
  const { expected, floor, worst_case } = priceOf(question);
  return { expected: text(expected), floor: text(floor), worst: text(worst_case) };
}

/** A price list by the million tokens, as people write it: `perMillion(3, 15)` is $3 and $15. */
export function perMillion(prompt: number, completion: number, others: Pricing = {}): Pricing {
  return { prompt: perToken(prompt), completion: perToken(completion), ...others };
}

/** Whole cents of a million, six places at most: exact without a float's noise. */
function perToken(dollarsPerMillion: number): string {
  const cents = Math.round(dollarsPerMillion * 100);
  return `0.${cents.toString().padStart(8, '0')}`;
}

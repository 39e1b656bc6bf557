import type { Decimal } from '../../lib/money/decimal.js';

/** The cost of one request of a call, in US dollars, before retries; and the reasons. */
export interface CallPrice {
  readonly state: 'priced' | 'free' | 'unpriced';
  /** Why the call has no price; null where it has one. */
  readonly reason: string | null;
  /** The catalogue id of the declared model; null where there is none. */
  readonly resolved_model: string | null;
  /** Every id that a model pattern of the policy is compared with: declared, resolved, canonical, fallbacks, each also without suffixes. */
  readonly known_as: readonly ModelNames[];
  readonly expected: Decimal | null;
  /** Whose price `expected` is: "openai/gpt-5 at azure, the cheapest eligible endpoint"; null where unpriced. */
  readonly source: string | null;
  readonly floor: Decimal | null;
  /** The most expensive request over the model and its fallbacks; null where one of their prices is not known. */
  readonly worst_case: Decimal | null;
  /** False where neither `max_tokens` nor a `max` of the completion bounds the worst case. */
  readonly capped: boolean;
  /** US dollars per token of the expected price, overrides applied; null where unpriced. */
  readonly prompt_price: Decimal | null;
  readonly completion_price: Decimal | null;
  /** The expected prices of the fallback models, for the price ceilings. */
  readonly fallback_prices: readonly FallbackPrice[];
  /** Why a figure is missing or may be too low: endpoints not fetched, an unknown pricing key. */
  readonly incomplete: readonly string[];
  /** How many times the cheapest endpoint that may serve the request the most expensive one charges; null: not known. */
  readonly spread: Decimal | null;
  /** Notes for the reader: an alias that may move, an id found by its slug. */
  readonly notes: readonly string[];
  /** Unknown keys, other than zero, of the prices in use: the figures may be too low. */
  readonly unknown_price_keys: readonly string[];
  /**
   * The arithmetic of `expected`, a line each: `source`, `1800 prompt tokens x 0.000003 = 0.0054`, the sum last; empty
   * where unpriced. Made on demand: only `check --explain` asks for it.
   */
  readonly arithmetic: () => readonly string[];
  /** The same of `worst_case`, on the model or fallback whose request costs most; empty where it is null. */
  readonly worst_case_arithmetic: () => readonly string[];
}

export interface FallbackPrice {
  readonly model: string;
  /** US dollars for one request of the call; null where it has no price. */
  readonly expected: Decimal | null;
  readonly free: boolean;
  readonly prompt_price: Decimal | null;
  readonly completion_price: Decimal | null;
}

interface ModelNames {
  /** As the manifest has it. */
  readonly declared: string;
  /** All spellings a pattern may match. */
  readonly names: readonly string[];
}

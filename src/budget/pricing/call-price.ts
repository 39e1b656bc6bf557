import type { Decimal } from '../../lib/money/decimal.js';

/** What one request of a call costs, in US dollars, before retries; and why. */
export interface CallPrice {
  readonly state: 'priced' | 'free' | 'unpriced';
  /** Why the call has no price; null where it has one. */
  readonly reason: string | null;
  /** The catalogue id that the declared model stands for; null where there is none. */
  readonly resolved_model: string | null;
  /** Every id that a model pattern of the policy is held against: declared, resolved, canonical, fallbacks, each also bare. */
  readonly known_as: readonly ModelNames[];
  readonly expected: Decimal | null;
  /** Whose price `expected` is: "openai/gpt-5 at azure, the cheapest eligible endpoint"; null where unpriced. */
  readonly source: string | null;
  readonly floor: Decimal | null;
  /** The dearest request over the model and its fallbacks; null where one of their prices cannot be had. */
  readonly worst_case: Decimal | null;
  /** False where neither `max_tokens` nor a `max` of the completion bounds the worst case. */
  readonly capped: boolean;
  /** US dollars per token of the expected price, overrides applied; null where unpriced. */
  readonly prompt_price: Decimal | null;
  readonly completion_price: Decimal | null;
  /** The expected prices of the fallback models, for the price ceilings. */
  readonly fallback_prices: readonly FallbackPrice[];
  /** Why a figure is missing or not to be trusted in full: endpoints not fetched, an unknown pricing key. */
  readonly incomplete: readonly string[];
  /** What a reader should know: an alias that may move, an id reached by its slug. */
  readonly notes: readonly string[];
  /** Keys of the catalogue's prices in use that are not zero and not known: the figures may be too low. */
  readonly unknown_price_keys: readonly string[];
  /**
   * The arithmetic of `expected`, a line each: `source`, `1800 prompt tokens x 0.000003 = 0.0054`, the sum last; empty
   * where unpriced. Made on demand: only `check --explain` asks for it.
   */
  readonly arithmetic: () => readonly string[];
}

export interface FallbackPrice {
  readonly model: string;
  readonly prompt_price: Decimal | null;
  readonly completion_price: Decimal | null;
}

export interface ModelNames {
  /** As the manifest has it. */
  readonly declared: string;
  /** All spellings a pattern may match. */
  readonly names: readonly string[];
}

import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { CallPair } from '../comparison/call-pairs.js';
import type { Comparison } from '../comparison/comparison.js';
import { DEFAULT_RUN } from '../../manifest/schema.js';
import { compare, isZero, times, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { counted } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';

/** The ways to make a call cheaper, or its worst case smaller. The smallest change is first, as it is offered as a remedy. */
export const SUGGESTION_KINDS = [
  'endpoint',
  'floor',
  'max_tokens',
  'retries_max',
  'prompt_max',
  'provider_only',
  'previous_model',
  'batch',
] as const;
export type SuggestionKind = (typeof SUGGESTION_KINDS)[number];

/** A change that would help, with what it would do by the same catalogue. The texts hold untrusted names. */
export interface Suggestion {
  readonly kind: SuggestionKind;
  /** The model that the calls ask for now, as declared; null where they ask for several. */
  readonly model: string | null;
  /** The change alone, to begin a sentence: "Set `provider.sort: price` on rag / answer". */
  readonly action: string;
  /** The change and what speaks for and against it, a sentence or two. */
  readonly message: string;
  /** US dollars off the expected cost of a run; null where it lowers the worst case alone. */
  readonly saving: Decimal | null;
  /** The same by suite, for the limits of suites and of months. */
  readonly effects: ReadonlyMap<string, Effect>;
}

/** US dollars per run. */
export interface Effect {
  readonly expected: Decimal;
  readonly worst_case: Decimal;
}

/** Whether a saving is worth a reader's time: at least 1 % of the whole, and not nothing. */
export function matters(saving: Decimal, whole: Decimal): boolean {
  return !isZero(saving) && compare(times(saving, 100), whole) >= 0;
}

/** The data that advice is computed from. */
export interface AdviceInput {
  readonly comparison: Comparison;
  readonly catalogue: Catalogue;
  /** The instant of prices that depend on the hour; null: their most expensive hour. */
  readonly at: Date | null;
  readonly freeRequestsPerDay: number;
}

/** Suites by name: advice is about these alone. */
export type Scope = (suite: string) => boolean;

export interface PairInSuite {
  readonly suite: string;
  /** The kind of run of the suite. */
  readonly run: string;
  readonly pair: CallPair;
}

/** So many of the most expensive calls are priced again, so that a manifest of 5,000 calls stays quick. */
const MOST_CALLS = 200;

/** The priced calls of a scope with the largest figure. */
export function largestCalls(
  { comparison }: AdviceInput,
  scope: Scope,
  figureOf: (pair: CallPair) => Decimal | null,
): PairInSuite[] {
  return comparison.suites
    .filter(({ name }) => scope(name))
    .flatMap(({ name, head, calls }) => calls.map((pair) => ({ suite: name, run: head?.run ?? DEFAULT_RUN, pair })))
    .filter(({ pair }) => pair.head?.price.state === 'priced')
    .toSorted((a, b) => compare(figureOf(b.pair) ?? ZERO, figureOf(a.pair) ?? ZERO))
    .slice(0, MOST_CALLS);
}

/** `rag / answer`, `rag / answer and 2 more calls`. */
export function callsInWords(calls: readonly { readonly suite: string; readonly name: string }[]): string {
  const [first] = calls;
  if (first === undefined) return '';
  const others = calls.length - 1;
  const named = `${safeLine(first.suite)} / ${safeLine(first.name)}`;
  return others === 0 ? named : `${named} and ${counted(others, 'more call')}`;
}

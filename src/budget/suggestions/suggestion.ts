import { compare, isZero, times } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';

/** How a call is made cheaper, the smallest change first: what asks less of the suite is offered first as a remedy. */
export const SUGGESTION_KINDS = ['endpoint', 'floor', 'max_tokens', 'previous_model', 'batch'] as const;
export type SuggestionKind = (typeof SUGGESTION_KINDS)[number];

/** A change that would help, with what it would do by the same catalogue. The texts hold untrusted names. */
export interface Suggestion {
  readonly kind: SuggestionKind;
  /** The model that the calls ask for now, as declared; null where they ask for several. */
  readonly model: string | null;
  /** The change alone, to begin a sentence: "Set provider.sort: price on rag / answer". */
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

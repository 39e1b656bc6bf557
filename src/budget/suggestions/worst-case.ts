import { estimateCall, type CallEstimate } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { add, compare, percentage, subtract, sum, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { counted, money, plainPercent } from '../../lib/text/amount.js';
import {
  largestCalls,
  matters,
  type AdviceInput,
  type Effect,
  type Scope,
  type Suggestion,
  type SuggestionKind,
  callsInWords,
} from './suggestion.js';

/** The cap that is tried allows an answer twice as long as expected. */
const TIMES_EXPECTED = 2;
/** Another provider is tried for so many calls only: each costs a pricing for every provider. */
const MOST_PROVIDER_TRIALS = 20;
const MOST_PROVIDERS = 10;

/** A setting that bounds a worst case, and the call with a tighter one. */
interface Bound {
  readonly kind: Extract<SuggestionKind, 'max_tokens' | 'retries_max' | 'prompt_max' | 'provider_only'>;
  /** The start of a sentence, which the calls follow: "Set max_tokens to twice the expected completion". */
  readonly action: string;
  /** The calls to try in place of this one, each with a tighter bound; empty where the bound is as tight already. */
  readonly tighten: (call: CallEstimate, rank: number, input: AdviceInput) => NamedCall[];
}

const CAP: Bound = {
  kind: 'max_tokens',
  action: 'Set max_tokens to twice the expected completion',
  tighten: ({ call }) => {
    const { expected } = call.completion_tokens;
    return expected === 0 ? [] : [{ ...call, max_tokens: expected * TIMES_EXPECTED }];
  },
};

const BOUNDS: readonly Bound[] = [
  CAP,
  {
    kind: 'retries_max',
    action: 'Lower retries.max to the expected retries',
    tighten: ({ call }) => {
      const { expected, max } = call.retries;
      return max === null || compare(max, expected) <= 0 ? [] : [{ ...call, retries: { expected, max: null } }];
    },
  },
  {
    kind: 'prompt_max',
    action: 'Lower prompt_tokens.max to the expected prompt',
    tighten: ({ call }) => {
      const { prompt_tokens: prompt } = call;
      if (prompt === undefined || prompt.max === null || prompt.max <= prompt.expected) return [];
      return [{ ...call, prompt_tokens: { expected: prompt.expected, max: null } }];
    },
  },
  {
    kind: 'provider_only',
    action: 'Set provider.only to the cheapest provider',
    tighten: ({ call, price }, rank, { catalogue }) => {
      const list = catalogue.endpoints.get(price.resolved_model ?? '');
      if (rank >= MOST_PROVIDER_TRIALS || list?.state !== 'known') return [];
      const allowed = call.provider?.only ?? [];
      const names = new Set(list.endpoints.map(({ tag }) => tag.split('/')[0] ?? tag));
      if (names.size < 2 || allowed.length === 1) return [];
      return [...names]
        .slice(0, MOST_PROVIDERS)
        .map((name) => ({ ...call, provider: { ...call.provider, only: [name] } }));
    },
  },
];

interface Tightened {
  readonly suite: string;
  readonly call: CallEstimate;
  readonly saving: Decimal;
}

/**
 * Finds what would lower the worst case of the suites of a scope, the largest part first: a cap on completions, fewer retries, a
 * shorter longest prompt, one provider. None where the worst case is not known, or a bound would change it by less than 1 %.
 */
export function boundWorstCase(input: AdviceInput, scope: Scope): Suggestion[] {
  return suggestionsOf(BOUNDS, () => true, input, scope);
}

/** Suggests a cap for completions that have none, for a manifest without a limit on the worst case. */
export function capCompletions(input: AdviceInput, scope: Scope): Suggestion[] {
  return suggestionsOf([CAP], ({ price }) => !price.capped, input, scope);
}

function suggestionsOf(
  bounds: readonly Bound[],
  applies: (call: CallEstimate) => boolean,
  input: AdviceInput,
  scope: Scope,
): Suggestion[] {
  const suites = input.comparison.head.suites.filter(({ name }) => scope(name));
  const worst = suites.map(({ totals }) => totals.worst_case_per_run);
  if (worst.length === 0 || worst.includes(null)) return [];
  const whole = sum(worst.flatMap((amount) => amount ?? []));
  const calls = largestCalls(input, scope, ({ head }) => head?.worst_case_per_run ?? null);
  return bounds
    .flatMap((bound) => {
      const tightened = calls.flatMap(({ suite, pair: { head } }, rank) =>
        head === null || !applies(head) ? [] : tighten(suite, head, rank, bound, input),
      );
      const saving = sum(tightened.map((one) => one.saving));
      return matters(saving, whole) ? [{ suggestion: suggestionOf(bound, tightened, saving, whole), saving }] : [];
    })
    .toSorted((a, b) => compare(b.saving, a.saving))
    .map(({ suggestion }) => suggestion);
}

function tighten(suite: string, before: CallEstimate, rank: number, bound: Bound, input: AdviceInput): Tightened[] {
  const { catalogue, at } = input;
  const { worst_case_per_run: worst, requests_per_run: requests, per_run: cost } = before;
  if (worst === null || cost === null) return [];
  const savings = bound.tighten(before, rank, input).flatMap((call) => {
    const after = estimateCall(call, requests, catalogue, at);
    // A bound that makes the run itself more expensive is no help.
    if (after.worst_case_per_run === null || after.per_run === null || compare(after.per_run, cost) > 0) return [];
    return compare(after.worst_case_per_run, worst) < 0 ? [subtract(worst, after.worst_case_per_run)] : [];
  });
  const [most] = savings.toSorted((a, b) => compare(b, a));
  return most === undefined ? [] : [{ suite, call: before, saving: most }];
}

function suggestionOf(bound: Bound, tightened: readonly Tightened[], saving: Decimal, whole: Decimal): Suggestion {
  const bySaving = tightened.toSorted((a, b) => compare(b.saving, a.saving));
  const where = callsInWords(bySaving.map(({ suite, call }) => ({ suite, name: call.call.display_name })));
  const action = `${bound.action} on ${where}`;
  const effect = `would take ${money(saving)} off the worst case of ${money(whole)}`;
  const uncapped = tightened.filter(({ call }) => !call.price.capped);
  const isUncapped = bound.kind === 'max_tokens' && uncapped.length > 0;
  const part = sum(uncapped.flatMap(({ call }) => call.worst_case_per_run ?? []));
  const share = plainPercent(percentage(part, whole, 6));
  const message = isUncapped
    ? `${counted(uncapped.length, 'call')} without max_tokens: ${share} of the worst case of a run, ${money(part)} of ${money(whole)}. ${action}: that ${effect}.`
    : `${action}: that ${effect}.`;
  return { kind: bound.kind, model: null, action, message, saving: null, effects: effectsOf(tightened) };
}

function effectsOf(tightened: readonly Tightened[]): ReadonlyMap<string, Effect> {
  const effects = new Map<string, Effect>();
  for (const { suite, saving } of tightened) {
    effects.set(suite, { expected: ZERO, worst_case: add(effects.get(suite)?.worst_case ?? ZERO, saving) });
  }
  return effects;
}

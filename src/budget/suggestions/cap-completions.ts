import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { Comparison } from '../comparison/comparison.js';
import { estimateCall } from '../estimate.js';
import type { CallEstimate } from '../estimate.js';
import { add, compare, percentage, subtract, sum, ZERO } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { counted, money, plainPercent } from '../../lib/text/amount.js';
import { matters } from './suggestion.js';
import type { Effect, Suggestion } from './suggestion.js';
import { callsInWords } from './words.js';

/** More calls than this are not priced again: the dearest ones make the worst case. */
const MOST_CALLS = 200;
/** The cap that is tried: room for an answer twice as long as expected. */
const TIMES_EXPECTED = 2;

interface Capped {
  readonly suite: string;
  readonly call: CallEstimate;
  readonly saving: Decimal;
}

/**
 * What part of the worst case calls without `max_tokens` make, and what a cap at twice the expected completion would take
 * off it. Null where the worst case is not known, or a cap would change it by less than 1 %.
 */
export function capCompletions({ head }: Comparison, catalogue: Catalogue, at: Date | null): Suggestion | null {
  const whole = head.totals.worst_case_per_run;
  if (whole === null) return null;
  const uncapped = head.suites
    .flatMap((suite) => suite.calls.map((call) => ({ suite: suite.name, call })))
    .filter(({ call }) => call.price.state === 'priced' && !call.price.capped);
  const part = sum(uncapped.map(({ call }) => call.worst_case_per_run ?? ZERO));
  const capped = uncapped
    .toSorted((a, b) => compare(b.call.worst_case_per_run ?? ZERO, a.call.worst_case_per_run ?? ZERO))
    .slice(0, MOST_CALLS)
    .flatMap(({ suite, call }) => withCap(suite, call, catalogue, at));
  const saving = sum(capped.map((one) => one.saving));
  if (!matters(saving, whole)) return null;
  const where = callsInWords(capped.map(({ suite, call }) => ({ suite, name: call.call.display_name })));
  const share = plainPercent(percentage(part, whole, 6));
  return {
    kind: 'max_tokens',
    model: null,
    action: `Set max_tokens to twice the expected completion on ${where}`,
    message:
      `${counted(uncapped.length, 'call')} without max_tokens: ${share} of the worst case of a run, ` +
      `${money(part)} of ${money(whole)}. Set to twice the expected completion on ${where}, ` +
      `max_tokens would take ${money(saving)} off it.`,
    saving: null,
    effects: effectsOf(capped),
  };
}

function withCap(suite: string, before: CallEstimate, catalogue: Catalogue, at: Date | null): Capped[] {
  const { expected } = before.call.completion_tokens;
  if (expected === 0 || before.worst_case_per_run === null) return [];
  const call = { ...before.call, max_tokens: expected * TIMES_EXPECTED };
  const after = estimateCall(call, before.requests_per_run, catalogue, at).worst_case_per_run;
  if (after === null || compare(after, before.worst_case_per_run) >= 0) return [];
  return [{ suite, call: before, saving: subtract(before.worst_case_per_run, after) }];
}

function effectsOf(capped: readonly Capped[]): ReadonlyMap<string, Effect> {
  const effects = new Map<string, Effect>();
  for (const { suite, saving } of capped) {
    effects.set(suite, { expected: ZERO, worst_case: add(effects.get(suite)?.worst_case ?? ZERO, saving) });
  }
  return effects;
}

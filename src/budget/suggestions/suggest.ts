import { add, compare, subtract, sum, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { type Alternative, alternativesFor, alternativeInWords } from './alternatives.js';
import { capCompletions } from './worst-case.js';
import { largestCalls, matters, type AdviceInput, type Effect, type Scope, type Suggestion } from './suggestion.js';

/**
 * What would make the suites of a scope cheaper, the largest saving first, each computed by pricing the changed calls again;
 * last what would lower the worst case alone. Words and figures are of the same calls. Savings are not to be added up: two of
 * them may change the same call.
 */
export function suggest(input: AdviceInput, scope: Scope = () => true): Suggestion[] {
  const whole = sum(
    input.comparison.head.suites.filter(({ name }) => scope(name)).map(({ totals }) => totals.priced_per_run),
  );
  const calls = largestCalls(input, scope, ({ head }) => head?.per_run ?? null);
  const cheaper = grouped(calls.flatMap((call) => alternativesFor(call, input)))
    .map(suggestionOf)
    .filter(({ saving }) => matters(saving, whole))
    .toSorted((a, b) => compare(b.saving, a.saving));
  return [...cheaper, ...capCompletions(input, scope)];
}

type Group = [Alternative, ...Alternative[]];

/** The same change of the same model on several calls is one suggestion. */
function grouped(alternatives: readonly Alternative[]): Group[] {
  const groups = new Map<string, Group>();
  for (const alternative of alternatives) {
    const { kind, model, before } = alternative;
    const key = JSON.stringify([kind, before.call.model, model, (before.call.provider?.order ?? []).length > 0]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [alternative]);
    else group.push(alternative);
  }
  return [...groups.values()];
}

function suggestionOf(group: Group): Suggestion & { readonly saving: Decimal } {
  const effects = effectsOf(group);
  return {
    kind: group[0].kind,
    model: group[0].before.call.model,
    ...alternativeInWords(group),
    saving: sum([...effects.values()].map(({ expected }) => expected)),
    effects,
  };
}

function effectsOf(group: Group): ReadonlyMap<string, Effect> {
  const effects = new Map<string, Effect>();
  for (const { suite, before, after } of group) {
    const soFar = effects.get(suite) ?? { expected: ZERO, worst_case: ZERO };
    effects.set(suite, {
      expected: add(soFar.expected, lessBy(before.per_run, after.per_run)),
      worst_case: add(soFar.worst_case, lessBy(before.worst_case_per_run, after.worst_case_per_run)),
    });
  }
  return effects;
}

/** Nothing is promised where one of the figures is not known. */
function lessBy(before: Decimal | null, after: Decimal | null): Decimal {
  return before === null || after === null ? ZERO : subtract(before, after);
}

const MOST_SHOWN = 3;

/**
 * The suggestions to show: at most three, and of `provider.sort: price` and `:floor` on the same calls the one that saves
 * more. What lowers the worst case keeps its place: no saving says the same.
 */
export function worthShowing(suggestions: readonly Suggestion[]): Suggestion[] {
  const worst = suggestions.filter(({ saving }) => saving === null).slice(0, 1);
  const shown: Suggestion[] = [];
  for (const suggestion of suggestions) {
    if (suggestion.saving === null || shown.some((other) => isSameAs(other, suggestion))) continue;
    shown.push(suggestion);
  }
  return [...shown.slice(0, MOST_SHOWN - worst.length), ...worst];
}

function isSameAs(one: Suggestion, other: Suggestion): boolean {
  return one.model === other.model && [one, other].every(({ kind }) => kind === 'endpoint' || kind === 'floor');
}

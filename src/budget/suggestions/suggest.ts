import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { type CallEstimate, estimateCall, staysFree } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { add, compare, divide, isZero, subtract, sum, toText, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { answersInEmbeddings, isFreeId } from '../pricing/offer.js';
import { DEFAULT_RUN } from '../../manifest/schema.js';
import {
  callsInWords,
  largestCalls,
  matters,
  type AdviceInput,
  type Effect,
  type PairInSuite,
  type Scope,
  type Suggestion,
  type SuggestionKind,
} from './suggestion.js';
import { capCompletions } from './worst-case.js';
import { safeLine } from '../../lib/text/plain.js';

/**
 * Finds what would make the suites of a scope cheaper, the largest saving first. Each is computed by pricing the changed calls
 * again. Last comes what would lower the worst case alone. Savings do not add up: two of them may change the same call.
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

/** The difference in US dollars; $0 where one of the two is not known, so that nothing is promised. */
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

/** A call as it is, and as it would be after one change, priced by the same catalogue at the same time. */
interface Alternative {
  readonly kind: Extract<SuggestionKind, 'endpoint' | 'floor' | 'previous_model' | 'batch'>;
  readonly suite: string;
  /** The model to ask for. */
  readonly model: string;
  readonly before: CallEstimate;
  readonly after: CallEstimate;
}

interface Change {
  readonly kind: Alternative['kind'];
  readonly call: NamedCall;
}

/**
 * The changes that make a call of head cheaper, each priced anew; none for a call that is free or has no price. What a
 * `:free` model costs is the fallback of the requests above its number a day, which none of these changes moves.
 */
function alternativesFor({ suite, run, pair }: PairInSuite, input: AdviceInput): Alternative[] {
  const { catalogue, at } = input;
  const before = pair.head;
  if (before?.price.state !== 'priced' || isFreeId(before.price.resolved_model ?? '')) return [];
  return changesOf(before, pair.base, input, run !== DEFAULT_RUN).flatMap(({ kind, call }) => {
    const after = estimateCall(call, before.requests_per_run, catalogue, at);
    return isCheaper(after, before) ? [{ kind, suite, model: call.model, before, after }] : [];
  });
}

function isCheaper(after: CallEstimate, before: CallEstimate): boolean {
  return after.per_run !== null && before.per_run !== null && compare(after.per_run, before.per_run) < 0;
}

function changesOf(head: CallEstimate, base: CallEstimate | null, input: AdviceInput, nothingWaits: boolean): Change[] {
  const { call, price } = head;
  return [
    ...previousModel(call, base, input),
    ...(nothingWaits || call.batch_ok ? batch(call, price.resolved_model, input.catalogue) : []),
    ...cheapestEndpoint(call),
  ];
}

/**
 * A change of the model in this pull request that made the same request more expensive. A model that answers in another
 * kind, embeddings in place of text or the reverse, cannot do the work of the call. A `:free` model is offered only where its
 * requests would be free: above the number of a day they cost money or are not answered.
 */
function previousModel(call: NamedCall, base: CallEstimate | null, input: AdviceInput): Change[] {
  if (base === null || base.call.model === call.model) return [];
  if (isFreeId(base.price.resolved_model ?? '') && !wouldStayFree(input)) return [];
  const [now, before] = [call.model, base.call.model].map((id) => {
    const resolution = resolveModel(id, input.catalogue.models);
    return resolution.state === 'resolved' ? answersInEmbeddings(resolution.model) : null;
  });
  if (now !== before) return [];
  return [{ kind: 'previous_model', call: { ...call, model: base.call.model } }];
}

/** Whether the free requests of a day suffice if every call of head that left a `:free` model goes back to it. */
function wouldStayFree({ comparison, freeRequestsPerDay }: AdviceInput): boolean {
  const suites = comparison.suites.flatMap(({ head, calls }) => {
    if (head === null) return [];
    const goneBack = calls.flatMap(({ head: now, base }) => {
      if (now === null) return [];
      return base !== null && isFreeId(base.price.resolved_model ?? '') ? { ...now, price: base.price } : now;
    });
    return { ...head, calls: goneBack };
  });
  return staysFree(suites, freeRequestsPerDay);
}

/**
 * The batch row of the model, where the catalogue has one. The caller passes only calls whose answers can wait. A service tier
 * that the call asks for is kept.
 */
function batch(call: NamedCall, resolved: string | null, catalogue: Catalogue): Change[] {
  const model = `${resolved ?? ''}:batch`;
  if (!catalogue.models.has(model) || call.service_tier !== 'default') return [];
  return [{ kind: 'batch', call: { ...call, model } }];
}

/** `provider.sort: price`, and `:floor`, which admits flex endpoints too. A service tier that the call asks for is kept. */
function cheapestEndpoint(call: NamedCall): Change[] {
  if (call.service_tier !== 'default' || call.model.endsWith(':batch')) return [];
  // An order of providers comes before the price, so it has to give way.
  const anyOrder = call.provider === undefined ? undefined : { ...call.provider, order: [] };
  const sorted: NamedCall = { ...call, provider: { ...anyOrder, sort: 'price' } };
  const floor: NamedCall = { ...call, model: `${call.model}:floor`, provider: anyOrder };
  return [
    ...(call.provider?.sort === 'price' ? [] : [{ kind: 'endpoint' as const, call: sorted }]),
    ...(call.model.includes(':floor') ? [] : [{ kind: 'floor' as const, call: floor }]),
  ];
}

/** The change, and the sentence about it; `alternatives` are the same change on several calls, the most expensive first. */
function alternativeInWords(alternatives: readonly [Alternative, ...Alternative[]]): {
  readonly action: string;
  readonly message: string;
} {
  const [first] = alternatives;
  const where = callsInWords(alternatives.map(({ suite, before }) => ({ suite, name: before.call.display_name })));
  const model = safeLine(first.model);
  const source = first.after.price.source ?? model;
  const inPlaceOf = (first.before.call.provider?.order ?? []).length > 0 ? ' in place of provider.order' : '';
  switch (first.kind) {
    case 'endpoint': {
      const action = `Set \`provider.sort: price\`${inPlaceOf} on ${where}`;
      return { action, message: `${action}: ${source}.` };
    }
    case 'floor': {
      const action = `Ask for ${model}${inPlaceOf} on ${where}`;
      return { action, message: `${action}: ${source}, flex endpoints included.` };
    }
    case 'batch': {
      const action = `Where the answers can wait, ask for ${model} on ${where}`;
      return { action, message: `${action}: it is served through the batch API alone.` };
    }
    case 'previous_model': {
      const now = safeLine(first.before.call.model);
      const action = `Go back to ${model} on ${where}`;
      return { action, message: `${action}: the same requests cost ${factor(first)} times as much on ${now}.` };
    }
  }
}

/** How many times as much a request costs now, to 2 places; "more than 1" where that rounds to 1. */
function factor({ before, after }: Alternative): string {
  const [now, then] = [before.price.expected, after.price.expected];
  if (now === null || then === null || isZero(then)) return 'many';
  const times = toText(divide(now, then, 2));
  return times === '1' ? 'more than 1' : times;
}

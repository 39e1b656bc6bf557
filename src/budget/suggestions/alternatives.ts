import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { type CallEstimate, estimateCall, staysFree } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { compare, divide, isZero, toText } from '../../lib/money/decimal.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { answersInEmbeddings, isFreeId } from '../pricing/offer.js';
import { DEFAULT_RUN } from '../../manifest/schema.js';
import type { AdviceInput, PairInSuite, SuggestionKind } from './suggestion.js';
import { counted } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';

/** A call as it is, and as it would be after one change, priced by the same catalogue at the same time. */
export interface Alternative {
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
export function alternativesFor({ suite, run, pair }: PairInSuite, input: AdviceInput): Alternative[] {
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
 * Only for answers that nothing waits for, and where the catalogue has the row: there is no `:batch` for every model. A tier
 * that was asked for is kept.
 */
function batch(call: NamedCall, resolved: string | null, catalogue: Catalogue): Change[] {
  const model = `${resolved ?? ''}:batch`;
  if (!catalogue.models.has(model) || call.service_tier !== 'default') return [];
  return [{ kind: 'batch', call: { ...call, model } }];
}

/** By `provider.sort: price`, or by `:floor`, which admits flex endpoints too. A tier that was asked for is kept. */
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

/** `rag / answer`, `rag / answer and 2 more calls`. */
export function callsInWords(calls: readonly { readonly suite: string; readonly name: string }[]): string {
  const [first] = calls;
  if (first === undefined) return '';
  const others = calls.length - 1;
  const named = `${safeLine(first.suite)} / ${safeLine(first.name)}`;
  return others === 0 ? named : `${named} and ${counted(others, 'more call')}`;
}

/** The change, and the sentence about it; `alternatives` are the same change on several calls, the most expensive first. */
export function alternativeInWords(alternatives: readonly [Alternative, ...Alternative[]]): {
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

/** To 2 places; "more than 1" where that rounds to 1. */
function factor({ before, after }: Alternative): string {
  const [now, then] = [before.price.expected, after.price.expected];
  if (now === null || then === null || isZero(then)) return 'many';
  const times = toText(divide(now, then, 2));
  return times === '1' ? 'more than 1' : times;
}

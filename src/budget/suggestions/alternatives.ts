import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { type CallEstimate, estimateCall } from '../estimate.js';
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
export function alternativesFor({ suite, run, pair }: PairInSuite, { catalogue, at }: AdviceInput): Alternative[] {
  const before = pair.head;
  if (before?.price.state !== 'priced' || isFreeId(before.price.resolved_model ?? '')) return [];
  return changesOf(before, pair.base, catalogue, run !== DEFAULT_RUN).flatMap(({ kind, call }) => {
    const after = estimateCall(call, before.requests_per_run, catalogue, at);
    return isCheaper(after, before) ? [{ kind, suite, model: call.model, before, after }] : [];
  });
}

function isCheaper(after: CallEstimate, before: CallEstimate): boolean {
  return after.per_run !== null && before.per_run !== null && compare(after.per_run, before.per_run) < 0;
}

function changesOf(
  head: CallEstimate,
  base: CallEstimate | null,
  catalogue: Catalogue,
  nothingWaits: boolean,
): Change[] {
  const { call, price } = head;
  return [
    ...previousModel(head, base, catalogue),
    ...(nothingWaits || call.batch_ok ? batch(call, price.resolved_model, catalogue) : []),
    ...cheapestEndpoint(call),
  ];
}

/**
 * A change of the model in this pull request that made the same request more expensive. A model that answers in another
 * kind, embeddings in place of text or the reverse, cannot do the work of the call. A `:free` model is offered only where base
 * stayed within the free requests of a day, and for no more requests than base made: others may cost money.
 */
function previousModel(
  { call, requests_per_run: requests }: CallEstimate,
  base: CallEstimate | null,
  { models }: Catalogue,
): Change[] {
  if (base === null || base.call.model === call.model) return [];
  const wasFree = base.per_run !== null && isZero(base.per_run) && requests <= base.requests_per_run;
  if (isFreeId(base.price.resolved_model ?? '') && !wasFree) return [];
  const [now, before] = [call.model, base.call.model].map((id) => {
    const resolution = resolveModel(id, models);
    return resolution.state === 'resolved' ? answersInEmbeddings(resolution.model) : null;
  });
  if (now !== before) return [];
  return [{ kind: 'previous_model', call: { ...call, model: base.call.model } }];
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

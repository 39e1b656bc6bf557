import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { estimateCall } from '../estimate.js';
import type { CallEstimate } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { compare } from '../../lib/money/decimal.js';
import { resolveModel } from '../../openrouter/catalogue/model-id.js';
import { answersInEmbeddings } from '../pricing/offer.js';
import { DEFAULT_RUN } from '../../manifest/schema.js';
import type { AdviceInput, PairInSuite, SuggestionKind } from './suggestion.js';

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

/** The changes that make a call of head cheaper, each priced anew; none for a call that is free or has no price. */
export function alternativesFor({ suite, run, pair }: PairInSuite, { catalogue, at }: AdviceInput): Alternative[] {
  const before = pair.head;
  if (before?.price.state !== 'priced') return [];
  return changesOf(before, pair.base, catalogue, run !== DEFAULT_RUN).flatMap(({ kind, call }) => {
    const after = estimateCall(call, before.requests_per_run, catalogue, at);
    return isCheaper(after, before) ? [{ kind, suite, model: call.model, before, after }] : [];
  });
}

function isCheaper(after: CallEstimate, before: CallEstimate): boolean {
  return after.per_run !== null && before.per_run !== null && compare(after.per_run, before.per_run) < 0;
}

function changesOf(
  { call, price }: CallEstimate,
  base: CallEstimate | null,
  catalogue: Catalogue,
  nothingWaits: boolean,
): Change[] {
  return [
    ...previousModel(call, base, catalogue),
    ...(nothingWaits || call.batch_ok ? batch(call, price.resolved_model, catalogue) : []),
    ...cheapestEndpoint(call),
  ];
}

/**
 * A change of the model in this pull request that made the same request more expensive. A model that answers in another
 * kind, embeddings in place of text or the reverse, cannot do the work of the call.
 */
function previousModel(call: NamedCall, base: CallEstimate | null, { models }: Catalogue): Change[] {
  if (base === null || base.call.model === call.model) return [];
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

import type { CallEstimate } from '../estimate.js';
import type { Call, Tokens } from '../../manifest/schema.js';
import { add, compare, fromInteger, multiply, toText, ZERO, type Decimal } from '../../lib/money/decimal.js';

/** The length of an answer without a cap: more than any field of a manifest accepts. */
const UNBOUNDED = 1_000_000_001;

/**
 * Numbers to compare between head and base: if none is larger at head, the call did not get worse. For a priced call
 * these are its cost in US dollars and its attempts at most; for an unpriced one the units of every kind in all
 * attempts, expected and at most.
 */
export function workloadOf(estimate: CallEstimate): Decimal[] {
  const { call, per_run: cost } = estimate;
  const most = mostAttempts(estimate);
  if (cost !== null) return [cost, most];
  const expected = attempts(estimate, call.retries.expected);
  return [
    expected,
    most,
    ...expectedUnits(call).map((units) => multiply(expected, fromInteger(units))),
    ...boundsOf(estimate),
    // Files that cannot be counted are more than any number: one more figure, which a counted call does not have.
    ...(call.uncounted === undefined ? [] : [fromInteger(1)]),
  ];
}

/** A call whose worst case is not known: its model and price terms, and what bounds what it may cost. */
export interface UnboundedCall {
  readonly subject: string;
  /** The models that may answer: one more can cost more than the others do. */
  readonly models: readonly string[];
  readonly amounts: readonly Decimal[];
}

/** Calls whose worst case is not known, in an order that does not depend on that of the manifest. */
export function unboundedCalls(calls: readonly CallEstimate[]): UnboundedCall[] {
  return calls
    .map((one) => ({
      subject: `${one.call.model} ${priceTerms(one.call)}`,
      models: [one.call.model, ...one.call.fallback_models],
      // The units of all attempts at most count too where the call has a price.
      amounts: [...workloadOf(one), ...boundsOf(one)],
    }))
    .toSorted((a, b) => byText(a.subject, b.subject) || byAmounts(a.amounts, b.amounts));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byAmounts(a: readonly Decimal[], b: readonly Decimal[]): number {
  const differing = a.findIndex((amount, index) => compare(amount, b[index] ?? ZERO) !== 0);
  return compare(a[differing] ?? ZERO, b[differing] ?? ZERO);
}

/** Whether each call of head has one of its own before that is as large. Both lists are in the order of `unboundedCalls`. */
export function haveCounterparts(head: readonly UnboundedCall[], before: readonly UnboundedCall[]): boolean {
  const remaining = before.values();
  return head.every((call) => {
    for (let next = remaining.next(); next.done !== true; next = remaining.next()) {
      const { subject, models, amounts } = next.value;
      const isKnown = subject === call.subject && call.models.every((model) => models.includes(model));
      if (isKnown && !isLarger(call.amounts, amounts)) return true;
    }
    return false;
  });
}

function attempts({ requests_per_run: requests }: CallEstimate, retries: Decimal): Decimal {
  return multiply(fromInteger(requests), add(fromInteger(1), retries));
}

function mostAttempts(estimate: CallEstimate): Decimal {
  const { expected, max } = estimate.call.retries;
  return attempts(estimate, max ?? expected);
}

function boundsOf(estimate: CallEstimate): Decimal[] {
  const most = mostAttempts(estimate);
  return mostUnits(estimate.call).map((units) => multiply(most, fromInteger(units)));
}

/** Identifies the unpriced calls, so that two partial sums are compared only if they leave out the same calls. */
export function unpricedCalls(calls: readonly CallEstimate[]): string {
  return calls
    .filter((call) => costOf(call) === null)
    .map((call) => [call.call.model, ...workloadOf(call).map((figure) => toText(figure))].join(' '))
    .sort()
    .join(', ');
}

/**
 * Units of one attempt. Cached tokens cost less than others, so prompt tokens that are not cached have a number of their
 * own.
 */
function expectedUnits(call: Call): number[] {
  const prompt = call.prompt_tokens?.expected ?? 0;
  return [
    prompt,
    Math.max(prompt - call.cached_tokens.expected, 0),
    call.completion_tokens.expected,
    call.cache_write_tokens.expected,
    call.audio_tokens.expected,
    call.image_output_tokens.expected,
    call.audio_output_tokens.expected,
    call.images,
    call.web_searches,
    call.pdf_pages,
  ];
}

function mostUnits(call: Call): number[] {
  return [
    call.prompt_tokens === undefined ? 0 : mostOf(call.prompt_tokens),
    call.max_tokens ?? call.completion_tokens.max ?? UNBOUNDED,
    mostOf(call.cache_write_tokens),
    mostOf(call.audio_tokens),
  ];
}

function mostOf({ expected, max }: Tokens): number {
  return max ?? expected;
}

/** The settings of an unpriced call that change the price of every unit in it, as one text. */
export function priceTerms({ cache_ttl, service_tier, provider }: Call): string {
  return JSON.stringify([cache_ttl, service_tier, provider ?? null], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

/**
 * The cost of a call per run in US dollars. Without requests it is $0, whatever the price; null if it is not known. A call
 * whose files cannot be counted has no number of requests, rather than none.
 */
export function costOf({ call, per_run: cost, requests_per_run: requests }: CallEstimate): Decimal | null {
  return requests === 0n && call.uncounted === undefined ? ZERO : cost;
}

/** Whether an unpriced call makes no more requests, of no more tokens, to the same models on the same terms. */
export function asksForNoMore(head: CallEstimate, before: CallEstimate): boolean {
  const known = [before.call.model, ...before.call.fallback_models];
  return (
    head.per_run === null &&
    before.per_run === null &&
    head.call.model === before.call.model &&
    head.call.fallback_models.every((model) => known.includes(model)) &&
    priceTerms(head.call) === priceTerms(before.call) &&
    !isLarger(workloadOf(head), workloadOf(before))
  );
}

/** Whether one of these amounts is larger than its counterpart. */
export function isLarger(head: readonly Decimal[], before: readonly Decimal[]): boolean {
  return head.some((amount, index) => {
    const counterpart = before[index];
    return counterpart === undefined || compare(amount, counterpart) > 0;
  });
}

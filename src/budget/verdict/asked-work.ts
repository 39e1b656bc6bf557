import type { CallEstimate } from '../estimate.js';
import type { Call, Tokens } from '../../manifest/schema.js';
import { add, fromInteger, multiply, toText } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';

/** More than any field of a manifest may say: an answer that nothing bounds. */
const UNBOUNDED = 1_000_000_001;

/**
 * What a run asks of a call, as figures of which none may have grown where head is to be no worse than base: its cost
 * where it has a price, else the units of every kind in all attempts, as expected and at most.
 */
export function askedWork({ call, requests_per_run: requests, per_run: cost }: CallEstimate): Decimal[] {
  const attempts = (retries: Decimal) => multiply(fromInteger(requests), add(fromInteger(1), retries));
  const expected = attempts(call.retries.expected);
  const most = attempts(call.retries.max ?? call.retries.expected);
  if (cost !== null) return [cost, most];
  return [
    expected,
    most,
    ...expectedUnits(call).map((units) => multiply(expected, fromInteger(units))),
    ...mostUnits(call).map((units) => multiply(most, fromInteger(units))),
  ];
}

/** Calls without a price, as one text: two sums that leave out calls compare only where they leave out the same. */
export function leftOut(calls: readonly CallEstimate[]): string {
  return calls
    .filter((call) => call.per_run === null)
    .map((call) => [call.call.model, ...askedWork(call).map((figure) => toText(figure))].join(' '))
    .join(', ');
}

/** Of one attempt. Tokens from a cache are worth less than others, so those that are not are counted by themselves. */
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

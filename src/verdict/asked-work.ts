import type { CallEstimate } from '../estimate/estimate.js';
import type { Call, Tokens } from '../manifest/schema.js';
import { add, fromInteger, multiply } from '../money/decimal.js';
import type { Decimal } from '../money/decimal.js';

/**
 * What a run asks of a call, as figures of which none may have grown where head is to be no worse than base: its cost,
 * where it has a price, and the attempts and units of every kind, as expected and at most.
 */
export function askedWork({ call, requests_per_run: requests, per_run: cost }: CallEstimate): Decimal[] {
  const attempts = (retries: Decimal) => multiply(fromInteger(requests), add(fromInteger(1), retries));
  const expected = attempts(call.retries.expected);
  const most = attempts(call.retries.max ?? call.retries.expected);
  return [
    ...(cost === null ? [] : [cost]),
    // Nothing bounds an answer without a cap.
    fromInteger(call.max_tokens === undefined && call.completion_tokens.max === null ? 1 : 0),
    expected,
    most,
    ...expectedUnits(call).map((units) => multiply(expected, fromInteger(units))),
    ...mostUnits(call).map((units) => multiply(most, fromInteger(units))),
  ];
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
    call.max_tokens ?? mostOf(call.completion_tokens),
    mostOf(call.cache_write_tokens),
    mostOf(call.audio_tokens),
  ];
}

function mostOf({ expected, max }: Tokens): number {
  return max ?? expected;
}

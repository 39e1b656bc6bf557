import type { NamedCall, NamedSuite } from '../../manifest/manifest.js';
import { add, divide, fromInteger, isZero, multiply, toNumber } from '../../lib/money/decimal.js';
import type { UsageGroup } from '../read/aggregate.js';
import type { NumberOrRange, Proposal } from './comparison.js';
import { meanRequest } from './means.js';

export interface Proposed {
  readonly proposals: readonly Proposal[];
  readonly notes: readonly string[];
}

/** The call as the manifest states it, and as it is estimated: with the tokens of its `prompt_files`. */
export interface DeclaredCall {
  readonly suite: NamedSuite;
  readonly stated: NamedCall;
  readonly estimated: NamedCall;
}

const NOTHING: NumberOrRange = { expected: 0, max: null };

/**
 * What the manifest should say by what was measured: the mean as what is expected, the 95th percentile as `max` of the
 * prompt and the completion. Only what differs from what is stated is proposed; the parts of a prompt and a completion
 * are proposed with them, as a whole below its parts would be refused.
 */
export function proposalsFor(call: DeclaredCall, group: UsageGroup, runs: number): Proposed {
  const { stated, estimated } = call;
  const mean = meanRequest(group);
  const { tokens } = mean;
  const files = {
    prompt:
      estimated.prompt_tokens === undefined ? 0 : expected(estimated.prompt_tokens) - expected(stated.prompt_tokens),
    cached: estimated.cached_tokens.expected - stated.cached_tokens.expected,
  };
  const cap = stated.max_tokens ?? Infinity;
  const notes: string[] = [];
  if (tokens.completion > cap) {
    notes.push(`${tokens.completion} completion tokens were used on average, more than max_tokens (${cap}) allows`);
  }
  if (files.prompt > tokens.prompt) {
    notes.push(`the prompt files have ${files.prompt} tokens, more than the ${tokens.prompt} that were used`);
  }
  const prompt = Math.max(tokens.prompt - files.prompt, 0);
  const completion = Math.min(tokens.completion, cap);
  const fields: readonly (readonly [keyof NamedCall, NumberOrRange, NumberOrRange])[] = [
    ['count', { expected: stated.count, max: null }, { expected: countOf(call, group.requests, runs), max: null }],
    ['prompt_tokens', stated.prompt_tokens ?? NOTHING, range(prompt, mean.max.prompt - files.prompt)],
    ['completion_tokens', stated.completion_tokens, range(completion, Math.min(mean.max.completion, cap))],
    ['cached_tokens', stated.cached_tokens, part(stated.cached_tokens, Math.max(tokens.cached - files.cached, 0))],
    ['cache_write_tokens', stated.cache_write_tokens, part(stated.cache_write_tokens, tokens.written)],
    ['audio_tokens', stated.audio_tokens, part(stated.audio_tokens, tokens.audio)],
    ['reasoning_tokens', stated.reasoning_tokens, part(stated.reasoning_tokens, tokens.reasoning)],
    ['image_output_tokens', stated.image_output_tokens, part(stated.image_output_tokens, tokens.image_output)],
    ['audio_output_tokens', stated.audio_output_tokens, part(stated.audio_output_tokens, tokens.audio_output)],
    ['web_searches', { expected: stated.web_searches, max: null }, { expected: mean.web_searches, max: null }],
  ];
  const proposals = fields
    .filter(([, from, to]) => differs(from, to))
    .map(([field, from, to]) => ({
      path: ['suites', call.suite.name, 'calls', stated.index, field],
      field,
      from,
      to,
    }));
  return { proposals, notes };
}

function expected(tokens: NumberOrRange | undefined): number {
  return tokens?.expected ?? 0;
}

/** A `max` that is the mean says nothing. */
function range(mean: number, max: number): NumberOrRange {
  return { expected: mean, max: max > mean ? max : null };
}

/** A part keeps a stated maximum only as far as it still is one. */
function part(stated: NumberOrRange, mean: number): NumberOrRange {
  return { expected: mean, max: stated.max === null ? null : Math.max(stated.max, mean) };
}

function differs(from: NumberOrRange, to: NumberOrRange): boolean {
  // A stated maximum that equals what is expected is as good as none.
  return from.expected !== to.expected || (from.max ?? from.expected) !== (to.max ?? to.expected);
}

/** Requests per execution of the suite: what one run used, without its repeats and expected retries; at least 1. */
function countOf({ suite, stated }: DeclaredCall, requests: number, runs: number): number {
  const factor = multiply(fromInteger(suite.repeat * runs), add(fromInteger(1), stated.retries.expected));
  if (isZero(factor)) return stated.count;
  return Math.max(toNumber(divide(fromInteger(requests), factor, 0)), 1);
}

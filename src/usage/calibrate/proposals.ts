import type { NamedCall, NamedSuite } from '../../manifest/manifest.js';
import { add, compare, divide, fromInteger, isZero, multiply, times, toNumber } from '../../lib/money/decimal.js';
import { count, counted } from '../../lib/text/amount.js';
import type { UsageGroup } from '../read/aggregate.js';
import { type NumberOrRange, type Proposal, meanRequest } from './comparison.js';
import { tokenFamily, tokensOf } from '../../manifest/prompt-tokens/count-tokens.js';

/** What a call should say, and why a figure is not proposed. */
export interface Proposed {
  readonly proposals: readonly Proposal[];
  readonly notes: readonly string[];
}

/** What the recordings leave open. */
export interface Bound {
  /** Requests of the call whose usage is not recorded. */
  readonly unmeasured: number;
  /** Whether there may be more than was recorded: no lower count is proposed then. */
  readonly isLowerBound: boolean;
  /** The fields that say how all requests were served, with what they should say. */
  readonly served: readonly (readonly ['model' | 'service_tier', string])[];
}

const NOTHING: NumberOrRange = { expected: 0, max: null };
const COMPLETE: Bound = { unmeasured: 0, isLowerBound: false, served: [] };

/**
 * What the manifest should say by what was measured: the mean as what is expected, the 95th percentile as `max` of the
 * prompt and the completion. Only what differs from what is stated is proposed; the parts of a prompt and a completion
 * are proposed with them, as a whole below its parts would be refused.
 */
export function proposalsFor(
  suite: NamedSuite,
  call: NamedCall,
  group: UsageGroup,
  runs: number,
  bound = COMPLETE,
): Proposed {
  if (call.promptfoo !== undefined) {
    return { proposals: [], notes: [`the call comes from ${call.promptfoo.config}: change its numbers there`] };
  }
  const files = fileTokens(call);
  const stated = withoutFiles(call, files);
  const mean = meanRequest(group);
  const { tokens } = mean;
  const cap = stated.max_tokens ?? Infinity;
  const notes: string[] = [];
  if (tokens.completion > cap) {
    notes.push(`${tokens.completion} completion tokens were used on average, more than max_tokens (${cap}) allows`);
  }
  if (files.prompt > tokens.prompt) {
    notes.push(`the prompt files have ${files.prompt} tokens, more than the ${tokens.prompt} that were used`);
  }
  if (bound.unmeasured > 0) {
    notes.push(`${counted(bound.unmeasured, 'request')} stated no usage; the figures are of the others`);
  }
  const requests = countOf(suite, stated, group.requests + bound.unmeasured, runs, bound, notes);
  const prompt = Math.max(tokens.prompt - files.prompt, 0);
  const completion = Math.min(tokens.completion, cap);
  const fields: readonly (readonly [keyof NamedCall, NumberOrRange, NumberOrRange])[] = [
    ['count', { expected: stated.count, max: null }, { expected: requests, max: null }],
    ['prompt_tokens', stated.prompt_tokens ?? NOTHING, range(prompt, mean.max.prompt - files.prompt)],
    ['completion_tokens', stated.completion_tokens, range(completion, Math.min(mean.max.completion, cap))],
    ['cached_tokens', stated.cached_tokens, part(stated.cached_tokens, Math.max(tokens.cached - files.cached, 0))],
    ['cache_write_tokens', stated.cache_write_tokens, part(stated.cache_write_tokens, tokens.written)],
    ['audio_tokens', stated.audio_tokens, part(stated.audio_tokens, tokens.audio)],
    ['reasoning_tokens', stated.reasoning_tokens, part(stated.reasoning_tokens, tokens.reasoning)],
    ['image_output_tokens', stated.image_output_tokens, part(stated.image_output_tokens, tokens.image_output)],
    ['audio_output_tokens', stated.audio_output_tokens, part(stated.audio_output_tokens, tokens.audio_output)],
    ['web_searches', { expected: stated.web_searches, max: null }, searches(group, mean.web_searches, notes)],
  ];
  const path = (field: string): Proposal['path'] => ['suites', suite.name, 'calls', stated.index, field];
  const proposals: Proposal[] = fields
    .filter(([, from, to]) => differs(from, to))
    .map(([field, from, to]) => ({ path: path(field), field, from, to }));
  for (const [field, to] of bound.served) {
    const from = field === 'model' ? stated.model : stated.service_tier;
    if (from !== to) proposals.push({ path: path(field), field, from, to });
  }
  const ttl = lifetime(group, stated.cache_ttl, notes);
  if (ttl !== stated.cache_ttl) {
    proposals.push({ path: path('cache_ttl'), field: 'cache_ttl', from: stated.cache_ttl, to: ttl });
  }
  return { proposals, notes };
}

/** The searches of a request; a mean that had to be rounded is noted. */
function searches(group: UsageGroup, mean: number, notes: string[]): NumberOrRange {
  if (group.web_searches % group.requests === 0) return { expected: mean, max: null };
  notes.push(
    `${counted(group.web_searches, 'search', 'searches')} in ${counted(group.requests, 'request')}: ${mean} each is proposed`,
  );
  return { expected: mean, max: null };
}

/** The lifetime that most of the written tokens had, where recordings state it. */
function lifetime(group: UsageGroup, stated: NamedCall['cache_ttl'], notes: string[]): NamedCall['cache_ttl'] {
  const { written_1h, sums } = group;
  if (written_1h === 0) return stated;
  if (written_1h < sums.written) {
    notes.push(
      `${count(written_1h)} of ${count(sums.written)} written tokens are kept for an hour, the others are not`,
    );
  }
  return written_1h * 2 >= sums.written ? '1h' : '5m';
}

/** Tokens of the call's prompt files, which are counted in its prompt and, where they are cached, in its cached tokens. */
function fileTokens(call: NamedCall): { readonly prompt: number; readonly cached: number } {
  const family = tokenFamily(call.model);
  let [prompt, cached] = [0, 0];
  for (const file of call.file_tokens ?? []) {
    const own = tokensOf(family, file.o200k);
    prompt += own;
    if (file.cached) cached += own;
  }
  return { prompt, cached };
}

/** The call as its fields state it: without the tokens of its prompt files. */
function withoutFiles(call: NamedCall, files: { readonly prompt: number; readonly cached: number }): NamedCall {
  const less = ({ expected, max }: NumberOrRange, own: number): NumberOrRange => ({
    expected: expected - own,
    max: max === null ? null : max - own,
  });
  return {
    ...call,
    prompt_tokens: call.prompt_tokens === undefined ? undefined : less(call.prompt_tokens, files.prompt),
    cached_tokens: less(call.cached_tokens, files.cached),
  };
}

/** A `max` that equals the mean is not stated. */
function range(mean: number, max: number): NumberOrRange {
  return { expected: mean, max: max > mean ? max : null };
}

/** Keeps the stated maximum of a part, or raises it to the mean where the mean is larger. */
function part(stated: NumberOrRange, mean: number): NumberOrRange {
  return { expected: mean, max: stated.max === null ? null : Math.max(stated.max, mean) };
}

function differs(from: NumberOrRange, to: NumberOrRange): boolean {
  // A stated maximum that equals `expected` means the same as none.
  return from.expected !== to.expected || (from.max ?? from.expected) !== (to.max ?? to.expected);
}

/** Requests per execution of the suite: what one run used, without its repeats and expected retries; at least 1. */
function countOf(
  suite: NamedSuite,
  stated: NamedCall,
  requests: number,
  runs: number,
  bound: Bound,
  notes: string[],
): number {
  const retried = add(fromInteger(1), stated.retries.expected);
  const factor = multiply(fromInteger(suite.repeat * runs), retried);
  if (isZero(factor)) return stated.count;
  if (stated.row_count !== undefined) return stated.count;
  const measured = Math.max(toNumber(divide(fromInteger(requests), factor, 0)), 1);
  if (measured >= stated.count) return measured;
  const ofOneRepeat = times(multiply(fromInteger(stated.count), retried), runs);
  if (suite.repeat > 1 && compare(fromInteger(requests), ofOneRepeat) === 0) {
    notes.push(
      `${counted(requests, 'request')} are one of ${suite.repeat} repeats: record all of them, or set repeat to 1 if there is one`,
    );
    return stated.count;
  }
  if (bound.isLowerBound) {
    notes.push(`at least ${counted(requests, 'request')} were made; no lower count is proposed`);
    return stated.count;
  }
  return measured;
}

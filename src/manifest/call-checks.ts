import { compare, toText } from '../lib/money/decimal.js';
import type { CallProblem } from './parts.js';
import { completionPartsProblem, partsProblem } from './parts.js';
import type { Call, Tokens } from './schema.js';
import { TOKEN_PARTS } from './token-parts.js';

/** What one call must be as a whole, once each of its fields is right by itself. */

const NONE: Tokens = { expected: 0, max: null };

/**
 * Problems of a call from which wrong fields were left out. `isWrong` names those: a field that was written, if
 * badly, is not missing.
 */
export function callProblems(call: Partial<Call>, isWrong: (key: keyof Call) => boolean): CallProblem[] {
  return [
    ...missingPrompt(call, isWrong),
    ...expectedAboveMax(call),
    ...completionAboveCap(call),
    ...partsAboveWhole(call),
  ];
}

function missingPrompt(call: Partial<Call>, isWrong: (key: keyof Call) => boolean): CallProblem[] {
  if (call.prompt_tokens !== undefined || (call.prompt_files ?? []).length > 0) return [];
  if (isWrong('prompt_tokens') || isWrong('prompt_files')) return [];
  return [
    { keys: ['prompt_tokens'], message: 'missing: expected prompt_tokens, or prompt_files with at least one path' },
  ];
}

function expectedAboveMax(call: Partial<Call>): CallProblem[] {
  const problems = TOKEN_PARTS.flatMap(({ field }) => {
    const { expected, max } = call[field] ?? NONE;
    return max === null || expected <= max ? [] : [aboveMax(field, String(expected), String(max))];
  });
  const retries = call.retries ?? { expected: null, max: null };
  if (retries.expected === null || retries.max === null || compare(retries.expected, retries.max) <= 0) return problems;
  return [...problems, aboveMax('retries', toText(retries.expected), toText(retries.max))];
}

function aboveMax(key: keyof Call, expected: string, max: string): CallProblem {
  return { keys: [key], message: `expected (${expected}) is more than max (${max})` };
}

function completionAboveCap({ completion_tokens: tokens, max_tokens: cap }: Partial<Call>): CallProblem[] {
  if (tokens === undefined || cap === undefined || tokens.expected <= cap) return [];
  const message = `completion_tokens (${tokens.expected}) is more than max_tokens (${cap}), which caps it`;
  return [{ keys: ['completion_tokens', 'max_tokens'], message }];
}

function partsAboveWhole(call: Partial<Call>): CallProblem[] {
  const parts = {
    cached_tokens: call.cached_tokens ?? NONE,
    cache_write_tokens: call.cache_write_tokens ?? NONE,
    audio_tokens: call.audio_tokens ?? NONE,
    reasoning_tokens: call.reasoning_tokens ?? NONE,
    image_output_tokens: call.image_output_tokens ?? NONE,
    audio_output_tokens: call.audio_output_tokens ?? NONE,
  };
  const { model, prompt_tokens, prompt_files = [], completion_tokens } = call;
  // With files the whole prompt is known only when they have been read.
  const prompt =
    model === undefined || prompt_tokens === undefined || prompt_files.length > 0
      ? null
      : partsProblem({ ...parts, model, prompt_tokens });
  const completion = completion_tokens === undefined ? null : completionPartsProblem({ ...parts, completion_tokens });
  return [prompt, completion].filter((one) => one !== null);
}

import { fromInteger, divide, type Decimal } from '../../lib/money/decimal.js';
import type { UsageGroup } from '../read/aggregate.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/** The mean request of a group in whole tokens, as a manifest can state it. */
export interface MeanRequest {
  readonly tokens: TokenCounts;
  readonly web_searches: number;
  /** The 95th percentile, never below the mean. */
  readonly max: { readonly prompt: number; readonly completion: number };
}

/**
 * Means to the nearest token. Parts are rounded down where rounding would make them more than their whole; Google's
 * written tokens are among its cached ones, so they do not count towards the sum.
 */
export function meanRequest(group: UsageGroup): MeanRequest {
  const mean = (sum: number): number => Math.round(sum / group.requests);
  const { sums } = group;
  const [prompt, completion] = [mean(sums.prompt), mean(sums.completion)];
  const writtenApart = sums.cached + sums.written + sums.audio <= sums.prompt;
  const promptParts = fitting([sums.cached, sums.audio, writtenApart ? sums.written : 0], group.requests, prompt);
  const outputs = fitting([sums.reasoning, sums.image_output, sums.audio_output], group.requests, completion);
  const cached = promptParts[0] ?? 0;
  return {
    tokens: {
      prompt,
      completion,
      cached,
      audio: promptParts[1] ?? 0,
      written: writtenApart ? (promptParts[2] ?? 0) : Math.min(mean(sums.written), cached),
      reasoning: outputs[0] ?? 0,
      image_output: outputs[1] ?? 0,
      audio_output: outputs[2] ?? 0,
    },
    web_searches: mean(group.web_searches),
    max: { prompt: Math.max(prompt, group.p95.prompt), completion: Math.max(completion, group.p95.completion) },
  };
}

function fitting(sums: readonly number[], requests: number, whole: number): readonly number[] {
  const nearest = sums.map((sum) => Math.round(sum / requests));
  const total = nearest.reduce((all, part) => all + part, 0);
  return total <= whole ? nearest : sums.map((sum) => Math.floor(sum / requests));
}

/** The share of `runs` runs in a total, e.g. requests per run; to four places. */
export function perRun(total: number, runs: number): Decimal {
  return divide(fromInteger(total), fromInteger(runs), 4);
}

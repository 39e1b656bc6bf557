import type { Path } from '../../manifest/manifest.js';
import { add, type Decimal, divide, fromInteger, isZero, ZERO } from '../../lib/money/decimal.js';
import type { UsageGroup } from '../read/aggregate.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/** What a manifest declares, compared with what was used. Money in US dollars per run, percentages to two places. */
export interface UsageComparison {
  /** The largest number of recorded runs of a suite. */
  readonly runs: number;
  /** In the manifest's order; with a suite asked for, that one alone. */
  readonly suites: readonly SuiteUsage[];
  /** In use and not in the manifest; each with the suite the recording names, if any. */
  readonly unknown: readonly UsageGroup[];
  /** In use, and matching several calls of the manifest. */
  readonly ambiguous: readonly { readonly group: UsageGroup; readonly candidates: readonly string[] }[];
  /** Whether the recordings state everything that was used; else figures are lower bounds. */
  readonly is_complete: boolean;
}

/** One suite: its estimate, and what its recorded requests used. Amounts are per run of the suite. */
export interface SuiteUsage {
  readonly name: string;
  /** Recorded runs of the suite; at least 1. */
  readonly runs: number;
  /** False where no request of the suite was recorded. */
  readonly recorded: boolean;
  /** Whether a call of the suite was recorded. */
  readonly is_matched: boolean;
  readonly seen_calls: number;
  /** Of the calls that were recorded; of all where none was. */
  readonly estimated_per_run: Decimal | null;
  /** What was charged, at list price for own keys; where a recording states no cost, at the catalogue's prices. */
  readonly used_per_run: Decimal | null;
  /** What was used as far as it has a price: all of it where `unpriced` is empty. Null where nothing has one. */
  readonly priced_per_run: Decimal | null;
  /** Requests of the suite that neither the recordings nor the catalogue give a price for. */
  readonly unpriced: readonly UnpricedUsage[];
  /** The same tokens at the catalogue's prices; what was charged where the catalogue has no price. */
  readonly tokens_per_run: Decimal | null;
  readonly token_error_percent: Decimal | null;
  /** By how much the use is above the estimate; null where one of them is not known, or the estimate is 0. */
  readonly error_percent: Decimal | null;
  readonly calls: readonly CallUsage[];
}

/** Requests without a price. */
export interface UnpricedUsage {
  /** The call of the manifest; else as recorded, null where no name is. */
  readonly call: string | null;
  /** As declared; of what is no call of the manifest as recorded. */
  readonly model: string | null;
  readonly requests: number;
}

/** One figure, as declared and as measured; the percentage says by how much the measured one is above. */
export interface Figure {
  readonly declared: Decimal;
  readonly measured: Decimal;
  readonly percent: Decimal | null;
}

/** One call of the manifest. */
export interface CallUsage {
  readonly name: string;
  readonly index: number;
  readonly model: string;
  /** Null where no request of the call was recorded: it was never seen. */
  readonly measured: MeasuredCall | null;
  readonly estimated_per_run: Decimal | null;
}

/** What the recorded requests of a call used. */
export interface MeasuredCall {
  readonly recorded_requests: number;
  /** Per run, retries included on both sides. */
  readonly requests: Figure;
  /** Per request, means. */
  readonly prompt: Figure;
  readonly completion: Figure;
  readonly cached: Figure;
  readonly used_per_run: Decimal | null;
  /** The same tokens at the catalogue's prices. */
  readonly tokens_per_run: Decimal | null;
  /** Null where one side has no price. */
  readonly cost_percent: Decimal | null;
  readonly own_key: number;
  readonly without_cost: number;
  /** Set where the same tokens were charged otherwise than the catalogue says: a price error, no token error. */
  readonly price: PriceDifference | null;
  readonly proposals: readonly Proposal[];
  /** What a second call should say, for the requests that search the web; null where there is no need for one. */
  readonly split: readonly Proposal[] | null;
  /** What a reader should know, e.g. why a figure is not proposed. */
  readonly notes: readonly string[];
}

/** A charge that the price of the catalogue does not explain. */
export interface PriceDifference {
  /** Of all recorded requests of the call. */
  readonly charged: Decimal;
  readonly catalogue: Decimal;
  readonly percent: Decimal | null;
  /** The part that the recordings state as fees of tools; null where they state none. */
  readonly fees: Decimal | null;
  readonly web_searches: number;
}

/** What the tokens of a model were charged, and what its listed price makes of them, over the calls where they differ. */
export interface ChargedAgainstList {
  readonly model: string;
  readonly charged: Decimal;
  readonly listed: Decimal;
  /** Charged over listed, to two places. */
  readonly ratio: Decimal;
}

/**
 * What each model was charged against its listed price, over its calls whose price differs; fees of tools count for
 * neither, so calls with searches are left out. OpenRouter does not route by list price alone, so a faster and more
 * expensive provider may serve (its documentation of 2026-11).
 */
export function chargedAgainstList(suites: readonly SuiteUsage[]): readonly ChargedAgainstList[] {
  const models = new Map<string, { readonly charged: Decimal; readonly listed: Decimal }>();
  for (const { model, measured } of suites.flatMap(({ calls }) => calls)) {
    const price = measured?.price;
    if (price?.fees !== null || price.web_searches > 0) continue;
    const { charged, listed } = models.get(model) ?? { charged: ZERO, listed: ZERO };
    models.set(model, { charged: add(charged, price.charged), listed: add(listed, price.catalogue) });
  }
  return [...models].flatMap(([model, { charged, listed }]) =>
    isZero(listed) ? [] : [{ model, charged, listed, ratio: divide(charged, listed, 2) }],
  );
}

/** A number or word to be written into the manifest. */
export interface Proposal {
  readonly path: Path;
  readonly field: string;
  readonly from: NumberOrRange | string;
  readonly to: NumberOrRange | string;
}

/** A number of the manifest, or its mapping of `expected` and `max`. */
export interface NumberOrRange {
  readonly expected: number;
  /** Null: none is stated. */
  readonly max: number | null;
}

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

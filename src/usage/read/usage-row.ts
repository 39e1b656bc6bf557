import type { RecordedCost } from '../../lib/money/recorded-cost.js';

/** Tokens of one request in the manifest's convention: parts are inside their whole, whatever the provider's was. */
export interface TokenCounts {
  /** All inputs: cached, written and audio tokens included. */
  readonly prompt: number;
  /** All outputs: reasoning, image and audio tokens included. */
  readonly completion: number;
  readonly cached: number;
  /** Written to the cache; Google counts them among the cached too. */
  readonly written: number;
  readonly reasoning: number;
  /** Audio of the input. */
  readonly audio: number;
  readonly image_output: number;
  readonly audio_output: number;
}

/** The one normal form of what a request really used, whichever format it was recorded in. */
export interface UsageRow {
  /** Where the recording names it. */
  readonly suite: string | null;
  /** Where the recording names it. */
  readonly call: string | null;
  /** As recorded, often the canonical slug; null: not stated. */
  readonly model: string | null;
  readonly tokens: TokenCounts;
  readonly web_searches: number;
  /** What was charged. */
  readonly cost: RecordedCost | null;
  /** With an own provider key: the list price; else null. */
  readonly list_cost: RecordedCost | null;
  readonly own_key: boolean;
  /** Of the response; the same id is counted once, the last wins. */
  readonly id: string | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
  /** The file it was read from. */
  readonly source: string;
}

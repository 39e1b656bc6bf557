import { add, sumOrNull, ZERO, type Decimal } from '../../lib/money/decimal.js';
import type { UsageRow } from '../read/exchange.js';

/** What a recorder adds up. */

interface ModelTotals {
  /** As answered, else as requested; "(not named)" where neither names one. */
  readonly model: string;
  readonly requests: number;
  readonly prompt: number;
  readonly completion: number;
  /** US dollars, exact; null where the cost of an answer is not known. */
  readonly cost: Decimal | null;
}

export interface Totals {
  readonly models: readonly ModelTotals[];
  /** Requests that were forwarded and counted. */
  readonly requests: number;
  /** Sum over models; null where the cost of an answer is not known. */
  readonly cost: Decimal | null;
  /** Sum of the costs that are known. */
  readonly known_cost: Decimal;
  readonly refused: number;
  /** Answers with an error status, or none at all. */
  readonly errors: number;
  /** Answers that state no usage, by the reason. */
  readonly without_usage: ReadonlyMap<string, number>;
  /** Requests that passed and are in no row, by method and path without its ids. */
  readonly not_counted: ReadonlyMap<string, number>;
  /** Rows that the file did not take. */
  readonly lost_rows: number;
}

interface Sums {
  requests: number;
  prompt: number;
  completion: number;
  sum: Decimal;
  isKnown: boolean;
}

export interface Tally {
  readonly answered: (model: string | null, row: UsageRow | null, cost: Decimal | null) => void;
  readonly failed: (model: string | null) => void;
  readonly withoutUsage: (reason: string) => void;
  readonly refused: () => void;
  readonly notCounted: (what: string) => void;
  readonly lostRow: () => void;
  readonly totals: () => Totals;
}

const MOST_KINDS = 20;

export function createTally(): Tally {
  const models = new Map<string, Sums>();
  const withoutUsage = new Map<string, number>();
  const notCounted = new Map<string, number>();
  const counts = { refused: 0, errors: 0, lost: 0 };
  const sumsOf = (model: string | null): Sums => {
    const name = model ?? '(not named)';
    const known = models.get(name);
    if (known !== undefined) return known;
    const sums = { requests: 0, prompt: 0, completion: 0, sum: ZERO, isKnown: true };
    models.set(name, sums);
    return sums;
  };
  return {
    answered: (model, row, cost) => {
      const sums = sumsOf(row?.model ?? model);
      sums.requests += 1;
      sums.prompt += row?.tokens.prompt ?? 0;
      sums.completion += row?.tokens.completion ?? 0;
      if (cost === null) sums.isKnown = false;
      else sums.sum = add(sums.sum, cost);
    },
    failed: (model) => {
      sumsOf(model).requests += 1;
      counts.errors += 1;
    },
    withoutUsage: (reason) => {
      increment(withoutUsage, reason);
    },
    refused: () => {
      counts.refused += 1;
    },
    notCounted: (what) => {
      increment(notCounted, notCounted.has(what) || notCounted.size < MOST_KINDS ? what : 'other requests');
    },
    lostRow: () => {
      counts.lost += 1;
    },
    totals: () => {
      const rows = [...models].map(([model, { requests, prompt, completion, sum, isKnown }]) => ({
        model,
        requests,
        prompt,
        completion,
        cost: isKnown ? sum : null,
      }));
      return {
        models: rows,
        requests: rows.reduce((total, { requests }) => total + requests, 0),
        cost: sumOrNull(rows.map(({ cost }) => cost)),
        known_cost: [...models.values()].reduce((total, { sum }) => add(total, sum), ZERO),
        refused: counts.refused,
        errors: counts.errors,
        without_usage: withoutUsage,
        not_counted: notCounted,
        lost_rows: counts.lost,
      };
    },
  };
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

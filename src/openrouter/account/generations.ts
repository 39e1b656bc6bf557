import { failureSentence, HttpFailure } from '../../lib/http/failure.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { configurationError } from '../../lib/errors/problem.js';
import { type AccountClient, readGeneration, type GenerationAnswer, refusedLine } from './account-client.js';

/** The most generations that one run requests, and how many at a time. */
const MAX_GENERATIONS = 50;
const AT_ONCE = 4;

/** OpenRouter's charge for one request. */
export interface Generation {
  readonly id: string;
  /** US dollars; with an own provider key only the fee. */
  readonly charged: Decimal;
  readonly model: string | null;
  readonly provider: string | null;
  readonly is_own_key: boolean;
  readonly is_cancelled: boolean;
}

export interface Generations {
  readonly found: readonly Generation[];
  /** Still 404 after the last attempt: unknown, or not written yet. */
  readonly missing: readonly string[];
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
  /** How many ids were not requested. */
  readonly left_out: number;
}

/**
 * Fetches the charges of at most 50 ids, spread evenly over those given. Throws a NoVerdictError (2) where the key is
 * refused, since no charge can be fetched then.
 */
export async function fetchGenerations(client: AccountClient, ids: readonly string[]): Promise<Generations> {
  const chosen = spread(ids, MAX_GENERATIONS);
  const outcomes = new Map<string, Outcome>();
  const waiting = [...chosen];
  const work = async (): Promise<void> => {
    try {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        outcomes.set(id, await fetchOne(client, id));
      }
    } finally {
      // Empty already, unless the key was refused: then the other workers request nothing more.
      waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  const found: Generation[] = [];
  const missing: string[] = [];
  const failed: { id: string; reason: string }[] = [];
  for (const id of chosen) {
    const outcome = outcomes.get(id);
    if (outcome === undefined || outcome.state === 'missing') missing.push(id);
    else if (outcome.state === 'failed') failed.push({ id, reason: outcome.reason });
    else found.push(outcome.generation);
  }
  return { found, missing, failed, left_out: ids.length - chosen.length };
}

type Outcome =
  | { readonly state: 'found'; readonly generation: Generation }
  | { readonly state: 'missing' }
  | { readonly state: 'failed'; readonly reason: string };

/** A generation is written some seconds after its response: until then it is a 404. */
async function fetchOne(client: AccountClient, id: string): Promise<Outcome> {
  try {
    const path = `/generation?id=${encodeURIComponent(id)}`;
    const answer = await client.get(path, readGeneration, (status) => status === 404);
    return { state: 'found', generation: generationOf(id, answer) };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.status === 401 || error.status === 403) throw configurationError(refusedLine(error.status));
    if (error.status === 404) return { state: 'missing' };
    return { state: 'failed', reason: failureSentence(client.host, error) };
  }
}

function generationOf(id: string, answer: GenerationAnswer): Generation {
  return {
    id,
    charged: answer.total_cost,
    model: answer.model ?? null,
    provider: answer.provider_name ?? null,
    is_own_key: answer.is_byok ?? false,
    is_cancelled: answer.cancelled ?? false,
  };
}

/** The whole list, or `most` items of it at even distances, including the first. */
function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return list.filter(
    (_, index) => Math.floor((index * most) / list.length) !== Math.floor(((index - 1) * most) / list.length),
  );
}

import { failureSentence, HttpFailure } from '../../lib/http/failure.js';
import { compare, subtract, type Decimal } from '../../lib/money/decimal.js';
import { type AccountClient, readCredits, readKey, type KeyAnswer } from './account-client.js';

/** The known credits of a key. */
export type Credits =
  | KnownCredits
  /** The key is wrong, disabled or expired. */
  | { readonly state: 'refused'; readonly status: number }
  /** 402: the balance is negative or the key's limit is used up; every request is answered so. */
  | { readonly state: 'exhausted' }
  | { readonly state: 'unavailable'; readonly reason: string };

export interface KnownCredits {
  readonly state: 'known';
  /** US dollars that the key may spend in all, or between two resets; null: no limit. */
  readonly key_limit: Decimal | null;
  readonly key_remaining: Decimal | null;
  readonly key_reset: 'daily' | 'weekly' | 'monthly' | null;
  /** US dollars that remain of the account's credits; null where the key may not see them. */
  readonly account_remaining: Decimal | null;
  /** Why they are null, where the reason is not the kind of key. */
  readonly account_problem: string | null;
  /** The account has never bought credits. */
  readonly is_free_tier: boolean;
  /** Requests to `:free` models per day; null where not stated. */
  readonly free_requests: { readonly limit: number; readonly used: number; readonly remaining: number } | null;
}

export interface Remaining {
  /** US dollars; below zero where more was used than there was. */
  readonly amount: Decimal;
  readonly of: 'key' | 'account';
}

/** Fetches the facts of the key and, where it may see them, the account's credits. Never throws for an answer. */
export async function fetchCredits(client: AccountClient): Promise<Credits> {
  try {
    const key = await fetchKey(client);
    return { state: 'known', ...keyFacts(key), ...(await fetchAccount(client)) };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.status === 401 || error.status === 403) return { state: 'refused', status: error.status };
    if (error.status === 402) return { state: 'exhausted' };
    return { state: 'unavailable', reason: failureSentence(client.host, error) };
  }
}

/** The smaller of what the key and the account have left; null where neither states a bound. */
export function remainingOf(credits: KnownCredits): Remaining | null {
  const { key_remaining: key, account_remaining: account } = credits;
  if (key !== null && (account === null || compare(key, account) <= 0)) return { amount: key, of: 'key' };
  return account === null ? null : { amount: account, of: 'account' };
}

/** Deployments from before 2025-09 have only the older path. */
async function fetchKey(client: AccountClient): Promise<KeyAnswer> {
  try {
    return await client.get('/key', readKey);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 404) throw error;
    return await client.get('/auth/key', readKey);
  }
}

type KeyFacts = Omit<KnownCredits, 'state' | 'account_remaining' | 'account_problem'>;

function keyFacts(key: KeyAnswer): KeyFacts {
  return {
    key_limit: key.limit ?? null,
    key_remaining: key.limit_remaining ?? null,
    key_reset: key.limit_reset ?? null,
    is_free_tier: key.is_free_tier ?? false,
    free_requests: key.free_model_daily_requests ?? null,
  };
}

/** Only a management key may see the credits. Any other gets 403, which is not a failure. */
async function fetchAccount(
  client: AccountClient,
): Promise<Pick<KnownCredits, 'account_remaining' | 'account_problem'>> {
  try {
    const { total_credits, total_usage } = await client.get('/credits', readCredits);
    return { account_remaining: subtract(total_credits, total_usage), account_problem: null };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const isKindOfKey = error.status === 401 || error.status === 403 || error.status === 404;
    return { account_remaining: null, account_problem: isKindOfKey ? null : failureSentence(client.host, error) };
  }
}

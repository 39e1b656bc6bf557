import { add, compare, subtract, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { money } from '../../lib/text/amount.js';
import type { PriceBook } from './price-book.js';
import type { RequestFacts } from './request-facts.js';

/** A request that may go on. Its reservation is settled once, by what became of it. */
export interface Reservation {
  readonly state: 'admitted';
  readonly amount: Decimal;
  /** The requested model, under which the most expensive answer is remembered. */
  readonly model: string | null;
}

interface Refusal {
  readonly state: 'refused';
  /** What a person reads in the error that the client raises. */
  readonly reason: string;
}

/** How a request ended. */
export type Outcome =
  /** An answer whose cost is known. */
  | { readonly state: 'charged'; readonly cost: Decimal }
  /** An error status, or no request was sent: nothing was spent. */
  | { readonly state: 'unspent' }
  /** An answer without usage, cut or aborted: it counts with its reservation. */
  | { readonly state: 'unknown' };

/** Spending of one recorder against its limit; amounts in US dollars. */
export interface Cap {
  readonly limit: Decimal;
  readonly spent: () => Decimal;
  readonly admit: (request: RequestFacts | null) => Promise<Reservation | Refusal>;
  readonly settle: (reservation: Reservation, outcome: Outcome) => void;
}

/**
 * Adds up spending and refuses what could exceed the limit, in US dollars. A request with a worst case is admitted where
 * spent + reserved + worst case is at most the limit. One without (no `max_tokens`, or input that is elsewhere) is
 * admitted while spent + reserved is below the limit, and reserves what the most expensive answer of its model cost so
 * far. So the limit is exceeded by nothing but requests in flight whose cost nothing bounds.
 */
export function createCap(limit: Decimal, prices: PriceBook, allowUnpriced: boolean): Cap {
  let spent = ZERO;
  let reserved = ZERO;
  const mostExpensive = new Map<string | null, Decimal>();
  const reserve = (amount: Decimal, model: string | null): Reservation => {
    reserved = add(reserved, amount);
    return { state: 'admitted', amount, model };
  };
  return {
    limit,
    spent: () => spent,
    admit: async (request) => {
      const worst = request === null ? NOT_READ : await prices.worstCase(request);
      if ('reason' in worst && !allowUnpriced) {
        return { state: 'refused', reason: `${worst.reason}, so its cost cannot be held against the cap` };
      }
      // From here on nothing waits, so that requests that arrive together cannot pass the same check.
      const committed = add(spent, reserved);
      const model = request?.model ?? null;
      const amount = 'reason' in worst ? null : worst.amount;
      if (amount === null) {
        if (compare(committed, limit) >= 0) return refused(limit, spent, reserved, null);
        return reserve(mostExpensive.get(model) ?? ZERO, model);
      }
      if (compare(add(committed, amount), limit) > 0) return refused(limit, spent, reserved, amount);
      return reserve(amount, model);
    },
    settle: ({ amount, model }, outcome) => {
      reserved = subtract(reserved, amount);
      if (outcome.state === 'unspent') return;
      const cost = outcome.state === 'charged' ? outcome.cost : amount;
      spent = add(spent, cost);
      const known = mostExpensive.get(model);
      if (outcome.state === 'charged' && (known === undefined || compare(cost, known) > 0))
        mostExpensive.set(model, cost);
    },
  };
}

const NOT_READ = { reason: 'the body of the request cannot be read as JSON' };

function refused(limit: Decimal, spent: Decimal, reserved: Decimal, amount: Decimal | null): Refusal {
  const flight = compare(reserved, ZERO) > 0 ? ` and ${money(reserved)} is reserved for requests in flight` : '';
  const own = amount === null ? '' : `, and this request may cost ${money(amount)}`;
  return { state: 'refused', reason: `of the cap of ${money(limit)}, ${money(spent)} is spent${flight}${own}` };
}

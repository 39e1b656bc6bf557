import { type Catalogue, type EndpointList, type Pricing, readPrice } from './catalogue.js';
import { type Decimal, compare, isZero, times, toText } from '../../lib/money/decimal.js';

/** A model that OpenRouter withdraws. */
export interface ExpiringModel {
  readonly model: string;
  /** The day as the catalogue has it: `2026-12-01`. */
  readonly date: string;
}

const DAY_MS = 86_400_000;

/** Lists the models that are withdrawn within so many days from `now`, or were withdrawn before. */
export function expiringModels({ models }: Catalogue, now: Date, days: number): ExpiringModel[] {
  return [...models.values()].flatMap(({ id, expiration_date: date }) => {
    const at = date === null ? NaN : Date.parse(`${date}T00:00:00Z`);
    return date !== null && at - now.getTime() <= days * DAY_MS ? [{ model: id, date }] : [];
  });
}

/** A model with a price that fell, and the first such price in a sentence. */
export interface FallenPrice {
  readonly model: string;
  readonly message: string;
}

/**
 * Lists the models whose price fell by more than half against the lockfile, or to $0, out of the models that both have.
 * The cause may be a
 * real price cut, a mistake at OpenRouter or a wrong catalogue: a person should look at it before the check relies on it.
 */
export function fallenPrices(live: Catalogue, lock: Catalogue): FallenPrice[] {
  const fallen: FallenPrice[] = [];
  for (const [id, locked] of lock.models) {
    const model = live.models.get(id);
    if (model === undefined) continue;
    const falls = [
      ...pricingFalls('', model.pricing, locked.pricing),
      ...endpointFalls(live.endpoints.get(id), lock.endpoints.get(id)),
    ];
    const [first] = falls;
    if (first === undefined) continue;
    const more = falls.length > 1 ? ` (and ${falls.length - 1} more of its prices)` : '';
    fallen.push({
      model: id,
      message: `${id}: ${first}${more}, a fall by more than half since the lockfile of ${lock.fetched_at}.`,
    });
  }
  return fallen;
}

/** "the prompt price went from 0.000003 to 0.000001 dollars", for each price of one listing. */
function pricingFalls(where: string, live: Pricing, locked: Pricing): string[] {
  const livePrices = new Map(Object.entries(live));
  return Object.entries(locked).flatMap(([name, value]) => {
    const before = readPrice(value);
    const after = readPrice(livePrices.get(name));
    if (before === null || after === null || !fellByMoreThanHalf(before, after)) return [];
    return [`the ${name} price${where} went from ${toText(before)} to ${toText(after)} dollars`];
  });
}

/** Endpoints are matched by tag, where exactly one of each side has it. */
function endpointFalls(live: EndpointList | undefined, locked: EndpointList | undefined): string[] {
  if (live?.state !== 'known' || locked?.state !== 'known') return [];
  return locked.endpoints.flatMap((endpoint) => {
    const [now, ...others] = live.endpoints.filter((other) => other.tag === endpoint.tag);
    const isOnly = locked.endpoints.filter((other) => other.tag === endpoint.tag).length === 1;
    if (now === undefined || others.length > 0 || !isOnly) return [];
    return pricingFalls(` at ${endpoint.tag}`, now.pricing, endpoint.pricing);
  });
}

function fellByMoreThanHalf(before: Decimal, after: Decimal): boolean {
  return compare(times(after, 2), before) < 0 && !isZero(before);
}

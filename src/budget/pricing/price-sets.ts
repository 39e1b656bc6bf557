import { holds, momentOf } from './price-condition.js';
import type { ListOverride, PriceList, PriceSet } from './price-list.js';
import { dollars } from './price-list.js';

/**
 * The prices that a request of so many prompt tokens may meet: those of the given instant, or with null all that some
 * minute of the week has. Overrides that hold are merged in, the later wins per key.
 */
export function priceSets(list: PriceList, promptTokens: number, at: Date | null): PriceSet[] {
  if (list.overrides.length === 0) return [list.base];
  const moments = at === null ? list.moments : [momentOf(at)];
  const sets = moments.map((moment) =>
    merge(
      list,
      list.overrides.filter(({ condition }) => holds(condition, promptTokens, moment)),
    ),
  );
  return sets.length === 1 ? sets : [...new Set(sets)];
}

function merge(list: PriceList, applied: readonly ListOverride[]): PriceSet {
  if (applied.length === 0) return list.base;
  const key = applied.map((override) => list.overrides.indexOf(override)).join();
  const known = list.merged.get(key);
  if (known !== undefined) return known;
  const set = applied.reduce<PriceSet>((prices, override) => ({ ...prices, ...override.prices }), list.base);
  const in_dollars = { prompt: dollars(list, set.prompt), completion: dollars(list, set.completion) };
  const merged = { ...set, applied, in_dollars };
  list.merged.set(key, merged);
  return merged;
}

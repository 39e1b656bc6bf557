import type { CallEstimate, Estimate } from '../estimate.js';
import type { NamedCall } from '../../manifest/manifest.js';
import { add, compare, isZero, subtract, sum, ZERO, type Decimal } from '../../lib/money/decimal.js';

export interface Drift {
  /**
   * US dollars: the same manifest at live prices minus at locked prices, over the calls that both price; null if
   * there is no such call.
   */
  readonly per_run: Decimal | null;
  /** The declared models whose price moved, the largest rise first. */
  readonly models: readonly { readonly model: string; readonly per_run: Decimal }[];
  /** The calls that are left out because the lockfile has no price for them. */
  readonly unlocked: readonly NamedCall[];
}

/** How far prices alone moved the cost since the lockfile was written. Both estimates are of one manifest. */
export function priceDrift(live: Estimate, locked: Estimate): Drift {
  const byModel = new Map<string, Decimal>();
  const unlocked: NamedCall[] = [];
  for (const [now, then] of pairs(live, locked)) {
    if (now.per_run === null) continue;
    if (then.per_run === null) {
      unlocked.push(now.call);
      continue;
    }
    const moved = subtract(now.per_run, then.per_run);
    byModel.set(now.call.model, add(byModel.get(now.call.model) ?? ZERO, moved));
  }
  const models = [...byModel]
    .filter(([, moved]) => !isZero(moved))
    .map(([model, moved]) => ({ model, per_run: moved }))
    .sort((a, b) => compare(b.per_run, a.per_run));
  return { per_run: byModel.size === 0 ? null : sum(byModel.values()), models, unlocked };
}

function pairs(live: Estimate, locked: Estimate): [CallEstimate, CallEstimate][] {
  const then = locked.suites.flatMap((suite) => suite.calls);
  return live.suites
    .flatMap((suite) => suite.calls)
    .flatMap((call, index) => {
      const counterpart = then[index];
      return counterpart === undefined ? [] : [[call, counterpart] satisfies [CallEstimate, CallEstimate]];
    });
}

import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { AccountClient } from '../../openrouter/account/account-client.js';
import { chargeLines, compareCharges } from './charges.js';
import type { RecordedCost } from './charges.js';
import { fetchGenerations } from '../../openrouter/account/generations.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { priceTokens } from '../../budget/pricing/price-tokens.js';
import type { Usage } from '../read/usage.js';
import { exactCost } from '../../lib/money/recorded-cost.js';
import type { UsageRow } from '../read/usage-row.js';

/**
 * What OpenRouter says that recorded generations were charged, beside what the recording and the catalogue say; in
 * words, a line each. Empty where no row names a generation. NoVerdictError (2) where the key is refused.
 */
export async function chargesOf(
  usage: Usage,
  catalogue: Catalogue,
  account: AccountClient,
): Promise<readonly string[]> {
  const ids = [...usage.generations.keys()];
  if (ids.length === 0) return [];
  const generations = await fetchGenerations(account, ids);
  const recorded = new Map<string, RecordedCost>();
  for (const { id } of generations.found) {
    const row = usage.generations.get(id);
    if (row === undefined) continue;
    const usageCost = row.cost === null ? null : exactCost(row.cost);
    recorded.set(id, { usage_cost: usageCost, estimate: estimateOf(row, catalogue) });
  }
  return chargeLines(compareCharges(generations.found, recorded), generations);
}

function estimateOf(row: UsageRow, catalogue: Catalogue): Decimal | null {
  const id = row.model === null ? null : idOfName(row.model, catalogue.models);
  if (id === null) return null;
  return priceTokens(id, { ...row.tokens, web_searches: row.web_searches }, catalogue).expected;
}

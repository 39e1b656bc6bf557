import { type Decimal, isZero, sum, exactCost } from '../../lib/money/decimal.js';
import { counted, money, percent } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';
import { percentAbove, pricesDiffer } from '../totals/group-price.js';
import { type Generation, type Generations, fetchGenerations } from '../../openrouter/account/generations.js';
import { idOfName } from '../../openrouter/catalogue/resolve-name.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { AccountClient } from '../../openrouter/account/account-client.js';
import { priceServed } from '../../budget/pricing/price-recorded.js';
import type { Usage } from '../read/usage.js';
import { rowOf } from '../read/row-store.js';
import type { UsageRow } from '../read/exchange.js';

/** What the usage rows of one generation say, in US dollars; null where it is not stated or has no price. */
export interface RecordedFigures {
  /** `usage.cost` of the response. */
  readonly usage_cost: Decimal | null;
  /** The tokens at catalogue prices; with an own provider key it cannot be compared with the fee. */
  readonly estimate: Decimal | null;
}

/** What OpenRouter charged for a generation, beside the recorded figures. Percentages to two places. */
export interface Charge extends RecordedFigures {
  readonly generation: Generation;
  /** By how much the figure is above the charge, in percent; null where there is none, or nothing was charged. */
  readonly usage_cost_percent: Decimal | null;
  readonly estimate_percent: Decimal | null;
  /** Whether one of them is more than 1 % off. */
  readonly differs: boolean;
}

/** The charge of each generation beside what was recorded and estimated for it. */
export function compareCharges(
  found: readonly Generation[],
  recorded: ReadonlyMap<string, RecordedFigures>,
): readonly Charge[] {
  return found.map((generation) => {
    const { usage_cost = null, estimate: ofTokens = null } = recorded.get(generation.id) ?? {};
    const estimate = generation.is_own_key ? null : ofTokens;
    return {
      generation,
      usage_cost,
      estimate,
      usage_cost_percent: percentOfCharge(usage_cost, generation.charged),
      estimate_percent: percentOfCharge(estimate, generation.charged),
      differs: isOff(usage_cost, generation.charged) || isOff(estimate, generation.charged),
    };
  });
}

/** What a person reads: the sums, then each charge that differs, then the ids that brought none. */
export function chargeLines(charges: readonly Charge[], generations: Generations): readonly string[] {
  const lines = [summaryLine(charges)];
  for (const charge of charges) if (charge.differs) lines.push(differenceLine(charge));
  const { missing, failed, left_out } = generations;
  if (missing.length > 0) {
    lines.push(`Not found, or not written yet (404): ${listed(missing)}.`);
  }
  for (const { id, reason } of failed) lines.push(`${id}: ${reason}.`);
  if (left_out > 0) {
    lines.push(`${counted(left_out, 'generation')} more ${left_out === 1 ? 'was' : 'were'} not asked for.`);
  }
  return lines;
}

function percentOfCharge(amount: Decimal | null, charged: Decimal): Decimal | null {
  return amount === null || isZero(charged) ? null : percentAbove(amount, charged);
}

function isOff(amount: Decimal | null, charged: Decimal): boolean {
  return amount !== null && pricesDiffer(amount, charged);
}

/** Sums are compared over the charges that have the figure, so that a missing one is no difference. */
function summaryLine(charges: readonly Charge[]): string {
  const charged = sum(charges.map(({ generation }) => generation.charged));
  const figures = [
    figure('usage.cost', charges, ({ usage_cost }) => usage_cost),
    figure('estimate', charges, ({ estimate }) => estimate),
  ].filter((text) => text !== null);
  return `${counted(charges.length, 'generation')}: charged ${money(charged)}${figures.map((text) => `, ${text}`).join('')}.`;
}

function figure(name: string, charges: readonly Charge[], of: (charge: Charge) => Decimal | null): string | null {
  const pairs = charges.flatMap((charge) => {
    const amount = of(charge);
    return amount === null ? [] : [{ amount, charged: charge.generation.charged }];
  });
  if (pairs.length === 0) return null;
  const total = sum(pairs.map(({ amount }) => amount));
  const among = pairs.length < charges.length ? ` for ${pairs.length} of them` : '';
  return `${name} ${money(total)}${among}${above(percentOfCharge(total, sum(pairs.map(({ charged }) => charged))))}`;
}

function differenceLine({ generation, usage_cost, estimate, usage_cost_percent, estimate_percent }: Charge): string {
  const served = [generation.model, generation.provider].filter((text) => text !== null).map((text) => safeLine(text));
  const parts = [
    `charged ${money(generation.charged)}`,
    ...(usage_cost === null ? [] : [`usage.cost ${money(usage_cost)}${above(usage_cost_percent)}`]),
    ...(estimate === null ? [] : [`estimate ${money(estimate)}${above(estimate_percent)}`]),
    ...(generation.is_cancelled ? ['cancelled'] : []),
  ];
  return `${generation.id}${served.length === 0 ? '' : ` (${served.join(', ')})`}: ${parts.join(', ')}.`;
}

function above(value: Decimal | null): string {
  return value === null ? '' : ` (${percent(value)})`;
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5);
  return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ');
}

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
  const recorded = new Map<string, RecordedFigures>();
  for (const { id } of generations.found) {
    const number = usage.generations.get(id);
    if (number === undefined) continue;
    const row = rowOf(usage.rows.get(number));
    const usageCost = row.cost === null ? null : exactCost(row.cost);
    recorded.set(id, { usage_cost: usageCost, estimate: estimateOf(row, catalogue) });
  }
  return chargeLines(compareCharges(generations.found, recorded), generations);
}

function estimateOf({ model, tier, tokens, web_searches, written_1h }: UsageRow, catalogue: Catalogue): Decimal | null {
  const id = model === null ? null : idOfName(model, catalogue.models);
  return id === null ? null : priceServed(id, tier, { ...tokens, web_searches, written_1h }, catalogue);
}

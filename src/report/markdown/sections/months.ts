import type { Report } from '../../model/schema.js';
import { isNought } from '../../model/wording.js';
import { money, signedMoney, tellApart } from '../../../lib/text/amount.js';

/** `**Per month:** $3,126 (+$186), limit $2,500`, and what a run costs in cash; empty where neither is known. */
export function monthlyLine(report: Report): string {
  const parts = [perMonth(report), cash(report)].filter((part) => part !== '');
  return parts.join(' · ');
}

function perMonth(report: Report): string {
  const amount = report.head.per_month;
  if (amount === null) return '';
  const delta = report.delta?.per_month ?? null;
  const change = delta === null || isNought(delta) ? '' : ` (${signedMoney(delta)})`;
  const state = report.limits?.find((limit) => limit.rule === 'per_month' && limit.suite === null);
  const limit = state?.fail ?? state?.warn ?? null;
  if (limit === null) return `**Per month:** ${money(amount)}${change}`;
  const shown = tellApart(amount, limit);
  return `**Per month:** ${shown.actual}${change}, limit ${shown.limit}`;
}

function cash(report: Report): string {
  const amount = report.head.cash_per_run ?? null;
  return amount === null ? '' : `**Cash per run:** ${money(amount)} with the fee for credits`;
}

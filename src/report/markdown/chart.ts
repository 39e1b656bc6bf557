import type { Report } from '../model/schema.js';
import { compare, isPositive, parseDecimal, sum } from '../../lib/money/decimal.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { money } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';

const MOST_SLICES = 10;
const LABEL_LIMIT = 40;

interface Slice {
  readonly label: string;
  readonly cost: Decimal;
}

/**
 * A Mermaid pie of the suites' cost per run in US dollars; the smaller ones beyond ten are one slice. Empty where
 * fewer than two suites cost anything: a full circle says nothing.
 */
export function costChart(report: Report): string {
  const slices = report.suites.flatMap(sliceOf).toSorted((a, b) => compare(b.cost, a.cost));
  if (slices.length < 2) return '';
  return [
    '```mermaid',
    'pie showData',
    '  title US dollars per run, by suite',
    ...withOthers(slices).map(({ label, cost }) => `  "${mermaidLabel(label)}" : ${mermaidNumber(cost)}`),
    '```',
  ].join('\n');
}

function sliceOf({ name, head }: Report['suites'][number]): Slice[] {
  const cost = head === null ? null : parseDecimal(head.priced_per_run);
  return cost === null || !isPositive(cost) ? [] : [{ label: name, cost }];
}

function withOthers(slices: readonly Slice[]): Slice[] {
  if (slices.length <= MOST_SLICES) return [...slices];
  const others = slices.slice(MOST_SLICES - 1);
  return [
    ...slices.slice(0, MOST_SLICES - 1),
    { label: `${others.length} others`, cost: sum(others.map(({ cost }) => cost)) },
  ];
}

/** Letters, digits and a few signs: nothing that Mermaid, or the HTML it makes, reads as its own. */
function mermaidLabel(text: string): string {
  const label = safeLine(text, LABEL_LIMIT).replace(/[^\p{L}\p{N} ._/@+…-]/gu, '_');
  return label === '' ? '_' : label;
}

/** The legend shows a number as it is given, so it is given as a reader would have it, in plain digits. */
function mermaidNumber(cost: Decimal): string {
  return money(cost).replace(/[$,]/g, '');
}

import { count } from '../../lib/text/amount.js';
import type { Change } from './changes.js';

/** A cause in words, without what it is about and what it costs: `540 -> 1,800 requests`. Ids of models are untrusted. */
export function changeInWords({
  what,
  part,
  from,
  to,
}: Pick<Change, 'what' | 'from' | 'to'> & { part?: string | null | undefined }): string {
  switch (what) {
    case 'model':
      return `${String(from)} -> ${String(to)}`;
    case 'requests':
      if (from === null) return `not counted -> ${count(numberOf(to))} requests`;
      return to === null ? `${count(numberOf(from))} requests -> not counted` : `${fromTo(from, to)} requests`;
    case 'tokens':
      return `${fromTo(from, to)} ${(part ?? 'tokens').replaceAll('_', ' ')}`;
    case 'prompt_file':
      return `${fromTo(from, to)} tokens`;
    case 'rows':
      return `${fromTo(from, to)} rows`;
    case 'price_terms':
      if (from !== null && to !== null) return `${part ?? 'terms'} ${String(from)} -> ${String(to)}`;
      return part === null || part === undefined ? 'other price terms' : `other ${part.replaceAll('_', ' ')}`;
    case 'added':
      return `new, ${count(numberOf(to))} requests`;
    case 'removed':
      return `removed, ${count(numberOf(from))} requests`;
  }
}

function fromTo(from: string | number | null, to: string | number | null): string {
  if (from === null) return `new, ${count(numberOf(to))}`;
  return to === null ? `no longer ${count(numberOf(from))}` : `${count(numberOf(from))} -> ${count(numberOf(to))}`;
}

function numberOf(value: string | number | null): number {
  return typeof value === 'number' ? value : 0;
}

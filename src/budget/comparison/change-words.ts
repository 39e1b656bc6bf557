import { count, counted } from '../../lib/text/amount.js';
import type { Change } from './changes.js';

type ChangeFacts = Pick<Change, 'what' | 'from' | 'to'> & { readonly part?: string | null | undefined };

/**
 * Changes with one cause, by the numbers of `first`, which is one of them: `120 -> 170 rows in 2 calls`. Calls that take other
 * rows of the file are counted apart; tokens of a prompt file are not, since they differ by the tokenizer of each call.
 */
export function changesInWords(first: ChangeFacts, group: readonly ChangeFacts[]): string {
  const words = changeInWords(first);
  if (group.length === 1) return words;
  const isAlike = ({ what, from, to }: ChangeFacts) => what !== 'rows' || (from === first.from && to === first.to);
  const equal = group.filter(isAlike).length;
  const others = group.length - equal;
  return `${words} in ${counted(equal, 'call')}${others === 0 ? '' : `, other numbers in ${count(others)} more`}`;
}

/** A cause in words, without what it is about and what it costs: `540 -> 1,800 requests`. Ids of models are untrusted. */
export function changeInWords({ what, part, from, to }: ChangeFacts): string {
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
      return `new, ${counted(numberOf(to), 'request')}`;
    case 'removed':
      return `removed, ${counted(numberOf(from), 'request')}`;
  }
}

function fromTo(from: string | number | null, to: string | number | null): string {
  if (from === null) return `new, ${count(numberOf(to))}`;
  return to === null ? `no longer ${count(numberOf(from))}` : `${count(numberOf(from))} -> ${count(numberOf(to))}`;
}

function numberOf(value: string | number | null): number {
  return typeof value === 'number' ? value : 0;
}
